import assert from "node:assert/strict";
import { test } from "node:test";
import { call } from "../../../test/support/api.ts";
import {
  anonymous,
  api,
  cookieOf,
  identity,
  newOidc,
  newSaml,
  newTenant,
  oidc,
  platform,
  principalOf,
  signInByOidc,
  signInBySaml,
} from "../../../test/support/sso-world.ts";
import { readEvents } from "../../audit/record.ts";
import { createApiKey, readApiKeys } from "../../identity/api-keys.ts";
import { addMember, changeMember, readMember, readMembers } from "../../identity/members.ts";
import { createUser, readUser } from "../../identity/users.ts";
import { standingIn } from "../../sso/rules.ts";

const BY = { actor: "test", principal: null };

test("somebody new signs in through OpenID Connect and is a member of that tenant", async () => {
  const tenantId = await newTenant("oidc.example.com");
  const { id } = await newOidc(tenantId);
  oidc.accounts.set("ada", { email: "ada@oidc.example.com", claims: { name: "Ada" } });

  const answer = await signInByOidc(id, "ada", { returnTo: "/tenants/x" });
  const principal = await principalOf(answer);

  assert.equal(answer.body.returnTo, "/tenants/x");
  assert.deepEqual(principal.amr, ["sso", `sso:${id}`]);
  assert.equal(principal.email, "ada@oidc.example.com");
  const member = await readMember(identity().pool, tenantId, principal.id);
  assert.deepEqual([member.roles, member.status, member.name], [["member"], "active", "Ada"]);
  const [event] = await readEvents(identity().pool, { tenantId, action: "sso.signed_in", limit: 1 });
  assert.equal(event?.actor, `user:${principal.id}`);
});

test("the provider's own identifier names a person, not the address, which may change hands", async () => {
  const tenantId = await newTenant("hands.example.com");
  const { id } = await newOidc(tenantId);
  oidc.accounts.set("old", { email: "jo@hands.example.com" });
  const first = await principalOf(await signInByOidc(id, "old"));
  oidc.accounts.set("old", { email: "jo.smith@hands.example.com" });

  const renamed = await principalOf(await signInByOidc(id, "old"));

  assert.equal(renamed.id, first.id);
});

test("somebody new signs in through SAML; groups give roles, and take only those away", async () => {
  const tenantId = await newTenant("saml.example.com");
  await api("PATCH", `/v1/tenants/${tenantId}/sso-rules`, {
    groupRoles: [{ group: "engineers", roles: ["admin"] }],
  });
  const made = await newSaml(tenantId);
  const nameId = "grace@saml.example.com";

  const principal = await principalOf(
    await signInBySaml(made, { nameId, attributes: { groups: ["engineers", "x"] } }),
  );
  const rolesNow = async () => [...(await readMember(identity().pool, tenantId, principal.id)).roles].sort();
  assert.deepEqual(await rolesNow(), ["admin", "member"]);
  await changeMember(
    identity(),
    { tenantId, userId: principal.id, roles: ["admin", "member", "auditor"] },
    BY,
  );
  const actor = { actor: `user:${principal.id}` };
  for (const scope of ["members.manage", "data.read"])
    await createApiKey(identity(), { name: scope, tenantId, scopes: [scope] }, actor);
  await principalOf(await signInBySaml(made, { nameId, attributes: { groups: [] } }));

  assert.deepEqual(await rolesNow(), ["admin", "auditor", "member"]); // no value, nothing said
  assert.equal((await readApiKeys(identity().pool, tenantId)).length, 2);
  await principalOf(await signInBySaml(made, { nameId, attributes: { groups: ["x"] } }));
  assert.deepEqual(await rolesNow(), ["auditor", "member"]);
  assert.deepEqual(
    (await readApiKeys(identity().pool, tenantId)).map(({ name }) => name),
    ["data.read"], // the other key could do more than the roles that are left
  );
});

test("discovery leads by domain to every tenant that proved it, and tells nothing about persons", async () => {
  const [one, two] = [await newTenant("shared.example.com"), await newTenant("shared.example.com")];
  const [a, b] = [await newOidc(one), await newSaml(two)];
  await api("POST", `/v1/tenants/${await newTenant()}/sso-domains`, { domain: "shared.example.com" }); // not proven
  await createUser(identity(), { email: "known@shared.example.com" }, BY);
  const discovered = (email: string) =>
    anonymous<{ connections: { connectionId: string; slug: string }[] }>("/v1/sign-in/discover", { email });
  const ask = async (email: string) => (await discovered(email)).text;

  const answers = await Promise.all(
    ["known@shared.example.com", "unknown@shared.example.com", "KNOWN@Shared.Example.com"].map(ask),
  );

  assert.equal(new Set(answers).size, 1);
  const { connections } = JSON.parse(answers[0] as string);
  assert.deepEqual(
    connections.map((each: { connectionId: string }) => each.connectionId),
    [a.id, b.id],
  );
  const slugs = connections.map((each: { slug: string }) => each.slug);
  assert.equal(new Set(slugs).size, 2, "tenants of one name are told apart");
  for (const email of ["x@elsewhere.example.com", "not an address", "@shared.example.com"]) {
    assert.equal(await ask(email), '{"connections":[]}');
  }
});

test("two tenants with the same domain have the same person, and each session counts in its own tenant alone", async () => {
  const [one, two] = [await newTenant("twice.example.com"), await newTenant("twice.example.com")];
  const [a, b] = [await newOidc(one), await newSaml(two)];
  oidc.accounts.set("kim", { email: "kim@twice.example.com" });

  const answer = await signInByOidc(a.id, "kim");
  const byOidc = await principalOf(answer);
  const bySaml = await principalOf(await signInBySaml(b, { nameId: "kim@twice.example.com" }));

  assert.equal(byOidc.id, bySaml.id);
  const cookie = cookieOf(answer, "tenancy_session");
  const read = (tenantId: string) =>
    call(platform, "GET", `/v1/tenants/${tenantId}`, { key: null, headers: { cookie } });
  assert.equal((await read(one)).status, 200);
  const elsewhere = await read(two);
  assert.deepEqual([elsewhere.status, elsewhere.body.code], [401, "sso.other_tenants_session"]);
  const { parts } = platform.tenancy.internals.sso;
  assert.equal(await standingIn(parts, one, byOidc), "counts");
  assert.equal(await standingIn(parts, two, byOidc), "other_tenants_session");
  assert.equal(await standingIn(parts, two, bySaml), "counts");
  assert.equal(await standingIn(parts, one, bySaml), "other_tenants_session");
});

test("a provider cannot sign in people of domains that its tenant did not prove", async () => {
  const tenantId = await newTenant("mine.example.com");
  const { id } = await newOidc(tenantId);
  await createUser(identity(), { email: "victim@bank.example.com" }, BY);
  oidc.accounts.set("evil", { email: "victim@bank.example.com" });
  oidc.accounts.set("none", { email: "unverified@mine.example.com", claims: { email_verified: false } });
  await api("POST", `/v1/tenants/${tenantId}/sso-domains`, { domain: "bank.example.com" }); // said, not proven

  for (const sub of ["evil", "none"]) {
    const { status, body } = await signInByOidc(id, sub);
    assert.deepEqual([status, body.code], [403, "sso.domain_foreign"]);
  }
  const [event] = await readEvents(identity().pool, { tenantId, action: "sso.sign_in_refused", limit: 1 });
  assert.equal(event?.detail["code"], "sso.domain_foreign");
});

test("another tenant's provider is nobody's word for one's people: neither by their address nor by their identifier", async () => {
  const [victims, attackers] = [await newTenant("victim.example.com"), await newTenant("attack.example.com")];
  const [theirs, hostile] = [await newOidc(victims), await newOidc(attackers)];
  oidc.accounts.set("vera", { email: "vera@victim.example.com" });
  const vera = await principalOf(await signInByOidc(theirs.id, "vera"));
  await api("POST", `/v1/tenants/${attackers}/sso-domains`, { domain: "victim.example.com" }); // said, not proven

  for (const email of ["vera@victim.example.com", "VERA@Victim.Example.com", "vera@sub.attack.example.com"]) {
    oidc.accounts.set("vera", { email });
    const { status, body } = await signInByOidc(hostile.id, "vera");
    assert.deepEqual([status, body.code], [403, "sso.domain_foreign"], email);
  }
  for (const email of [
    "vera@victim.example.com, eve@attack.example.com",
    "vera@victim.example.com@attack.example.com",
  ]) {
    oidc.accounts.set("vera", { email });
    assert.equal((await signInByOidc(hostile.id, "vera")).status, 403, email);
  }
  oidc.accounts.set("vera", { email: "eve@attack.example.com" });
  const eve = await principalOf(await signInByOidc(hostile.id, "vera"));

  assert.notEqual(eve.id, vera.id, "the same identifier at another provider is another person");
  assert.deepEqual(
    (await readMembers(identity().pool, attackers)).map(({ email }) => email),
    ["eve@attack.example.com"],
  );
  const inVictims = await readMembers(identity().pool, victims);
  assert.deepEqual(
    inVictims.map(({ userId }) => userId),
    [vera.id],
  );
});

test("an identifier that stands for one person never comes to stand for another, whatever address it brings", async () => {
  const tenantId = await newTenant("linked.example.com");
  const { id } = await newOidc(tenantId);
  const { id: ownerId } = await createUser(identity(), { email: "owner@linked.example.com" }, BY);
  await addMember(identity(), { tenantId, userId: ownerId, roles: ["owner"] }, BY);
  oidc.accounts.set("intern", { email: "intern@linked.example.com" });
  const intern = await principalOf(await signInByOidc(id, "intern"));

  oidc.accounts.set("intern", { email: "owner@linked.example.com" });
  const again = await principalOf(await signInByOidc(id, "intern"));

  assert.equal(again.id, intern.id);
  assert.notEqual(again.id, ownerId);
  assert.equal((await readUser(identity().pool, intern.id)).email, "intern@linked.example.com");
});

test("without just-in-time provisioning only members sign in, and suspended ones do not", async () => {
  const tenantId = await newTenant("members.example.com");
  const { id } = await newOidc(tenantId, { isJitEnabled: false });
  oidc.accounts.set("new", { email: "new@members.example.com" });
  oidc.accounts.set("known", { email: "known@members.example.com" });
  const { id: userId } = await createUser(identity(), { email: "known@members.example.com" }, BY);
  await addMember(identity(), { tenantId, userId, roles: ["viewer"] }, BY);

  assert.equal((await signInByOidc(id, "new")).body.code, "sso.not_provisioned");
  assert.equal((await principalOf(await signInByOidc(id, "known"))).id, userId);
  await changeMember(identity(), { tenantId, userId, status: "suspended" }, BY);
  assert.equal((await signInByOidc(id, "known")).body.code, "sso.access_ended");
  await assert.rejects(readUser(identity().pool, "new@members.example.com"));
});
