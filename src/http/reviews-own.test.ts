import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Person, signInMember } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";

const DAY = 86_400_000;
// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked at by the tests
type Body = any;

let platform: Platform;
before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
});
after(() => platform[Symbol.asyncDispose]());

test("nobody decides about what they made, or gave themselves, through a key of theirs", async () => {
  const { id: tenantId } = await platform.tenancy.tenants.create({ name: "Hands" });
  const maker = await signInMember(platform, tenantId, ["owner"]);
  const second = await signInMember(platform, tenantId, ["owner"]);
  const post = async (hand: Person | string, at: string, body: unknown) => {
    const by = typeof hand === "string" ? { key: hand } : { key: null, headers: hand.headers };
    return call<Body>(platform, "POST", `/v1/tenants/${tenantId}${at}`, { ...by, body });
  };
  const keyOf = async (hand: Person | string, name: string) => {
    const scopes = ["api_keys.manage", "grants.manage", "service_accounts.manage", "usage.read", "data.read"];
    const made = await post(hand, "/api-keys", { name, scopes });
    assert.equal(made.status, 201, made.text);
    return made.body.key as string;
  };
  const child = await keyOf(await keyOf(maker, "parent"), "child");
  await keyOf(child, "grandchild");
  await keyOf(second, "other");
  const grant = { permissions: ["usage.read"], reason: "Ticket", durationMinutes: 60 };
  const given = await post(child, "/grants", { ...grant, userId: maker.userId });
  assert.equal(given.status, 201, given.text);
  const dueAt = new Date(Date.now() + 7 * DAY).toISOString();
  const review = (await post(maker, "/reviews", { name: "2026 Q4", dueAt })).body;
  const listed = await call<Body>(platform, "GET", `/v1/tenants/${tenantId}/reviews/${review.id}/items`, {
    key: null,
    headers: maker.headers,
  });
  const items = listed.body.items as Body[];
  const codeOf = async (person: Person, isThis: (item: Body) => boolean) => {
    const { id } = items.find(isThis);
    const choice = { decision: "confirm", reason: "Looked at it" };
    return (await post(person, `/reviews/${review.id}/items/${id}/decide`, choice)).body.code;
  };
  const named = (name: string) => (item: Body) => item.subject === name;
  const isGrant = (item: Body) => item.kind === "grant";

  for (const isThis of [named("parent"), named("child"), named("grandchild"), isGrant]) {
    assert.equal(await codeOf(maker, isThis), "review.own_access");
    assert.equal(await codeOf(second, isThis), undefined);
  }
  assert.equal(await codeOf(maker, named("other")), undefined);
});
