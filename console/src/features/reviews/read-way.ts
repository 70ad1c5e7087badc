type Way =
  | { readonly kind: "group"; readonly name: string }
  | { readonly kind: "grant"; readonly by: string; readonly until: string }
  | { readonly kind: "own" };

/** Reads what a review wrote down as evidence: `group:Mixing`, `grant by user:… until 2026-11-27T09:00Z`, `membership`. */
export function readWay(way: string): Way {
  if (way.startsWith("group:")) return { kind: "group", name: way.slice("group:".length) };
  const [, by, until] = /^grant by (.+) until (\S+)$/.exec(way) ?? [];
  return by !== undefined && until !== undefined ? { kind: "grant", by, until } : { kind: "own" };
}
