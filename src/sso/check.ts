import { X509Certificate } from "node:crypto";
import { isTenancyError } from "../base/errors.ts";
import { type Connection, isDescribed } from "./connection.ts";
import { fetchMetadata, oidcSettings } from "./connections.ts";
import { readDomains } from "./domains.ts";
import { OidcRefusal } from "./oidc/relying-party.ts";
import type { SsoParts } from "./parts.ts";
import { readRules } from "./rules.ts";
import { readIdpMetadata } from "./saml/metadata.ts";
import { addressesOf } from "./sign-in.ts";

export interface Check {
  readonly name:
    | "described"
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
  /** The found thing itself, in no language: an issuer, algorithms, domains, a day; or the reason in the provider's words. */
  readonly subject: string | null;
}

const CERTIFICATE_WARNING_MS = 30 * 86_400_000;

/** What can be known about a connection before anybody signs in: each check with its outcome, for the wizard. */
export async function checkConnection(
  parts: SsoParts,
  connection: Connection,
  baseUrl: string,
): Promise<Check[]> {
  return [
    ...(await checkProvider(parts, connection, baseUrl)),
    await checkDomains(parts, connection.tenantId),
    await checkGroups(parts, connection.tenantId),
  ];
}

async function checkProvider(parts: SsoParts, connection: Connection, baseUrl: string): Promise<Check[]> {
  if (!isDescribed(connection)) {
    const detail = "Nobody has said yet what the provider gave us.";
    return [{ name: "described", status: "failed", detail, subject: null }];
  }
  return connection.kind === "oidc" ? checkOidc(parts, connection, baseUrl) : checkSaml(parts, connection);
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
    const algorithms = (Array.isArray(signing) ? signing.map(String) : []).join(", ");
    const canSign = Array.isArray(signing) && signing.some((each) => each !== "none");
    return [
      ok("discovery", `The provider ${found.issuer} describes itself.`, found.issuer),
      isOfIssuer
        ? ok("issuer", `It calls itself ${found.issuer}.`, found.issuer)
        : warning("issuer", `It calls itself ${found.issuer}.`, found.issuer),
      endpoints.every(Boolean)
        ? ok("endpoints", "It names its addresses for sign-in, tokens and keys.")
        : failed("endpoints", "It does not name all of its addresses for sign-in, tokens and keys."),
      hasPkce
        ? ok("pkce", "It supports PKCE.")
        : warning("pkce", "It does not say that it supports PKCE; it is used anyway."),
      canSign
        ? ok("signing", `It signs by ${algorithms}.`, algorithms)
        : failed("signing", `It signs by ${algorithms || "nothing"}.`, algorithms || null),
      await checkClient(parts, connection, baseUrl),
    ];
  } catch (failure) {
    if (failure instanceof OidcRefusal) return [failed("discovery", failure.message, failure.message)];
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
      ? ok("client", "The provider knows the client id and accepts its secret.", settings.clientId)
      : failed("client", `The provider does not accept the client: ${failure.message}`, failure.message);
  }
  return failed("client", "The provider accepts a code that it never gave out.");
}

async function checkSaml(
  parts: SsoParts,
  connection: Connection & { readonly kind: "saml" },
): Promise<Check[]> {
  const { ssoUrl, certificates } = connection.settings;
  return [
    await checkMetadata(parts, connection),
    checkCertificates(certificates, parts.clock.now()),
    ssoUrl.startsWith("https://")
      ? ok("sso_url", `Sign-in is at ${ssoUrl}.`, ssoUrl)
      : warning("sso_url", `Sign-in is at ${ssoUrl}, which is not encrypted.`, ssoUrl),
  ];
}

async function checkMetadata(
  parts: SsoParts,
  { settings }: Connection & { readonly kind: "saml" },
): Promise<Check> {
  if (settings.metadataUrl === null) {
    return warning("metadata", "There is no metadata address: new certificates have to be entered by hand.");
  }
  try {
    const { entityId } = readIdpMetadata(await fetchMetadata(parts, settings.metadataUrl));
    return entityId === settings.entityId
      ? ok("metadata", `The metadata of ${entityId} can be read.`, entityId)
      : failed("metadata", `The metadata is now that of ${entityId}.`, entityId);
  } catch (failure) {
    if (!isTenancyError(failure) && (failure as Error).name !== "SamlRefusal") throw failure;
    const reason = (failure as Error).message;
    return failed("metadata", reason, reason);
  }
}

function checkCertificates(certificates: readonly string[], now: Date): Check {
  const ends = certificates.map((pem) => new X509Certificate(pem).validToDate.getTime());
  const last = Math.max(...ends);
  const until = new Date(last).toISOString().slice(0, 10);
  const count = certificates.length === 1 ? "1 certificate" : `${certificates.length} certificates`;
  if (last < now.getTime())
    return warning("certificates", `${count}; the last one ended on ${until}.`, until);
  if (last < now.getTime() + CERTIFICATE_WARNING_MS)
    return warning("certificates", `${count}; the last one ends on ${until}.`, until);
  return ok("certificates", `${count}, until ${until}.`, until);
}

async function checkDomains(parts: SsoParts, tenantId: string): Promise<Check> {
  const domains = await readDomains(parts, tenantId);
  const proven = domains
    .flatMap(({ verifiedAt, domain }) => (verifiedAt === null ? [] : [domain]))
    .join(", ");
  return proven === ""
    ? failed("domains", "No domain is proven: nobody who is new can sign in.")
    : ok("domains", `Proven: ${proven}.`, proven);
}

async function checkGroups(parts: SsoParts, tenantId: string): Promise<Check> {
  const { groupRoles, defaultRoles } = await readRules(parts.pool, tenantId);
  if (groupRoles.length === 0) {
    const roles = defaultRoles.join(", ");
    return warning("groups", `No group gives roles: everybody gets ${roles}.`, roles);
  }
  return ok(
    "groups",
    `${groupRoles.length} groups give roles.`,
    groupRoles.map(({ group }) => group).join(", "),
  );
}

function ok(name: Check["name"], detail: string, subject: string | null = null): Check {
  return { name, status: "ok", detail, subject };
}

function warning(name: Check["name"], detail: string, subject: string | null = null): Check {
  return { name, status: "warning", detail, subject };
}

function failed(name: Check["name"], detail: string, subject: string | null = null): Check {
  return { name, status: "failed", detail, subject };
}
