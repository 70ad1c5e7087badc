import type { RowCondition, RowValue } from "../../db/row-filter.ts";

export const TRUE: RowCondition = { kind: "all", of: [] };
export const FALSE: RowCondition = { kind: "any", of: [] };

/** Alternatives and conditions that one filter may hold: PostgreSQL plans longer ones slowly. */
const SIZE_MAX = 2_000;

/** Something that no condition on a row says: the policy is left out, to the loss of the caller. */
export class Unfilterable extends Error {}

const sizes = new WeakMap<RowCondition, number>();

export function all(parts: readonly RowCondition[]): RowCondition {
  const of = parts.filter((part) => part !== TRUE);
  if (of.includes(FALSE)) return FALSE;
  return of.length === 0 ? TRUE : joined("all", of);
}

export function any(parts: readonly RowCondition[]): RowCondition {
  const of = parts.filter((part) => part !== FALSE);
  if (of.includes(TRUE)) return TRUE;
  return of.length === 0 ? FALSE : joined("any", of);
}

function joined(kind: "all" | "any", parts: readonly RowCondition[]): RowCondition {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  return sized({ kind, of: parts }, parts);
}

export function not(part: RowCondition): RowCondition {
  if (part === TRUE) return FALSE;
  if (part === FALSE) return TRUE;
  return part.kind === "not" ? part.of : sized({ kind: "not", of: part }, [part]);
}

export function has(value: RowValue): RowCondition {
  return { kind: "has", value };
}

export function isOneOf(value: RowValue, texts: readonly string[]): RowCondition {
  // No text in PostgreSQL has a NUL in it, and a parameter may not.
  const possible = [...new Set(texts)].filter((text) => !text.includes("\0"));
  return possible.length === 0 ? FALSE : { kind: "in", value, texts: possible };
}

export function same(left: RowValue, right: RowValue): RowCondition {
  return { kind: "same", left, right };
}

export function matches(
  value: RowValue,
  pattern: readonly ("Wildcard" | { readonly Literal: string })[],
): RowCondition {
  const text = pattern
    .map((each) => (each === "Wildcard" ? "%" : each.Literal.replace(/[\\%_]/g, "\\$&")))
    .join("");
  return text.includes("\0") ? FALSE : { kind: "like", value, pattern: text };
}

/** Parts may be shared, but are written out each time. */
function sized(made: RowCondition, parts: readonly RowCondition[]): RowCondition {
  const size = parts.reduce((sum, part) => sum + (sizes.get(part) ?? 1), 1);
  if (size > SIZE_MAX) throw new Unfilterable("too large");
  sizes.set(made, size);
  return made;
}
