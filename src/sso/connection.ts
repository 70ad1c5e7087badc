import type { FieldProblem } from "../base/errors.ts";
import { parseUrl } from "../base/parse-url.ts";
import { ssoError } from "./errors.ts";
import { toPem } from "./saml/metadata.ts";
import { SamlRefusal } from "./saml/refusal.ts";
import type { ConnectionRow } from "./store.ts";

export interface OidcConnectionSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientAuth: "client_secret_basic" | "client_secret_post" | "none";
  readonly scopes: readonly string[];
}

export interface SamlConnectionSettings {
  readonly entityId: string;
  readonly ssoUrl: string;
  /** PEM; up to four while the provider rotates. */
  readonly certificates: readonly string[];
  /** Read again once a day; null: kept by hand. */
  readonly metadataUrl: string | null;
  /** A sign-in that begins at the provider is begun anew from here; off, it is refused. */
  readonly allowsIdpInitiated: boolean;
}

/** Products whose own words the set-up uses. */
export type ProviderKey = "entra" | "okta" | "google" | "keycloak";

/** Which claims are read, and what of them is believed. */
export interface ClaimMapping {
  /** Name of the claim or attribute; null: the usual ones. */
  readonly email: string | null;
  readonly name: string | null;
  readonly groups: string | null;
  /** Brings in people who are no members yet. */
  readonly isJitEnabled: boolean;
  /** A second factor at the provider counts here, when the provider says that there was one. */
  readonly trustsMfa: boolean;
}

interface ConnectionBase {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly status: "draft" | "active" | "disabled";
  readonly mapping: ClaimMapping;
  readonly createdAt: Date;
  /** Actor who made it; null: made before this was kept. */
  readonly createdBy: string | null;
  readonly updatedAt: Date;
  readonly refreshedAt: Date | null;
  readonly hasSecret: boolean;
  readonly provider: ProviderKey | null;
}

/** A tenant's identity provider, without its secret. */
export type Connection = ConnectionBase &
  (
    | { readonly kind: "oidc"; readonly settings: OidcConnectionSettings }
    | { readonly kind: "saml"; readonly settings: SamlConnectionSettings }
  );

export interface OidcInput {
  /** Neither this nor the client id: a draft that gets its addresses first. */
  readonly issuer?: string;
  readonly clientId?: string;
  readonly clientSecret?: string | null;
  readonly clientAuth?: OidcConnectionSettings["clientAuth"];
  readonly scopes?: readonly string[];
}

export interface SamlInput {
  readonly metadataUrl?: string | null;
  readonly metadataXml?: string;
  readonly entityId?: string;
  readonly ssoUrl?: string;
  readonly certificates?: readonly string[];
  readonly allowsIdpInitiated?: boolean;
  /** The certificates that it has stay beside the new ones, for a rotation. */
  readonly keepsCertificates?: boolean;
}

const DEFAULT_MAPPING: ClaimMapping = {
  email: null,
  name: null,
  groups: null,
  isJitEnabled: true,
  trustsMfa: false,
};

export function toMapping(
  input: Partial<ClaimMapping>,
  before: ClaimMapping = DEFAULT_MAPPING,
): ClaimMapping {
  return {
    ...before,
    ...Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)),
  };
}

/** Throws sso.settings_invalid. */
export function toOidcSettings(input: OidcInput): OidcConnectionSettings {
  const { issuer = "", clientId = "", clientAuth, scopes = ["email", "profile"] } = input;
  if (clientId === "") {
    const message = "Expected `oidc.clientId` to be the id that the provider gave us.";
    throw invalid("the client id is missing", [{ path: "oidc.clientId", message }]);
  }
  // Discovery appends its path to the issuer; a query or fragment would be another's address.
  assertUrl("oidc.issuer", issuer);
  const usual = input.clientSecret === null ? "none" : "client_secret_basic";
  return { issuer, clientId, clientAuth: clientAuth ?? usual, scopes };
}

/** A draft whose provider wants to know our addresses before it has any of its own. */
export const BLANK_OIDC: OidcConnectionSettings = {
  issuer: "",
  clientId: "",
  clientAuth: "client_secret_basic",
  scopes: ["email", "profile"],
};
export const BLANK_SAML: SamlConnectionSettings = {
  entityId: "",
  ssoUrl: "",
  certificates: [],
  metadataUrl: null,
  allowsIdpInitiated: false,
};

/** Whether the provider's side is known; before, it can be neither tested nor activated. */
export function isDescribed(connection: Connection): boolean {
  return connection.kind === "oidc"
    ? connection.settings.issuer !== ""
    : connection.settings.certificates.length > 0;
}

/** Throws sso.settings_invalid. */
export function assertDescribed(connection: Connection): void {
  if (!isDescribed(connection)) {
    const message = `Expected \`${connection.kind}\` to say what the provider gave us.`;
    throw invalid("the provider's side is not known yet", [{ path: connection.kind, message }]);
  }
}

/** Throws sso.settings_invalid. */
export function assertUrl(path: string, text: string): void {
  const url = parseUrl(text);
  const isFitting =
    url &&
    ["https:", "http:"].includes(url.protocol) &&
    url.hash === "" &&
    url.username === "" &&
    url.password === "";
  if (!isFitting)
    throw invalid("an address is not one", [
      { path, message: `Expected \`${path}\` to be a URL that begins with https://.` },
    ]);
}

/** Throws sso.settings_invalid. */
export function toCertificates(texts: readonly string[]): string[] {
  try {
    return [...new Set(texts.map(toPem))];
  } catch (failure) {
    if (!(failure instanceof SamlRefusal)) throw failure;
    const message = "Expected certificates in PEM or base64, RSA with at least 2048 bits.";
    throw invalid("a certificate cannot be used", [{ path: "saml.certificates", message }]);
  }
}

export function invalid(reason: string, problems: readonly FieldProblem[] = []) {
  return ssoError("sso.settings_invalid", { reason }, { problems });
}

export function fromRow(row: ConnectionRow): Connection {
  const base = {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    status: row.status,
    // Both were written by this module.
    mapping: row.mapping as unknown as ClaimMapping,
    createdAt: row.created_at,
    createdBy: row.created_by,
    updatedAt: row.updated_at,
    refreshedAt: row.refreshed_at,
    hasSecret: row.secret !== null,
    provider: row.provider,
  };
  return row.kind === "oidc"
    ? { ...base, kind: "oidc", settings: row.settings as unknown as OidcConnectionSettings }
    : { ...base, kind: "saml", settings: row.settings as unknown as SamlConnectionSettings };
}
