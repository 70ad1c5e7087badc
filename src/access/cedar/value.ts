import type { ExtensionValue } from "./extension.ts";

/**
 * Values of the Cedar language as the compiled policies handle them. A Long is a `number` while that is exact and a
 * `bigint` beyond, never both for the same value, so `===` compares Longs. A record is a Map.
 */
export type Long = number | bigint;
export type CedarRecord = ReadonlyMap<string, Value>;
export type Value = boolean | Long | string | Uid | CedarSet | CedarRecord | ExtensionValue;

/** Names an entity: its type and its id. */
export class Uid {
  readonly type: string;
  readonly id: string;
  /** Equal for equal entities; no type has a NUL in it. */
  readonly key: string;

  constructor(type: string, id: string) {
    this.type = type;
    this.id = id;
    this.key = `${type}\0${id}`;
  }
}

/** Above this many elements a set is looked up by keys rather than one by one. */
const SMALL = 8;

export class CedarSet {
  readonly items: readonly Value[];
  #keys: ReadonlySet<string> | undefined;

  /** Duplicates may stay: nothing in the language counts elements. */
  constructor(items: readonly Value[]) {
    this.items = items;
  }

  has(value: Value): boolean {
    if (this.items.length <= SMALL) return this.items.some((item) => isEqual(item, value));
    return this.keys().has(keyOf(value));
  }

  hasAll(other: CedarSet): boolean {
    return other.items.every((item) => this.has(item));
  }

  hasAny(other: CedarSet): boolean {
    return other.items.some((item) => this.has(item));
  }

  keys(): ReadonlySet<string> {
    this.#keys ??= new Set(this.items.map(keyOf));
    return this.#keys;
  }
}

/** Cedar's `==`: values of different types differ, and nothing fails. */
export function isEqual(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object") return false;
  if (a instanceof Uid) return b instanceof Uid && a.key === b.key;
  if (a instanceof CedarSet) return b instanceof CedarSet && a.hasAll(b) && b.hasAll(a);
  if (a instanceof Map) return b instanceof Map && isEqualRecord(a, b);
  if (b instanceof Uid || b instanceof CedarSet || b instanceof Map) return false;
  return keyOf(a) === keyOf(b);
}

function isEqualRecord(a: CedarRecord, b: CedarRecord): boolean {
  if (a.size !== b.size) return false;
  for (const [name, value] of a) {
    const other = b.get(name);
    if (other === undefined || !isEqual(value, other)) return false;
  }
  return true;
}

/** Text that is the same for equal values and differs for others. */
export function keyOf(value: Value): string {
  switch (typeof value) {
    case "boolean":
      return value ? "t" : "f";
    case "number":
    case "bigint":
      return `l${value}`;
    case "string":
      return `s${JSON.stringify(value)}`;
  }
  if (value instanceof Uid) return `e${JSON.stringify([value.type, value.id])}`;
  if (value instanceof CedarSet) return `[${[...value.keys()].sort().join(",")}]`;
  if (value instanceof Map) return `{${[...value].map(fieldKey).sort().join(",")}}`;
  return `x${(value as ExtensionValue).key}`; // Map narrows the mutable type only
}

function fieldKey([name, value]: [string, Value]): string {
  return `${JSON.stringify(name)}:${keyOf(value)}`;
}
