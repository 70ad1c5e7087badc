import assert from "node:assert/strict";
import { test } from "node:test";
import { call } from "../../../test/support/api.ts";
import { SamlIdp } from "../../../test/support/saml-idp.ts";
import {
  anonymous,
  api,
  cookieOf,
  finish,
  identity,
  type Made,
  newOidc,
  newSaml,
  newTenant,
  oidc,
  platform,
  post,
  principalOf,
  prove,
  readRequest,
  saml,
  signInByOidc,
  signInBySaml,
  start,
  throughCallback,
} from "../../../test/support/sso-world.ts";
import { addMember } from "../../identity/members.ts";
import { createUser } from "../../identity/users.ts";
import { standingIn } from "../../sso/rules.ts";

const BY = { actor: "test", principal: null };

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
