/** `__Host-` keeps other hosts of the domain from planting a session; browsers allow it with HTTPS only. */
const NAMES = { https: "__Host-tenancy_session", http: "tenancy_session" } as const;

/** The session token of a Cookie header. */
export function readSessionCookie(header: string | undefined): string | undefined {
  const cookies = new Map<string, string>();
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    // The first one wins: browsers send the one with the longest path first.
    if (at > 0 && !cookies.has(name)) cookies.set(name, part.slice(at + 1).trim());
  }
  return cookies.get(NAMES.https) ?? cookies.get(NAMES.http);
}

export function sessionCookie(token: string, expiresAt: Date, isHttps: boolean): string {
  return cookie(token, expiresAt, isHttps);
}

export function endedSessionCookie(isHttps: boolean): string {
  return cookie("", new Date(0), isHttps);
}

function cookie(value: string, expiresAt: Date, isHttps: boolean): string {
  const parts = [
    `${isHttps ? NAMES.https : NAMES.http}=${value}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Strict",
    `Expires=${expiresAt.toUTCString()}`,
  ];
  return [...parts, ...(isHttps ? ["Secure"] : [])].join("; ");
}
