import { readCookie } from "../gate/read-cookie.ts";
import { cookie } from "./cookie.ts";

/** Binds a sign-in to the browser that began it. */
const NAMES = { https: "__Host-tenancy_sso", http: "tenancy_sso" } as const;

export function ssoCookie(token: string, expiresAt: Date, isHttps: boolean): string {
  // Lax: the provider's redirect back to us is from another site.
  return cookie(NAMES, token, { expiresAt, isHttps, sameSite: "Lax" });
}

export function endedSsoCookie(isHttps: boolean): string {
  return ssoCookie("", new Date(0), isHttps);
}

/** Empty when there is none. */
export function readSsoCookie(header: string | undefined, isHttps: boolean): string {
  return readCookie(header, NAMES, isHttps) ?? "";
}
