import { X509Certificate } from "node:crypto";
import { isTenancyError } from "../base/errors.ts";
import type { Connection } from "./connection.ts";
import { fetchMetadata, oidcSettings } from "./connections.ts";
import { readDomains } from "./domains.ts";
import { OidcRefusal } from "./oidc/relying-party.ts";
import type { SsoParts } from "./parts.ts";
import { readRules } from "./rules.ts";
import { readIdpMetadata } from "./saml/metadata.ts";
import { addressesOf } from "./sign-in.ts";

export interface Check {
  readonly name:
    | "discovery"
    | "issuer"
    | "endpoints"
    | "pkce"
    | "signing"
    | "client"
    | "metadata"
    | "certificates"
    | "sso_url"
    | "domains"
    | "groups";
  readonly status: "ok" | "warning" | "failed";
  /** What was found, for people. */
  readonly detail: string;
}

const CERTIFICATE_WARNING_MS = 30 * 86_400_000;

/** What can be known about a connection before anybody signs in: each check with its outcome, for the wizard. */
export async function checkConnection(
  parts: SsoParts,
  connection: Connection,
  baseUrl: string,
): Promise<Check[]> {
  const own =
    connection.kind === "oidc"
      ? await checkOidc(parts, connection, baseUrl)
      : await checkSaml(parts, connection);
  return [
    ...own,
    await checkDomains(parts, connection.tenantId),
    await checkGroups(parts, connection.tenantId),
  ];
}

async function checkOidc(
  parts: SsoParts,
  connection: Connection & { readonly kind: "oidc" },
  baseUrl: string,
): Promise<Check[]> {
  const settings = await oidcSettings(parts, connection);
  try {
    const found = await parts.relyingParty.discover(settings);
    const isOfIssuer = found.issuer === settings.issuer;
    const endpoints = [found.authorization_endpoint, found.token_endpoint, found.jwks_uri];
    const hasPkce = found.code_challenge_methods_supported?.includes("S256");
    const signing = found["id_token_signing_alg_values_supported"];
    const algorithms = Array.isArray(signing) ? signing.map(String) : [];
    return [
      { name: "discovery", status: "ok", detail: `The provider ${found.issuer} describes itself.` },
      { name: "issuer", status: isOfIssuer ? "ok" : "warning", detail: `It calls itself ${found.issuer}.` },
      endpoints.every(Boolean)
        ? { name: "endpoints", status: "ok", detail: "It names its addresses for sign-in, tokens and keys." }
        : {
            name: "endpoints",
            status: "failed",
            detail: "It does not name all of its addresses for sign-in, tokens and keys.",
          },
      hasPkce
        ? { name: "pkce", status: "ok", detail: "It supports PKCE." }
        : {
            name: "pkce",
            status: "warning",
            detail: "It does not say that it supports PKCE; it is used anyway.",
          },
      {
        name: "signing",
        status: algorithms.every((each) => each === "none") ? "failed" : "ok",
        detail: `It signs by ${algorithms.join(", ")}.`,
      },
      await checkClient(parts, connection, baseUrl),
    ];
  } catch (failure) {
    if (failure instanceof OidcRefusal)
      return [{ name: "discovery", status: "failed", detail: failure.message }];
    throw failure;
  }
}

/** A code that was never given out: a provider that knows the client says so, one that does not says that. */
async function checkClient(
  parts: SsoParts,
  connection: Connection & { readonly kind: "oidc" },
  baseUrl: string,
): Promise<Check> {
  const answer = new URL(addressesOf(baseUrl, connection.id).callbackUrl);
  const settings = await oidcSettings(parts, connection);
  try {
    const issuer = (await parts.relyingParty.discover(settings)).issuer;
    answer.search = new URLSearchParams({ code: "connection-test", state: "test", iss: issuer }).toString();
    await parts.relyingParty.finish(settings, answer, {
      state: "test",
      nonce: "test",
      codeVerifier: "x".repeat(43),
      maxAgeS: null,
    });
  } catch (failure) {
    if (!(failure instanceof OidcRefusal)) throw failure;
    const isKnown = /invalid_grant|invalid_request/.test(failure.message);
    return isKnown
      ? { name: "client", status: "ok", detail: "The provider knows the client id and accepts its secret." }
      : {
          name: "client",
          status: "failed",
          detail: `The provider does not accept the client: ${failure.message}`,
        };
  }
  return { name: "client", status: "failed", detail: "The provider accepts a code that it never gave out." };
}

async function checkSaml(
  parts: SsoParts,
  connection: Connection & { readonly kind: "saml" },
): Promise<Check[]> {
  const { settings } = connection;
  const isHttps = settings.ssoUrl.startsWith("https://");
  return [
    await checkMetadata(parts, connection),
    checkCertificates(settings.certificates, parts.clock.now()),
    {
      name: "sso_url",
      status: isHttps ? "ok" : "warning",
      detail: isHttps
        ? `Sign-in is at ${settings.ssoUrl}.`
        : `Sign-in is at ${settings.ssoUrl}, which is not encrypted.`,
    },
  ];
}

async function checkMetadata(
  parts: SsoParts,
  { settings }: Connection & { readonly kind: "saml" },
): Promise<Check> {
  if (settings.metadataUrl === null) {
    return {
      name: "metadata",
      status: "warning",
      detail: "There is no metadata address: new certificates have to be entered by hand.",
    };
  }
  try {
    const found = readIdpMetadata(await fetchMetadata(parts, settings.metadataUrl));
    const isSame = found.entityId === settings.entityId;
    return isSame
      ? { name: "metadata", status: "ok", detail: `The metadata of ${found.entityId} can be read.` }
      : { name: "metadata", status: "failed", detail: `The metadata is now that of ${found.entityId}.` };
  } catch (failure) {
    if (!isTenancyError(failure) && (failure as Error).name !== "SamlRefusal") throw failure;
    return { name: "metadata", status: "failed", detail: (failure as Error).message };
  }
}

function checkCertificates(certificates: readonly string[], now: Date): Check {
  const ends = certificates.map((pem) => new X509Certificate(pem).validToDate.getTime());
  const last = Math.max(...ends);
  const until = new Date(last).toISOString().slice(0, 10);
  const count = certificates.length === 1 ? "1 certificate" : `${certificates.length} certificates`;
  if (last < now.getTime())
    return { name: "certificates", status: "warning", detail: `${count}; the last one ended on ${until}.` };
  if (last < now.getTime() + CERTIFICATE_WARNING_MS)
    return { name: "certificates", status: "warning", detail: `${count}; the last one ends on ${until}.` };
  return { name: "certificates", status: "ok", detail: `${count}, until ${until}.` };
}

async function checkDomains(parts: SsoParts, tenantId: string): Promise<Check> {
  const domains = await readDomains(parts, tenantId);
  const proven = domains.filter(({ verifiedAt }) => verifiedAt !== null).map(({ domain }) => domain);
  return proven.length > 0
    ? { name: "domains", status: "ok", detail: `Proven: ${proven.join(", ")}.` }
    : { name: "domains", status: "failed", detail: "No domain is proven: nobody who is new can sign in." };
}

async function checkGroups(parts: SsoParts, tenantId: string): Promise<Check> {
  const { groupRoles, defaultRoles } = await readRules(parts.pool, tenantId);
  return groupRoles.length > 0
    ? { name: "groups", status: "ok", detail: `${groupRoles.length} groups give roles.` }
    : {
        name: "groups",
        status: "warning",
        detail: `No group gives roles: everybody gets ${defaultRoles.join(", ")}.`,
      };
}
