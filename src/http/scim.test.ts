import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { openDirectory, patch, person, type Resource, userOf } from "../../test/support/scim.ts";
import { readEvents } from "../audit/record.ts";
import { withTx } from "../db/tx.ts";
import { createApiKey } from "../identity/api-keys.ts";
import { addMember, readMember } from "../identity/members.ts";
import { NO_ORIGIN, openSession } from "../identity/sessions.ts";
import { createUser } from "../identity/users.ts";

const BY = { actor: "test", principal: null };
let platform: Platform;
before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null, sql: null });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

const identity = () => platform.tenancy.internals.identity.parts;
let count = 0;

const directory = (token?: string, tenant?: string) => openDirectory(platform, token, tenant);
const unique = (name: string) => `${name}${++count}`;
const userIdOf = (tenantId: string, id: string) => userOf(platform, tenantId, id);

test("a user that the directory creates is a member; what is deactivated has no access, session or key at the commit", async () => {
  const entra = await directory();
  const made = await entra.send("POST", "/Users", person(unique("ada")));
  assert.equal(made.status, 201, made.text);
  assert.equal(made.headers.get("etag"), 'W/"1"');
  assert.equal(made.headers.get("location"), made.body.meta.location);
  const userId = await userIdOf(entra.tenantId, made.body.id);
  assert.equal((await readMember(identity().pool, entra.tenantId, userId)).status, "active");
  const session = await withTx(identity().pool, (tx) =>
    openSession(tx, identity(), { person: { userId }, amr: ["pwd"], isMfa: false, origin: NO_ORIGIN }),
  );
  const { credentials } = platform.tenancy.internals.identity;
  assert.ok(await credentials.session(session.token));
  const key = await createApiKey(
    identity(),
    { name: "own", tenantId: entra.tenantId, scopes: ["tenants.read"] },
    { actor: `user:${userId}` },
  );

  // As Entra sends it.
  const off = await entra.send(
    "PATCH",
    `/Users/${made.body.id}`,
    patch({ op: "Replace", path: "active", value: "False" }),
  );

  assert.deepEqual([off.status, off.body.active], [200, false], off.text);
  credentials.forget();
  assert.equal((await readMember(identity().pool, entra.tenantId, userId)).status, "suspended");
  assert.equal(await credentials.session(session.token), undefined);
  assert.equal(await credentials.apiKey(key.key), undefined);
  const events = await readEvents(identity().pool, { tenantId: entra.tenantId, limit: 10 });
  assert.ok(events.some(({ action, actor }) => action === "scim.user_updated" && actor.startsWith("scim:")));
  const ended = await readEvents(identity().pool, { action: "session.revoked", limit: 10 });
  assert.deepEqual(
    ended
      .filter(({ detail }) => detail.userId === userId)
      .map(({ tenantId, detail }) => [tenantId, detail.count]),
    [[entra.tenantId, 1]], // whose directory it was
  );
  const on = await entra.send(
    "PATCH",
    `/Users/${made.body.id}`,
    patch({ op: "replace", value: { active: true } }),
  );
  assert.equal(on.body.active, true);
  assert.equal((await readMember(identity().pool, entra.tenantId, userId)).status, "active");
});

test("a directory makes nobody a member whose domain its tenant has not proven, and does not learn who is here", async () => {
  const hostile = await directory();
  const email = `${unique("victim")}@bank.example.com`;
  const { id: userId } = await createUser(identity(), { email, name: "Victoria" }, BY);
  const add = (userName: string) =>
    hostile.send<Resource & { detail: string }>("POST", "/Users", { ...person("x"), userName, emails: [] });

  const [known, unknown] = [await add(email), await add("nobody@bank.example.com")];

  assert.deepEqual([known.status, known.body.scimType], [400, "invalidValue"]);
  assert.equal(known.text, unknown.text);
  assert.match(known.body.detail, /not proven the domain bank\.example\.com/);
  await assert.rejects(readMember(identity().pool, hostile.tenantId, userId), { code: "member.not_found" });
});

test("a directory cannot sign out people who are members elsewhere", async () => {
  const hostile = await directory();
  const other = await directory();
  const email = `${unique("victim")}@bank.example.com`;
  const { id: userId } = await createUser(identity(), { email }, BY);
  // They came to both by themselves, so the directory may speak of their membership.
  for (const { tenantId } of [hostile, other])
    await addMember(identity(), { tenantId, userId, roles: ["member"] }, BY);
  const session = await withTx(identity().pool, (tx) =>
    openSession(tx, identity(), { person: { userId }, amr: ["pwd"], isMfa: false, origin: NO_ORIGIN }),
  );
  const made = await hostile.send("POST", "/Users", { ...person("x"), userName: email, emails: [] });
  assert.equal(made.status, 201, made.text);

  await hostile.send(
    "PATCH",
    `/Users/${made.body.id}`,
    patch({ op: "replace", path: "active", value: false }),
  );

  const { credentials } = platform.tenancy.internals.identity;
  credentials.forget();
  assert.ok(await credentials.session(session.token));
  assert.equal((await readMember(identity().pool, hostile.tenantId, userId)).status, "suspended");
  assert.equal((await readMember(identity().pool, other.tenantId, userId)).status, "active");
});

test("one tenant's token on another tenant is refused like none, and resources of another are not found", async () => {
  const [ours, theirs] = [await directory(), await directory()];
  const made = await ours.send("POST", "/Users", person(unique("bo")));
  const group = await ours.send("POST", "/Groups", {
    displayName: unique("Group"),
    members: [{ value: made.body.id }],
  });
  const crossed = await directory(ours.token, theirs.tenantId);
  const none = await directory(`scim_${"x".repeat(43)}`, theirs.tenantId);
  const missing = await directory(ours.token, "00000000-0000-7000-8000-000000000001");

  for (const path of ["/Users", "/Groups", "/ServiceProviderConfig", `/Users/${made.body.id}`]) {
    const answers = await Promise.all([crossed, none, missing].map((each) => each.send("GET", path)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [401, 401, 401],
    );
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  }
  for (const [method, path, body] of [
    ["GET", `/Users/${made.body.id}`, undefined],
    ["PUT", `/Users/${made.body.id}`, person("x")],
    ["PATCH", `/Users/${made.body.id}`, patch({ op: "replace", path: "active", value: false })],
    ["DELETE", `/Users/${made.body.id}`, undefined],
    ["GET", `/Groups/${group.body.id}`, undefined],
    ["DELETE", `/Groups/${group.body.id}`, undefined],
  ] as const) {
    assert.equal((await theirs.send(method, path, body)).status, 404, `${method} ${path}`);
  }
  const foreign = await theirs.send("POST", "/Groups", {
    displayName: unique("Thief"),
    members: [{ value: made.body.id }],
  });
  assert.deepEqual([foreign.status, foreign.body.scimType], [400, "invalidValue"]);
  assert.equal((await theirs.send("GET", "/Users")).body.totalResults, 0);
});

test("a directory changes nothing of a person's own: neither address, name nor password, and nothing in other tenants", async () => {
  const [hostile, other] = [await directory(), await directory()];
  const email = `${unique("own")}@bank.example.com`;
  const { id: userId } = await createUser(identity(), { email, name: "Olga" }, BY);
  for (const { tenantId } of [hostile, other])
    await addMember(identity(), { tenantId, userId, roles: ["admin"] }, BY);
  const before = await ownOf(userId);
  const made = await hostile.send("POST", "/Users", { ...person("x"), userName: email, emails: [] });
  assert.equal(made.status, 201, made.text);
  const at = `/Users/${made.body.id}`;
  const evil = "evil@studio.example.com";

  const renamed = await hostile.send("PUT", at, {
    ...person("evil"),
    userName: evil,
    emails: [{ value: evil, primary: true }],
    password: "a password of the directory",
    displayName: "Evil",
  });
  assert.equal(renamed.status, 200, renamed.text);
  await hostile.send("PATCH", at, patch({ op: "replace", path: "password", value: "another of them" }));
  const again = await hostile.send("POST", "/Users", { ...person("evil"), userName: email, emails: [] });
  assert.equal(again.status, 409, again.text);
  await hostile.send("DELETE", at);

  assert.deepEqual(await ownOf(userId), before);
  assert.deepEqual((await readMember(identity().pool, other.tenantId, userId)).roles, ["admin"]);
  await assert.rejects(readMember(identity().pool, hostile.tenantId, userId), { code: "member.not_found" });
});

async function ownOf(userId: string) {
  const { rows } = await identity().pool.query(
    "select email, name, locale, status, password_hash, email_verified_at from tenancy.users where id = $1",
    [userId],
  );
  return rows[0];
}

test("tokens rotate: two live at once, and a revoked one is dead at once", async () => {
  const old = await directory();
  const next = await call<{ id: string; token: string }>(
    platform,
    "POST",
    `/v1/tenants/${old.tenantId}/scim-tokens`,
    { body: { name: "next" } },
  );
  const list = await call<{ items: { id: string; name: string }[] }>(
    platform,
    "GET",
    `/v1/tenants/${old.tenantId}/scim-tokens`,
  );
  const renewed = await directory(next.body.token, old.tenantId);
  assert.deepEqual(
    [(await old.send("GET", "/Users")).status, (await renewed.send("GET", "/Users")).status],
    [200, 200],
  );

  const oldId = list.body.items.find(({ name }) => name === "Entra")?.id;
  assert.equal(
    (await call(platform, "DELETE", `/v1/tenants/${old.tenantId}/scim-tokens/${oldId}`)).status,
    204,
  );

  assert.deepEqual(
    [(await old.send("GET", "/Users")).status, (await renewed.send("GET", "/Users")).status],
    [401, 200],
  );
  assert.ok(!list.text.includes(old.token));
  const { rows } = await identity().pool.query<{ text: string }>(
    "select row_to_json(t)::text as text from tenancy.scim_tokens t",
  );
  assert.ok(!rows.some(({ text }) => text.includes(old.token)));
});

test("filters, pages and ETags as Okta and Entra ask", async () => {
  const okta = await directory();
  const names = [unique("kim"), unique("lee"), unique("max")];
  for (const name of names) await okta.send("POST", "/Users", person(name));
  const find = async (filter: string, more = "") =>
    (await okta.send("GET", `/Users?filter=${encodeURIComponent(filter)}${more}`)).body;

  const found = await find(`userName eq "${names[1]?.toUpperCase()}@studio.example.com"`);
  assert.deepEqual([found.totalResults, found.Resources[0]?.userName], [1, `${names[1]}@studio.example.com`]);
  assert.equal((await find('userName eq "nobody@studio.example.com"')).totalResults, 0);
  assert.equal((await find(`externalId eq "ext-${names[0]}"`)).totalResults, 1);
  assert.equal((await find('name.familyName eq "smith" and active eq true')).totalResults, 3);
  const page = (await okta.send("GET", "/Users?startIndex=2&count=1")).body;
  assert.deepEqual(
    [page.totalResults, page.Resources.length, page.Resources[0]?.userName],
    [3, 1, `${names[1]}@studio.example.com`],
  );
  const bad = await okta.send("GET", "/Users?filter=nonsense");
  assert.deepEqual([bad.status, bad.body.scimType], [400, "invalidFilter"]);

  const { id } = page.Resources[0] as Resource;
  const title = (value: string) => patch({ op: "replace", path: "title", value });
  assert.equal(
    (await okta.send("PATCH", `/Users/${id}`, title("Mixer"), { "if-match": 'W/"1"' })).status,
    200,
  );
  assert.equal(
    (await okta.send("PATCH", `/Users/${id}`, title("Other"), { "if-match": 'W/"1"' })).status,
    412,
  );
  assert.equal((await okta.send("GET", `/Users/${id}`, undefined, { "if-none-match": 'W/"2"' })).status, 304);
  assert.equal((await okta.send("PATCH", `/Users/${id}`, title("Mixer"))).body.meta.version, 'W/"2"'); // nothing new
  const twice = await okta.send("POST", "/Users", person(names[0] as string));
  assert.deepEqual([twice.status, twice.body.scimType], [409, "uniqueness"]);
});

test("a directory neither makes owners nor removes the last one", async () => {
  const entra = await directory();
  const email = `${unique("owner")}@studio.example.com`;
  const { id: userId } = await createUser(identity(), { email }, BY);
  await addMember(identity(), { tenantId: entra.tenantId, userId, roles: ["owner"] }, BY);
  const made = await entra.send("POST", "/Users", {
    ...person("o"),
    userName: email,
    emails: [],
    roles: [{ value: "owner" }],
  });

  const off = await entra.send(
    "PATCH",
    `/Users/${made.body.id}`,
    patch({ op: "replace", path: "active", value: false }),
  );
  assert.equal(off.status, 409);
  assert.equal((await entra.send("DELETE", `/Users/${made.body.id}`)).status, 409);
  assert.deepEqual((await readMember(identity().pool, entra.tenantId, userId)).roles, ["owner"]);
  const plain = await entra.send("POST", "/Users", { ...person(unique("p")), roles: [{ value: "owner" }] });
  assert.deepEqual(
    (await readMember(identity().pool, entra.tenantId, await userIdOf(entra.tenantId, plain.body.id))).roles,
    ["member"],
  );
});

test("the server describes itself", async () => {
  const { send } = await directory();

  const config = (await send<{ patch: { supported: boolean } }>("GET", "/ServiceProviderConfig")).body;
  const schemas = (await send("GET", "/Schemas")).body;
  const types = (await send("GET", "/ResourceTypes")).body;

  assert.equal(config.patch.supported, true);
  assert.deepEqual([schemas.totalResults, types.totalResults], [3, 2]);
  assert.equal((await send("GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User")).status, 200);
  assert.equal((await send("GET", "/ResourceTypes/Nothing")).status, 404);
  const broken = await send("POST", "/Users", undefined, { "content-type": "application/scim+json" });
  assert.ok(broken.status >= 400 && broken.status < 500);
});
