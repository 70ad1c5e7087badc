import { CHAIN_MAX, COMMAS_MAX, NESTING_MAX } from "../limits.ts";

/** Strings and comments of Cedar, whose signs are only text, and what is counted. */
const PARTS = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|[([{]|[)\]}]|[,;.+*-]|&&|\|\||\bif\b/gs;

interface Level {
  /** Signs that hang on each other: `a.b.c`, `1 + 1 + 1`. */
  links: number;
  /** `if … else if … else`: the last one stands in all before it. */
  ifs: number;
}

/**
 * How deep brackets stand within each other, how many commas there are, and how deep the tree of the text may be:
 * brackets, and what hangs on each other in each of them. Unclosed ones count too.
 */
export function shapeOf(text: string): {
  readonly depth: number;
  readonly commas: number;
  readonly chain: number;
} {
  const levels: Level[] = [{ links: 0, ifs: 0 }];
  let [depth, commas, chain, sum] = [0, 0, 0, 0];
  for (const [part] of text.matchAll(PARTS)) {
    const level = levels.at(-1) as Level; // the outermost one stays
    if ("([{".includes(part)) {
      levels.push({ links: 0, ifs: 0 });
      sum += 1;
      depth = Math.max(depth, levels.length - 1);
    } else if (")]}".includes(part)) {
      if (levels.length === 1) continue;
      levels.pop();
      sum -= 1 + level.links + level.ifs;
    } else if (part === "if") {
      level.ifs += 1;
      sum += 1;
    } else if (/^[.+*-]$/.test(part)) {
      level.links += 1;
      sum += 1;
    } else if (/^(,|;|&&|\|\|)$/.test(part)) {
      if (part === ",") commas += 1;
      sum -= level.links;
      level.links = 0;
    }
    chain = Math.max(chain, sum);
  }
  return { depth, commas, chain };
}

/**
 * Why the official engine is not asked to read a text: it reads UTF-8 alone; it calls itself for each bracket and for each link of a chain, and
 * one that runs out of stack is broken for every tenant of the process.
 */
export function nestingFault(text: string): string | undefined {
  // Half of a surrogate pair has no UTF-8, and the engine answers it with a fault of its own.
  if (!text.isWellFormed()) return "Expected text in whole characters, got half of a surrogate pair.";
  const { depth, chain } = shapeOf(text);
  if (depth > NESTING_MAX)
    return `Expected brackets within brackets at most ${NESTING_MAX} deep, got ${depth}.`;
  return chain > CHAIN_MAX
    ? `Expected at most ${CHAIN_MAX} brackets, signs and ifs that hang on each other, got ${chain}.`
    : undefined;
}

/** Why a text is not accepted: checking the types of a set takes the engine longer with each element. */
export function sizeFault(text: string): string | undefined {
  const { commas } = shapeOf(text);
  return commas > COMMAS_MAX ? `Expected at most ${COMMAS_MAX} commas, got ${commas}.` : nestingFault(text);
}
