import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type House, openHouse } from "../../test/support/house.ts";
import { isTenancyError } from "../base/errors.ts";
import { createApiKey, readApiKeys, revokeApiKey, rotateApiKey } from "./api-keys.ts";
import { normalizeEmail } from "./email.ts";
import type { IdentityParts } from "./identity.ts";
import { invite, showInvitation } from "./invitations.ts";
import { addMember, changeMember, readMembers, removeMember } from "./members.ts";
import { createUser, readTenantsOf, readUser, setUserEnabled } from "./users.ts";

const BY = { actor: "test", principal: null };
let house: House;
let parts: IdentityParts;

before(async () => {
  house = await openHouse({ sql: null });
  parts = house.tenancy.internals.identity.parts;
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

let count = 0;
const newTenant = async () => (await house.tenancy.tenants.create({ name: `Tenant ${++count}` })).id;
const newUser = async () => (await createUser(parts, { email: `person${++count}@example.com` }, BY)).id;
const isCode = (code: string) => (error: unknown) => isTenancyError(error, code);

test("one address is one user, however it is written", async () => {
  const user = await createUser(parts, { email: " Ada@EXAMPLE.com " }, BY);

  assert.equal(user.email, "ada@example.com");
  assert.equal((await readUser(parts.pool, "ADA@example.com")).id, user.id);
  await assert.rejects(createUser(parts, { email: "ada@Example.Com" }, BY), isCode("user.email_taken"));
});

test("what is no plain address is refused", () => {
  for (const text of [
    "",
    "a",
    "@b.c",
    "a@",
    "a b@c.d",
    "a\r\nb@c.d",
    '"a"@c.d',
    "ａ@c.d",
    "a@b@c",
    "a@-b.c",
    "a..b@c.d",
  ])
    assert.equal(normalizeEmail(text), undefined, JSON.stringify(text));
  assert.equal(normalizeEmail(`${"a".repeat(65)}@b.c`), undefined);
  assert.equal(normalizeEmail("a@bücher.example"), "a@xn--bcher-kva.example");
});

test("a member of one tenant is nobody in another", async () => {
  const [ours, theirs] = [await newTenant(), await newTenant()];
  const userId = await newUser();
  await addMember(parts, { tenantId: ours, userId, roles: ["admin"] }, BY);
  const { memberships } = house.tenancy.internals.identity;

  assert.deepEqual(await memberships.find(ours, userId), {
    status: "active",
    roles: ["admin"],
    temporary: [],
    isMfaRequired: false,
  });
  assert.equal(await memberships.find(theirs, userId), undefined);
  await assert.rejects(
    changeMember(parts, { tenantId: theirs, userId, roles: ["owner"] }, BY),
    isCode("member.not_found"),
  );
  await assert.rejects(removeMember(parts, { tenantId: theirs, userId }, BY), isCode("member.not_found"));
  assert.deepEqual((await readMembers(parts.pool, theirs)).length, 0);
  assert.deepEqual(
    (await readTenantsOf(parts.pool, userId)).map((tenant) => tenant.id),
    [ours],
  );
});

test("the last owner stays, and of two who leave at once one does", async () => {
  const tenantId = await newTenant();
  const [one, two] = [await newUser(), await newUser()];
  await addMember(parts, { tenantId, userId: one, roles: ["owner"] }, BY);

  await assert.rejects(removeMember(parts, { tenantId, userId: one }, BY), isCode("member.last_owner"));
  await assert.rejects(
    changeMember(parts, { tenantId, userId: one, roles: ["admin"] }, BY),
    isCode("member.last_owner"),
  );
  await assert.rejects(
    changeMember(parts, { tenantId, userId: one, status: "suspended" }, BY),
    isCode("member.last_owner"),
  );
  await addMember(parts, { tenantId, userId: two, roles: ["owner"] }, BY);
  const outcomes = await Promise.allSettled([
    removeMember(parts, { tenantId, userId: one }, BY),
    removeMember(parts, { tenantId, userId: two }, BY),
  ]);

  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "rejected"]);
  assert.equal((await readMembers(parts.pool, tenantId)).length, 1);
});

test("an admin neither makes an owner nor unmakes one", async () => {
  const tenantId = await newTenant();
  const [owner, admin, other] = [await newUser(), await newUser(), await newUser()];
  for (const [userId, role] of [
    [owner, "owner"],
    [admin, "admin"],
    [other, "member"],
  ] as const)
    await addMember(parts, { tenantId, userId, roles: [role] }, BY);
  const now = new Date();
  const asAdmin = {
    actor: `user:${admin}`,
    principal: {
      kind: "user" as const,
      id: admin,
      name: "",
      email: "",
      locale: "en" as const,
      actor: `user:${admin}` as const,
      sessionId: "",
      amr: [],
      authenticatedAt: now,
      mfaAt: null,
      expiresAt: now,
    },
  };

  const refused = isCode("role.not_grantable");
  await assert.rejects(changeMember(parts, { tenantId, userId: other, roles: ["owner"] }, asAdmin), refused);
  await assert.rejects(changeMember(parts, { tenantId, userId: admin, roles: ["owner"] }, asAdmin), refused);
  await assert.rejects(changeMember(parts, { tenantId, userId: owner, roles: ["member"] }, asAdmin), refused);
  await assert.rejects(
    changeMember(parts, { tenantId, userId: owner, status: "suspended" }, asAdmin),
    refused,
  );
  await assert.rejects(removeMember(parts, { tenantId, userId: owner }, asAdmin), refused);
  await changeMember(parts, { tenantId, userId: other, roles: ["viewer"] }, asAdmin);
  await removeMember(parts, { tenantId, userId: other }, asAdmin);
  await assert.rejects(
    addMember(parts, { tenantId, userId: other, roles: ["emperor"] }, asAdmin),
    isCode("role.unknown"),
  );
});

test("a tenant's key is bound to it, in use, in lists and in revocation", async () => {
  const [ours, theirs] = [await newTenant(), await newTenant()];
  const { key, id } = await createApiKey(parts, { name: "ci", tenantId: ours, scopes: ["members.read"] }, BY);
  const { credentials } = house.tenancy.internals.identity;

  const principal = await credentials.apiKey(key);
  assert.ok(principal?.kind === "key");
  assert.equal(principal.tenantId, ours);
  assert.deepEqual(principal.scopes, ["members.read"]);
  assert.equal((await readApiKeys(parts.pool, theirs)).length, 0);
  assert.ok(!(await readApiKeys(parts.pool)).some((each) => each.id === id));
  for (const elsewhere of [theirs, null]) {
    await assert.rejects(revokeApiKey(parts.pool, id, BY, elsewhere), isCode("api_key.not_found"));
    await assert.rejects(rotateApiKey(parts, { id, tenantId: elsewhere }, BY), isCode("api_key.not_found"));
  }
  await assert.rejects(createApiKey(parts, { name: "all", tenantId: ours }, BY), isCode("api_key.unbounded"));
});

test("a rotated key works beside the new one until the overlap is over", async () => {
  let nowMs = Date.now();
  const turned = { ...parts, clock: { now: () => new Date(nowMs) } };
  const { Credentials } = await import("./credentials.ts");
  const credentials = new Credentials(turned);
  const old = await createApiKey(turned, { name: "job", expiresInDays: 90 }, BY);

  const fresh = await rotateApiKey(turned, { id: old.id, tenantId: null, overlapMs: 3_600_000 }, BY);
  nowMs += 3_599_000;
  assert.ok(await credentials.apiKey(old.key));
  assert.ok(await credentials.apiKey(fresh.key));
  nowMs += 1_000;

  assert.equal(await credentials.apiKey(old.key), undefined);
  assert.ok(await credentials.apiKey(fresh.key));
  assert.equal(fresh.replaces, old.id);
  assert.equal((fresh.expiresAt?.getTime() ?? 0) - fresh.createdAt.getTime(), 90 * 86_400_000);
});

test("erasing a tenant removes its members, keys and accounts, and counts them", async () => {
  const tenantId = await newTenant();
  const userId = await newUser();
  await addMember(parts, { tenantId, userId, roles: ["owner"] }, BY);
  await createApiKey(parts, { name: "ci", tenantId, scopes: [] }, BY);
  const { identity } = house.tenancy.internals;
  assert.equal(await identity.countTenant(tenantId), 2);

  const tenant = await house.tenancy.tenants.get(tenantId);
  await tenant.delete({ confirm: tenant.slug ?? "", graceDays: 0 });
  await house.tenancy.internals.keeper.run();

  assert.equal(
    (await parts.pool.query("select status from tenancy.tenants where id = $1", [tenantId])).rows[0].status,
    "erased",
  );
  assert.equal(await identity.countTenant(tenantId), 0);
  assert.ok(await readUser(parts.pool, userId), "the person stays: they may be in other tenants");
});

test("keys and invitations of a disabled user are refused in every tenant, also those a key made, until they are enabled", async () => {
  const { signedUser } = await import("../../test/support/users.ts");
  const [one, two] = [await newTenant(), await newTenant()];
  const tenants = { [one]: ["admin"], [two]: ["admin"] };
  const [leaver, stayer] = [
    await signedUser(house.tenancy, { tenants }),
    await signedUser(house.tenancy, { tenants }),
  ];
  const made: string[] = [];
  const make = async (tenantId: string, actor: string) => {
    const key = await createApiKey(parts, { name: "ci", tenantId, scopes: ["data.read"] }, { actor });
    made.push(key.key);
    return key.id;
  };
  const first = await make(one, `user:${leaver.user.id}`);
  await make(one, `key:${await make(one, `key:${first}`)}`);
  await make(two, `user:${leaver.user.id}`);
  await make(two, `user:${stayer.user.id}`);
  const invited = { tenantName: "", email: "second@example.com", roles: ["admin"] };
  await invite(
    parts,
    { ...invited, tenantId: two },
    { actor: `key:${await make(two, `user:${leaver.user.id}`)}`, principal: null },
  );
  const { mail, identity } = house.tenancy.internals;
  const { text } = await mail.read((await mail.list("second@example.com"))[0]?.id ?? "");
  const token = /#invitation=([\w-]+)/.exec(text ?? "")?.[1] ?? "";
  const works = () =>
    Promise.all(made.map(async (key) => (await identity.credentials.apiKey(key)) !== undefined));
  assert.deepEqual(await works(), [true, true, true, true, true, true]);

  await setUserEnabled(parts, leaver.user.id, false, BY);
  identity.credentials.forget();

  assert.deepEqual(await works(), [false, false, false, false, true, false]);
  await assert.rejects(showInvitation(parts, token), isCode("invitation.invalid"));
  await setUserEnabled(parts, leaver.user.id, true, BY);
  identity.credentials.forget();
  assert.deepEqual(await works(), [true, true, true, true, true, true]);
  assert.equal((await showInvitation(parts, token)).email, "second@example.com");
});

test("a disabled user is signed out at once and comes back only when enabled", async () => {
  const { signedUser } = await import("../../test/support/users.ts");
  const { user, token } = await signedUser(house.tenancy);
  const { credentials } = house.tenancy.internals.identity;
  assert.equal((await credentials.session(token))?.kind, "user");

  await setUserEnabled(parts, user.id, false, BY);
  credentials.forget();

  assert.equal(await credentials.session(token), undefined);
});
