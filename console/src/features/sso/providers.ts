import type { SsoConnection } from "../../api/types.ts";

/** Those whose own words the set-up knows, and any other. */
export const providers = ["entra", "okta", "google", "keycloak", "other"] as const;
export type Provider = (typeof providers)[number];
export type Protocol = SsoConnection["kind"];

export function providerOf({ provider }: Pick<SsoConnection, "provider">): Provider {
  return provider ?? "other";
}

const ENTRA = "https://login.microsoftonline.com/";
const GOOGLE = "https://accounts.google.com";
const DISCOVERY = "/.well-known/openid-configuration";

/** The issuer from what people find at their provider; "" while there is nothing to go by. */
export function issuerFrom(provider: Provider, text: string): string {
  const typed = text.trim();
  if (provider === "google") return GOOGLE;
  if (typed === "") return "";
  const address = /^https?:\/\//.test(typed) ? typed : null;
  if (provider === "entra") return address ? withoutDiscovery(address) : `${ENTRA}${typed}/v2.0`;
  if (provider === "okta") return address ? withoutDiscovery(address).replace(/\/$/, "") : `https://${typed}`;
  return withoutDiscovery(address ?? `https://${typed}`);
}

/** The other way round, for the field: what `issuerFrom` makes that issuer of. */
export function textFromIssuer(provider: Provider, issuer: string): string {
  if (provider === "entra")
    return /^https:\/\/login\.microsoftonline\.com\/([^/]+)\/v2\.0$/.exec(issuer)?.[1] ?? issuer;
  if (provider === "okta") return issuer.replace(/^https:\/\//, "");
  return issuer;
}

/** People paste the address of the document that they looked at. */
function withoutDiscovery(address: string): string {
  return address.endsWith(DISCOVERY) ? address.slice(0, -DISCOVERY.length) : address;
}

/** Okta sends groups only when asked for them; the others when they are set up to. */
export function scopesOf(provider: Provider): string[] {
  return provider === "okta" ? ["email", "profile", "groups"] : ["email", "profile"];
}

export const steps = ["provider", "domains", "people", "test", "use"] as const;
export type Step = (typeof steps)[number];

/** Where somebody who opens a set-up goes on: the first step that is not done. */
export function firstOpenStep(connection: SsoConnection, hasProvenDomain: boolean): Step {
  if (!connection.isDescribed) return "provider";
  if (!hasProvenDomain) return "domains";
  return connection.status === "draft" ? "test" : "use";
}
