import assert from "node:assert/strict";
import { test } from "node:test";
import { RECOVERY_ALONE_MS } from "./limits.ts";
import { type Approval, countsIn, type Home, wayOf, waysToApprove } from "./recovery-rules.ts";

const HOUR_MS = 3_600_000;
const home = (tenantId: string, more: Partial<Home> = {}): Home => ({
  tenantId,
  admitsOperators: true,
  approvers: 2,
  delayMs: 24 * HOUR_MS,
  ...more,
});
/** `a1@A` speaks for tenant A, `o1` for the platform. */
const approvals = (text: string): Approval[] =>
  text
    .split(" ")
    .filter((each) => each !== "")
    .map((each) => {
      const [approverId = "", tenantId = null] = each.split("@");
      return { approverId, tenantId };
    });

const ALONE = RECOVERY_ALONE_MS / HOUR_MS;
/** What is home to the person, who approved, and after how many hours they may come back; null: not enough. */
const TABLE: readonly (readonly [string, readonly Home[], string, number | null])[] = [
  ["nobody", [home("A")], "", null],
  ["one member", [home("A")], "a1@A", null],
  ["one member twice", [home("A")], "a1@A a1@A", null],
  ["one operator twice", [home("A")], "o1 o1", null],
  ["two members", [home("A")], "a1@A a2@A", 24],
  ["a member and an operator", [home("A")], "a1@A o1", 24],
  ["two operators where a member could", [home("A")], "o1 o2", null],
  ["two of another tenant", [home("A")], "b1@B b2@B", null],
  ["one here, one of another tenant", [home("A")], "a1@A b1@B", null],
  ["two operators where no member could", [home("A", { approvers: 0 })], "o1 o2", ALONE],
  ["one operator where no member could", [home("A", { approvers: 0 })], "o1", null],
  ["the tenant's own delay", [home("A", { delayMs: 12 * HOUR_MS })], "a1@A a2@A", 12],
  ["a long delay beats that of staff", [home("A", { approvers: 0, delayMs: 300 * HOUR_MS })], "o1 o2", 300],
  ["a strict tenant and an operator", [home("A", { admitsOperators: false })], "a1@A o1", null],
  ["a strict tenant's two", [home("A", { admitsOperators: false })], "a1@A a2@A", 24],
  ["a strict tenant without others", [home("A", { admitsOperators: false, approvers: 0 })], "o1 o2", null],
  ["two tenants: two of one", [home("A"), home("B")], "a1@A a2@A", null],
  ["two tenants: one of each", [home("A"), home("B")], "a1@A b1@B", null],
  ["two tenants: a member and an operator", [home("A"), home("B")], "a1@A o1", 24],
  ["two tenants: the longer delay", [home("A"), home("B", { delayMs: 48 * HOUR_MS })], "a1@A o1", 48],
  [
    "two tenants, one strict: of the other",
    [home("A", { admitsOperators: false }), home("B")],
    "b1@B o1",
    null,
  ],
  ["two tenants, one strict: of it", [home("A", { admitsOperators: false }), home("B")], "a1@A o1", 24],
  ["two tenants without others", [home("A", { approvers: 0 }), home("B", { approvers: 0 })], "o1 o2", ALONE],
  ["no tenant", [], "o1 o2", ALONE],
  ["no tenant, a former member", [], "a1@A a2@A", null],
];

for (const [what, homes, given, hours] of TABLE) {
  test(`approvals: ${what} ${hours === null ? "are not enough" : `wait ${hours} hours`}`, () => {
    const way = wayOf(waysToApprove(homes), approvals(given));

    assert.equal(way ? way.delayMs / HOUR_MS : null, hours);
  });
}

test("an approval that can count in no way is known before it is given", () => {
  const strict = waysToApprove([home("A", { admitsOperators: false })]);

  assert.deepEqual(
    [countsIn(strict, null), countsIn(strict, "A"), countsIn(strict, "B")],
    [false, true, false],
  );
});
