import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { type SignedUser, signedUser } from "../../test/support/users.ts";
import { readEvents } from "../audit/record.ts";
import { exec, one, query } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { readApiKeys } from "../identity/api-keys.ts";
import { readInvitations } from "../identity/invitations.ts";
import { changeMember, removeMember } from "../identity/members.ts";

const BY = { actor: "test", principal: null };
let platform: Platform;
before(async () => {
  platform = await startPlatform({ sql: null, background: false, consoleDir: null });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, read field by field
type Body = any;
const identity = () => platform.tenancy.internals.identity.parts;
let count = 0;
const newTenant = async () => (await platform.tenancy.tenants.create({ name: `Lost ${++count}` })).id;

/** Two keys and two invitations of theirs in a tenant: one of each is more than a member may, one is not. */
async function makeThings(tenantId: string, maker: SignedUser): Promise<void> {
  const post = async (at: string, body: unknown) => {
    const headers = maker.headers;
    const made = await call<Body>(platform, "POST", `/v1/tenants/${tenantId}${at}`, {
      body,
      headers,
      key: null,
    });
    assert.equal(made.status, 201, made.text);
    return made.body;
  };
  const account = await post("/service-accounts", { name: `of ${maker.user.id}`, roles: ["admin"] });
  await post("/api-keys", { name: "small", scopes: ["data.read"] });
  await post("/api-keys", { name: "large", scopes: ["data.read", "members.manage"] });
  await post("/api-keys", { name: "account's", serviceAccountId: account.id });
  await post("/api-keys", { name: "account's small", serviceAccountId: account.id, scopes: ["data.read"] });
  await post("/invitations", { email: `small-${maker.user.id}@example.com`, roles: ["viewer"] });
  await post("/invitations", { email: `large-${maker.user.id}@example.com`, roles: ["admin"] });
}

async function thingsIn(tenantId: string) {
  const keys = await readApiKeys(identity().pool, tenantId);
  const invitations = await readInvitations(identity(), tenantId);
  return {
    keys: keys.map(({ name }) => name).sort(),
    invited: invitations.map(({ email }) => email.split("-")[0]).sort(),
  };
}

const EVERYTHING = {
  keys: ["account's", "account's small", "large", "small"],
  invited: ["large", "small"],
};
const OF_A_MEMBER = { keys: ["account's small", "small"], invited: ["small"] };

test("what a member made ends with the role that it needed, there alone, and what they may still do stays", async () => {
  const [here, elsewhere] = [await newTenant(), await newTenant()];
  const maker = await signedUser(platform.tenancy, {
    tenants: { [here]: ["admin"], [elsewhere]: ["admin"] },
    isMfa: true,
  });
  await makeThings(here, maker);
  await makeThings(elsewhere, maker);

  await changeMember(identity(), { tenantId: here, userId: maker.user.id, roles: ["admin", "viewer"] }, BY);
  assert.deepEqual(await thingsIn(here), EVERYTHING);
  await changeMember(identity(), { tenantId: here, userId: maker.user.id, roles: ["member"] }, BY);

  assert.deepEqual(await thingsIn(here), OF_A_MEMBER);
  assert.deepEqual(await thingsIn(elsewhere), EVERYTHING);
  const ended = (await readEvents(identity().pool, { tenantId: here, limit: 100 })).filter(({ detail }) =>
    /roles that its maker still holds/.test(String(detail.reason)),
  );
  assert.deepEqual(ended.map(({ action }) => action).sort(), [
    "api_key.revoked",
    "api_key.revoked",
    "member.invitation_withdrawn",
  ]);
});

test("what a key made is judged by itself: it stays with the maker when the key goes", async () => {
  const tenantId = await newTenant();
  const maker = await signedUser(platform.tenancy, { tenants: { [tenantId]: ["admin"] }, isMfa: true });
  const make = (name: string, scopes: string[], key: string | null) =>
    call<Body>(platform, "POST", `/v1/tenants/${tenantId}/api-keys`, {
      body: { name, scopes },
      headers: key === null ? maker.headers : {},
      key,
    });
  const parent = await make("parent", ["api_keys.manage", "data.read", "members.manage"], null);
  for (const [name, scopes] of [
    ["small child", ["data.read"]],
    ["large child", ["members.manage"]],
  ] as const)
    assert.equal((await make(name, [...scopes], parent.body.key)).status, 201);
  const change = { tenantId, userId: maker.user.id };

  await changeMember(identity(), { ...change, roles: ["member"] }, BY);
  assert.deepEqual((await thingsIn(tenantId)).keys, ["small child"]);
  await removeMember(identity(), change, BY);

  assert.deepEqual((await thingsIn(tenantId)).keys, []);
});

test("roles that a directory's groups take end what they gave, as a hand's do", async () => {
  const tenantId = await newTenant();
  await identity().pool.query(
    `insert into tenancy.sso_domains (tenant_id, domain, challenge, verified_at, created_at)
     values ($1, 'lost.example.com', 'x', now(), now())`,
    [tenantId],
  );
  const api = (method: string, at: string, body: unknown) =>
    call<Body>(platform, method, `/v1/tenants/${tenantId}${at}`, { body });
  await api("PATCH", "/sso-rules", { groupRoles: [{ group: "Chiefs", roles: ["admin"] }] });
  const { token } = (await api("POST", "/scim-tokens", { name: "Okta" })).body;
  const scim = (method: string, at: string, body?: unknown) =>
    call<Body>(platform, method, `/scim/v2/${tenantId}${at}`, {
      key: null,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/scim+json" }),
      },
    });
  const email = "chief@lost.example.com";
  const maker = await signedUser(platform.tenancy, {
    email,
    tenants: { [tenantId]: ["member"] },
    isMfa: true,
  });
  const schemas = ["urn:ietf:params:scim:schemas:core:2.0:User"];
  const person = await scim("POST", "/Users", { schemas, userName: email, emails: [{ value: email }] });
  assert.equal(person.status, 201, person.text);
  const group = await scim("POST", "/Groups", {
    displayName: "Chiefs",
    members: [{ value: person.body.id }],
  });
  assert.equal(group.status, 201, group.text);
  platform.tenancy.internals.identity.memberships.forget();
  await makeThings(tenantId, maker);

  assert.equal((await scim("DELETE", `/Groups/${group.body.id}`)).status, 204);

  assert.deepEqual(await thingsIn(tenantId), OF_A_MEMBER);
});

test("whoever is removed does not come back by an invitation to their own address", async () => {
  const [here, elsewhere] = [await newTenant(), await newTenant()];
  const email = "leaver@lost.example.com";
  for (const tenantId of [here, elsewhere]) {
    const invitation = { email, roles: ["admin"] };
    const made = await call(platform, "POST", `/v1/tenants/${tenantId}/invitations`, { body: invitation });
    assert.equal(made.status, 201, made.text);
  }
  // A directory or a provider brought them in before they followed the link.
  const leaver = await signedUser(platform.tenancy, { email, tenants: { [here]: ["member"] } });

  await removeMember(identity(), { tenantId: here, userId: leaver.user.id }, BY);

  assert.deepEqual((await thingsIn(here)).invited, []);
  assert.deepEqual((await thingsIn(elsewhere)).invited, [email]);
});

test("whoever is made an owner meanwhile is not removed or changed by somebody who may not unmake owners", async () => {
  for (const act of ["remove", "change"] as const) {
    const tenantId = await newTenant();
    const admin = await signedUser(platform.tenancy, { tenants: { [tenantId]: ["admin"] } });
    const rising = await signedUser(platform.tenancy, { tenants: { [tenantId]: ["member"] } });
    await signedUser(platform.tenancy, { tenants: { [tenantId]: ["owner"] } });
    const principal = await platform.tenancy.internals.identity.credentials.session(admin.token);
    assert.ok(principal);
    const by = { actor: principal.actor, principal };
    const at = { tenantId, userId: rising.user.id };
    let outcome: Promise<unknown> | undefined;

    await withTx(identity().pool, async (tx) => {
      await exec(tx, makeOwner, [tenantId, rising.user.id]);
      outcome =
        act === "remove"
          ? removeMember(identity(), at, by)
          : changeMember(identity(), { ...at, roles: ["viewer"] }, by);
      outcome.catch(() => {});
      await untilAnotherWaits(tx);
    });

    await assert.rejects(outcome ?? Promise.resolve(), { code: "role.not_grantable" });
  }
});

const makeOwner = query(
  "test.make_owner",
  "update tenancy.memberships set roles = '{owner}' where tenant_id = $1::uuid and user_id = $2::uuid",
);

const countWaiting = query<{ n: number }>(
  "test.count_waiting",
  "select count(*)::int as n from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))",
);

/** Until another transaction waits for a lock that this one holds. */
async function untilAnotherWaits(tx: Tx): Promise<void> {
  while ((await one(tx, countWaiting, [])).n === 0);
}
