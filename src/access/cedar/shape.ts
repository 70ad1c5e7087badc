import { COMMAS_MAX, NESTING_MAX } from "../limits.ts";

/** Strings and comments of Cedar, whose brackets are only text, and what is counted. */
const PARTS = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|[([{]|[)\]}]|,/gs;

/** How deep brackets stand within each other, and how many commas there are; unclosed ones count too. */
export function shapeOf(text: string): { readonly depth: number; readonly commas: number } {
  let [depth, open, commas] = [0, 0, 0];
  for (const [part] of text.matchAll(PARTS)) {
    if (part === ",") commas += 1;
    else if ("([{".includes(part)) depth = Math.max(depth, ++open);
    else if (")]}".includes(part)) open = Math.max(0, open - 1);
  }
  return { depth, commas };
}

/**
 * Why the official engine is not asked to read a text: it calls itself for each bracket, and one that runs out of stack
 * is broken for every tenant of the process.
 */
export function nestingFault(text: string): string | undefined {
  const { depth } = shapeOf(text);
  return depth > NESTING_MAX
    ? `Expected brackets within brackets at most ${NESTING_MAX} deep, got ${depth}.`
    : undefined;
}

/** Why a text is not accepted: checking the types of a set takes the engine longer with each element. */
export function sizeFault(text: string): string | undefined {
  const { commas } = shapeOf(text);
  return commas > COMMAS_MAX ? `Expected at most ${COMMAS_MAX} commas, got ${commas}.` : nestingFault(text);
}
