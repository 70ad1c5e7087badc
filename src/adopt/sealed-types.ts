/** Types whose values can be sealed; `text` of a bounded length keeps its bound. */
export type SealedType =
  | { readonly kind: "text"; readonly charsMax: number | null }
  | { readonly kind: PlainKind };

type PlainKind =
  | "json"
  | "bytea"
  | "int2"
  | "int4"
  | "int8"
  | "numeric"
  | "float8"
  | "bool"
  | "date"
  | "timestamptz"
  | "uuid";

const KINDS: Readonly<Record<string, PlainKind>> = {
  json: "json",
  jsonb: "json",
  bytea: "bytea",
  smallint: "int2",
  int2: "int2",
  int: "int4",
  int4: "int4",
  integer: "int4",
  bigint: "int8",
  int8: "int8",
  numeric: "numeric",
  decimal: "numeric",
  float8: "float8",
  "double precision": "float8",
  bool: "bool",
  boolean: "bool",
  date: "date",
  timestamptz: "timestamptz",
  "timestamp with time zone": "timestamptz",
  uuid: "uuid",
};

export const SEALABLE =
  "text, varchar, json, jsonb, bytea, smallint, integer, bigint, numeric, double precision, boolean, date, timestamptz, uuid";

/** Null for a type that cannot be sealed: its values would not come back as the database would have given them. */
export function sealedTypeOf(type: string): SealedType | null {
  const name = type
    .toLowerCase()
    .replace(/^pg_catalog\./, "")
    .trim();
  if (name === "text" || name === "varchar" || name === "character varying")
    return { kind: "text", charsMax: null };
  const bounded = /^(?:varchar|character varying)\s*\((\d+)\)$/.exec(name)?.[1];
  if (bounded !== undefined) return { kind: "text", charsMax: Number(bounded) };
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  return kind === undefined ? null : { kind };
}

/** A key is bound into each value as text, so it must have one text only. */
export function isKeyType(type: string): boolean {
  const sealed = sealedTypeOf(type);
  if (sealed?.kind === "text") return sealed.charsMax === null;
  return (
    (sealed !== null && ["int2", "int4", "int8", "uuid"].includes(sealed.kind)) ||
    /^(small|big)?serial[248]?$/i.test(type)
  );
}
