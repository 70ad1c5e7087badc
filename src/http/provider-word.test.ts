import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { headersOf, type SignedUser, signedUser } from "../../test/support/users.ts";
import { exec } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { checkPassword } from "../identity/passwords.ts";
import { openSession } from "../identity/sessions.ts";
import { setPassword } from "../identity/sign-in-store.ts";

const PASSWORD = "four words unrelated here";
let platform: Platform;
before(async () => {
  platform = await startPlatform({ sql: null, background: false, consoleDir: null });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, read field by field
type Body = any;
const send = (method: string, path: string, headers: Readonly<Record<string, string>>, body?: unknown) =>
  call<Body>(platform, method, path, { body, headers, key: null });
const codeOf = async (answer: ReturnType<typeof send>) => (await answer).body?.code;

let count = 0;
const newTenant = async () => (await platform.tenancy.tenants.create({ name: `Word ${++count}` })).id;

/** A tenant with a provider, and its path. */
async function withProvider() {
  const id = await newTenant();
  const owner = await signedUser(platform.tenancy, { tenants: { [id]: ["owner"] }, isMfa: true });
  const made = await call<Body>(platform, "POST", `/v1/tenants/${id}/sso-connections`, {
    body: {
      name: "Directory",
      oidc: { issuer: "https://login.example.com", clientId: "tenancy", clientSecret: "x" },
    },
  });
  assert.equal(made.status, 201, made.text);
  return { id, owner, connectionId: made.body.id as string, path: `/v1/tenants/${id}/sso-connections` };
}

/** By staff: what a process knows of a tenant's providers, half a second old, is read for members alone. */
async function activate({ path, connectionId }: { path: string; connectionId: string }): Promise<void> {
  const body = { status: "active" };
  const { status, text } = await call(platform, "PATCH", `${path}/${connectionId}`, { body });
  assert.equal(status, 200, text);
}

/** Another session of theirs, as a provider that says what it likes would open it. */
async function byProvider(victim: SignedUser, connectionId: string) {
  const { parts } = platform.tenancy.internals.identity;
  const session = await withTx(parts.pool, (tx) =>
    openSession(tx, parts, {
      person: { userId: victim.user.id },
      amr: ["sso", `sso:${connectionId}`, "mfa"],
      isMfa: true,
      origin: { device: "Provider", ip: "192.0.2.1" },
    }),
  );
  return headersOf(session.token);
}

async function givePassword({ user }: SignedUser): Promise<void> {
  const { parts } = platform.tenancy.internals.identity;
  const hashed = await parts.hashes.hash(await checkPassword(parts, PASSWORD, user.email));
  await exec(parts.pool, setPassword, [user.id, hashed, parts.clock.now()]);
}

test("a provider's session changes nothing of how a person signs in, who is a member elsewhere too", async () => {
  const [hostile, bank] = [await withProvider(), await newTenant()];
  await activate(hostile);
  const tenants = { [hostile.id]: ["member"], [bank]: ["owner"] };
  const [victim, bare] = [
    await signedUser(platform.tenancy, { tenants }),
    await signedUser(platform.tenancy, { tenants }),
  ];
  await givePassword(victim);
  const headers = await byProvider(victim, hostile.connectionId);
  assert.equal((await send("GET", `/v1/tenants/${hostile.id}`, headers)).status, 200);
  assert.equal(await codeOf(send("GET", `/v1/tenants/${bank}`, headers)), "sso.other_tenants_session");

  const changes: [string, string, unknown?][] = [
    ["PUT", "/v1/me/password", { password: "chosen by the provider" }],
    ["POST", "/v1/me/factors/totp"],
    ["POST", "/v1/me/factors/passkeys/challenge"],
    ["DELETE", "/v1/me/factors/totp"],
    ["POST", "/v1/me/factors/recovery-codes"],
  ];
  const bareHeaders = await byProvider(bare, hostile.connectionId);
  for (const [method, path, body] of changes) {
    assert.equal(await codeOf(send(method, path, headers, body)), "session.step_up", path);
    assert.equal(await codeOf(send(method, path, bareHeaders, body)), "session.from_provider", path);
  }
  assert.equal((await send("POST", "/v1/me/factors/totp", victim.headers)).status, 201);
});

test("a provider's session learns of no other tenant and no other session of the person, and ends none", async () => {
  const [hostile, bank] = [await withProvider(), await newTenant()];
  await activate(hostile);
  const victim = await signedUser(platform.tenancy, {
    tenants: { [hostile.id]: ["member"], [bank]: ["owner"] },
  });
  const headers = await byProvider(victim, hostile.connectionId);
  const idsOf = (body: Body) => body.map((each: Body) => each.id);

  const me = await send("GET", "/v1/me", headers);
  const sessions = await send("GET", "/v1/me/sessions", headers);
  const one = await send("DELETE", `/v1/me/sessions/${victim.sessionId}`, headers);
  const all = await send("DELETE", "/v1/me/sessions", headers);

  assert.deepEqual(idsOf(me.body.tenants), [hostile.id]);
  assert.deepEqual(
    sessions.body.items.map((each: Body) => each.isCurrent),
    [true],
  );
  assert.deepEqual([one.status, one.body.code], [404, "session.not_found"]);
  assert.deepEqual(all.body, { ended: 0 });
  const own = await send("GET", "/v1/me", victim.headers);
  assert.deepEqual(idsOf(own.body.tenants).sort(), [hostile.id, bank].sort());
  assert.equal((await send("GET", "/v1/me/sessions", victim.headers)).body.items.length, 2);
});

test("who proves themselves in a provider's session has the whole account, and still no other tenant", async () => {
  const [home, bank] = [await withProvider(), await newTenant()];
  await activate(home);
  const ada = await signedUser(platform.tenancy, { tenants: { [home.id]: ["member"], [bank]: ["member"] } });
  await givePassword(ada);
  const headers = await byProvider(ada, home.connectionId);

  const proved = await send("POST", "/v1/me/step-up", headers, { password: PASSWORD });

  assert.equal(proved.status, 200, proved.text);
  const token = /=([^;]+)/.exec(proved.headers.get("set-cookie") ?? "")?.[1] ?? "";
  const renewed = headersOf(token);
  assert.equal((await send("GET", "/v1/me", renewed)).body.tenants.length, 2);
  assert.equal(await codeOf(send("GET", `/v1/tenants/${bank}`, renewed)), "sso.other_tenants_session");
  const changed = await send("PUT", "/v1/me/password", renewed, { password: "another set of four words" });
  assert.equal(changed.status, 204, changed.text);
});

test("only who has all that owners have lets a provider speak for them, or changes what it is believed", async () => {
  const { id, owner, connectionId, path } = await withProvider();
  const admin = await signedUser(platform.tenancy, { tenants: { [id]: ["admin"] }, isMfa: true });
  const at = `${path}/${connectionId}`;
  const change = (who: SignedUser, body: object) => send("PATCH", at, who.headers, body);

  assert.equal((await change(admin, { name: "Draft", mapping: { email: "upn" } })).status, 200);
  assert.equal(await codeOf(change(admin, { status: "active" })), "role.not_grantable");
  assert.equal((await change(owner, { status: "active" })).status, 200);
  for (const body of [
    { mapping: { email: "nickname" } },
    { oidc: { issuer: "https://evil.example.com" } },
    { status: "active", mapping: { trustsMfa: true } },
  ])
    assert.equal(await codeOf(change(admin, body)), "role.not_grantable", JSON.stringify(body));
  assert.equal((await change(admin, { name: "Renamed" })).status, 200);
  assert.equal((await change(admin, { status: "disabled" })).status, 200);
});

test("a tenant takes no address that it has not proven: not one that its owner would want, and learns not whose it is", async () => {
  const [{ id, owner }, bank] = [await withProvider(), await newTenant()];
  await platform.tenancy.tenants.as({ actor: "test" }).addDomain(bank, { domain: "bank.example.org" });
  const add = (domain: string) => send("POST", `/v1/tenants/${id}/domains`, owner.headers, { domain });

  for (const domain of ["bank.example.org", "free.example.org", "evilstudio.example.net"])
    assert.equal(await codeOf(add(domain)), "tenant.domain_unproven", domain);
  await platform.tenancy.internals.control.query(
    `insert into tenancy.sso_domains (tenant_id, domain, challenge, verified_at, created_at)
     values ($1, 'studio.example.net', 'x', now(), now())`,
    [id],
  );

  assert.equal((await add("studio.example.net")).status, 201);
  assert.equal((await add("www.studio.example.net")).status, 201);
  assert.equal(await codeOf(add("evilstudio.example.net")), "tenant.domain_unproven");
  const staff = await call<Body>(platform, "POST", `/v1/tenants/${id}/domains`, {
    body: { domain: "free.example.org" },
  });
  assert.equal(staff.status, 201, staff.text);
});

test("only who has all that owners have makes a directory's token, which removes owners", async () => {
  const { id, owner } = await withProvider();
  const path = `/v1/tenants/${id}/scim-tokens`;
  const admin = await signedUser(platform.tenancy, { tenants: { [id]: ["admin"] }, isMfa: true });
  const made = await send("POST", `/v1/tenants/${id}/roles`, owner.headers, {
    key: "directory",
    name: "Directory",
    grants: [{ permissions: ["tenants.read", "scim.read", "scim.manage"], conditions: [] }],
  });
  assert.equal(made.status, 201, made.text);
  const clerk = await signedUser(platform.tenancy, { tenants: { [id]: ["directory"] } });

  for (const who of [admin, clerk])
    assert.equal(await codeOf(send("POST", path, who.headers, { name: "Mine" })), "role.not_grantable");
  assert.equal((await send("POST", path, owner.headers, { name: "Entra" })).status, 201);
});
