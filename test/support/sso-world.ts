import assert from "node:assert/strict";
import { after, before } from "node:test";
import { inflateRawSync } from "node:zlib";
import { createServer, listen } from "../../src/http/server.ts";
import type { UserPrincipal } from "../../src/identity/principal.ts";
import { type Answer, call } from "./api.ts";
import { TestDns } from "./dns.ts";
import { OidcIdp } from "./oidc-idp.ts";
import { type Platform, startPlatform } from "./platform.ts";
import { encode, type ResponseOptions, SamlIdp } from "./saml-idp.ts";

/** One server, one DNS and two identity providers for the tests of a file. Sign-ins are paced by address; here one comes after the other from the same. */
let calls = 0;
const patient = { now: () => new Date(Date.now() + 10_000 * ++calls) };
export let platform: Platform;
export let dns: TestDns;
export let oidc: OidcIdp;
export const saml = new SamlIdp();

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

export const identity = () => platform.tenancy.internals.identity.parts;
export const api = <T = { id: string }>(method: string, path: string, body?: unknown) =>
  call<T>(platform, method, path, body === undefined ? {} : { body });

let count = 0;
export async function newTenant(domain?: string): Promise<string> {
  count += 1;
  const { id } = (await api("POST", "/v1/tenants", { name: `Sso ${count}` })).body;
  if (domain) await prove(id, domain);
  return id;
}

export async function prove(tenantId: string, domain: string): Promise<void> {
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

export interface Made {
  id: string;
  addresses: { callbackUrl: string; acsUrl: string; entityId: string };
}

export async function newOidc(tenantId: string, mapping: object = {}, issuer = oidc): Promise<Made> {
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

export async function newSaml(tenantId: string, more: object = {}, idp = saml): Promise<Made> {
  const made = await api<Made>("POST", `/v1/tenants/${tenantId}/sso-connections`, {
    name: "SAML",
    saml: { metadataXml: idp.metadata(), ...more },
  });
  assert.equal(made.status, 201, made.text);
  await activate(tenantId, made.body.id);
  return made.body;
}

export async function activate(tenantId: string, id: string): Promise<void> {
  const { status, text } = await api("PATCH", `/v1/tenants/${tenantId}/sso-connections/${id}`, {
    status: "active",
  });
  assert.equal(status, 200, text);
}

export const anonymous = <T>(path: string, body: unknown, cookie?: string) =>
  call<T>(platform, "POST", path, { body, key: null, headers: cookie ? { cookie } : {} });
export const cookieOf = (answer: Answer<unknown>, name: string) =>
  answer.headers
    .getSetCookie()
    .map((each) => each.split(";", 1)[0] as string)
    .find((each) => each.startsWith(`${name}=`)) as string;

export async function start(
  connectionId: string,
  more: object = {},
): Promise<{ url: string; cookie: string }> {
  const answer = await anonymous<{ url: string }>("/v1/sign-in/sso", { connectionId, ...more });
  assert.equal(answer.status, 201, answer.text);
  return { url: answer.body.url, cookie: cookieOf(answer, "tenancy_sso") };
}

export interface Finished {
  returnTo: string;
  code?: string;
  title?: string;
  test: null | { email: string; groups: string[]; isMfa: boolean };
}

export const finish = (connectionId: string, answer: string, cookie: string) =>
  anonymous<Finished>("/v1/sign-in/sso/finish", { connectionId, answer }, cookie);

/** From the callback of the provider to what the console would post. */
export async function throughCallback(url: URL): Promise<{ connection: string; answer: string }> {
  const response = await fetch(url, { redirect: "manual" });
  assert.equal(response.status, 303);
  const location = response.headers.get("location") ?? "";
  assert.match(location, /^\/sign-in\/sso#/);
  return Object.fromEntries(new URLSearchParams(location.split("#")[1])) as {
    connection: string;
    answer: string;
  };
}

export async function signInByOidc(
  connectionId: string,
  sub: string,
  more: object = {},
): Promise<Answer<Finished>> {
  oidc.next = { ...oidc.next, sub };
  const { url, cookie } = await start(connectionId, more);
  const { connection, answer } = await throughCallback(await oidc.follow(url));
  return finish(connection, answer, cookie);
}

/** What a SAML provider reads from the redirect. */
export function readRequest(url: string) {
  const query = new URL(url).searchParams;
  const xml = inflateRawSync(Buffer.from(query.get("SAMLRequest") as string, "base64")).toString();
  return {
    requestId: /ID="([^"]+)"/.exec(xml)?.[1] as string,
    relayState: query.get("RelayState") as string,
    xml,
  };
}

export async function post(acsUrl: string, xml: string, relayState: string): Promise<Record<string, string>> {
  const response = await fetch(acsUrl, {
    method: "POST",
    redirect: "manual",
    headers: { origin: "https://idp.example.com", "sec-fetch-site": "cross-site" },
    body: new URLSearchParams({ SAMLResponse: encode(xml), RelayState: relayState }),
  });
  assert.equal(response.status, 303, await response.text());
  return Object.fromEntries(new URLSearchParams((response.headers.get("location") ?? "").split("#")[1]));
}

export async function signInBySaml(
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

export async function principalOf(answer: Answer<unknown>): Promise<UserPrincipal> {
  assert.equal(answer.status, 201, answer.text);
  const token = cookieOf(answer, "tenancy_session").slice("tenancy_session=".length);
  const principal = await platform.tenancy.internals.identity.credentials.session(token);
  assert.ok(principal?.kind === "user");
  return principal;
}
