import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Answer, call } from "../../test/support/api.ts";
import { type Person, sessionHeaders, signInMember, tenantKey } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { isPermission, permissionNames, scopeOf } from "../access/permissions.ts";
import { setUserEnabled } from "../identity/users.ts";
import { routes } from "./routes.ts";

/** Every route, walked by everybody of tenant A on tenant B. */
let platform: Platform;
let home: { id: string; slug: string };
let foreign: { id: string; slug: string };
let owner: Person;
let key: string;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  const make = async (name: string) => {
    const { id, slug } = await platform.tenancy.tenants.create({
      name,
      domain: `${name.toLowerCase()}.example.com`,
    });
    return { id, slug: slug as string }; // it was just made
  };
  home = await make("Home");
  foreign = await make("Foreign");
  owner = await signInMember(platform, home.id, ["owner"]);
  key = await tenantKey(platform, home.id, permissionNames);
});
after(() => platform[Symbol.asyncDispose]());

const closed = routes.filter(({ isPublic }) => !isPublic);
const ofTenants = closed.filter(({ url }) => url.includes("/:tenant"));
const ofPlatform = closed.filter(
  ({ permission }) => isPermission(permission) && scopeOf(permission) === "platform",
);

/** The same request but for what no two answers share. */
function comparable({ status, headers, text }: Answer<unknown>) {
  const said = [...headers].filter(([name]) => !["date", "x-request-id", "ratelimit"].includes(name));
  return { status, said, text: text.replace(/"requestId":"[^"]+"/, "") };
}

function pathOf(url: string, tenant: string): string {
  return url.replace(":tenant", tenant).replace(/:\w+/g, "01980000-0000-7000-8000-000000000001");
}

const asOwner = () => ({ key: null, headers: owner.headers });
const asKey = () => ({ key });

test("on another tenant's paths members and keys get what they get on those of no tenant, byte for byte", async () => {
  for (const options of [asOwner(), asKey()]) {
    for (const { method, url } of ofTenants) {
      const nowhere = "01980000-0000-7000-8000-00000000dead";
      const unknown = comparable(await call(platform, method, pathOf(url, nowhere), options));
      assert.equal(unknown.status, 404, `${method} ${url}`);
      for (const name of [foreign.id, foreign.slug, "foreign.example.com", "no-such-tenant"]) {
        const answer = comparable(await call(platform, method, pathOf(url, name), options));
        assert.deepEqual(answer, unknown, `${method} ${url} on ${name}`);
      }
    }
  }
});

test("the platform's own routes are not there for members and keys of tenants", async () => {
  for (const options of [asOwner(), asKey()]) {
    for (const { method, url } of ofPlatform) {
      const answer = await call(platform, method, pathOf(url, home.id), options);
      const isOnTenant = url.includes("/:tenant");
      // Their own tenant's existence is no secret to them, so there they are told that they may not.
      const expected = isOnTenant ? [403, "access.denied"] : [404, "request.no_route"];
      assert.deepEqual([answer.status, answer.body.code], expected, `${method} ${url}`);
    }
  }
});

test("at home an owner may what the catalogue gives to tenants, by id, slug and domain alike", async () => {
  for (const name of [home.id, home.slug, "home.example.com"]) {
    const answer = await call(platform, "GET", `/v1/tenants/${name}`, asOwner());
    assert.equal(answer.status, 200, name);
  }
  assert.equal((await call(platform, "GET", `/v1/tenants/${home.id}/usage`, asKey())).status, 200);
});

test("a viewer reads and does not change; a key does what its scopes say", async () => {
  const viewer = await signInMember(platform, home.id, ["viewer"]);
  const narrow = await tenantKey(platform, home.id, ["usage.read"]);
  const show = await call(platform, "GET", `/v1/tenants/${home.id}`, { key: null, headers: viewer.headers });
  const add = await call(platform, "POST", `/v1/tenants/${home.id}/domains`, {
    key: null,
    headers: viewer.headers,
    body: { domain: "viewer.example.com" },
  });

  assert.equal(show.status, 200);
  assert.deepEqual([add.status, add.body.code], [403, "access.denied"]);
  assert.equal((await call(platform, "GET", `/v1/tenants/${home.id}/usage`, { key: narrow })).status, 200);
  assert.equal((await call(platform, "GET", `/v1/tenants/${home.id}`, { key: narrow })).status, 403);
});

test("a member who was removed, or a user who was disabled, is out within a second", async () => {
  const { identity } = platform.tenancy.internals;
  const leaver = await signInMember(platform, home.id, ["admin"]);
  const see = () => call(platform, "GET", `/v1/tenants/${home.id}`, { key: null, headers: leaver.headers });
  assert.equal((await see()).status, 200);

  await setUserEnabled(identity.parts, leaver.userId, false, { actor: "test" });

  const startMs = Date.now();
  while ((await see()).status === 200) assert.ok(Date.now() - startMs < 1_000);
});

test("a suspended tenant is closed to its members and open to staff", async () => {
  const { id } = await platform.tenancy.tenants.create({ name: "Paused" });
  const member = await signInMember(platform, id, ["owner"]);
  const see = (options: object) => call(platform, "GET", `/v1/tenants/${id}`, options);
  assert.equal((await see({ key: null, headers: member.headers })).status, 200);

  await platform.tenancy.tenants.suspend(id, "unpaid");

  const refused = await see({ key: null, headers: member.headers });
  assert.equal(refused.body.code, "tenant.suspended");
  assert.equal((await see({})).status, 200);
});

test("a refusal is recorded, with who, what and why", async () => {
  const { control } = platform.tenancy.internals;
  const viewer = await signInMember(platform, home.id, ["viewer"]);
  const headers = await sessionHeaders(platform, viewer.userId);
  const answer = await call(platform, "GET", `/v1/tenants/${home.id}/events`, { key: null, headers });
  assert.equal(answer.status, 403);

  const { rows } = await control.query<{ actor: string; outcome: string; tenant_id: string }>(
    "select actor, outcome, tenant_id from tenancy.audit_records where action = 'access.denied' and request_id = $1",
    [answer.body.requestId],
  );
  assert.deepEqual(rows, [{ actor: `user:${viewer.userId}`, outcome: "denied", tenant_id: home.id }]);
});
