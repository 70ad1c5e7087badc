import { quoteIdentifier } from "../db/sql.ts";
import { isolationError } from "./errors.ts";
import {
  isNode,
  type Node,
  nodes,
  PLAIN,
  type QueryParts,
  type Scope,
  scopeOf,
  sealedReference,
  type Target,
  valueNode,
} from "./sealed-query-scope.ts";
import { refuseComputing } from "./sealed-rows.ts";
import type { SealedShape } from "./sealed-shape.ts";

/** Of Kysely's operators, those that a blind index or the presence of a value decides, as `where` names them. */
const COMPARISONS: Readonly<Record<string, string>> = {
  "=": "eq",
  "==": "eq",
  "!=": "ne",
  "<>": "ne",
  in: "in",
  "not in": "notIn",
  is: "isNull",
  "is not": "isNull",
};

/** The tree with its comparisons of sealed columns by blind index; other uses stay, and are refused later. */
export async function sealConditions(
  node: unknown,
  scope: Scope,
  parts: QueryParts,
  asksForRows = false,
): Promise<unknown> {
  if (Array.isArray(node)) return Promise.all(node.map((each) => sealConditions(each, scope, parts)));
  if (!isNode(node) || node.kind === "ValueNode" || node.kind === "PrimitiveValueListNode") return node;
  if (node.kind === "BinaryOperationNode") {
    const compared = sealedReference(node["leftOperand"], scope);
    if (compared) return comparison(node, compared.target, compared.column);
  }
  if (node.kind === "SelectQueryNode" && !asksForRows) refuseStars(node, parts, scope);
  const inner = node.kind.endsWith("QueryNode") ? scopeOf(node, parts, scope) : scope;
  // Whether there are rows is asked for, not what is in them.
  const isExists =
    node.kind === "UnaryOperationNode" && /exists$/.test(String((node["operator"] as Node)["operator"]));
  const entries = await Promise.all(
    Object.entries(node).map(
      async ([field, value]) => [field, await sealConditions(value, inner, parts, isExists)] as const,
    ),
  );
  // The same kind with the same fields.
  return Object.fromEntries(entries) as unknown as Node;
}

async function comparison(node: Node, target: Target, column: SealedShape): Promise<Node> {
  const operator = String((node["operator"] as Node)["operator"]);
  const right = node["rightOperand"] as Node;
  const name = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
  if (name === undefined) throw refuseComputing(column, `compare it by \`${operator}\``);
  const isNull = right.kind === "ValueNode" && right["value"] === null;
  if (name === "isNull" && !isNull) throw refuseComputing(column, `compare it by \`${operator}\``);
  const value = name === "isNull" ? operator === "is" : operandOf(right, column);
  const parameters: Node[] = [];
  const bind = (each: unknown) => `\0${parameters.push(valueNode(each)) - 1}\0`;
  const terms = (await target.rows.terms(column.property, column.column, { [name]: value }, bind)) ?? [];
  return rawOf(qualified(terms.join(" and "), target, column), parameters);
}

function operandOf(right: Node, column: SealedShape): unknown {
  if (right.kind === "ValueNode") return right["value"];
  if (right.kind === "PrimitiveValueListNode") return right["values"];
  const items = right.kind === "ValueListNode" ? nodes(right["values"]) : [];
  if (items.length > 0 && items.every(({ kind }) => kind === "ValueNode"))
    return items.map((item) => item["value"]);
  throw refuseComputing(column, "compare it with what it computes itself");
}

/** The columns of `terms` are unqualified; a query may join tables that have such columns, too. */
function qualified(text: string, { alias }: Target, column: SealedShape): string {
  const table = `${quoteIdentifier(alias)}.`;
  const storage = [column.cipher, ...(column.index === null ? [] : [column.index])].map(quoteIdentifier);
  const marked = text.replaceAll(quoteIdentifier(column.column), quoteIdentifier(`${PLAIN}${column.column}`));
  return [...storage, quoteIdentifier(`${PLAIN}${column.column}`)].reduce(
    (all, name) => all.replaceAll(name, `${table}${name}`),
    marked,
  );
}

/** In parentheses, since it may be more than one term. */
function rawOf(text: string, parameters: readonly Node[]): Node {
  const pieces = `(${text})`.split("\0");
  return {
    kind: "RawNode",
    sqlFragments: pieces.filter((_, i) => i % 2 === 0),
    parameters: pieces.filter((_, i) => i % 2 === 1).map((number) => parameters[Number(number)]),
  };
}

/** All columns of a sealed table, from within a query: they would come out empty. Whether there is a row can be asked. */
function refuseStars(query: Node, parts: QueryParts, outer: Scope): void {
  for (const { selection } of nodes(query["selections"]) as readonly (Node & { selection?: Node })[]) {
    const isStar =
      selection?.kind === "SelectAllNode" ||
      (selection?.kind === "ReferenceNode" && (selection["column"] as Node).kind === "SelectAllNode");
    const [column] = isStar ? (scopeOf(query, parts, outer).targets[0]?.columns ?? []) : [];
    if (column)
      throw isolationError("context.sealed_column", {
        table: column.table,
        column: column.column,
        reason: "a query within a query would find nothing in it",
        cure: "Select the other columns by their names, or read it in the outer query",
      });
  }
}
