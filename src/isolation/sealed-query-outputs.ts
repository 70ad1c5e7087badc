import { isolationError } from "./errors.ts";
import { boundText, type SealedColumns } from "./sealed-columns.ts";
import {
  aliased,
  columnName,
  isNode,
  type Node,
  nameOf,
  nodes,
  PLAIN,
  reference,
  type Scope,
  sealedReference,
  type Target,
} from "./sealed-query-scope.ts";
import { refuseComputing } from "./sealed-rows.ts";
import type { SealedShape } from "./sealed-shape.ts";

/** One sealed column of a result, and under which names the result has what opens it. */
export interface Output {
  readonly target: Target;
  readonly column: SealedShape;
  readonly property: string;
  readonly prefix: string;
}

type Row = Record<string, unknown>;

/** Selections with what opens the sealed ones behind them, and what was asked for. */
export function sealOutputs(
  selections: unknown,
  scope: Scope,
): { selections: readonly Node[]; outputs: readonly Output[] } {
  const outputs: Output[] = [];
  const shown: Node[] = [];
  const add = (target: Target, column: SealedShape, property: string) =>
    outputs.push({ target, column, property, prefix: `~${outputs.length}` });
  for (const selection of nodes(selections)) {
    const inner = selection["selection"] as Node;
    const [node, alias] =
      inner.kind === "AliasNode" ? [inner["node"], nameOf(inner["alias"])] : [inner, undefined];
    const found = sealedReference(node, scope);
    if (found) {
      const property = alias ?? found.column.column;
      add(found.target, found.column, property);
      shown.push(aliased(reference(found.target, `${PLAIN}${found.column.column}`), property));
      continue;
    }
    shown.push(selection);
    for (const target of starred(inner, scope))
      for (const column of target.columns) add(target, column, column.column);
  }
  refuseTwins(outputs, shownNames(selections, scope));
  return { selections: [...shown, ...outputs.flatMap(hidden)], outputs };
}

/** Of two columns of one name a row keeps one, and nobody could tell whose value it is. */
function refuseTwins(outputs: readonly Output[], shown: readonly string[]): void {
  for (const { column, property } of outputs) {
    if (shown.filter((name) => name === property).length > 1)
      throw isolationError("context.sealed_column", {
        table: column.table,
        column: column.column,
        reason: `the result has two columns \`${property}\``,
        cure: "Select it under another name",
      });
  }
}

/** The names of a result's columns, as far as they are known. */
function shownNames(selections: unknown, scope: Scope): string[] {
  return nodes(selections).flatMap((each) => {
    const selection = each["selection"] as Node;
    if (selection.kind === "AliasNode") return nameOf(selection["alias"]) ?? [];
    const star = starOf(selection);
    if (star === undefined) return columnName(selection) ?? [];
    return scope.sources.flatMap(({ alias, columns }) =>
      star === null || star === alias ? (columns ?? []) : [],
    );
  });
}

/** What else a query computes of its rows would compute of the hidden columns, too. */
export function refuseWholeRows(query: Node, outputs: readonly Output[]): void {
  const [first] = outputs;
  if (!first) return;
  const isDistinct = nodes(query["frontModifiers"]).some((each) => each["modifier"] === "Distinct");
  if (isDistinct || query["distinctOn"]) throw refuseComputing(first.column, "tell its values apart");
  if (query["groupBy"]) throw refuseComputing(first.column, "group by it");
  if (nodes(query["setOperations"]).length > 0)
    throw refuseComputing(first.column, "unite its values with others");
}

function starred(selection: Node, scope: Scope): readonly Target[] {
  const star = starOf(selection);
  if (star === undefined) return [];
  return star === null ? scope.targets : scope.targets.filter(({ alias }) => alias === star);
}

/** The table whose columns `table.*` selects; null for all there are. */
function starOf(selection: Node): string | null | undefined {
  if (selection.kind === "SelectAllNode") return null;
  const isStar = selection.kind === "ReferenceNode" && (selection["column"] as Node).kind === "SelectAllNode";
  if (!isStar || !isNode(selection["table"])) return undefined;
  return nameOf((selection["table"]["table"] as Node)["identifier"]);
}

function hidden({ target, column, prefix }: Output): Node[] {
  const key = target.shape.sealed.key.map((part, i) =>
    aliased(reference(target, part.column), `${prefix}k${i}`),
  );
  const subject = column.subject === null ? [] : [aliased(reference(target, column.subject), `${prefix}s`)];
  return [aliased(reference(target, column.cipher), `${prefix}c`), ...key, ...subject];
}

/** Puts the values in their place, and takes away what the caller did not ask for. */
export async function openOutputs(
  rows: readonly Row[],
  outputs: readonly Output[],
  seals: SealedColumns,
): Promise<void> {
  for (const { target, column, property, prefix } of outputs) {
    const { key } = target.shape.sealed;
    const found = rows.filter((row) => Buffer.isBuffer(row[`${prefix}c`]) && row[property] === null);
    const values = await seals.open(
      column,
      found.map((row) => ({
        // The filter above looked at it.
        cipher: row[`${prefix}c`] as Buffer,
        key: key.map((part, i) => boundText(column.table, part.column, part.kind, row[`${prefix}k${i}`])),
        subject:
          column.subject === null || column.subjectKind === null
            ? null
            : boundText(column.table, column.subject, column.subjectKind, row[`${prefix}s`]),
      })),
    );
    for (const [i, row] of found.entries()) row[property] = values[i];
    const storage = [`${prefix}c`, `${prefix}s`, ...key.map((_, i) => `${prefix}k${i}`)];
    for (const row of rows) {
      for (const name of [...storage, column.cipher, column.index ?? ""]) delete row[name];
    }
  }
}
