import type { SealedColumns } from "./sealed-columns.ts";
import { SealedRows } from "./sealed-rows.ts";
import type { SealedShape, SealedTable } from "./sealed-shape.ts";
import type { TableShape } from "./table-shape.ts";
import type { Runner } from "./transaction.ts";

/** A node of Kysely's tree, read without its type: which fields a kind has is looked at where it is used. */
export interface Node {
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A table with sealed columns, by the name that the query gives it. */
export interface Target {
  readonly alias: string;
  readonly shape: TableShape & { readonly sealed: SealedTable };
  readonly columns: readonly SealedShape[];
  readonly rows: SealedRows;
}

export interface QueryParts {
  readonly tables: ReadonlyMap<string, TableShape>;
  readonly seals: SealedColumns;
  readonly runner: Runner;
}

/** What a query reads from, by the name it has there; `columns` is null where they are not known. */
interface Source {
  readonly alias: string | undefined;
  readonly columns: readonly string[] | null;
}

/** The tables of one query, and of those around it. */
export interface Scope {
  readonly targets: readonly Target[];
  readonly sources: readonly Source[];
  readonly outer: Scope | null;
}

/** Stands for a plain column in the trees that we make, so that what we did not make is found and refused. */
export const PLAIN = "~plain:";

export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && typeof (value as Node).kind === "string";
}

export function nodes(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}

export function nameOf(identifier: unknown): string | undefined {
  const name = isNode(identifier) ? identifier["name"] : undefined;
  return typeof name === "string" ? name : undefined;
}

/** The tables that a query reads or writes, those in its joins included. */
export function scopeOf(query: Node, parts: QueryParts, outer: Scope | null): Scope {
  const places = [
    query["into"],
    query["table"],
    ...nodes((query["from"] as Node | undefined)?.["froms"]),
    ...nodes((query["using"] as Node | undefined)?.["tables"]),
    ...nodes(query["joins"]).map((join) => join["table"]),
  ];
  const read = places.filter(isNode);
  return {
    targets: read.flatMap((place) => targetOf(place, parts) ?? []),
    sources: read.map((place) => sourceOf(place, parts)),
    outer,
  };
}

function sourceOf(place: Node, parts: QueryParts): Source {
  const { alias, name, shape } = tableOf(place, parts);
  return { alias: alias ?? name, columns: shape?.columns ?? null };
}

function tableOf(place: Node, parts: QueryParts): { alias?: string; name?: string; shape?: TableShape } {
  const [table, alias] =
    place.kind === "AliasNode" ? [place["node"], nameOf(place["alias"])] : [place, undefined];
  const named = alias === undefined ? {} : { alias };
  if (!isNode(table) || table.kind !== "TableNode") return named;
  const { schema, identifier } = table["table"] as { schema?: Node; identifier: Node };
  const [schemaName, name] = [nameOf(schema) ?? "public", nameOf(identifier) ?? ""];
  const shape = parts.tables.get(schemaName === "public" ? name : `${schemaName}.${name}`);
  const isIt = shape?.name === name && shape.schema === schemaName;
  return { ...named, name, ...(isIt ? { shape } : {}) };
}

function targetOf(place: Node, parts: QueryParts): Target | undefined {
  const { alias, name, shape } = tableOf(place, parts);
  if (!shape?.sealed) return undefined;
  const columns = parts.seals.readable(shape.sealed);
  if (columns.length === 0) return undefined;
  return {
    alias: alias ?? name ?? shape.name,
    shape: { ...shape, sealed: shape.sealed },
    columns,
    rows: new SealedRows(parts.seals, shape.sealed, parts.runner),
  };
}

/** The sealed column that a reference means. Without a table, the first that has it: SQL refuses what is ambiguous. */
export function sealedReference(
  node: unknown,
  scope: Scope | null,
): { target: Target; column: SealedShape } | undefined {
  if (!isNode(node) || node.kind !== "ReferenceNode") return undefined;
  const table = node["table"] as Node | undefined;
  const qualifier = table && nameOf((table["table"] as Node)["identifier"]);
  const name = columnName(node["column"]);
  for (let at = scope; at; at = at.outer) {
    const target = at.targets.find(
      (each) =>
        (qualifier === undefined || each.alias === qualifier) &&
        each.columns.some(({ column }) => column === name),
    );
    const column = target?.columns.find((each) => each.column === name);
    if (target && column) return { target, column };
    if (qualifier !== undefined && at.targets.some(({ alias }) => alias === qualifier)) return undefined;
  }
  return undefined;
}

export function columnName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.kind === "ReferenceNode") return columnName(node["column"]);
  return node.kind === "ColumnNode" ? nameOf(node["column"]) : undefined;
}

export const identifier = (name: string): Node => ({ kind: "IdentifierNode", name });
export const columnNode = (name: string): Node => ({ kind: "ColumnNode", column: identifier(name) });
export const valueNode = (value: unknown): Node => ({ kind: "ValueNode", value });

/** `"songs"."lyrics_sealed"` */
export function reference(target: Target, column: string): Node {
  const table = { kind: "SchemableIdentifierNode", identifier: identifier(target.alias) };
  return { kind: "ReferenceNode", column: columnNode(column), table: { kind: "TableNode", table } };
}

export function aliased(node: Node, alias: string): Node {
  return { kind: "SelectionNode", selection: { kind: "AliasNode", node, alias: identifier(alias) } };
}
