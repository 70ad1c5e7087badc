export interface CookieNames {
  /** With `__Host-`: other hosts of the domain cannot set it. Browsers allow it with HTTPS only. */
  readonly https: string;
  readonly http: string;
}

/** Undefined when there is none. By HTTPS the plain name counts for nothing: another host of the domain could have set it. */
export function readCookie(
  header: string | undefined,
  names: CookieNames,
  isHttps: boolean,
): string | undefined {
  const cookies = new Map<string, string>();
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    // The first one wins: browsers send the one with the longest path first.
    if (at > 0 && !cookies.has(name)) cookies.set(name, part.slice(at + 1).trim());
  }
  return cookies.get(names.https) ?? (isHttps ? undefined : cookies.get(names.http));
}
