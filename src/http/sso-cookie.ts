import { readCookie } from "./read-cookie.ts";

/** Binds a sign-in to the browser that began it. Lax: the provider's redirect back to us is from another site. */
const NAMES = { https: "__Host-tenancy_sso", http: "tenancy_sso" } as const;

export function ssoCookie(token: string, expiresAt: Date, isHttps: boolean): string {
  const parts = [
    `${isHttps ? NAMES.https : NAMES.http}=${token}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Lax",
    `Expires=${expiresAt.toUTCString()}`,
  ];
  return [...parts, ...(isHttps ? ["Secure"] : [])].join("; ");
}

export function endedSsoCookie(isHttps: boolean): string {
  return ssoCookie("", new Date(0), isHttps);
}

/** Empty when there is none. */
export function readSsoCookie(header: string | undefined, isHttps: boolean): string {
  return readCookie(header, NAMES, isHttps);
}
