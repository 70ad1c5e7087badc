/** The token in what someone pasted: a whole link, its hash, or the token alone. */
export function tokenFrom(text: string): string | null {
  const trimmed = text.trim();
  const inLink = /#link=([^&\s]+)/.exec(trimmed)?.[1];
  if (inLink) return decodeURIComponent(inLink);
  return /^[\w.~-]{10,200}$/.test(trimmed) ? trimmed : null;
}

/** Takes the token out of the address at once, so that neither history nor a screenshot keeps it. */
export function takeLinkFromAddress(location: Location, history: History): string | null {
  if (!location.hash.startsWith("#link=")) return null;
  const token = tokenFrom(location.hash);
  history.replaceState(null, "", location.pathname + location.search);
  return token;
}
