import { toLong } from "./long.ts";

/** Text of one policy in which literals beyond 2^53 stand aside for small ones, and what they stood for. */
export interface Sheltered {
  readonly text: string;
  readonly longs: ReadonlyMap<number, bigint>;
}

/** Strings, comments, names and numbers of Cedar; a digit within a name or string is no number. */
const TOKENS = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|[A-Za-z_]\w*|\d+/gs;
const EXACT_DIGITS = 15;

/**
 * The official engine hands Longs to JavaScript as doubles and so rounds those beyond 2^53 without a word. Literals
 * that long are replaced by small numbers that the text does not have, and put back, exact, into the JSON form.
 */
export function shelterLongs(text: string): Sheltered {
  const tokens = [...text.matchAll(TOKENS)].map(([token]) => token);
  const taken = new Set(tokens.filter((token) => /^\d/.test(token)).map(Number));
  const longs = new Map<number, bigint>();
  let next = 1;
  const sheltered = text.replace(TOKENS, (token) => {
    if (!/^\d/.test(token) || token.length <= EXACT_DIGITS) return token;
    while (taken.has(next)) next += 1;
    longs.set(next, BigInt(token));
    taken.add(next);
    return String(next);
  });
  return { text: sheltered, longs };
}

/** Puts the literals back. Only numbers within `Value` are Longs of the policy. */
export function restoreLongs<T>(json: T, longs: ReadonlyMap<number, bigint>): T {
  if (longs.size === 0) return json;
  const walk = (node: unknown): unknown => {
    if (typeof node === "number") {
      const exact = longs.get(Math.abs(node));
      return exact === undefined ? node : toLong(node < 0 ? -exact : exact);
    }
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node !== "object" || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([name, each]) => [name, walk(each)]));
  };
  return walk(json) as T; // the same shape
}
