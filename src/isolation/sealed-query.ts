import { type CompiledQuery, PostgresQueryCompiler, type RootOperationNode } from "kysely";
import { sealConditions } from "./sealed-query-conditions.ts";
import { type Output, openOutputs, refuseWholeRows, sealOutputs } from "./sealed-query-outputs.ts";
import { type Node, PLAIN, type QueryParts, type Scope, scopeOf } from "./sealed-query-scope.ts";
import { sealInsert, sealUpdate } from "./sealed-query-writes.ts";

export interface SealedQuery {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Opens what the query gave, in place. */
  open(rows: readonly Record<string, unknown>[]): Promise<void>;
}

const KINDS = new Set(["SelectQueryNode", "InsertQueryNode", "UpdateQueryNode", "DeleteQueryNode"]);
const MARK = new RegExp(`"${PLAIN}`, "g");

/**
 * A query of Kysely on tables with sealed columns: values are sealed before they leave the process, comparisons for
 * equality go by the blind index, results are opened. What is left of sealed columns in its text is refused.
 * Undefined for a query that has nothing to do with them.
 *
 * @param refuse throws for a text that names sealed columns
 * @throws context.sealed_column, context.bad_value, sealed.unreadable, key.destroyed, key.refused, key.unreachable
 */
export async function sealQuery(
  query: CompiledQuery,
  parts: QueryParts,
  refuse: (text: string) => void,
): Promise<SealedQuery | undefined> {
  const root = query.query as unknown as Node; // Kysely's nodes are such objects
  if (!KINDS.has(root.kind) || !mayConcern(query.sql, parts)) return undefined;
  const scope = scopeOf(root, parts, null);
  const { node, outputs } = await sealRoot(root, scope, parts);
  // The same kinds of node, with other columns.
  const compiled = new PostgresQueryCompiler().compileQuery(
    node as unknown as RootOperationNode,
    query.queryId,
  );
  refuse(compiled.sql);
  return {
    sql: compiled.sql.replaceAll(MARK, '"'),
    parameters: compiled.parameters,
    open: (rows) => openOutputs(rows, outputs, parts.seals),
  };
}

/** Most queries are done here: the name of no such table is in them. */
function mayConcern(sql: string, { tables }: QueryParts): boolean {
  for (const { name, sealed } of tables.values()) if (sealed && sql.includes(name)) return true;
  return false;
}

async function sealRoot(
  root: Node,
  scope: Scope,
  parts: QueryParts,
): Promise<{ node: Node; outputs: readonly Output[] }> {
  const place = root["into"] ?? root["table"];
  const [target] = scopeOf({ kind: root.kind, into: place }, parts, null).targets;
  let node = root;
  if (target && root.kind === "InsertQueryNode") node = await sealInsert(root, target);
  if (target && root.kind === "UpdateQueryNode") node = await sealUpdate(root, target);
  const fields = await Promise.all(
    Object.entries(node).map(
      async ([field, value]) => [field, await sealConditions(value, scope, parts)] as const,
    ),
  );
  const conditioned = Object.fromEntries(fields) as unknown as Node; // the same kind with the same fields
  if (root.kind === "SelectQueryNode") {
    const { selections, outputs } = sealOutputs(conditioned["selections"], scope);
    refuseWholeRows(root, outputs);
    return { node: conditioned["selections"] ? { ...conditioned, selections } : conditioned, outputs };
  }
  const returning = conditioned["returning"] as Node | undefined;
  if (!returning) return { node: conditioned, outputs: [] };
  const { selections, outputs } = sealOutputs(returning["selections"], scope);
  return { node: { ...conditioned, returning: { ...returning, selections } }, outputs };
}
