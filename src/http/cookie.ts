import { SESSION_COOKIES } from "../gate/credential.ts";
import type { CookieNames } from "../gate/read-cookie.ts";

export function sessionCookie(token: string, expiresAt: Date, isHttps: boolean): string {
  return cookie(SESSION_COOKIES, token, { expiresAt, isHttps });
}

export function endedSessionCookie(isHttps: boolean): string {
  return cookie(SESSION_COOKIES, "", { expiresAt: new Date(0), isHttps });
}

/** A `Set-Cookie` header that no script reads. */
export function cookie(
  names: CookieNames,
  value: string,
  given: { readonly expiresAt: Date; readonly isHttps: boolean; readonly sameSite?: "Strict" | "Lax" },
): string {
  const { expiresAt, isHttps, sameSite = "Strict" } = given;
  const parts = [
    `${isHttps ? names.https : names.http}=${value}`,
    "Path=/",
    "HttpOnly",
    `SameSite=${sameSite}`,
    `Expires=${expiresAt.toUTCString()}`,
  ];
  return [...parts, ...(isHttps ? ["Secure"] : [])].join("; ");
}
