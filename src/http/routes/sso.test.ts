import assert from "node:assert/strict";
import { createServer as createHost } from "node:http";
import { after, before, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { type Answer, call } from "../../../test/support/api.ts";
import { TestDns } from "../../../test/support/dns.ts";
import { OidcIdp } from "../../../test/support/oidc-idp.ts";
import { type Platform, startPlatform } from "../../../test/support/platform.ts";
import { encode, type ResponseOptions, SamlIdp } from "../../../test/support/saml-idp.ts";
import { readEvents } from "../../audit/record.ts";
import { createApiKey, readApiKeys } from "../../identity/api-keys.ts";
import { addMember, changeMember, readMember, readMembers } from "../../identity/members.ts";
import type { UserPrincipal } from "../../identity/principal.ts";
import { createUser, readUser } from "../../identity/users.ts";
import { standingIn } from "../../sso/rules.ts";
import { routes } from "../routes.ts";
import { createServer, listen } from "../server.ts";

const BY = { actor: "test", principal: null };
/** Sign-ins are paced by address; here one comes after the other from the same. */
let calls = 0;
const patient = { now: () => new Date(Date.now() + 10_000 * ++calls) };
let platform: Platform;
let dns: TestDns;
let oidc: OidcIdp;
const saml = new SamlIdp();

before(async () => {
  dns = await TestDns.start();
  oidc = await OidcIdp.start({ redirectUris: [] });
  const base = await startPlatform({
    background: false,
    consoleDir: null,
    sql: null,
    dnsServers: [dns.address],
    configFile: 'export default { security: { outboundAllow: ["127.0.0.0/8"] } };\n',
  });
  const app = await createServer({
    tenancy: base.tenancy,
    host: "127.0.0.1",
    consoleDir: null,
    clock: patient,
  });
  const url = await listen(app, { host: "127.0.0.1", port: 0 });
  platform = {
    ...base,
    url,
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await base[Symbol.asyncDispose]();
    },
  };
});
after(async () => {
  await platform[Symbol.asyncDispose]();
  await oidc[Symbol.asyncDispose]();
  await dns[Symbol.asyncDispose]();
});

const identity = () => platform.tenancy.internals.identity.parts;
const api = <T = { id: string }>(method: string, path: string, body?: unknown) =>
  call<T>(platform, method, path, body === undefined ? {} : { body });

let count = 0;
async function newTenant(domain?: string): Promise<string> {
  count += 1;
  const { id } = (await api("POST", "/v1/tenants", { name: `Sso ${count}` })).body;
  if (domain) await prove(id, domain);
  return id;
}

async function prove(tenantId: string, domain: string): Promise<void> {
  const added = await api<{ record: { name: string; value: string } }>(
    "POST",
    `/v1/tenants/${tenantId}/sso-domains`,
    { domain },
  );
  const { name, value } = added.body.record;
  dns.records.set(name, [...(dns.records.get(name) ?? []), value]);
  const proven = await api("POST", `/v1/tenants/${tenantId}/sso-domains/${domain}/prove`);
  assert.equal(proven.status, 200, proven.text);
}

interface Made {
  id: string;
  addresses: { callbackUrl: string; acsUrl: string; entityId: string };
}

async function newOidc(tenantId: string, mapping: object = {}, issuer = oidc): Promise<Made> {
  const made = await api<Made>("POST", `/v1/tenants/${tenantId}/sso-connections`, {
    name: "Directory",
    oidc: {
      issuer: issuer.issuer,
      clientId: issuer.clientId,
      clientSecret: issuer.clientSecret,
      scopes: ["email", "profile", "groups"],
    },
    mapping,
  });
  assert.equal(made.status, 201, made.text);
  issuer.redirectUris.add(made.body.addresses.callbackUrl);
  await activate(tenantId, made.body.id);
  return made.body;
}

async function newSaml(tenantId: string, more: object = {}, idp = saml): Promise<Made> {
  const made = await api<Made>("POST", `/v1/tenants/${tenantId}/sso-connections`, {
    name: "SAML",
    saml: { metadataXml: idp.metadata(), ...more },
  });
  assert.equal(made.status, 201, made.text);
  await activate(tenantId, made.body.id);
  return made.body;
}

async function activate(tenantId: string, id: string): Promise<void> {
  const { status, text } = await api("PATCH", `/v1/tenants/${tenantId}/sso-connections/${id}`, {
    status: "active",
  });
  assert.equal(status, 200, text);
}

const anonymous = <T>(path: string, body: unknown, cookie?: string) =>
  call<T>(platform, "POST", path, { body, key: null, headers: cookie ? { cookie } : {} });
const cookieOf = (answer: Answer<unknown>, name: string) =>
  answer.headers
    .getSetCookie()
    .map((each) => each.split(";", 1)[0] as string)
    .find((each) => each.startsWith(`${name}=`)) as string;

async function start(connectionId: string, more: object = {}): Promise<{ url: string; cookie: string }> {
  const answer = await anonymous<{ url: string }>("/v1/sign-in/sso", { connectionId, ...more });
  assert.equal(answer.status, 201, answer.text);
  return { url: answer.body.url, cookie: cookieOf(answer, "tenancy_sso") };
}

interface Finished {
  returnTo: string;
  code?: string;
  title?: string;
  test: null | { email: string; groups: string[]; isMfa: boolean };
}

const finish = (connectionId: string, answer: string, cookie: string) =>
  anonymous<Finished>("/v1/sign-in/sso/finish", { connectionId, answer }, cookie);

/** From the callback of the provider to what the console would post. */
async function throughCallback(url: URL): Promise<{ connection: string; answer: string }> {
  const response = await fetch(url, { redirect: "manual" });
  assert.equal(response.status, 303);
  const location = response.headers.get("location") ?? "";
  assert.match(location, /^\/sign-in\/sso#/);
  return Object.fromEntries(new URLSearchParams(location.split("#")[1])) as {
    connection: string;
    answer: string;
  };
}

async function signInByOidc(connectionId: string, sub: string, more: object = {}): Promise<Answer<Finished>> {
  oidc.next = { ...oidc.next, sub };
  const { url, cookie } = await start(connectionId, more);
  const { connection, answer } = await throughCallback(await oidc.follow(url));
  return finish(connection, answer, cookie);
}

/** What a SAML provider reads from the redirect. */
function readRequest(url: string) {
  const query = new URL(url).searchParams;
  const xml = inflateRawSync(Buffer.from(query.get("SAMLRequest") as string, "base64")).toString();
  return {
    requestId: /ID="([^"]+)"/.exec(xml)?.[1] as string,
    relayState: query.get("RelayState") as string,
    xml,
  };
}

async function post(acsUrl: string, xml: string, relayState: string): Promise<Record<string, string>> {
  const response = await fetch(acsUrl, {
    method: "POST",
    redirect: "manual",
    headers: { origin: "https://idp.example.com", "sec-fetch-site": "cross-site" },
    body: new URLSearchParams({ SAMLResponse: encode(xml), RelayState: relayState }),
  });
  assert.equal(response.status, 303, await response.text());
  return Object.fromEntries(new URLSearchParams((response.headers.get("location") ?? "").split("#")[1]));
}

async function signInBySaml(
  made: Made,
  options: Partial<ResponseOptions> = {},
  idp = saml,
): Promise<Answer<Finished>> {
  const { url, cookie } = await start(made.id);
  const { requestId, relayState } = readRequest(url);
  const common = { acsUrl: made.addresses.acsUrl, audience: made.addresses.entityId, now: new Date() };
  const back = await post(
    made.addresses.acsUrl,
    idp.respond({ ...common, requestId, ...options }),
    relayState,
  );
  return finish(back["connection"] as string, back["answer"] as string, cookie);
}

async function principalOf(answer: Answer<unknown>): Promise<UserPrincipal> {
  assert.equal(answer.status, 201, answer.text);
  const token = cookieOf(answer, "tenancy_session").slice("tenancy_session=".length);
  const principal = await platform.tenancy.internals.identity.credentials.session(token);
  assert.ok(principal?.kind === "user");
  return principal;
}

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
  const ask = async (email: string) =>
    (await anonymous<{ connections: { connectionId: string }[] }>("/v1/sign-in/discover", { email })).text;

  const answers = await Promise.all(
    ["known@shared.example.com", "unknown@shared.example.com", "KNOWN@Shared.Example.com"].map(ask),
  );

  assert.equal(new Set(answers).size, 1);
  const { connections } = JSON.parse(answers[0] as string);
  assert.deepEqual(
    connections.map((each: { connectionId: string }) => each.connectionId),
    [a.id, b.id],
  );
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

test("an answer is taken once, and only from the browser that began", async () => {
  const tenantId = await newTenant("bound.example.com");
  const { id } = await newOidc(tenantId);
  oidc.accounts.set("bo", { email: "bo@bound.example.com" });
  oidc.next = { sub: "bo" };
  const victim = await start(id);
  const attacker = await start(id);
  const { answer } = await throughCallback(await oidc.follow(attacker.url));

  // Login CSRF: the attacker's answer in the victim's browser.
  assert.equal((await finish(id, answer, victim.cookie)).body.code, "sso.attempt_unknown");
  assert.equal((await finish(id, answer, "tenancy_sso=")).body.code, "sso.attempt_unknown");
  assert.equal((await finish(id, answer, attacker.cookie)).status, 201);
  assert.equal((await finish(id, answer, attacker.cookie)).body.code, "sso.attempt_unknown");
});

test("a SAML answer is taken once: replayed, for another request, or from another tenant's provider it is refused", async () => {
  const tenantId = await newTenant("replay.example.com");
  const made = await newSaml(tenantId);
  const nameId = "ray@replay.example.com";
  const common = {
    acsUrl: made.addresses.acsUrl,
    audience: made.addresses.entityId,
    now: new Date(),
    nameId,
  };

  const first = await start(made.id);
  const { requestId, relayState } = readRequest(first.url);
  const xml = saml.respond({ ...common, requestId });
  await post(made.addresses.acsUrl, xml, relayState);
  await post(
    made.addresses.acsUrl,
    saml.respond({ ...common, requestId, nameId: "eve@replay.example.com" }),
    relayState,
  ); // the second one is not looked at
  const done = await principalOf(await finish(made.id, `state=${relayState}`, first.cookie));
  assert.equal(done.email, nameId);

  const second = await start(made.id);
  const again = readRequest(second.url);
  await post(made.addresses.acsUrl, xml, again.relayState);
  const refused = await finish(made.id, `state=${again.relayState}`, second.cookie);
  assert.deepEqual([refused.status, refused.body.code], [401, "sso.response_refused"]);

  const sameAssertion = { assertionId: "_once" };
  await principalOf(await signInBySaml(made, { nameId, ...sameAssertion }));
  const replayed = await signInBySaml(made, { nameId, ...sameAssertion });
  assert.match(replayed.body.title ?? "", /used before/);

  const foreign = await signInBySaml(made, { nameId }, new SamlIdp("idp.example.com"));
  assert.match(foreign.body.title ?? "", /signature/);
});

test("a sign-in that begins at the provider is refused, or begun anew where that is allowed", async () => {
  const tenantId = await newTenant("tile.example.com");
  const [closed, open] = [await newSaml(tenantId), await newSaml(tenantId, { allowsIdpInitiated: true })];
  const unsolicited = (made: Made) =>
    saml.respond({
      acsUrl: made.addresses.acsUrl,
      audience: made.addresses.entityId,
      now: new Date(),
      requestId: null,
      nameId: "t@tile.example.com",
    });

  const back = await post(closed.addresses.acsUrl, unsolicited(closed), "");
  const { cookie } = await start(closed.id);
  assert.equal((await finish(closed.id, back["answer"] as string, cookie)).body.code, "sso.attempt_unknown");
  assert.deepEqual(await post(open.addresses.acsUrl, unsolicited(open), "/"), { start: open.id });
});

test("requiring SSO needs a way back; then other sessions do not count, but the break-glass owner's", async () => {
  const tenantId = await newTenant("required.example.com");
  const path = `/v1/tenants/${tenantId}/sso-rules`;
  const user = async (name: string, roles: string[]) => {
    const { id } = await createUser(identity(), { email: `${name}@required.example.com` }, BY);
    await addMember(identity(), { tenantId, userId: id, roles }, BY);
    return { id, amr: ["pwd"] };
  };
  const [owner, member] = [await user("owner", ["owner"]), await user("member", ["member"])];
  const code = async (body: object) => (await call(platform, "PATCH", path, { body })).body.code;

  assert.equal(await code({ isRequired: true }), "sso.break_glass_needed");
  assert.equal(await code({ isRequired: true, breakGlassUserId: owner.id }), "sso.break_glass_needed"); // no connection yet
  const { id } = await newOidc(tenantId);
  assert.equal(await code({ isRequired: true, breakGlassUserId: member.id }), "sso.break_glass_needed");
  assert.equal(await code({ isRequired: true, breakGlassUserId: owner.id }), undefined);

  const { parts } = platform.tenancy.internals.sso;
  assert.equal(await standingIn(parts, tenantId, member), "sso_required");
  assert.equal(await standingIn(parts, tenantId, owner), "counts");
  assert.equal(await standingIn(parts, tenantId, { id: member.id, amr: ["sso", `sso:${id}`] }), "counts");
  const off = await call(platform, "PATCH", `/v1/tenants/${tenantId}/sso-connections/${id}`, {
    body: { status: "disabled" },
  });
  assert.equal(off.body.code, "sso.break_glass_needed");
});

test("no directory makes owners", async () => {
  const tenantId = await newTenant();
  const path = `/v1/tenants/${tenantId}/sso-rules`;

  for (const body of [{ groupRoles: [{ group: "g", roles: ["owner"] }] }, { defaultRoles: ["owner"] }]) {
    assert.equal((await call(platform, "PATCH", path, { body })).body.code, "sso.settings_invalid");
  }
  assert.equal(
    (await call(platform, "PATCH", path, { body: { defaultRoles: ["nonsense"] } })).body.code,
    "role.unknown",
  );
});

test("a second factor at the provider counts only if the tenant trusts it and the provider says so", async () => {
  const tenantId = await newTenant("mfa.example.com");
  const [trusting, wary] = [await newOidc(tenantId, { trustsMfa: true }), await newOidc(tenantId)];
  oidc.accounts.set("max", { email: "max@mfa.example.com" });
  const mfa = async (id: string, amr: string[]) => {
    oidc.next = { sub: "max", amr };
    const principal = await principalOf(await signInByOidc(id, "max"));
    return [principal.mfaAt !== null, principal.amr.includes("mfa")];
  };

  assert.deepEqual(await mfa(trusting.id, ["pwd", "otp", "mfa"]), [true, true]);
  assert.deepEqual(await mfa(trusting.id, ["pwd"]), [false, false]);
  assert.deepEqual(await mfa(wary.id, ["pwd", "otp", "mfa"]), [false, false]);
});

test("a step-up asks the provider for a new sign-in", async () => {
  const tenantId = await newTenant("fresh.example.com");
  const [byOidc, bySaml] = [await newOidc(tenantId), await newSaml(tenantId)];
  oidc.accounts.set("fred", { email: "fred@fresh.example.com" });

  await principalOf(await signInByOidc(byOidc.id, "fred", { isFresh: true }));
  assert.equal(oidc.lastAsked["prompt"], "login");
  assert.match((await start(byOidc.id, { isFresh: true })).url, /[?&]max_age=0(&|$)/);
  const { url, cookie } = await start(bySaml.id, { isFresh: true });
  const { requestId, relayState, xml } = readRequest(url);
  assert.match(xml, /ForceAuthn="true"/);
  const old = { authenticatedAt: new Date(Date.now() - 3_600_000), nameId: "fred@fresh.example.com" };
  const { acsUrl, entityId: audience } = bySaml.addresses;
  await post(acsUrl, saml.respond({ acsUrl, audience, requestId, now: new Date(), ...old }), relayState);
  assert.match((await finish(bySaml.id, `state=${relayState}`, cookie)).body.title ?? "", /longer ago/);
});

test("disabling a connection ends the sessions that came from it", async () => {
  const tenantId = await newTenant("ends.example.com");
  const { id } = await newOidc(tenantId);
  oidc.accounts.set("eva", { email: "eva@ends.example.com" });
  const answer = await signInByOidc(id, "eva");
  await principalOf(answer);

  await api("PATCH", `/v1/tenants/${tenantId}/sso-connections/${id}`, { status: "disabled" });

  const token = cookieOf(answer, "tenancy_session").slice("tenancy_session=".length);
  const { credentials } = platform.tenancy.internals.identity;
  credentials.forget();
  assert.equal(await credentials.session(token), undefined);
  assert.equal(
    (await anonymous<{ code: string }>("/v1/sign-in/sso", { connectionId: id })).body.code,
    "sso.connection_not_found",
  );
});

test("each check of a connection is told, with what is wrong", async () => {
  const tenantId = await newTenant();
  interface Checks {
    isReady: boolean;
    checks: { name: string; status: string; detail: string }[];
  }
  const checks = async (id: string) => {
    const { body } = await api<Checks>("GET", `/v1/tenants/${tenantId}/sso-connections/${id}/checks`);
    return { isReady: body.isReady, by: new Map(body.checks.map((each) => [each.name, each])) };
  };
  const good = await newOidc(tenantId);
  const unproven = await checks(good.id);
  assert.deepEqual([unproven.isReady, unproven.by.get("domains")?.status], [false, "failed"]);
  await prove(tenantId, "checks.example.com");
  const ready = await checks(good.id);
  assert.equal(ready.isReady, true, JSON.stringify([...ready.by]));
  assert.equal(ready.by.get("client")?.status, "ok");
  assert.match(ready.by.get("pkce")?.detail ?? "", /supports/);

  await api("PATCH", `/v1/tenants/${tenantId}/sso-connections/${good.id}`, {
    oidc: { clientSecret: "wrong" },
  });
  assert.equal((await checks(good.id)).by.get("client")?.status, "failed");
  await api("PATCH", `/v1/tenants/${tenantId}/sso-connections/${good.id}`, {
    oidc: { issuer: "https://169.254.169.254" },
  });
  assert.match((await checks(good.id)).by.get("discovery")?.detail ?? "", /private network/);
  const bySaml = await newSaml(tenantId);
  assert.deepEqual(
    [...(await checks(bySaml.id)).by.keys()],
    ["metadata", "certificates", "sso_url", "domains", "groups"],
  );
});

test("a draft has its addresses before the provider's side is known, and cannot be tested or activated", async () => {
  const tenantId = await newTenant();
  const path = `/v1/tenants/${tenantId}/sso-connections`;
  interface Draft extends Made {
    provider: string | null;
    isDescribed: boolean;
    code: string;
  }

  for (const body of [
    { name: "Entra", provider: "entra", oidc: {} },
    { name: "SAML", saml: {} },
  ]) {
    const made = await api<Draft>("POST", path, body);
    assert.equal(made.status, 201, made.text);
    const { id, isDescribed, addresses, provider } = made.body;
    assert.deepEqual([isDescribed, provider], [false, body.provider ?? null]);
    assert.ok(addresses.callbackUrl.endsWith(`/v1/sso/${id}/callback`));
    const active = await api<Draft>("PATCH", `${path}/${id}`, { status: "active" });
    assert.deepEqual([active.status, active.body.code], [422, "sso.settings_invalid"]);
    const tested = await api<Draft>("POST", `${path}/${id}/test`, {});
    assert.deepEqual([tested.status, tested.body.code], [422, "sso.settings_invalid"]);
    const { body: told } = await api<{ checks: { name: string; status: string }[] }>(
      "GET",
      `${path}/${id}/checks`,
    );
    assert.deepEqual([told.checks[0]?.name, told.checks[0]?.status], ["described", "failed"]);
  }
  assert.equal((await api<Draft>("POST", path, { name: "Half", oidc: { issuer: oidc.issuer } })).status, 422);
  const [entra] = (await api<{ items: Draft[] }>("GET", path)).body.items;
  const described = await api<Draft>("PATCH", `${path}/${entra?.id}`, {
    oidc: { issuer: oidc.issuer, clientId: "x", clientSecret: "y" },
  });
  assert.equal(described.body.isDescribed, true, described.text);
});

test("during a rotation the old certificate counts beside the new one, until it is left out", async () => {
  const tenantId = await newTenant();
  const made = await newSaml(tenantId);
  const next = new SamlIdp("idp.example.com");
  interface Certified {
    saml: { certificates: { sha256: string }[] };
  }
  const change = (saml: object) =>
    api<Certified>("PATCH", `/v1/tenants/${tenantId}/sso-connections/${made.id}`, { saml });

  const both = await change({ metadataXml: next.metadata(), keepsCertificates: true });
  const one = await change({ metadataXml: next.metadata() });

  assert.equal(both.body.saml.certificates.length, 2, both.text);
  assert.deepEqual(one.body.saml.certificates, both.body.saml.certificates.slice(0, 1));
});

test("a test sign-in shows what the provider said, opens no session, and works for a draft", async () => {
  const tenantId = await newTenant("draft.example.com");
  const { id } = await newOidc(tenantId);
  await api("PATCH", `/v1/tenants/${tenantId}/sso-connections/${id}`, { status: "draft" });
  oidc.accounts.set("tess", { email: "tess@draft.example.com", claims: { groups: ["g1"] } });
  oidc.next = { sub: "tess" };
  assert.equal(
    (await anonymous<{ code: string }>("/v1/sign-in/sso", { connectionId: id })).body.code,
    "sso.connection_not_found",
  );

  const begun = await call<{ url: string }>(
    platform,
    "POST",
    `/v1/tenants/${tenantId}/sso-connections/${id}/test`,
    { body: {} },
  );
  const { answer } = await throughCallback(await oidc.follow(begun.body.url));
  const done = await finish(id, answer, cookieOf(begun, "tenancy_sso"));

  assert.equal(done.status, 201, done.text);
  assert.deepEqual([done.body.test?.email, done.body.test?.groups], ["tess@draft.example.com", ["g1"]]);
  assert.ok(
    !done.headers
      .getSetCookie()
      .some((each) => each.startsWith("tenancy_session=") && !each.startsWith("tenancy_session=;")),
  );
  assert.deepEqual(await readMembers(identity().pool, tenantId), []);
});

test("SAML metadata is read from its address, and read again before a new certificate signs", async () => {
  const tenantId = await newTenant("rotate.example.com");
  const rotated = new SamlIdp("idp.example.com");
  let document = saml.metadata();
  const host = createHost((_, response) => response.end(document)).unref();
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  const metadataUrl = `http://127.0.0.1:${(host.address() as { port: number }).port}/metadata`;
  const made = await newSaml(tenantId, { metadataXml: undefined, metadataUrl });
  const { sso, control } = platform.tenancy.internals;
  const refresh = async () => {
    await control.query("update tenancy.sso_connections set refreshed_at = now() - interval '2 days'");
    await sso.refreshMetadata({ warn: () => undefined });
  };
  const nameId = "rob@rotate.example.com";

  document = saml.metadata([saml.certificate, rotated.certificate]);
  await refresh();
  await principalOf(await signInBySaml(made, { nameId }));
  await principalOf(await signInBySaml(made, { nameId }, rotated));
  document = saml.metadata([rotated.certificate]);
  await refresh();
  assert.equal((await signInBySaml(made, { nameId })).body.code, "sso.response_refused");
  document = new SamlIdp("other.example.com").metadata();
  await refresh();

  await principalOf(await signInBySaml(made, { nameId }, rotated)); // another provider at the address changes nothing
  host.close();
});

test("one tenant's connections, domains and rules are not found by way of another", async () => {
  const [ours, theirs] = [await newTenant("ours.example.com"), await newTenant()];
  const { id } = await newOidc(ours);
  const path = `/v1/tenants/${theirs}/sso-connections`;
  const unknown = "00000000-0000-7000-8000-000000000001";
  const same = (text: string) => text.replace(/"requestId":"[^"]+"/, "");

  for (const [method, suffix, body] of [
    ["GET", "", undefined],
    ["PATCH", "", { name: "mine" }],
    ["DELETE", "", undefined],
    ["GET", "/checks", undefined],
    ["POST", "/test", {}],
  ] as const) {
    const foreign = await call(platform, method, `${path}/${id}${suffix}`, { body });
    const missing = await call(platform, method, `${path}/${unknown}${suffix}`, { body });
    assert.deepEqual([foreign.status, foreign.body.code], [404, "sso.connection_not_found"]);
    assert.equal(same(foreign.text), same(missing.text));
  }
  const domain = await call(platform, "DELETE", `/v1/tenants/${theirs}/sso-domains/ours.example.com`);
  assert.equal(domain.body.code, "sso.domain_not_found");
  assert.equal(
    (await api<{ items: unknown[] }>("GET", `/v1/tenants/${ours}/sso-connections`)).body.items.length,
    1,
  );
});

test("secrets are in no answer, no table and no record; redirects lead to this server alone", async () => {
  const tenantId = await newTenant();
  const { id } = await newOidc(tenantId);
  const shown = (await api("GET", `/v1/tenants/${tenantId}/sso-connections/${id}`)).text;
  const { rows } = await platform.tenancy.internals.control.query<{ text: string }>(`
    select row_to_json(t)::text as text from tenancy.sso_connections t
    union all select row_to_json(t)::text from tenancy.sso_attempts t
    union all select row_to_json(t)::text from tenancy.events t`);

  const all = [shown, ...rows.map(({ text }) => text)].join("\n");
  assert.ok(!all.includes(oidc.clientSecret));
  assert.ok(!all.includes(Buffer.from(oidc.clientSecret).toString("hex")));
  oidc.accounts.set("pat", { email: "pat@open.example.com" });
  await prove(tenantId, "open.example.com");
  for (const returnTo of [
    "//evil.example.com",
    "https://evil.example.com",
    "/\\evil.example.com",
    "javascript:alert(1)",
    "/a\nb",
  ]) {
    assert.equal((await signInByOidc(id, "pat", { returnTo })).body.returnTo, "/", returnTo);
  }
});

test("an erased tenant leaves no connection, domain or rule", async () => {
  const tenantId = await newTenant("erased.example.com");
  await newOidc(tenantId);
  const { sso } = platform.tenancy.internals;
  assert.ok((await sso.countTenant(tenantId)) > 0);

  await sso.eraseTenant(tenantId);

  assert.equal(await sso.countTenant(tenantId), 0);
});

test("every route of single sign-on that changes something left its action in the audit log", async () => {
  const { rows } = await platform.tenancy.internals.control.query<{ action: string }>(
    "select distinct action from tenancy.events",
  );
  const seen = new Set(rows.map(({ action }) => action));
  // The two removals are tried here.
  const tenantId = await newTenant("gone.example.com");
  const { id } = await newOidc(tenantId);
  assert.equal((await api("DELETE", `/v1/tenants/${tenantId}/sso-connections/${id}`)).status, 204);
  assert.equal((await api("DELETE", `/v1/tenants/${tenantId}/sso-domains/gone.example.com`)).status, 204);
  const removed = await readEvents(identity().pool, { tenantId, limit: 2 });
  for (const { action } of removed) seen.add(action);

  const missing = routes
    .filter(({ tag, method, action }) => tag === "Single sign-on" && method !== "GET" && action !== null)
    .filter(({ action }) => !seen.has(action as string));
  assert.deepEqual(missing, []);
});
