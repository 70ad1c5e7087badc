import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { headersOf, signedUser } from "../../test/support/users.ts";
import { createApiKey, readApiKeys } from "../identity/api-keys.ts";
import { removeMember } from "../identity/members.ts";

let platform: Platform;

before(async () => {
  platform = await startPlatform({ sql: null, background: false, consoleDir: null });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, read field by field
type Body = any;
const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  call<Body>(platform, method, path, { body, headers, key: null });

let count = 0;
async function tenantWithOwner() {
  const tenant = await platform.tenancy.tenants.create({ name: `Studio ${++count}` });
  const owner = await signedUser(platform.tenancy, { tenants: { [tenant.id]: ["owner"] }, isMfa: true });
  return { id: tenant.id, path: `/v1/tenants/${tenant.id}`, owner };
}

async function tokenFor(email: string): Promise<string> {
  const { mail } = platform.tenancy.internals;
  const entry = (await mail.list(email)).find(({ kind }) => kind === "invitation");
  const { text } = await mail.read(entry?.id ?? "");
  return /#invitation=([\w-]+)/.exec(text ?? "")?.[1] ?? "";
}

test("an owner invites by mail; a new person joins with name and password, once", async () => {
  const { path, owner, id } = await tenantWithOwner();
  const email = "newcomer@example.com";

  const invited = await send(
    "POST",
    `${path}/invitations`,
    { email: "Newcomer@Example.com", roles: ["member"], locale: "fr" },
    owner.headers,
  );
  assert.equal(invited.status, 201, invited.text);
  const token = await tokenFor(email);
  const shown = await send("POST", "/v1/sign-in/invitation/show", { token });
  assert.deepEqual(shown.body, { tenantName: `Studio ${count}`, email, hasAccount: false });

  const tries = await Promise.all(
    [1, 2, 3].map(() =>
      send("POST", "/v1/sign-in/invitation", { token, name: "New", password: "four words unrelated here" }),
    ),
  );

  assert.deepEqual(tries.map(({ status }) => status).sort(), [200, 401, 401]);
  const cookie = tries.find(({ status }) => status === 200)?.headers.get("set-cookie") ?? "";
  const me = await send("GET", "/v1/me", undefined, headersOf(/=([^;]+)/.exec(cookie)?.[1] ?? ""));
  assert.deepEqual(
    me.body.tenants.map((each: Body) => [each.id, each.roles]),
    [[id, ["member"]]],
  );
  assert.equal(me.body.locale, "fr");
});

test("members are listed by a role that they hold, in their own tenant alone", async () => {
  const { path, id, owner } = await tenantWithOwner();
  const other = await tenantWithOwner();
  await signedUser(platform.tenancy, { tenants: { [id]: ["member", "auditor"], [other.id]: ["owner"] } });
  const listed = async (query: string) =>
    (await send("GET", `${path}/members${query}`, undefined, owner.headers)).body.items.map(
      (each: Body) => each.roles,
    );

  assert.equal((await listed("")).length, 2);
  assert.deepEqual(await listed("?role=owner"), [["owner"]]);
  assert.deepEqual(await listed("?role=auditor"), [["member", "auditor"]]);
  assert.deepEqual(await listed("?role=billing"), []);
  assert.equal((await send("GET", `${path}/members?role=owner`, undefined, other.owner.headers)).status, 404);
});

test("an invitation changes neither the password of an account that is there nor its second factor", async () => {
  const { path, owner } = await tenantWithOwner();
  const known = await signedUser(platform.tenancy);
  await send("PUT", "/v1/me/password", { password: "four words unrelated here" }, known.headers);
  await send("POST", `${path}/invitations`, { email: known.user.email, roles: ["viewer"] }, owner.headers);

  const accepted = await send("POST", "/v1/sign-in/invitation", {
    token: await tokenFor(known.user.email),
    password: "an attacker chose this one",
  });

  assert.equal(accepted.status, 200);
  const signIn = (password: string) =>
    send("POST", "/v1/sign-in/password", { email: known.user.email, password });
  assert.equal((await signIn("an attacker chose this one")).status, 401);
  assert.equal((await signIn("four words unrelated here")).status, 200);
});

test("inviting again ends the mail before; a withdrawn invitation is worth nothing", async () => {
  const { path, owner } = await tenantWithOwner();
  const email = "slow@example.com";
  const ask = () => send("POST", `${path}/invitations`, { email, roles: ["member"] }, owner.headers);
  await ask();
  const first = await tokenFor(email);
  await ask();
  const second = await tokenFor(email);
  assert.notEqual(first, second);

  assert.equal(
    (await send("POST", "/v1/sign-in/invitation/show", { token: first })).body.code,
    "invitation.invalid",
  );
  const list = await send("GET", `${path}/invitations`, undefined, owner.headers);
  assert.equal(list.body.items.length, 1);
  assert.equal(
    (await send("DELETE", `${path}/invitations/${list.body.items[0].id}`, undefined, owner.headers)).status,
    204,
  );
  assert.equal((await send("POST", "/v1/sign-in/invitation", { token: second })).status, 401);
});

test("a member who is removed has no access with the very next request, and their account stays", async () => {
  const { path, owner, id } = await tenantWithOwner();
  const member = await signedUser(platform.tenancy, { tenants: { [id]: ["admin"] } });
  assert.equal((await send("GET", `${path}/members`, undefined, member.headers)).status, 200);

  assert.equal(
    (await send("DELETE", `${path}/members/${member.user.id}`, undefined, owner.headers)).status,
    204,
  );

  const after = await send("GET", `${path}/members`, undefined, member.headers);
  const unknown = await send(
    "GET",
    "/v1/tenants/00000000-0000-7000-8000-000000000001/members",
    undefined,
    member.headers,
  );
  assert.deepEqual([after.status, after.body.code], [404, "tenant.not_found"]);
  assert.equal(unknown.body.code, "tenant.not_found");
  assert.equal((await send("GET", "/v1/me", undefined, member.headers)).status, 200);
});

for (const how of ["removed", "suspended"] as const) {
  test(`whoever is ${how} has nothing to come back by: no key that they made, and no invitation that they sent`, async () => {
    const { path, owner, id } = await tenantWithOwner();
    const leaver = await signedUser(platform.tenancy, { tenants: { [id]: ["admin"] }, isMfa: true });
    const makeKey = (key: string | null, headers: Readonly<Record<string, string>>) =>
      call<Body>(platform, "POST", `${path}/api-keys`, {
        body: { name: "mine", scopes: ["tenants.read", "api_keys.manage"] },
        headers,
        key,
      });
    const own = await makeKey(null, leaver.headers);
    const second = await makeKey(own.body.key, {});
    const theirs = await makeKey(null, owner.headers);
    assert.deepEqual([own.status, second.status, theirs.status], [201, 201, 201], second.text);
    const email = `second-${how}@example.com`;
    await send("POST", `${path}/invitations`, { email, roles: ["admin"] }, leaver.headers);
    const token = await tokenFor(email);
    const at = `${path}/members/${leaver.user.id}`;

    await (how === "removed"
      ? send("DELETE", at, undefined, owner.headers)
      : send("PATCH", at, { status: "suspended" }, owner.headers));

    platform.tenancy.internals.identity.credentials.forget();
    const read = async (key: string) => (await call(platform, "GET", path, { key })).status;
    assert.deepEqual(
      [await read(own.body.key), await read(second.body.key), await read(theirs.body.key)],
      [401, 401, 200],
    );
    assert.equal((await send("POST", "/v1/sign-in/invitation", { token })).body.code, "invitation.invalid");
  });
}

test("what a key made is its maker's when the key goes, and ends with them: keys and invitations", async () => {
  const { path, owner, id } = await tenantWithOwner();
  const leaver = await signedUser(platform.tenancy, { tenants: { [id]: ["admin"] }, isMfa: true });
  const mine = (method: string, at: string, body?: unknown) =>
    send(method, `${path}${at}`, body, leaver.headers);
  const by = (key: string, method: string, at: string, body?: unknown) =>
    call<Body>(platform, method, `${path}${at}`, { key, ...(body === undefined ? {} : { body }) });
  const children: string[] = [];
  const tokens: string[] = [];
  for (const how of ["kept", "revoked", "without-account"]) {
    const account = (await mine("POST", "/service-accounts", { name: how, roles: ["admin"] })).body;
    const made = (await mine("POST", "/api-keys", { name: how, serviceAccountId: account.id })).body;
    const child = await by(made.key, "POST", "/api-keys", { name: how, scopes: ["tenants.read"] });
    assert.equal(child.status, 201, child.text);
    children.push(child.body.key);
    const email = `by-key-${how}@example.com`;
    const invited = await by(made.key, "POST", "/invitations", { email, roles: ["viewer"] });
    assert.equal(invited.status, 201, invited.text);
    tokens.push(await tokenFor(email));
    if (how === "revoked") assert.equal((await mine("DELETE", `/api-keys/${made.id}`)).status, 204);
    if (how === "without-account")
      assert.equal((await mine("DELETE", `/service-accounts/${account.id}`)).status, 204);
  }
  const read = () => Promise.all(children.map(async (key) => (await by(key, "GET", "")).status));
  assert.deepEqual(await read(), [200, 200, 200]);

  await send("DELETE", `${path}/members/${leaver.user.id}`, undefined, owner.headers);

  platform.tenancy.internals.identity.credentials.forget();
  assert.deepEqual(await read(), [401, 401, 401]);
  for (const token of tokens)
    assert.equal((await send("POST", "/v1/sign-in/invitation", { token })).body.code, "invitation.invalid");
});

test("who makes a key while they are removed makes none that stays", async () => {
  const { id } = await tenantWithOwner();
  const { parts } = platform.tenancy.internals.identity;
  const { user } = await signedUser(platform.tenancy, { tenants: { [id]: ["admin"] } });
  const input = { name: "late", tenantId: id, scopes: ["tenants.read"] };
  const made = createApiKey(parts, input, { actor: `user:${user.id}` });
  const gone = removeMember(parts, { tenantId: id, userId: user.id }, { actor: "test", principal: null });

  await Promise.allSettled([made, gone]);

  assert.deepEqual(await readApiKeys(parts.pool, id), []);
  await assert.rejects(createApiKey(parts, input, { actor: `user:${user.id}` }), {
    code: "member.not_found",
  });
});

test("nobody's mailbox is filled with a tenant's invitations, withdrawn or not", async () => {
  const { path, owner } = await tenantWithOwner();
  const email = "bombed@example.com";
  const invite = () => send("POST", `${path}/invitations`, { email, roles: ["member"] }, owner.headers);

  const answers = [];
  for (let i = 0; i < 7; i++) {
    const answer = await invite();
    answers.push(answer.status);
    if (answer.status === 201)
      await send("DELETE", `${path}/invitations/${answer.body.id}`, undefined, owner.headers);
  }

  assert.deepEqual(answers, [201, 201, 201, 201, 201, 429, 429]);
  const refused = await invite();
  assert.equal(refused.body.code, "invitation.too_often");
  assert.ok(Number(refused.headers.get("retry-after")) > 30);
});

test("nothing of another tenant is reached: members, invitations, accounts, keys", async () => {
  const [ours, theirs] = [await tenantWithOwner(), await tenantWithOwner()];
  await send(
    "POST",
    `${theirs.path}/invitations`,
    { email: "x@example.com", roles: ["member"] },
    theirs.owner.headers,
  );
  const invitation = (await send("GET", `${theirs.path}/invitations`, undefined, theirs.owner.headers)).body
    .items[0];
  const account = await send(
    "POST",
    `${theirs.path}/service-accounts`,
    { name: "ci", roles: ["viewer"] },
    theirs.owner.headers,
  );
  const key = await send(
    "POST",
    `${theirs.path}/api-keys`,
    { name: "k", serviceAccountId: account.body.id },
    theirs.owner.headers,
  );
  assert.equal(key.status, 201, key.text);
  const me = ours.owner.headers;

  const tries = [
    ["GET", `${theirs.path}/members`],
    ["POST", `${theirs.path}/invitations`, { email: "y@example.com", roles: ["owner"] }],
    ["GET", `${ours.path}/members/${theirs.owner.user.id}`],
    ["PATCH", `${ours.path}/members/${theirs.owner.user.id}`, { roles: ["viewer"] }],
    ["DELETE", `${ours.path}/members/${theirs.owner.user.id}`],
    ["DELETE", `${ours.path}/invitations/${invitation.id}`],
    ["PATCH", `${ours.path}/service-accounts/${account.body.id}`, { status: "disabled" }],
    ["DELETE", `${ours.path}/service-accounts/${account.body.id}`],
    ["POST", `${ours.path}/api-keys`, { name: "k", serviceAccountId: account.body.id }],
    ["POST", `${ours.path}/api-keys/${key.body.id}/rotate`],
    ["DELETE", `${ours.path}/api-keys/${key.body.id}`],
  ] as const;
  for (const [method, path, body] of tries) {
    const { status, text } = await send(method, path, body, me);
    assert.equal(status, 404, `${method} ${path}: ${text}`);
  }
  const byKey = (path: string) => call<Body>(platform, "GET", path, { key: key.body.key });
  assert.equal((await byKey(`${ours.path}/members`)).status, 404);
});

test("a service account acts by its roles, no further, and not once it is disabled", async () => {
  const { path, owner } = await tenantWithOwner();
  const account = await send(
    "POST",
    `${path}/service-accounts`,
    { name: "reader", roles: ["viewer"] },
    owner.headers,
  );
  const { body } = await send(
    "POST",
    `${path}/api-keys`,
    { name: "k", serviceAccountId: account.body.id },
    owner.headers,
  );
  const ask = (method: string, at: string, sent?: unknown) =>
    call<Body>(platform, method, at, { key: body.key, ...(sent ? { body: sent } : {}) });

  const own = await ask("GET", path);
  const beyond = await ask("POST", `${path}/invitations`, { email: "z@example.com", roles: ["owner"] });
  await send("PATCH", `${path}/service-accounts/${account.body.id}`, { status: "disabled" }, owner.headers);

  assert.equal(own.status, 200, own.text);
  assert.equal(beyond.status, 403);
  assert.equal((await ask("GET", path)).status, 401);
});

test("a key may not more than its maker: neither by scopes nor by another's account", async () => {
  const { path, owner, id } = await tenantWithOwner();
  const boss = await send(
    "POST",
    `${path}/service-accounts`,
    { name: "boss", roles: ["owner"] },
    owner.headers,
  );
  const admin = await signedUser(platform.tenancy, { tenants: { [id]: ["admin"] }, isMfa: true });
  const make = (body: unknown) =>
    send("POST", `${path}/api-keys`, { name: "k", ...(body as object) }, admin.headers);

  assert.equal((await make({ serviceAccountId: boss.body.id })).body.code, "role.not_grantable");
  assert.equal((await make({ scopes: ["tenants.list"] })).body.code, "api_key.scope_unknown");
  assert.equal((await make({ scopes: ["everything"] })).body.code, "api_key.scope_unknown");
  assert.equal((await make({ scopes: ["members.read"] })).status, 201);
  assert.equal((await make({})).body.code, "api_key.unbounded");
});

test("a person leaves a tenant by themselves, but not as its last owner", async () => {
  const { owner, id } = await tenantWithOwner();
  const member = await signedUser(platform.tenancy, { tenants: { [id]: ["viewer"] } });

  assert.equal((await send("DELETE", `/v1/me/tenants/${id}`, undefined, member.headers)).status, 204);
  assert.equal(
    (await send("DELETE", `/v1/me/tenants/${id}`, undefined, owner.headers)).body.code,
    "member.last_owner",
  );
});

test("a tenant that demands a second factor gets it used in this session, from the next request on", async () => {
  const { path, owner, id } = await tenantWithOwner();
  const other = await tenantWithOwner();
  const member = await signedUser(platform.tenancy, { tenants: { [id]: ["admin"], [other.id]: ["admin"] } });
  const ask = (at: string) => send("GET", `${at}/members`, undefined, member.headers);
  assert.equal((await ask(path)).status, 200);

  assert.equal(
    (await send("PUT", `${path}/sign-in-rules`, { mfaRequired: true }, owner.headers)).status,
    200,
  );

  const refused = await ask(path);
  assert.deepEqual([refused.status, refused.body.code], [401, "session.mfa_required"]);
  assert.match(
    refused.headers.get("www-authenticate") ?? "",
    /insufficient_user_authentication.*acr_values="mfa"/,
  );
  assert.equal((await ask(other.path)).status, 200, "the other tenant does not");
  assert.equal(
    (await send("GET", `${path}/members`, undefined, owner.headers)).status,
    200,
    "whoever used one is in",
  );
  // Without one set up, it is added and counts as used.
  const begun = await send("POST", "/v1/me/factors/totp", undefined, member.headers);
  const { Secret, TOTP } = await import("otpauth");
  const code = new TOTP({ secret: Secret.fromBase32(begun.body.secret) }).generate();
  const confirmed = await send("POST", "/v1/me/factors/totp/confirm", { code }, member.headers);
  const token = /=([^;]+)/.exec(confirmed.headers.get("set-cookie") ?? "")?.[1] ?? "";
  assert.equal((await send("GET", `${path}/members`, undefined, headersOf(token))).status, 200);
});
