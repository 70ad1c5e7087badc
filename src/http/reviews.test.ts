import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { lockAwaited } from "../../test/support/lock-awaited.ts";
import { type Person, sessionHeaders, signInMember, tenantKey } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { permissionNames, scopeOf } from "../access/permissions.ts";
import { createApiKey } from "../identity/api-keys.ts";
import { changeMember, readMember } from "../identity/members.ts";
import { createServiceAccount } from "../identity/service-accounts.ts";
import { closeDueReviews } from "../reviews/decide.ts";

const DAY = 86_400_000;
let nowMs = Date.now();
const clock = { now: () => new Date(nowMs) };
const BY = { actor: "test", principal: null };

// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked at by the tests
type Body = any;

let platform: Platform;
let tenantId: string;
let owner: Person;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null, clock });
});
after(() => platform[Symbol.asyncDispose]());

/** Each test has a tenant of its own: a review takes down all of it. */
async function freshTenant(): Promise<void> {
  ({ id: tenantId } = await platform.tenancy.tenants.create({ name: `Studio ${Math.random()}` }));
  owner = await signInMember(platform, tenantId, ["owner"]);
}

function as(person: Person, method: string, path: string, body?: unknown, tenant = tenantId) {
  const options = { key: null, headers: person.headers, ...(body === undefined ? {} : { body }) };
  return call<Body>(platform, method, `/v1/tenants/${tenant}${path}`, options);
}

async function start(more: object = {}) {
  const dueAt = new Date(nowMs + 7 * DAY).toISOString();
  const answer = await as(owner, "POST", "/reviews", { name: "2026 Q4", dueAt, ...more });
  assert.equal(answer.status, 201, answer.text);
  return answer.body;
}

const itemsOf = async (id: string, query = "") =>
  (await as(owner, "GET", `/reviews/${id}/items?limit=200${query}`)).body.items as Body[];
const decide = (person: Person, id: string, item: string, decision: string) =>
  as(person, "POST", `/reviews/${id}/items/${item}/decide`, { decision, reason: "Looked at it" });

test("a review takes down who has what, how it came and when it was last used", async () => {
  await freshTenant();
  const { control, identity } = platform.tenancy.internals;
  const member = await signInMember(platform, tenantId, ["member", "billing"]);
  const idle = await signInMember(platform, tenantId, ["viewer"]);
  await as(member, "GET", "/access");
  await as(member, "GET", "/members");
  await as(owner, "POST", "/grants", {
    userId: idle.userId,
    permissions: ["audit.read"],
    reason: "Ticket",
    durationMinutes: 60,
  });
  await createServiceAccount(identity.parts, { tenantId, name: "robot", roles: ["member"] }, BY);
  await tenantKey(platform, tenantId, ["usage.read"]);
  await control.query(
    `with person as (
       insert into tenancy.scim_users (tenant_id, id, user_id, user_name, is_active, attributes, created_at, updated_at)
       values ($1, gen_random_uuid(), $2, 'm', true, '{}', now(), now()) returning id
     ), squad as (
       insert into tenancy.scim_groups (tenant_id, id, display_name, created_at, updated_at)
       values ($1, gen_random_uuid(), 'Finance', now(), now()) returning id
     ), gives as (
       insert into tenancy.group_roles (tenant_id, group_name, roles) values ($1, 'Finance', '{billing}')
     )
     insert into tenancy.scim_group_members (tenant_id, group_id, scim_user_id)
     select $1, squad.id, person.id from person, squad`,
    [tenantId, member.userId],
  );

  const review = await start();
  const items = await itemsOf(review.id);

  const of = (kind: string, holds: string) =>
    items.find((each) => each.kind === kind && each.holds[0] === holds);
  assert.equal(items.length, review.items);
  assert.deepEqual(items.map(({ kind }) => kind).sort(), [
    "api_key",
    "grant",
    "role",
    "role",
    "role",
    "role",
    "service_account",
  ]);
  assert.deepEqual(of("role", "billing").via, ["group:Finance"]);
  assert.deepEqual(of("role", "member").via, ["membership"]);
  assert.ok(of("role", "member").lastUsedAt);
  assert.equal(of("role", "viewer").lastUsedAt, null);
  assert.match(of("grant", "audit.read").via[0], /^grant by user:.* until 20/);
  assert.deepEqual(
    [of("service_account", "member").subject, of("api_key", "usage.read").via],
    ["robot", ["key"]],
  );
  const pages = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = await as(
      owner,
      "GET",
      `/reviews/${review.id}/items?limit=3${cursor && `&cursor=${cursor}`}`,
    );
    pages.push(...page.body.items);
    cursor = page.body.nextCursor;
  }
  assert.deepEqual(pages, items);
});

test("a withdrawal takes away at once: a role, a last role, a grant, a program's role, a key", async () => {
  await freshTenant();
  const { identity } = platform.tenancy.internals;
  const two = await signInMember(platform, tenantId, ["member", "auditor"]);
  const one = await signInMember(platform, tenantId, ["viewer"]);
  await as(owner, "POST", "/grants", {
    userId: one.userId,
    roles: ["auditor"],
    reason: "Ticket",
    durationMinutes: 60,
  });
  await createServiceAccount(identity.parts, { tenantId, name: "robot", roles: ["member"] }, BY);
  const key = await tenantKey(platform, tenantId, ["usage.read"]);
  const usage = () => call(platform, "GET", `/v1/tenants/${tenantId}/usage`, { key });
  assert.deepEqual([(await as(two, "GET", "/events")).status, (await usage()).status], [200, 200]);
  const review = await start();
  const items = await itemsOf(review.id);
  const find = (kind: string, holds: string) =>
    items.find((each) => each.kind === kind && each.holds[0] === holds).id;

  assert.equal((await decide(owner, review.id, find("role", "auditor"), "withdraw")).status, 200);
  assert.equal((await as(two, "GET", "/events")).status, 403);
  assert.equal((await decide(owner, review.id, find("role", "member"), "confirm")).status, 200);
  assert.equal((await as(two, "GET", "/members")).status, 200);
  assert.equal((await as(one, "GET", "/events")).status, 200);
  assert.equal((await decide(owner, review.id, find("grant", "auditor"), "withdraw")).status, 200);
  assert.equal((await as(one, "GET", "/events")).status, 403);
  assert.equal((await decide(owner, review.id, find("role", "viewer"), "withdraw")).status, 200);
  assert.equal((await as(one, "GET", "")).status, 404, "who has no role left is no member");
  assert.equal((await decide(owner, review.id, find("api_key", "usage.read"), "withdraw")).status, 200);
  assert.equal((await usage()).status, 401);
  assert.equal((await decide(owner, review.id, find("service_account", "member"), "withdraw")).status, 200);
  const accounts = (await as(owner, "GET", "/service-accounts")).body.items as Body[];
  assert.equal(accounts[0].status, "disabled");
  const again = await decide(owner, review.id, find("role", "auditor"), "confirm");
  assert.deepEqual([again.status, again.body.code], [409, "review.decided"]);
  const { withdrawn, openItems } = (await as(owner, "GET", `/reviews/${review.id}`)).body;
  assert.deepEqual([withdrawn, openItems], [5, 1]);
});

test("nobody decides about themselves, beyond their power, as a stranger to the review or in another tenant", async () => {
  await freshTenant();
  const admin = await signInMember(platform, tenantId, ["admin"]);
  const second = await signInMember(platform, tenantId, ["admin"]);
  const member = await signInMember(platform, tenantId, ["member"]);
  const review = await start({ reviewers: [admin.userId] });
  const items = await itemsOf(review.id);
  const of = (person: Person) => items.find((each) => each.subjectId === person.userId).id;
  const code = async (person: Person, item: string, decision = "withdraw") =>
    (await decide(person, review.id, item, decision)).body.code;

  assert.equal(await code(admin, of(admin), "confirm"), "review.own_access");
  assert.equal(await code(admin, of(owner)), "role.not_grantable");
  assert.equal(await code(second, of(member)), "review.not_reviewer");
  assert.equal(await code(member, of(second)), "access.denied");
  assert.equal(await code(admin, crypto.randomUUID()), "review.not_found");
  assert.equal(await code(admin, of(member), "confirm"), undefined);
  const { id: otherId } = await platform.tenancy.tenants.create({ name: "Neighbour" });
  const neighbour = await signInMember(platform, otherId, ["owner"]);
  const foreign = await as(neighbour, "GET", `/reviews/${review.id}/items`, undefined, otherId);
  assert.deepEqual([foreign.status, foreign.body.code], [404, "review.not_found"]);
  const foreignDecision = await as(
    neighbour,
    "POST",
    `/reviews/${review.id}/items/${of(second)}/decide`,
    { decision: "withdraw", reason: "Mine" },
    otherId,
  );
  assert.equal(foreignDecision.body.code, "review.not_found");
});

test("at its end the default decides what nobody did; the last owner stays, and the evidence says so", async () => {
  await freshTenant();
  const { identity, control } = platform.tenancy.internals;
  const member = await signInMember(platform, tenantId, ["member"]);
  const withdrawing = await start({ overdue: "withdraw", name: "=Q4, strict" });
  const keeping = await start({ name: "Kept" });

  nowMs += 7 * DAY - 1;
  assert.equal(await closeDueReviews(identity.parts), 0);
  nowMs += 1;
  owner = { userId: owner.userId, headers: await sessionHeaders(platform, owner.userId) };
  const late = await decide(owner, keeping.id, (await itemsOf(keeping.id))[0].id, "confirm");
  assert.equal(late.body.code, "review.closed");
  assert.ok((await closeDueReviews(identity.parts)) >= 2, "those of the other tests are due as well");
  assert.equal(await closeDueReviews(identity.parts), 0);

  const items = await itemsOf(withdrawing.id);
  assert.deepEqual(
    items.map(({ holds, decision, isOverdue, fault }) => [holds[0], decision, isOverdue, fault]).sort(),
    [
      ["member", "withdraw", true, null],
      ["owner", "withdraw", true, "member.last_owner"],
    ],
  );
  assert.ok(
    (await itemsOf(keeping.id)).every(({ decision, isOverdue }) => decision === "confirm" && isOverdue),
  );
  const gone = { userId: member.userId, headers: await sessionHeaders(platform, member.userId) };
  assert.equal((await as(gone, "GET", "")).status, 404);
  assert.equal((await as(owner, "GET", "")).status, 200);

  const csv = await as(owner, "GET", `/reviews/${withdrawing.id}/evidence`);
  const json = await as(owner, "GET", `/reviews/${withdrawing.id}/evidence?format=json`);
  assert.equal(csv.headers.get("content-type"), "text/csv; charset=utf-8; header=present");
  const lines = csv.text.trimEnd().split("\r\n");
  assert.equal(lines.length, 3);
  assert.match(lines[0] as string, /^review,subject,kind,holds,via,lastUsedAt,decision,/);
  assert.ok(
    lines.slice(1).every((line) => line.startsWith(`"'=Q4, strict",`)),
    csv.text,
  );
  assert.deepEqual([json.body.review.closedBy, json.body.items.length], ["system:reviews", 2]);
  const { rows } = await control.query<{ n: number }>(
    "select count(*)::int as n from tenancy.audit_records where tenant_id = $1 and action = 'review.decided' and outcome = 'allowed'",
    [tenantId],
  );
  assert.equal(rows[0]?.n, 4);
});

test("one that is ended early decides the same way, and is not ended twice", async () => {
  await freshTenant();
  const second = await signInMember(platform, tenantId, ["owner"]);
  const review = await start();

  const own = await as(owner, "POST", `/reviews/${review.id}/close`);
  assert.deepEqual(
    [own.status, own.body.code],
    [403, "review.own_access"],
    "to end it would confirm their own",
  );
  const item = (await itemsOf(review.id)).find(({ subjectId }) => subjectId === owner.userId);
  assert.equal((await decide(second, review.id, item.id, "confirm")).status, 200);
  const closed = await as(owner, "POST", `/reviews/${review.id}/close`);
  const again = await as(owner, "POST", `/reviews/${review.id}/close`);

  assert.deepEqual(
    [closed.body.openItems, closed.body.withdrawn, closed.body.closedBy],
    [0, 0, `user:${owner.userId}`],
  );
  assert.equal(again.body.code, "review.closed");
  const past = await as(owner, "POST", "/reviews", {
    name: "Past",
    dueAt: new Date(nowMs - 1).toISOString(),
  });
  assert.equal(past.body.code, "review.invalid");
});

test("a review that withdraws takes nothing from anybody whom its starter or closer could not take it from", async () => {
  await freshTenant();
  const admin = await signInMember(platform, tenantId, ["admin"]);
  await signInMember(platform, tenantId, ["owner"]);
  const input = { name: "Sweep", dueAt: new Date(nowMs + DAY).toISOString(), overdue: "withdraw" };

  const refused = await as(admin, "POST", "/reviews", input);
  assert.deepEqual([refused.status, refused.body.code], [403, "role.not_grantable"]);
  assert.deepEqual((await as(owner, "GET", "/reviews")).body.items, []);
  const review = await start({ overdue: "withdraw" });
  const early = await as(admin, "POST", `/reviews/${review.id}/close`);
  assert.deepEqual([early.status, early.body.code], [403, "role.not_grantable"]);
  assert.ok((await itemsOf(review.id)).every(({ decision }) => decision === null));
  assert.equal((await as(admin, "POST", "/reviews", { ...input, overdue: "keep" })).status, 201);

  const own = (await itemsOf(review.id)).find(({ subjectId }) => subjectId === owner.userId);
  const second = await signInMember(platform, tenantId, ["owner"]);
  assert.equal((await decide(second, review.id, own.id, "confirm")).status, 200);
  const closed = await as(owner, "POST", `/reviews/${review.id}/close`);
  assert.deepEqual([closed.status, closed.body.withdrawn], [200, 2]);
  assert.equal((await as(admin, "GET", "")).status, 404);
});

test("a key is reviewed by its scopes: who does not hold them starts no review that takes it away", async () => {
  await freshTenant();
  const { control } = platform.tenancy.internals;
  const admin = await signInMember(platform, tenantId, ["admin"]);
  await control.query("update tenancy.memberships set roles = '{admin}' where tenant_id = $1", [tenantId]);
  const input = { name: "Sweep", dueAt: new Date(nowMs + DAY).toISOString(), overdue: "withdraw" };
  assert.equal((await as(admin, "POST", "/reviews", input)).status, 201);
  const ofAdmin: string[] = (await as(admin, "GET", "/access")).body.permissions;
  const scope = permissionNames.find((name) => scopeOf(name) === "tenant" && !ofAdmin.includes(name));
  assert.ok(scope);
  await tenantKey(platform, tenantId, [scope]);

  assert.equal((await as(admin, "POST", "/reviews", input)).body.code, "role.not_grantable");
});

test("no program decides in a review, whatever it may", async () => {
  await freshTenant();
  const key = await tenantKey(platform, tenantId, permissionNames);
  const review = await start();
  const [item] = await itemsOf(review.id);

  for (const program of [key, platform.apiKey]) {
    const answer = await call<Body>(
      platform,
      "POST",
      `/v1/tenants/${tenantId}/reviews/${review.id}/items/${item.id}/decide`,
      { key: program, body: { decision: "confirm", reason: "Looked at it" } },
    );
    assert.deepEqual([answer.status, answer.body.code], [403, "review.not_reviewer"]);
  }
});

test("nobody decides about what they hold for a time, by another address either; the log has no address", async () => {
  await freshTenant();
  const { control } = platform.tenancy.internals;
  const admin = await signInMember(platform, tenantId, ["admin"]);
  await as(owner, "POST", "/grants", {
    userId: admin.userId,
    permissions: ["audit.read"],
    reason: "Ticket",
    durationMinutes: 60,
  });
  const review = await start();
  const grant = (await itemsOf(review.id)).find(({ kind }) => kind === "grant");
  await control.query("update tenancy.users set email = 'renamed-' || email where id = $1", [admin.userId]);

  assert.equal((await decide(admin, review.id, grant.id, "confirm")).body.code, "review.own_access");
  assert.equal((await decide(owner, review.id, grant.id, "confirm")).status, 200);
  const { rows } = await control.query<{ detail: Body }>(
    "select body::json -> 'detail' as detail from tenancy.audit_records where tenant_id = $1 and action = 'review.decided' and kind = 'change'",
    [tenantId],
  );
  assert.deepEqual(
    rows.map(({ detail }) => detail.subjectId),
    [grant.subjectId],
  );
  assert.ok(!JSON.stringify(rows).includes("@"), JSON.stringify(rows));
});

test("a withdrawn role goes alone: one that is given meanwhile stays", async () => {
  await freshTenant();
  const { identity, control } = platform.tenancy.internals;
  const { userId } = await signInMember(platform, tenantId, ["viewer"]);
  const at = { tenantId, userId };
  const client = await control.connect();
  try {
    await client.query("begin");
    await client.query(
      "update tenancy.memberships set roles = '{viewer,billing}' where tenant_id = $1 and user_id = $2",
      [tenantId, userId],
    );
    const taking = changeMember(identity.parts, { ...at, withoutRoles: ["viewer"] }, BY);
    await lockAwaited(control);
    await client.query("commit");
    assert.deepEqual((await taking).roles, ["billing"]);
  } finally {
    client.release();
  }
  await changeMember(identity.parts, { ...at, withoutRoles: ["billing"] }, BY);
  await assert.rejects(readMember(control, tenantId, userId), { code: "member.not_found" });
});

test("nobody decides about a program that they made or have a key of", async () => {
  await freshTenant();
  const { identity } = platform.tenancy.internals;
  const second = await signInMember(platform, tenantId, ["owner"]);
  const mine = { actor: `user:${owner.userId}`, principal: null };
  const account = (name: string, by: typeof BY | typeof mine) =>
    createServiceAccount(identity.parts, { tenantId, name, roles: ["member"] }, by);
  await account("made", mine);
  const keyed = await account("keyed", BY);
  await account("other", BY);
  const ofKeyed = { name: "k", tenantId, serviceAccountId: keyed.id };
  await createApiKey(identity.parts, ofKeyed, mine);
  await createApiKey(identity.parts, { name: "alone", tenantId, scopes: ["usage.read"] }, mine);
  const review = await start();
  const items = await itemsOf(review.id);
  const codes = async (person: Person) =>
    Promise.all(
      ["made", "keyed", "alone", "other"].map(async (name) => {
        const { id } = items.find(({ subject }) => subject === name);
        return (await decide(person, review.id, id, "confirm")).body.code;
      }),
    );

  const refused = "review.own_access";
  assert.deepEqual(await codes(owner), [refused, refused, refused, undefined]);
  assert.deepEqual(await codes(second), [undefined, undefined, undefined, "review.decided"]);
});
