import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { sessionHeaders, signInMember } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { signedUser } from "../../test/support/users.ts";
import { readEvents } from "../audit/record.ts";

let platform: Platform;
let count = 0;

before(async () => {
  platform = await startPlatform({ sql: null, background: false, consoleDir: null });
});
after(() => platform[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, read field by field
type Body = any;
const asStaff = (method: string, path: string) => call<Body>(platform, method, path);
const as = (headers: Readonly<Record<string, string>>, method: string, path: string) =>
  call<Body>(platform, method, path, { key: null, headers });
const makeTenant = async () => (await platform.tenancy.tenants.create({ name: `Studio ${++count}` })).id;

test("staff find a user by address or name, see their tenants and sessions, and end those", async () => {
  const tenantId = await makeTenant();
  const { user, headers } = await signedUser(platform.tenancy, {
    name: "Ada Lovelace",
    tenants: { [tenantId]: ["admin"] },
  });
  await sessionHeaders(platform, user.id);

  const found = await asStaff("GET", "/v1/users?search=lovelace");
  assert.deepEqual(
    found.body.items.map((each: Body) => [each.id, each.email, each.status]),
    [[user.id, user.email, "active"]],
  );
  const shown = await asStaff("GET", `/v1/users/${encodeURIComponent(user.email)}`);
  assert.deepEqual(
    shown.body.tenants.map((each: Body) => [each.id, each.roles]),
    [[tenantId, ["admin"]]],
  );
  const sessions = await asStaff("GET", `/v1/users/${user.id}/sessions`);
  assert.equal(sessions.body.items.length, 2);
  const [{ id }] = sessions.body.items;
  assert.equal((await asStaff("DELETE", `/v1/users/${user.id}/sessions/${id}`)).status, 204);
  assert.equal((await asStaff("DELETE", `/v1/users/${user.id}/sessions`)).body.ended, 1);
  assert.equal((await as(headers, "GET", "/v1/me")).status, 401);
});

test("pages of users follow each other by address, without a gap", async () => {
  const all = (await asStaff("GET", "/v1/users")).body;
  assert.equal(all.next, null);
  const [first, ...others] = all.items.map((each: Body) => each.email);
  const rest = await asStaff("GET", `/v1/users?after=${encodeURIComponent(first)}`);
  assert.deepEqual(
    rest.body.items.map((each: Body) => each.email),
    others,
  );
});

test("a disabled user is out with the very next request, and comes back when enabled", async () => {
  const { user, headers } = await signedUser(platform.tenancy);

  const disabled = await asStaff("POST", `/v1/users/${user.id}/disable`);

  assert.equal(disabled.body.status, "disabled");
  assert.equal((await as(headers, "GET", "/v1/me")).status, 401);
  assert.equal((await asStaff("POST", `/v1/users/${user.id}/enable`)).body.status, "active");
  const again = await sessionHeaders(platform, user.id);
  assert.equal((await as(again, "GET", "/v1/me")).status, 200);
  const nobody = await asStaff("POST", "/v1/users/01980000-0000-7000-8000-00000000dead/disable");
  assert.deepEqual([nobody.status, nobody.body.code], [404, "user.not_found"]);
});

test("an admin ends the sessions of their own members, not of those who may more, nor of strangers", async () => {
  const [home, other] = [await makeTenant(), await makeTenant()];
  const owner = await signInMember(platform, home, ["owner"]);
  const admin = await signInMember(platform, home, ["admin"]);
  const member = await signInMember(platform, home, ["member"]);
  const stranger = await signInMember(platform, other, ["member"]);
  const path = (userId: string) => `/v1/tenants/${home}/members/${userId}/sessions`;

  assert.equal((await as(admin.headers, "GET", path(member.userId))).body.items.length, 1);
  assert.equal((await as(admin.headers, "DELETE", path(member.userId))).body.ended, 1);
  assert.equal((await as(member.headers, "GET", "/v1/me")).status, 401);
  const { control } = platform.tenancy.internals;
  const [ended] = await readEvents(control, { action: "session.revoked", tenantId: home, limit: 2 });
  assert.equal(ended?.detail["userId"], member.userId, "in the log of the tenant whose admin did it");
  assert.equal((await as(admin.headers, "DELETE", path(owner.userId))).body.code, "role.not_grantable");
  const nowhere = "01980000-0000-7000-8000-00000000dead";
  for (const method of ["GET", "DELETE"]) {
    for (const userId of [stranger.userId, nowhere]) {
      const answer = await as(admin.headers, method, path(userId));
      assert.deepEqual([answer.status, answer.body.code], [404, "member.not_found"]);
    }
  }
  assert.equal((await as(stranger.headers, "GET", "/v1/me")).status, 200);
  assert.equal((await as(stranger.headers, "GET", path(owner.userId))).body.code, "tenant.not_found");
});
