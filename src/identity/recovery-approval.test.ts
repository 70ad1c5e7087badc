import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { HOUR_MS, Recoveries } from "../../test/support/recoveries.ts";
import { BY, from, refused, Signers } from "../../test/support/signers.ts";
import { withTx } from "../db/tx.ts";
import { joinTenant } from "./members.ts";
import type { Principal } from "./principal.ts";
import { askRecovery, readRecoveries, refuseRecovery } from "./recovery.ts";
import { isStillApproved } from "./recovery-approval.ts";
import { changeSignInRules } from "./sign-in-rules.ts";

let signers: Signers;
let recoveries: Recoveries;

before(async () => {
  signers = await Signers.open();
  recoveries = new Recoveries(signers);
});
after(async () => {
  await signers[Symbol.asyncDispose]();
});
beforeEach(() => recoveries.goFarAhead());

test("nobody approves for themselves, nor twice, nor without a second factor used minutes ago", async () => {
  const { id, tenantId, person, owner } = await recoveries.asked("owner");

  const self = await signers.principalOf(person.token);
  await assert.rejects(
    recoveries.approve(id, tenantId, { ...self, mfaAt: signers.parts.clock.now() }),
    refused("recovery.own"),
  );
  await recoveries.approve(id, tenantId, owner.principal);
  await assert.rejects(
    recoveries.approve(id, tenantId, owner.principal),
    refused("recovery.approved_already"),
  );
  const stale = await recoveries.member(tenantId, "owner");
  const never = await recoveries.member(tenantId, "owner", { isMfa: false });
  signers.nowMs += 10 * 60_000 + 1;
  for (const { principal } of [stale, never])
    await assert.rejects(recoveries.approve(id, tenantId, principal), refused("session.step_up"));
  const [listed] = await readRecoveries(signers.parts, tenantId);
  assert.deepEqual([listed?.status, listed?.approvals.length], ["asked", 1]);
});

test("a program approves nothing, and an admin nothing for an owner", async () => {
  const { id, tenantId, admin } = await recoveries.asked("owner");
  const key: Principal = {
    kind: "key",
    id: "01980000-0000-7000-8000-000000000002",
    name: "robot",
    actor: "key:01980000-0000-7000-8000-000000000002",
    tenantId,
    scopes: null,
    serviceAccountId: null,
    roles: ["owner"],
    expiresAt: null,
  };

  await assert.rejects(recoveries.approve(id, tenantId, key), refused("recovery.people_only"));
  await assert.rejects(recoveries.approve(id, tenantId, admin.principal), refused("role.not_grantable"));
});

test("to another tenant's admins a recovery is one that never was", async () => {
  const { id } = await recoveries.asked();
  const foreign = await recoveries.makeTenant();
  const stranger = await recoveries.member(foreign, "owner");
  const nowhere = "01980000-0000-7000-8000-00000000dead";

  for (const each of [id, nowhere, "nonsense"]) {
    await assert.rejects(
      recoveries.approve(each, foreign, stranger.principal),
      refused("recovery.not_found"),
      each,
    );
    await assert.rejects(
      refuseRecovery(signers.parts, each, foreign, BY),
      refused("recovery.not_found"),
      each,
    );
  }
  assert.deepEqual(await readRecoveries(signers.parts, foreign), []);
});

test("a member of two tenants needs staff, and neither tenant learns of the other", async () => {
  const { id, tenantId, person, owner, admin } = await recoveries.asked();
  const other = await recoveries.makeTenant();
  const joining = { tenantId: other, userId: person.user.id, roles: ["viewer"] };
  await withTx(signers.parts.pool, (tx) => joinTenant(tx, signers.parts.clock, joining, BY));
  const theirs = await recoveries.member(other, "owner");

  await recoveries.approve(id, tenantId, owner.principal);
  await recoveries.approve(id, tenantId, admin.principal);
  assert.equal(
    (await recoveries.approve(id, other, theirs.principal)).readyAt,
    null,
    "two tenants, no staff",
  );
  const [seen] = await readRecoveries(signers.parts, other);
  assert.deepEqual(
    seen?.approvals.filter(({ name }) => name !== null).map(({ name }) => name),
    [theirs.user.name],
  );
  assert.ok((await recoveries.approve(id, null, await recoveries.operator("Staff of two"))).readyAt);
});

test("where nobody else could approve, two operators do, after three days; one alone does not", async () => {
  const tenantId = await recoveries.makeTenant();
  const person = await signers.personWithTotp({ tenants: { [tenantId]: ["owner"] } });
  await askRecovery(signers.parts, (await signers.halfWay(person.email)).token, from());
  const [recovery] = await readRecoveries(signers.parts, tenantId);
  const id = recovery?.id ?? "";
  const [one, two] = [await recoveries.operator("First"), await recoveries.operator("Second")];

  await assert.rejects(
    recoveries.approve(id, null, await recoveries.operator("Third", null)),
    refused("session.step_up"),
  );
  assert.equal((await recoveries.approve(id, null, one)).readyAt, null);
  await assert.rejects(recoveries.approve(id, null, one), refused("recovery.approved_already"));
  assert.equal((await recoveries.approve(id, null, two)).readyAt?.getTime(), signers.nowMs + 72 * HOUR_MS);
});

test("what staff approved ends with their role, and counts again with it", async () => {
  const tenantId = await recoveries.makeTenant();
  const person = await signers.personWithTotp({ tenants: { [tenantId]: ["owner"] } });
  await askRecovery(signers.parts, (await signers.halfWay(person.email)).token, from());
  const id = (await readRecoveries(signers.parts, tenantId))[0]?.id ?? "";
  const [one, two] = [await recoveries.operator("Leaves"), await recoveries.operator("Stays")];
  const setRole = (operator: { id: string }, role: string) =>
    signers.parts.pool.query("update tenancy.operators set role = $2 where id = $1", [operator.id, role]);
  const isApproved = () => withTx(signers.parts.pool, (tx) => isStillApproved(tx, id, person.user.id));
  await recoveries.approve(id, null, one);
  await setRole(one, "read_only");

  assert.equal((await recoveries.approve(id, null, two)).readyAt, null);
  const reader = await recoveries.operator("Reads");
  await setRole(reader, "read_only");
  await assert.rejects(recoveries.approve(id, null, reader), refused("recovery.not_approver"));
  assert.equal(await isApproved(), false);
  await setRole(one, "support");
  assert.equal(await isApproved(), true);
  await setRole(two, "billing");
  assert.equal(await isApproved(), false);
});

test("a tenant that keeps recovery to its own people refuses staff, and its delay holds", async () => {
  const { id, tenantId, owner, admin } = await recoveries.asked();
  const rules = { mfaRequired: false, recoveryHours: 48, recoveryByOperators: false };
  await changeSignInRules(signers.parts, tenantId, rules, BY);

  await assert.rejects(
    recoveries.approve(id, null, await recoveries.operator("Refused")),
    refused("recovery.not_admitted"),
  );
  await recoveries.approve(id, tenantId, owner.principal);
  const { readyAt } = await recoveries.approve(id, tenantId, admin.principal);
  assert.equal(readyAt?.getTime(), signers.nowMs + 48 * HOUR_MS);
});
