import { QuoteUtils } from "pgsql-deparser";
import { type Body, strings, unwrap } from "./ast.ts";

/** Longest identifier in bytes: NAMEDATALEN - 1. */
const NAME_BYTES_MAX = 63;

export function quote(name: string): string {
  return QuoteUtils.quoteIdentifier(name);
}

/** `tracks`, or `app2.tracks` outside `public`: the place's schema comes from the search path. */
export function relationName(schema: string, name: string): string {
  return schema === "public" ? quote(name) : `${quote(schema)}.${quote(name)}`;
}

/**
 * The name that PostgreSQL itself would give: makeObjectName() in src/backend/commands/indexcmds.c. The longer of
 * the two parts gives way until the whole fits.
 */
export function objectName(first: string, second: string, label: string): string {
  const available = NAME_BYTES_MAX - (label ? label.length + 1 : 0) - (second ? 1 : 0);
  let firstBytes = Buffer.byteLength(first);
  let secondBytes = Buffer.byteLength(second);
  while (firstBytes + secondBytes > available) {
    if (firstBytes > secondBytes) firstBytes--;
    else secondBytes--;
  }
  return [clip(first, firstBytes), clip(second, secondBytes), label].filter((part) => part !== "").join("_");
}

function clip(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(bytesMax, bytes.length);
  while (end > 0 && end < bytes.length && ((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

/** The first of name, name1, name2 … that is free, as ChooseRelationName() does. */
export function freeName(
  first: string,
  second: string,
  label: string,
  isTaken: (name: string) => boolean,
): string {
  for (let pass = 0; ; pass++) {
    const name = objectName(first, second, pass === 0 ? label : `${label}${pass}`);
    if (!isTaken(name)) return name;
  }
}

/** Joins column names as ChooseIndexNameAddition() does: it stops once the name is too long anyway. */
export function joinColumns(columns: readonly string[]): string {
  let joined = "";
  for (const column of columns) {
    joined = joined === "" ? column : `${joined}_${column}`;
    if (Buffer.byteLength(joined) > NAME_BYTES_MAX) break;
  }
  return clip(joined, NAME_BYTES_MAX);
}

/** The name of an expression in an index name: FigureIndexColname() in src/backend/parser/parse_target.c. */
export function expressionName(expression: unknown): string {
  return figureName(expression) ?? "expr";
}

function figureName(expression: unknown): string | null {
  const [kind, body] = unwrap(expression) ?? ["", {} as Body];
  switch (kind) {
    case "ColumnRef":
      return strings(body["fields"]).at(-1) ?? null;
    case "FuncCall":
      return strings(body["funcname"]).at(-1) ?? null;
    case "A_Indirection":
      return strings(body["indirection"]).at(-1) ?? figureName(body["arg"]);
    case "TypeCast":
      return (
        figureName(body["arg"]) ?? strings((body["typeName"] as Body | undefined)?.["names"]).at(-1) ?? null
      );
    case "CollateClause":
      return figureName(body["arg"]);
    case "CoalesceExpr":
      return "coalesce";
    case "MinMaxExpr":
      return body["op"] === "IS_LEAST" ? "least" : "greatest";
    case "CaseExpr":
      return figureName(body["defresult"]) ?? "case";
    case "A_ArrayExpr":
      return "array";
    case "RowExpr":
      return "row";
    case "XmlExpr":
      return "xml";
    default:
      return null;
  }
}
