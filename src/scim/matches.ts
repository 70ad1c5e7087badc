import type { AttributePath, Comparison, Filter } from "./filter.ts";

export type Json =
  | string
  | number
  | boolean
  | null
  | readonly Json[]
  | { readonly [name: string]: Json | undefined };
export type JsonObject = { readonly [name: string]: Json | undefined };

/** These tell upper and lower case apart (RFC 7643, section 7: caseExact). */
const CASE_EXACT = new Set(["id", "externalid", "location", "version", "$ref"]);

const ORDERED: ReadonlySet<Comparison> = new Set(["gt", "ge", "lt", "le", "eq"]);

/** Whether a resource, or one value of a multi-valued attribute, fits a filter. */
export function matches(filter: Filter, resource: JsonObject): boolean {
  switch (filter.kind) {
    case "and":
      return matches(filter.left, resource) && matches(filter.right, resource);
    case "or":
      return matches(filter.left, resource) || matches(filter.right, resource);
    case "not":
      return !matches(filter.filter, resource);
    case "present":
      return valuesOf(filter.path, resource).some(isPresent);
    case "some":
      return rawValues(filter.path, resource).some(
        (value) => isObject(value) && matches(filter.filter, value),
      );
    case "compare": {
      const values = valuesOf(filter.path, resource);
      const isExact = CASE_EXACT.has(filter.path.sub ?? filter.path.name);
      if (filter.comparison === "ne")
        return !values.some((value) => compare(value, "eq", filter.value, isExact));
      if (filter.value === null && filter.comparison === "eq") return !values.some(isPresent);
      return values.some((value) => compare(value, filter.comparison, filter.value, isExact));
    }
  }
}

/** An attribute by its name in lower case. */
export function attribute(resource: JsonObject, name: string): Json | undefined {
  const key = keyOf(resource, name);
  return key === undefined ? undefined : resource[key];
}

export function keyOf(resource: JsonObject, name: string): string | undefined {
  return Object.keys(resource).find((key) => key.toLowerCase() === name.toLowerCase());
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function rawValues({ schema, name }: AttributePath, resource: JsonObject): readonly Json[] {
  // The resource's own schema may be named, too: then there is no part of that name.
  const part = schema === null ? undefined : attribute(resource, schema);
  const value = attribute(isObject(part) ? part : resource, name);
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value as Json];
}

/** The simple values at a path; a complex value without a sub-attribute counts by its `value`. */
function valuesOf(path: AttributePath, resource: JsonObject): readonly Json[] {
  return rawValues(path, resource).flatMap((value) => {
    if (path.sub === null && !isObject(value)) return [value];
    if (!isObject(value)) return [];
    const inner = attribute(value, path.sub ?? "value");
    if (inner === undefined || inner === null)
      return path.sub === null && Object.keys(value).length > 0 ? [true] : [];
    return Array.isArray(inner) ? (inner as Json[]) : [inner];
  });
}

function isPresent(value: Json): boolean {
  return value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);
}

function compare(
  value: Json,
  comparison: Comparison,
  wanted: string | number | boolean | null,
  isExact: boolean,
): boolean {
  if (typeof value === "string" && typeof wanted === "string") {
    const [a, b] = isExact ? [value, wanted] : [value.toLowerCase(), wanted.toLowerCase()];
    if (ORDERED.has(comparison) && /^\d{4}-\d\d-\d\dT/.test(value)) {
      const times = [Date.parse(value), Date.parse(wanted)] as const;
      if (!times.some(Number.isNaN)) return compareOrdered(times[0], comparison, times[1]);
    }
    return compareText(a, comparison, b);
  }
  if (typeof value === "number" && typeof wanted === "number")
    return compareOrdered(value, comparison, wanted);
  // Entra asks for booleans as text.
  if (typeof value === "boolean")
    return comparison === "eq" && String(value) === String(wanted).toLowerCase();
  return false;
}

function compareText(a: string, comparison: Comparison, b: string): boolean {
  switch (comparison) {
    case "co":
      return a.includes(b);
    case "sw":
      return a.startsWith(b);
    case "ew":
      return a.endsWith(b);
    default:
      return compareOrdered(a, comparison, b);
  }
}

function compareOrdered<T extends string | number>(a: T, comparison: Comparison, b: T): boolean {
  switch (comparison) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "gt":
      return a > b;
    case "ge":
      return a >= b;
    case "lt":
      return a < b;
    case "le":
      return a <= b;
    default:
      return false;
  }
}
