import { SESSION_COOKIES } from "../gate/credential.ts";

export function sessionCookie(token: string, expiresAt: Date, isHttps: boolean): string {
  return cookie(token, expiresAt, isHttps);
}

export function endedSessionCookie(isHttps: boolean): string {
  return cookie("", new Date(0), isHttps);
}

function cookie(value: string, expiresAt: Date, isHttps: boolean): string {
  const parts = [
    `${isHttps ? SESSION_COOKIES.https : SESSION_COOKIES.http}=${value}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    `Expires=${expiresAt.toUTCString()}`,
  ];
  return [...parts, ...(isHttps ? ["Secure"] : [])].join("; ");
}
