import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { lockAwaited } from "../../test/support/lock-awaited.ts";
import { type Person, signInMember } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { readEvents } from "../audit/record.ts";
import { createServer, listen } from "./server.ts";

/** The whole platform's time stands where the tests put it. */
let nowMs = Date.now();
const clock = { now: () => new Date(nowMs) };
const MINUTE = 60_000;

let platform: Platform;
let tenantId: string;
let owner: Person;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null, clock });
  ({ id: tenantId } = await platform.tenancy.tenants.create({ name: "Studio" }));
  owner = await signInMember(platform, tenantId, ["owner"]);
});
after(() => platform[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked at by the tests
type Body = any;

function as(person: Person, method: string, path: string, body?: unknown, tenant = tenantId) {
  const options = { key: null, headers: person.headers, ...(body === undefined ? {} : { body }) };
  return call<Body>(platform, method, `/v1/tenants/${tenant}${path}`, options);
}

const give = (giver: Person, to: Person, what: object, durationMinutes = 10) =>
  as(giver, "POST", "/grants", { userId: to.userId, reason: "Ticket 4711", durationMinutes, ...what });

test("a role that is given for a time holds in open sessions at once, and is over by the clock alone", async () => {
  const member = await signInMember(platform, tenantId, ["member"]);
  const see = async () => (await as(member, "GET", "/events")).status;
  assert.equal(await see(), 403);

  const given = await give(owner, member, { roles: ["auditor"] });
  assert.equal(given.status, 201, given.text);
  assert.deepEqual([given.body.state, given.body.roles, await see()], ["active", ["auditor"], 200]);
  const mine = (await as(member, "GET", "/access")).body;
  assert.deepEqual([mine.roles, mine.temporary], [["member", "auditor"], ["auditor"]]);
  const { grants } = (await as(owner, "GET", `/members/${member.userId}`)).body;
  assert.deepEqual(
    grants.map((each: Body) => [each.id, each.roles]),
    [[given.body.id, ["auditor"]]],
  );
  const items = (await as(owner, "GET", "/members")).body.items as Body[];
  assert.equal(items.find(({ userId }) => userId === member.userId).grants.length, 1);

  nowMs += 10 * MINUTE - 1;
  assert.equal(await see(), 200);
  nowMs += 1;
  assert.equal(await see(), 403);
  assert.equal((await as(owner, "GET", `/grants?user=${member.userId}`)).body.items[0].state, "over");
  assert.deepEqual((await as(owner, "GET", `/grants?user=${member.userId}&live=true`)).body.items, []);
  assert.deepEqual((await as(owner, "GET", `/members/${member.userId}`)).body.grants, []);
  const [event] = await readEvents(platform.tenancy.internals.control, {
    action: "grant.given",
    tenantId,
    limit: 1,
  });
  assert.equal(event?.actor, `user:${owner.userId}`);
  assert.deepEqual([event.detail["reason"], event.detail["userId"]], ["Ticket 4711", member.userId]);
});

test("single permissions can be given, and one that starts later does not hold before", async () => {
  const member = await signInMember(platform, tenantId, ["viewer"]);
  const startsAt = new Date(nowMs + 5 * MINUTE).toISOString();

  const given = await give(owner, member, { permissions: ["usage.read"], startsAt });

  assert.deepEqual([given.body.state, given.body.permissions], ["scheduled", ["usage.read"]]);
  assert.equal((await as(member, "GET", "/usage")).status, 403);
  nowMs += 5 * MINUTE;
  assert.equal((await as(member, "GET", "/usage")).status, 200);
  assert.equal((await as(member, "GET", "/events")).status, 403);
});

test("nobody gives more than they hold, nor what they hold for a time themselves, by whatever way", async () => {
  const admin = await signInMember(platform, tenantId, ["admin"]);
  const member = await signInMember(platform, tenantId, ["member"]);
  const codes = async (giver: Person, what: object) => (await give(giver, member, what)).body.code;

  assert.equal(await codes(admin, { roles: ["owner"] }), "role.not_grantable");
  assert.equal(await codes(admin, { permissions: ["keys.manage"] }), "role.not_grantable");
  assert.equal(await codes(owner, { roles: ["no_such"] }), "role.unknown");
  assert.equal(await codes(owner, { permissions: ["tenants.create"] }), "role.unknown");
  assert.equal(await codes(owner, {}), "grant.invalid");
  assert.equal((await as(member, "POST", "/grants", {})).status, 403);

  const deputy = await signInMember(platform, tenantId, ["member"]);
  assert.equal((await give(owner, deputy, { roles: ["admin"] })).status, 201);
  assert.equal((await as(deputy, "GET", "/grants")).status, 200, "it is held");
  assert.equal(await codes(deputy, { roles: ["admin"] }), "role.not_grantable");
  assert.equal(await codes(deputy, { permissions: ["audit.read"] }), "role.not_grantable");
  const promoted = await as(deputy, "PATCH", `/members/${deputy.userId}`, { roles: ["admin"] });
  assert.equal(promoted.body.code, "role.not_grantable");
  const grants = [{ permissions: ["audit.read"], conditions: [] }];
  const made = await as(deputy, "POST", "/roles", { key: "mine", name: "Mine", grants });
  assert.equal(made.body.code, "role.beyond_author");
  const key = await as(deputy, "POST", "/api-keys", { name: "mine", scopes: ["audit.read"] });
  assert.equal(key.body.code, "api_key.scope_beyond");
  const invited = await as(deputy, "POST", "/invitations", { email: "me2@example.com", roles: ["admin"] });
  assert.equal(invited.body.code, "role.not_grantable");
  const lasting = await as(owner, "PATCH", `/members/${member.userId}`, { roles: ["$may:audit.read"] });
  assert.equal(lasting.body.code, "role.unknown");
});

test("a demotion demotes: nobody gives themselves anything, and grants of a lost role end with it, coming ones too", async () => {
  const admin = await signInMember(platform, tenantId, ["admin", "auditor"]);
  const startsAt = new Date(nowMs + 5 * MINUTE).toISOString();
  assert.equal((await give(admin, admin, { roles: ["admin"], startsAt })).body.code, "grant.own");
  const coming = (await give(owner, admin, { roles: ["admin"], startsAt }, 60)).body;
  const running = (await give(owner, admin, { roles: ["admin", "viewer"] }, 60)).body;
  const other = (await give(owner, admin, { roles: ["auditor"] }, 60)).body;

  const demoted = await as(owner, "PATCH", `/members/${admin.userId}`, { roles: ["auditor"] });

  assert.equal(demoted.status, 200, demoted.text);
  const states = new Map(
    ((await as(owner, "GET", `/grants?user=${admin.userId}`)).body.items as Body[]).map((each) => [
      each.id,
      each.state,
    ]),
  );
  assert.deepEqual(
    [coming, running, other].map(({ id }) => states.get(id)),
    ["ended", "ended", "active"],
  );
  nowMs += 6 * MINUTE;
  const { roles } = (await as(admin, "GET", "/access")).body;
  assert.ok(!roles.includes("admin"), roles.join());
  const events = await readEvents(platform.tenancy.internals.control, {
    action: "grant.ended",
    tenantId,
    limit: 2,
  });
  assert.deepEqual(new Set(events.map(({ detail }) => detail["id"])), new Set([coming.id, running.id]));
});

test("what a member gave ends with the power that they gave it by: nobody comes back by a second account", async () => {
  const admin = await signInMember(platform, tenantId, ["admin", "viewer"]);
  const second = await signInMember(platform, tenantId, ["viewer"]);
  const startsAt = new Date(nowMs + 5 * MINUTE).toISOString();
  const strong = (await give(admin, second, { roles: ["admin"], startsAt }, 60)).body;
  const weak = (await give(admin, second, { roles: ["viewer"] }, 60)).body;
  const owners = (await give(owner, second, { roles: ["billing"] }, 60)).body;
  const states = async () => {
    const { items } = (await as(owner, "GET", `/grants?user=${second.userId}`)).body;
    const byId = new Map((items as Body[]).map(({ id, state }) => [id, state]));
    return [strong, weak, owners].map(({ id }) => byId.get(id));
  };

  const demoted = await as(owner, "PATCH", `/members/${admin.userId}`, { roles: ["viewer"] });
  assert.equal(demoted.status, 200, demoted.text);
  assert.deepEqual(await states(), ["ended", "active", "active"]);
  assert.equal((await as(owner, "DELETE", `/members/${admin.userId}`)).status, 204);
  assert.deepEqual(await states(), ["ended", "ended", "active"]);
  nowMs += 6 * MINUTE;
  assert.ok(!(await as(second, "GET", "/access")).body.roles.includes("admin"));
});

test("whoever is being suspended gives nothing any more", async () => {
  const { control } = platform.tenancy.internals;
  const admin = await signInMember(platform, tenantId, ["admin"]);
  const second = await signInMember(platform, tenantId, ["viewer"]);
  const client = await control.connect();
  try {
    await client.query("begin");
    await client.query("update tenancy.memberships set status = 'suspended' where user_id = $1", [
      admin.userId,
    ]);
    const giving = give(admin, second, { roles: ["admin"] });
    await lockAwaited(control);
    await client.query("commit");
    assert.equal((await giving).body.code, "member.not_found");
  } finally {
    client.release();
  }
});

test("ended early it is gone at once, on other servers within half a second, and cannot be ended twice", async () => {
  const member = await signInMember(platform, tenantId, ["member"]);
  const { id } = (await give(owner, member, { roles: ["auditor"] })).body;
  const other = await createServer({ tenancy: platform.tenancy, host: "127.0.0.1" });
  try {
    const url = await listen(other, { host: "127.0.0.1", port: 0 });
    const there = { key: null, headers: { cookie: member.headers["cookie"] as string } };
    const see = () => call({ url, apiKey: "" }, "GET", `/v1/tenants/${tenantId}/events`, there);
    assert.equal((await see()).status, 200);

    const ended = await as(owner, "POST", `/grants/${id}/end`, { reason: "Done" });

    assert.deepEqual([ended.status, ended.body.state, ended.body.endReason], [200, "ended", "Done"]);
    assert.equal((await as(member, "GET", "/events")).status, 403);
    assert.equal((await see()).status, 403);
  } finally {
    await other.close();
  }
  assert.equal((await as(owner, "POST", `/grants/${id}/end`)).body.code, "grant.over");
  assert.equal((await as(owner, "POST", `/grants/nonsense/end`)).body.code, "grant.not_found");
});

test("grants of another tenant are not there, and its people cannot be given any", async () => {
  const { id: otherId } = await platform.tenancy.tenants.create({ name: "Neighbour" });
  const neighbour = await signInMember(platform, otherId, ["owner"]);
  const their = await signInMember(platform, otherId, ["member"]);
  const mine = await signInMember(platform, tenantId, ["member"]);
  const { id } = (await give(owner, mine, { roles: ["auditor"] })).body;

  assert.equal(
    (await as(neighbour, "POST", `/grants/${id}/end`, undefined, otherId)).body.code,
    "grant.not_found",
  );
  assert.deepEqual((await as(neighbour, "GET", "/grants", undefined, otherId)).body.items, []);
  assert.equal((await give(owner, their, { roles: ["auditor"] })).body.code, "member.not_found");
  assert.equal((await as(neighbour, "GET", "/grants")).status, 404);
  assert.equal((await as(mine, "GET", "/events")).status, 200);
});

test("a policy can ask for a fresh factor before power is given; a role that is given for a time is in use", async () => {
  const member = await signInMember(platform, tenantId, ["member"]);
  const grants = [{ permissions: ["usage.read"], conditions: [] }];
  assert.equal((await as(owner, "POST", "/roles", { key: "meter", name: "Meter", grants })).status, 201);
  const text =
    'forbid (principal, action == Action::"grants.manage", resource) unless { context has mfaAge && context.mfaAge <= 600 };';
  const policy = await as(owner, "POST", "/policies", { name: "Fresh", text });
  assert.equal(policy.status, 201, policy.text);

  const weak = await give(owner, member, { roles: ["meter"] });
  const fresh = await signInMember(platform, tenantId, ["owner"], { isMfa: true });
  const strong = await give(fresh, member, { roles: ["meter"] });
  await as(owner, "DELETE", `/policies/${policy.body.id}`);

  assert.deepEqual([weak.status, weak.body.code, strong.status], [401, "access.step_up", 201]);
  assert.equal((await as(owner, "DELETE", "/roles/meter")).body.code, "role.in_use");
  assert.equal((await as(owner, "DELETE", `/members/${member.userId}`)).status, 204);
  assert.equal((await as(owner, "DELETE", "/roles/meter")).status, 204);
});
