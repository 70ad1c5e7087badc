import assert from "node:assert/strict";
import { createServer as createHost } from "node:http";
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
  principalOf,
  prove,
  saml,
  signInBySaml,
  throughCallback,
} from "../../../test/support/sso-world.ts";
import { readEvents } from "../../audit/record.ts";
import { readMembers } from "../../identity/members.ts";

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

test("an erased tenant leaves no connection, domain or rule", async () => {
  const tenantId = await newTenant("erased.example.com");
  await newOidc(tenantId);
  const { sso } = platform.tenancy.internals;
  assert.ok((await sso.countTenant(tenantId)) > 0);

  await sso.eraseTenant(tenantId);

  assert.equal(await sso.countTenant(tenantId), 0);
});

test("the removal of a connection and of a domain is in the audit log", async () => {
  const tenantId = await newTenant("gone.example.com");
  const { id } = await newOidc(tenantId);

  assert.equal((await api("DELETE", `/v1/tenants/${tenantId}/sso-connections/${id}`)).status, 204);
  assert.equal((await api("DELETE", `/v1/tenants/${tenantId}/sso-domains/gone.example.com`)).status, 204);

  const removed = await readEvents(identity().pool, { tenantId, limit: 2 });
  assert.deepEqual(removed.map(({ action }) => action).sort(), [
    "sso.connection_removed",
    "sso.domain_removed",
  ]);
});
