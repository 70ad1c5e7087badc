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

/** Empty when there is none. By HTTPS the plain name counts for nothing: another host of the domain could have set it. */
export function readSsoCookie(header: string | undefined, isHttps: boolean): string {
  const pairs = (header ?? "").split(";").map((part) => part.trim());
  for (const name of isHttps ? [NAMES.https] : [NAMES.https, NAMES.http]) {
    const found = pairs.find((pair) => pair.startsWith(`${name}=`));
    if (found) return found.slice(name.length + 1);
  }
  return "";
}
