import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { lockAwaited } from "../../test/support/lock-awaited.ts";
import { signInMember } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { changeMember, readMember } from "../identity/members.ts";
import { changeServiceAccount, createServiceAccount } from "../identity/service-accounts.ts";
import { closeDueReviews } from "../reviews/decide.ts";
import { DUE_REVIEWS_MAX, OPEN_REVIEWS_MAX } from "../reviews/limits.ts";
import { readItems, readReview, startReview } from "../reviews/reviews.ts";

const DAY = 86_400_000;
let nowMs = Date.now();
const clock = { now: () => new Date(nowMs) };
const BY = { actor: "test", principal: null };

let platform: Platform;
let tenantId: string;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null, clock });
});
after(() => platform[Symbol.asyncDispose]());

async function freshTenant(): Promise<void> {
  ({ id: tenantId } = await platform.tenancy.tenants.create({ name: `Studio ${Math.random()}` }));
  await signInMember(platform, tenantId, ["owner"]);
}

function start(name = "2026 Q4") {
  const input = { name, dueAt: new Date(nowMs + 7 * DAY) };
  return startReview(platform.tenancy.internals.identity.parts, tenantId, input, BY);
}

/** Runs something while each update of the table for which the condition holds fails. */
async function whileStuck(table: string, condition: string, work: () => Promise<void>): Promise<void> {
  const { control } = platform.tenancy.internals;
  await control.query(`create function tenancy.refuse_stuck() returns trigger language plpgsql as
    $$ begin if ${condition} then raise exception 'stuck'; end if; return new; end $$`);
  await control.query(
    `create trigger refuse_stuck before update on tenancy.${table} for each row execute function tenancy.refuse_stuck()`,
  );
  try {
    await work();
  } finally {
    await control.query("drop function tenancy.refuse_stuck() cascade");
  }
}

test("a review that cannot be closed holds up no other", async () => {
  await freshTenant();
  const { parts } = platform.tenancy.internals.identity;
  const stuck = await start();
  nowMs += 1;
  const next = await start();
  nowMs += 7 * DAY;

  await whileStuck("access_reviews", `new.id = '${stuck.id}'`, () =>
    assert.rejects(closeDueReviews(parts), /stuck/),
  );

  assert.ok((await readReview(parts, tenantId, next.id)).closedAt);
  assert.equal((await readReview(parts, tenantId, stuck.id)).closedAt, null);
});

test("reviews that cannot be closed fill no sweep: those due after them are closed", async () => {
  const { parts } = platform.tenancy.internals.identity;
  for (let tenants = 0; tenants < DUE_REVIEWS_MAX / OPEN_REVIEWS_MAX; tenants++) {
    await freshTenant();
    for (let n = 0; n < OPEN_REVIEWS_MAX; n++) await start("Stuck");
  }
  nowMs += 1;
  await freshTenant();
  const last = await start();
  nowMs += 7 * DAY;

  await whileStuck("access_reviews", "new.name = 'Stuck'", () =>
    assert.rejects(closeDueReviews(parts), /stuck/),
  );

  assert.ok((await readReview(parts, tenantId, last.id)).closedAt);
});

test("one item that cannot be decided leaves the others of its review decided, and the review open for it", async () => {
  await freshTenant();
  const { parts } = platform.tenancy.internals.identity;
  for (let n = 0; n < 3; n++) await signInMember(platform, tenantId, ["viewer"]);
  const review = await start();
  const [stuck] = await readItems(parts, { tenantId, reviewId: review.id }, { limit: 1 });
  nowMs += 7 * DAY;

  await whileStuck("access_review_items", `new.id = '${stuck?.id}'`, () =>
    assert.rejects(closeDueReviews(parts), /stuck/),
  );
  const { openItems, closedAt } = await readReview(parts, tenantId, review.id);
  assert.deepEqual([openItems, closedAt], [1, null]);

  await closeDueReviews(parts);
  const closed = await readReview(parts, tenantId, review.id);
  assert.equal(closed.openItems, 0);
  assert.ok(closed.closedAt);
});

test("a role that a review takes from a program goes alone: one that is given meanwhile stays", async () => {
  await freshTenant();
  const { identity, control } = platform.tenancy.internals;
  const { id } = await createServiceAccount(
    identity.parts,
    { tenantId, name: "robot", roles: ["viewer"] },
    BY,
  );
  const client = await control.connect();
  try {
    await client.query("begin");
    await client.query("update tenancy.service_accounts set roles = '{viewer,billing}' where id = $1", [id]);
    const taking = changeServiceAccount(identity.parts, { tenantId, id, withoutRoles: ["viewer"] }, BY);
    await lockAwaited(control);
    await client.query("commit");
    assert.deepEqual((await taking).roles, ["billing"]);
  } finally {
    client.release();
  }
  const empty = await changeServiceAccount(identity.parts, { tenantId, id, withoutRoles: ["billing"] }, BY);
  assert.deepEqual([empty.status, empty.roles], ["disabled", ["billing"]]);
});

test("what a review withdraws at its end is what its starter could still take: who was demoted sweeps no owners away", async () => {
  await freshTenant();
  const { parts } = platform.tenancy.internals.identity;
  const mallory = await signInMember(platform, tenantId, ["owner"]);
  const billing = await signInMember(platform, tenantId, ["billing"]);
  const viewer = await signInMember(platform, tenantId, ["viewer"]);
  const input = { name: "Sweep", dueAt: new Date(nowMs + DAY), overdue: "withdraw" } as const;
  const by = { actor: `user:${mallory.userId}`, principal: null };
  const review = await startReview(parts, tenantId, { ...input, reviewers: [mallory.userId] }, by);
  await changeMember(parts, { tenantId, userId: mallory.userId, roles: ["viewer"] }, BY);

  nowMs += DAY;
  await closeDueReviews(parts);

  const items = await readItems(parts, { tenantId, reviewId: review.id }, { limit: 10 });
  const faultOf = (userId: string) => items.find(({ subjectId }) => subjectId === userId)?.fault;
  assert.equal(faultOf(billing.userId), "role.not_grantable");
  assert.deepEqual((await readMember(parts.pool, tenantId, billing.userId)).roles, ["billing"]);
  assert.equal(faultOf(viewer.userId), null);
  await assert.rejects(readMember(parts.pool, tenantId, viewer.userId), { code: "member.not_found" });
  const owners = items.filter(({ holds }) => holds[0] === "owner");
  const faults = owners.map(({ subjectId, fault }) => (subjectId === mallory.userId ? "own" : fault));
  assert.deepEqual(faults.sort(), ["own", "role.not_grantable"]);
});
