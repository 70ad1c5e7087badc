export type TokenKind = "sign-in" | "invitation" | "recovery" | "cancel-recovery";

const kinds: readonly TokenKind[] = ["sign-in", "invitation", "recovery", "cancel-recovery"];
const tokens = new Map<TokenKind, string>();

/**
 * Takes the one-time token of a mailed link out of the address at once, so that neither history nor a screenshot
 * keeps it. It stays in this page's memory until it is used.
 */
export function takeTokenFromAddress(location: Location, history: History): TokenKind | null {
  const [, kind, token] = /^#([a-z-]+)=([\w.~-]{10,200})$/.exec(location.hash) ?? [];
  const known = kinds.find((name) => name === kind);
  if (!known || token === undefined) return null;
  history.replaceState(null, "", location.pathname + location.search);
  tokens.set(known, token);
  return known;
}

/** The token of the link that was opened, or null: there was none. */
export function takeToken(kind: TokenKind): string | null {
  return tokens.get(kind) ?? null;
}
