import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Answer, call, signInWith } from "../../test/support/api.ts";
import { lockAwaited } from "../../test/support/lock-awaited.ts";
import { type Person, signInMember, tenantKey } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { permissionNames } from "../access/permissions.ts";
import { createOperatorLink } from "../identity/operators.ts";
import { routes } from "./routes.ts";
import { createServer, listen } from "./server.ts";

let nowMs = Date.parse("2026-11-25T10:00:00Z"); // a Wednesday
const clock = { now: () => new Date(nowMs) };
const MINUTE = 60_000;

// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked at by the tests
type Body = any;
type Headers = Readonly<Record<string, string>>;

let platform: Platform;
let tenantId: string;
let otherId: string;
let owner: Person;
let sue: { id: string; headers: Headers };
let mallory: { id: string; headers: Headers };

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null, clock });
  ({ id: tenantId } = await platform.tenancy.tenants.create({ name: "Studio" }));
  ({ id: otherId } = await platform.tenancy.tenants.create({ name: "Other" }));
  owner = await signInMember(platform, tenantId, ["owner"]);
  sue = await operator("Sue");
  mallory = await operator("Mallory");
});
after(() => platform[Symbol.asyncDispose]());

async function operator(name: string, role = "support") {
  const link = await createOperatorLink(platform.tenancy.internals.identity.parts, { actor: "test" }, name);
  const cookie = await signInWith(platform, `${platform.url}/#link=${link.token}`);
  const { id } = link.operator;
  assert.equal((await call(platform, "PATCH", `/v1/operators/${id}`, { body: { role } })).status, 200);
  return { id, headers: { cookie, origin: platform.url } };
}

function as(who: { headers: Headers }, method: string, path: string, body?: unknown): Promise<Answer<Body>> {
  const options = { key: null, headers: who.headers, ...(body === undefined ? {} : { body }) };
  return call<Body>(platform, method, path, options);
}

const of = (path: string, tenant = tenantId) => `/v1/tenants/${tenant}${path}`;
const inVisit = (who: { headers: Headers }, id: string) => ({
  headers: { ...who.headers, "tenancy-support": id },
});
const ask = (who: { headers: Headers }, more: object = {}) =>
  as(who, "POST", "/v1/support-visits", {
    tenant: tenantId,
    reason: "Ticket 4711",
    durationMinutes: 10,
    ...more,
  });
const decide = (who: { headers: Headers }, id: string, verb: string, tenant = tenantId) =>
  as(who, "POST", of(`/support-visits/${id}/${verb}`, tenant));

async function openVisit(who: { headers: Headers }, more: object = {}): Promise<string> {
  const { status, body, text } = await ask(who, more);
  assert.equal(status, 201, text);
  const consented = await decide(owner, body.id, "consent");
  assert.equal(consented.body.state, "active", consented.text);
  return body.id;
}

test("without consent nothing is open; with it support reads what the tenant's data shows, and changes nothing", async () => {
  const { body: visit } = await ask(sue);
  assert.equal(visit.state, "requested");
  const early = await as(inVisit(sue, visit.id), "GET", of("/access"));
  assert.deepEqual([early.status, early.body.code], [403, "support.no_visit"]);

  const listed = await as(owner, "GET", of("/support-visits"));
  assert.deepEqual(
    listed.body.items.map((each: Body) => [each.operatorName, each.reason, each.scope]),
    [["Sue", "Ticket 4711", "read"]],
  );
  assert.equal((await decide(owner, visit.id, "consent")).status, 200);
  const mine = await as(inVisit(sue, visit.id), "GET", of("/access"));

  assert.ok(mine.body.permissions.includes("data.read"), mine.text);
  const changing = mine.body.permissions.filter((name: string) => !/\.(read|list)$/.test(name));
  assert.deepEqual(changing, []);
  const staff = await as(sue, "GET", of("/access"));
  assert.ok(!staff.body.permissions.includes("data.read"), "outside of the visit they are what they were");
  const mails = await as(
    { headers: { authorization: `Bearer ${platform.apiKey}` } },
    "GET",
    "/v1/mail/outbox",
  );
  assert.ok(mails.text.includes("Support asks to act in Studio"), mails.text.slice(0, 200));
});

test("both identities stand in each record, of reads, changes and refusals", async () => {
  const id = await openVisit(sue, { userId: owner.userId });

  const read = await as(inVisit(sue, id), "GET", of("/members"));
  const refused = await as(inVisit(sue, id), "POST", of("/api-keys"), {
    name: "mine",
    scopes: ["data.read"],
  });

  assert.deepEqual([read.status, refused.status], [200, 403]);
  for (const answer of [read, refused]) {
    const { rows } = await platform.tenancy.internals.control.query(
      "select actor, on_behalf_of, tenant_id from tenancy.audit_records where request_id = $1",
      [answer.headers.get("x-request-id")],
    );
    assert.deepEqual(rows, [
      { actor: `operator:${sue.id}`, on_behalf_of: `user:${owner.userId}`, tenant_id: tenantId },
    ]);
  }
  const plain = await openVisit(sue);
  const shown = await as(inVisit(sue, plain), "GET", of("/members"));
  const { rows } = await platform.tenancy.internals.control.query(
    "select on_behalf_of from tenancy.audit_records where request_id = $1",
    [shown.headers.get("x-request-id")],
  );
  assert.deepEqual(rows, [{ on_behalf_of: `tenant:${tenantId}` }]);
});

test("no visit changes members, roles, keys, sign-in, billing or consent, not even in the place of an owner", async () => {
  const permit = `permit (principal is Support, action == Action::"members.manage", resource);`;
  const policy = await as(owner, "POST", of("/policies"), { name: "Please", text: permit });
  assert.equal(policy.status, 201, policy.text);
  for (const more of [{ scope: "write", userId: owner.userId }, { scope: "write" }]) {
    const id = await openVisit(sue, more);
    const permitted = (await as(inVisit(sue, id), "GET", of("/access"))).body.permissions as string[];
    assert.deepEqual(
      permitted.filter((name) => !/\.(read|list)$/.test(name)),
      ["data.write"],
    );
    for (const { method, url, permission } of routes) {
      if (method === "GET" || !url.startsWith("/v1/tenants/:tenant") || permission === "data.write") continue;
      // A question that is too long for an address is no change.
      if (permission.endsWith(".read")) continue;
      const path = url.replace(":tenant", tenantId).replace(/:\w+/g, "01980000-0000-7000-8000-000000000001");
      const { status, body } = await as(inVisit(sue, id), method, path);
      assert.deepEqual([status, body.code], [403, "access.denied"], `${method} ${url}`);
    }
  }
  await as(owner, "DELETE", of(`/policies/${policy.body.id}`));
});

test("a visit leads into its tenant alone: neither into another nor onto the platform", async () => {
  const id = await openVisit(sue);
  const elsewhere = await as(inVisit(sue, id), "GET", of("/members", otherId));
  const nowhere = await as(inVisit(sue, id), "GET", of("/members", crypto.randomUUID()));
  const platformList = await as(inVisit(sue, id), "GET", "/v1/tenants");

  assert.deepEqual([elsewhere.status, nowhere.status], [404, 404]);
  assert.deepEqual([platformList.status, platformList.body.code], [404, "request.no_route"]);
  assert.equal((await as(inVisit(sue, id), "GET", of("/members"))).status, 200);
});

test("in a visit nobody reaches what is the operator's own: their session, factors and profile", async () => {
  const id = await openVisit(sue, { userId: owner.userId });
  const own = routes.filter(({ url, permission }) => permission === "signed_in" && !url.includes(":tenant"));
  assert.ok(own.some(({ method, url }) => `${method} ${url}` === "DELETE /v1/me/factors/totp"));
  for (const { method, url } of own) {
    const path = url.replace(/:\w+/g, "01980000-0000-7000-8000-000000000001");
    const { status, body } = await as(inVisit(sue, id), method, path);
    assert.deepEqual([status, body.code], [404, "request.no_route"], `${method} ${url}`);
  }
  assert.equal((await as(sue, "GET", "/v1/me/factors")).status, 200);
});

test("a visit is its operator's alone: no other operator, member or key acts in it", async () => {
  const id = await openVisit(sue, { userId: owner.userId });
  const member = await signInMember(platform, tenantId, ["viewer"]);
  const key = await tenantKey(platform, tenantId, permissionNames);

  for (const who of [
    mallory,
    member,
    owner,
    { headers: { authorization: `Bearer ${key}` } },
    { headers: { authorization: `Bearer ${platform.apiKey}` } },
  ]) {
    const { status, body } = await as(inVisit(who, id), "GET", of("/members"));
    assert.deepEqual([status, body.code], [403, "support.no_visit"]);
  }
  for (const made of ["", "nonsense", crypto.randomUUID()])
    assert.equal((await as(inVisit(sue, made), "GET", of("/members"))).body.code, "support.no_visit", made);
  assert.equal((await as(mallory, "POST", `/v1/support-visits/${id}/end`)).body.code, "support.not_found");
});

test("a visit is over by the clock, and at once when the tenant or the operator ends it, on every server", async () => {
  const see = (id: string) => as(inVisit(sue, id), "GET", of("/members"));
  const timed = await openVisit(sue);
  nowMs += 10 * MINUTE - 1;
  assert.equal((await see(timed)).status, 200);
  nowMs += 1;
  assert.equal((await see(timed)).body.code, "support.no_visit");
  assert.equal((await decide(owner, timed, "end")).body.code, "support.over");

  const ended = await openVisit(sue);
  const other = await createServer({ tenancy: platform.tenancy, host: "127.0.0.1", clock });
  try {
    const url = await listen(other, { host: "127.0.0.1", port: 0 });
    const { cookie } = sue.headers as { cookie: string };
    const there = () =>
      call<Body>({ url, apiKey: "" }, "GET", of("/members"), {
        key: null,
        headers: { cookie, "tenancy-support": ended },
      });
    assert.equal((await there()).status, 200);
    assert.equal((await decide(owner, ended, "end")).body.state, "ended");
    assert.equal((await there()).body.code, "support.no_visit");
  } finally {
    await other.close();
  }
  const left = await openVisit(sue);
  assert.equal((await as(sue, "POST", `/v1/support-visits/${left}/end`)).body.state, "ended");
  assert.equal((await see(left)).status, 403);

  const replaced = await signInMember(platform, tenantId, ["viewer"]);
  const inPlace = await openVisit(sue, { userId: replaced.userId });
  assert.equal((await see(inPlace)).status, 403, "a viewer does not see members");
  assert.equal((await as(owner, "DELETE", of(`/members/${replaced.userId}`))).status, 204);
  assert.equal(
    (await see(inPlace)).body.code,
    "support.no_visit",
    "there is nobody any more to stand in for",
  );
});

test("members who may consent alone do so, once and in time; staff, programs and other tenants do not", async () => {
  const admin = await signInMember(platform, tenantId, ["admin"]);
  const chief = await operator("Chief", "administrator");
  const neighbour = await signInMember(platform, otherId, ["owner"]);
  const key = await tenantKey(platform, tenantId, permissionNames);
  const { id } = (await ask(mallory)).body;

  const codes = async (who: { headers: Headers }, tenant?: string) =>
    (await decide(who, id, "consent", tenant)).body.code;
  assert.equal(await codes(admin), "access.denied");
  assert.equal(await codes(mallory), "access.denied");
  assert.equal(await codes(chief), "support.members_only");
  assert.equal(await codes({ headers: { authorization: `Bearer ${key}` } }), "support.members_only");
  assert.equal(
    await codes({ headers: { authorization: `Bearer ${platform.apiKey}` } }),
    "support.members_only",
  );
  assert.equal(await codes(neighbour, otherId), "support.not_found");
  assert.equal(await codes(neighbour), "tenant.not_found");
  const settings = await as(chief, "PUT", of("/support-settings"), { standingConsent: null });
  assert.equal(settings.body.code, "support.members_only");
  assert.equal((await decide(owner, id, "decline")).body.state, "declined");
  assert.equal(await codes(owner), "support.decided");

  const late = (await ask(mallory)).body.id;
  nowMs += 73 * 60 * MINUTE;
  owner = await signInMember(platform, tenantId, ["owner"]);
  assert.equal((await decide(owner, late, "consent")).body.code, "support.decided");
  sue = await operator("Sue");
});

test("a standing consent opens what it covers and no more, and takes it back with itself", async () => {
  const consent = {
    scope: "read",
    durationMinutesMax: 30,
    days: ["sat"],
    from: "09:00",
    to: "18:00",
    until: null,
  };
  const put = (standingConsent: unknown) => as(owner, "PUT", of("/support-settings"), { standingConsent });
  assert.equal((await put({ ...consent, from: "25:00" })).status, 422);
  assert.deepEqual((await put(consent)).body.standingConsent, consent); // 73 hours later it is Saturday, 11 o'clock

  const states = [];
  for (const more of [{}, { scope: "write" }, { durationMinutes: 31 }])
    states.push((await ask(sue, more)).body.state);
  assert.deepEqual(states, ["active", "requested", "requested"]);
  const { body: visit } = await ask(sue);
  assert.deepEqual([visit.isStanding, visit.decidedBy], [true, `user:${owner.userId}`]);
  assert.equal((await as(inVisit(sue, visit.id), "GET", of("/members"))).status, 200);

  assert.equal((await put(null)).status, 200);
  assert.equal((await as(inVisit(sue, visit.id), "GET", of("/members"))).body.code, "support.no_visit");
  assert.equal((await ask(sue)).body.state, "requested");
  assert.equal((await put({ ...consent, days: ["sun"] })).status, 200);
  assert.equal((await ask(sue)).body.state, "requested");
});

test("a standing consent that is narrowed while a visit is asked for does not open it", async () => {
  const { control } = platform.tenancy.internals;
  const days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
  const wide = { scope: "read", durationMinutesMax: 30, days, from: "00:00", to: "00:00", until: null };
  const put = (standingConsent: unknown) => as(owner, "PUT", of("/support-settings"), { standingConsent });
  const locked = async <T>(work: () => Promise<T>, meanwhile?: string): Promise<T> => {
    const client = await control.connect();
    try {
      await client.query("begin");
      await client.query("select pg_advisory_xact_lock(hashtextextended('support ' || $1::text, 0))", [
        tenantId,
      ]);
      const working = work();
      await lockAwaited(control);
      if (meanwhile) await client.query(meanwhile, [tenantId]);
      await client.query("commit");
      return await working;
    } finally {
      client.release();
    }
  };
  assert.equal((await put(wide)).status, 200);
  assert.equal((await ask(sue)).body.state, "active");

  const narrowing = "update tenancy.support_settings set minutes_max = 1 where tenant_id = $1";
  const asked = await locked(() => ask(sue), narrowing);
  assert.equal(asked.body.state, "requested", asked.text);
  const changed = await locked(() => put(null));
  assert.equal(changed.status, 200, "a change waits for the requests before it");
});
