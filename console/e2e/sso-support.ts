import { randomUUID } from "node:crypto";
import { inflateRawSync } from "node:zlib";
import type { Page } from "playwright-core";
import { withTx } from "../../src/db/tx.ts";
import { addMember } from "../../src/identity/members.ts";
import { openSession } from "../../src/identity/sessions.ts";
import { createUser as addUserTo } from "../../src/identity/users.ts";
import { TestDns } from "../../test/support/dns.ts";
import { OidcIdp } from "../../test/support/oidc-idp.ts";
import { encode, type SamlIdp } from "../../test/support/saml-idp.ts";
import { openPlatform, type Platform, type Session } from "./support.ts";

const BY = { actor: "test", principal: null };

/** A platform beside the DNS that proves domains and the providers that sign people in. */
export interface SsoWorld extends AsyncDisposable {
  readonly platform: Platform;
  readonly dns: TestDns;
  readonly oidc: OidcIdp;
}

export async function openSsoWorld(): Promise<SsoWorld> {
  const dns = await TestDns.start();
  const oidc = await OidcIdp.start({ redirectUris: [] });
  const platform = await openPlatform({
    dnsServers: [dns.address],
    configFile: 'export default { security: { outboundAllow: ["127.0.0.0/8"] } };\n',
  });
  return {
    platform,
    dns,
    oidc,
    [Symbol.asyncDispose]: async () => {
      await platform[Symbol.asyncDispose]();
      await oidc[Symbol.asyncDispose]();
      await dns[Symbol.asyncDispose]();
    },
  };
}

export interface Member {
  readonly userId: string;
  readonly email: string;
  /** What their browser keeps: a session that is open. */
  readonly session: Session;
}

/** A person who is signed in, without SSO. */
export async function newMember(
  { tenancy, url }: Platform,
  tenantId: string,
  role: string,
  options: { readonly domain?: string; readonly isMfa?: boolean } = {},
): Promise<Member> {
  const { domain = "example.com", isMfa = false } = options;
  const email = `${randomUUID()}@${domain}`;
  const { parts } = tenancy.internals.identity;
  const { id: userId } = await addUserTo(parts, { email, name: "Ada Lovelace", isVerified: true }, BY);
  await addMember(parts, { tenantId, userId, roles: [role] }, BY);
  const { token, expiresAt } = await withTx(parts.pool, (tx) =>
    openSession(tx, parts, {
      person: { userId },
      amr: isMfa ? ["pwd", "otp", "mfa"] : ["pwd"],
      isMfa,
      origin: { device: "", ip: "" },
    }),
  );
  const cookie = {
    name: "tenancy_session",
    value: token,
    domain: new URL(url).hostname,
    path: "/",
    expires: expiresAt.getTime() / 1_000,
    httpOnly: true,
    secure: false,
    sameSite: "Strict" as const,
  };
  return { userId, email, session: { cookies: [cookie], origins: [] } };
}

/** Asks the API as staff does. */
export async function staff<T>(
  { url, apiKey }: Platform,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

export interface NewTenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export function newTenant(platform: Platform): Promise<NewTenant> {
  // A test clicks through in seconds what takes a person minutes: the freemium plan's calls an hour would not last.
  const body = { name: `Studio ${randomUUID().slice(0, 8)}`, plan: "enterprise" };
  return staff(platform, "POST", "/v1/tenants", body);
}

export async function proveDomain({ platform, dns }: SsoWorld, tenantId: string, domain: string) {
  const path = `/v1/tenants/${tenantId}/sso-domains`;
  const added = await staff<{ record: { name: string; value: string } }>(platform, "POST", path, { domain });
  dns.records.set(added.record.name, [added.record.value]);
  await staff(platform, "POST", `${path}/${domain}/prove`);
}

export interface Connected {
  readonly id: string;
  readonly addresses: { readonly callbackUrl: string; readonly acsUrl: string; readonly entityId: string };
}

/** An active connection to the OpenID provider. */
export async function connectOidc({ platform, oidc }: SsoWorld, tenantId: string): Promise<Connected> {
  const path = `/v1/tenants/${tenantId}/sso-connections`;
  const { issuer, clientId, clientSecret } = oidc;
  const made = await staff<Connected>(platform, "POST", path, {
    name: "Directory",
    oidc: { issuer, clientId, clientSecret, scopes: ["email", "profile", "groups"] },
  });
  oidc.redirectUris.add(made.addresses.callbackUrl);
  await staff(platform, "PATCH", `${path}/${made.id}`, { status: "active" });
  return made;
}

/** The sign-in page of a SAML provider, in the browser's own network: it signs in whom the test says. */
export async function serveSamlIdp(page: Page, idp: SamlIdp, nameId: () => string): Promise<void> {
  await page.route(`${idp.ssoUrl}**`, async (route) => {
    const query = new URL(route.request().url()).searchParams;
    const xml = inflateRawSync(Buffer.from(query.get("SAMLRequest") ?? "", "base64")).toString();
    const part = (pattern: RegExp) => pattern.exec(xml)?.[1] ?? "";
    const acsUrl = part(/AssertionConsumerServiceURL="([^"]+)"/);
    const response = idp.respond({
      acsUrl,
      audience: part(/<saml:Issuer[^>]*>([^<]+)</),
      requestId: part(/ID="([^"]+)"/),
      now: new Date(),
      nameId: nameId(),
      attributes: { groups: ["Engineers"] },
    });
    const form = `<form method="post" action="${acsUrl}">
<input name="SAMLResponse" value="${encode(response)}"><input name="RelayState" value="${query.get("RelayState")}">
</form><script>document.forms[0].submit()</script>`;
    await route.fulfill({ contentType: "text/html", body: form });
  });
}
