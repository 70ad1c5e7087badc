import type { ClaimMapping } from "./connection.ts";
import { GROUPS_MAX } from "./limits.ts";
import type { OidcIdentity } from "./oidc/relying-party.ts";
import type { SamlIdentity } from "./saml/response.ts";

/** What a provider said about a person, in one form for both protocols. */
export interface Claimed {
  /** The provider's own identifier; null when it is another one each time. */
  readonly subject: string | null;
  readonly email: string | null;
  readonly name: string;
  /** Null: the provider said nothing about groups, so nothing about them changes. */
  readonly groups: readonly string[] | null;
  /** A second factor was used, as the provider says. */
  readonly isMfa: boolean;
  readonly authenticatedAt: Date | null;
  /** Why the address is not to be believed; null: no such reason. */
  readonly distrust: "unverified" | "hosted_domain" | null;
}

const GOOGLE = "https://accounts.google.com";
const SUBJECT_CHARACTERS_MAX = 320;
const TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const MAIL_ATTRIBUTES = [
  "email",
  "mail",
  "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
  "urn:oid:0.9.2342.19200300.100.1.3",
];
const NAME_ATTRIBUTES = [
  "name",
  "displayName",
  "http://schemas.microsoft.com/identity/claims/displayname",
  "urn:oid:2.16.840.1.113730.3.1.241",
];
const GROUP_ATTRIBUTES = ["groups", "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups", "Role"];
const MFA_CONTEXTS: ReadonlySet<string> = new Set([
  "https://refeds.org/profile/mfa",
  "http://schemas.microsoft.com/claims/multipleauthn",
  "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract",
  "urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken",
]);
/** RFC 8176: several factors, or a second one that is never used alone. */
const MFA_METHODS: ReadonlySet<string> = new Set(["mfa", "otp", "hwk", "sc", "fido", "swk"]);

export function fromOidc(identity: OidcIdentity, mapping: ClaimMapping): Claimed {
  const { claims } = identity;
  const email = textOf(claims[mapping.email ?? "email"]) ?? null;
  const groups = claims[mapping.groups ?? "groups"];
  // Accounts at Google exist for addresses whose domain is not run there: of people who have left, for example.
  const isForeignAtGoogle =
    identity.issuer === GOOGLE && textOf(claims["hd"])?.toLowerCase() !== domainOf(email);
  return {
    subject: identity.subject.slice(0, SUBJECT_CHARACTERS_MAX),
    email,
    name: textOf(claims[mapping.name ?? "name"]) ?? "",
    groups: groups === undefined ? null : textsOf(groups),
    isMfa: identity.amr.some((method) => MFA_METHODS.has(method)) || MFA_CONTEXTS.has(identity.acr ?? ""),
    authenticatedAt: identity.authenticatedAt,
    distrust: claims["email_verified"] === false ? "unverified" : isForeignAtGoogle ? "hosted_domain" : null,
  };
}

export function fromSaml(identity: SamlIdentity, mapping: ClaimMapping): Claimed {
  const read = (named: string | null, usual: readonly string[]) =>
    (named === null ? usual : [named])
      .map((name) => identity.attributes.get(name))
      .find((values) => values && values.length > 0);
  const mails = new Set((read(mapping.email, MAIL_ATTRIBUTES) ?? []).map((mail) => mail.toLowerCase()));
  // Two different addresses: which one was meant would be a guess.
  const [mail] = mails.size === 1 ? mails : [];
  const isTransient = identity.nameIdFormat === TRANSIENT;
  const byName =
    mails.size === 0 && mapping.email === null && identity.nameId.includes("@") ? identity.nameId : null;
  const methods = identity.attributes.get("http://schemas.microsoft.com/claims/authnmethodsreferences") ?? [];
  return {
    subject: isTransient ? null : identity.nameId,
    email: mail ?? byName,
    name: read(mapping.name, NAME_ATTRIBUTES)?.[0] ?? "",
    groups: read(mapping.groups, GROUP_ATTRIBUTES)?.slice(0, GROUPS_MAX) ?? null,
    isMfa: [identity.authnContext ?? "", ...methods].some((each) => MFA_CONTEXTS.has(each)),
    authenticatedAt: identity.authenticatedAt,
    distrust: null,
  };
}

export function domainOf(email: string | null): string | undefined {
  return email?.slice(email.lastIndexOf("@") + 1).toLowerCase();
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" && value.length <= 500 ? value.trim() : undefined;
}

function textsOf(value: unknown): string[] {
  const values = Array.isArray(value) ? value : [value];
  return values.filter((each) => typeof each === "string").slice(0, GROUPS_MAX);
}
