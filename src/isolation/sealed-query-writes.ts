import { isolationError } from "./errors.ts";
import {
  columnName,
  columnNode,
  isNode,
  type Node,
  nodes,
  PLAIN,
  reference,
  type Target,
  valueNode,
} from "./sealed-query-scope.ts";
import { refuseComputing } from "./sealed-rows.ts";
import type { SealedShape } from "./sealed-shape.ts";

type Row = Record<string, unknown>;

const DEFAULT: Node = { kind: "DefaultInsertValueNode" };
const OVERRIDING: Node = { kind: "RawNode", sqlFragments: ["overriding system value"], parameters: [] };

/** An insert of values: what it gives for sealed columns is sealed, keys are drawn before. */
export async function sealInsert(query: Node, target: Target): Promise<Node> {
  const values = query["values"];
  if (!isNode(values) || values.kind !== "ValuesNode") return query;
  const columns = nodes(query["columns"]).map((each) => columnName(each) ?? "");
  const rows = nodes(values["values"]).map((row) => cellsOf(row, columns));
  const bound = boundColumns(target);
  const given = rows.map((cells) => {
    const row: Row = {};
    for (const [column, cell] of cells) if (bound.has(column)) row[column] = plainValue(target, column, cell);
    return row;
  });
  const { rows: sealed, overrides } = await target.rows.insert(given);
  const added = [...new Set(sealed.flatMap((row) => Object.keys(row)))].filter(
    (name) => !columns.includes(name),
  );
  const plain = new Set(target.columns.map(({ column }) => column));
  const mark = (name: string) => (plain.has(name) ? `${PLAIN}${name}` : name);
  return {
    ...query,
    columns: [...columns, ...added].map((name) => columnNode(mark(name))),
    ...(overrides ? { output: OVERRIDING } : {}),
    values: {
      ...values,
      values: rows.map((cells, i) => ({
        kind: "ValueListNode",
        values: [...columns, ...added].map((name) => {
          const value = sealed[i]?.[name];
          if (!bound.has(name) && columns.includes(name)) return cells.get(name) ?? DEFAULT;
          return value === undefined ? DEFAULT : valueNode(value);
        }),
      })),
    },
  };
}

function cellsOf(row: Node, columns: readonly string[]): Map<string, Node> {
  const list = row["values"] as readonly unknown[];
  const cells = row.kind === "PrimitiveValueListNode" ? list.map(valueNode) : (list as readonly Node[]);
  return new Map(columns.map((column, i) => [column, cells[i] ?? DEFAULT]));
}

/** Columns whose values must be known before: sealed ones, and those that sealing binds to. */
function boundColumns({ columns, shape }: Target): Set<string> {
  return new Set([
    ...columns.flatMap(({ column, subject }) => (subject === null ? [column] : [column, subject])),
    ...shape.sealed.key.map(({ column }) => column),
  ]);
}

function plainValue(target: Target, name: string, cell: Node): unknown {
  if (cell.kind === "DefaultInsertValueNode") return undefined;
  const column = target.columns.find((each) => each.column === name);
  if (cell.kind === "ValueNode") return column ? jsonValue(column, cell["value"]) : cell["value"];
  const first = column ?? (target.columns[0] as SealedShape); // a target has sealed columns
  throw refuseComputing(first, column ? "compute its value" : `compute \`${name}\`, to which it is bound`);
}

/** With the query builder, a text for a JSON column is JSON already, as it is for the driver. */
function jsonValue(column: SealedShape, value: unknown): unknown {
  if (column.type.kind !== "json" || typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    const reason = `${column.column}: expected JSON`;
    throw isolationError("context.bad_value", { table: column.table, reason });
  }
}

/** An update of sealed columns: of one row, named by its key; NULL alone can be given to many. */
export async function sealUpdate(query: Node, target: Target): Promise<Node> {
  const updates = nodes(query["updates"]);
  const patch: Row = {};
  const others: Node[] = [];
  for (const update of updates) {
    const name = columnName(update["column"]) ?? "";
    const value = update["value"] as Node;
    const isSealed = target.columns.some(({ column }) => column === name);
    if (isSealed) patch[name] = plainValue(target, name, value);
    else {
      others.push(update);
      if (boundColumns(target).has(name)) patch[name] = plainValue(target, name, value);
    }
  }
  const sealed = target.columns.filter(({ column }) => patch[column] !== undefined);
  const needsKey = sealed.some(({ column }) => patch[column] !== null);
  const key = needsKey ? pinnedKey(query, target) : [];
  const [first] = sealed;
  if (first && key === null)
    throw refuseComputing(first, "seal one value for several rows; name the row by its key in `where`");
  const { patch: next, guard } = await target.rows.update(key ?? [], patch);
  const written = Object.keys(next).filter(
    (name) => !(name in patch) || sealed.some(({ column }) => column === name),
  );
  const plain = new Set(sealed.map(({ column }) => column));
  return {
    ...query,
    updates: [
      ...others,
      ...written.map((name) => ({
        kind: "ColumnUpdateNode",
        column: columnNode(plain.has(name) ? `${PLAIN}${name}` : name),
        value: valueNode(next[name]),
      })),
    ],
    ...guarded(query, target, guard),
  };
}

function guarded(query: Node, target: Target, guard: Row): { where?: Node } {
  const terms = Object.entries(guard).map(([name, value]) =>
    equal(reference(target, name), valueNode(value)),
  );
  if (terms.length === 0) return {};
  const where = (query["where"] as Node)["where"] as Node; // a guard belongs to a row that `where` names
  return {
    where: {
      kind: "WhereNode",
      where: terms.reduce((left, right) => ({ kind: "AndNode", left, right }), where),
    },
  };
}

function equal(leftOperand: Node, rightOperand: Node): Node {
  return {
    kind: "BinaryOperationNode",
    leftOperand,
    operator: { kind: "OperatorNode", operator: "=" },
    rightOperand,
  };
}

/** The key that `where` pins by equality; null when it leaves the row open. */
function pinnedKey(query: Node, target: Target): unknown[] | null {
  const pinned = new Map<string, unknown>();
  const look = (node: unknown): void => {
    if (!isNode(node)) return;
    if (node.kind === "AndNode") {
      look(node["left"]);
      look(node["right"]);
    } else if (node.kind === "ParensNode") look(node["node"]);
    else if (node.kind === "BinaryOperationNode") {
      const right = node["rightOperand"] as Node;
      const name = columnName(node["leftOperand"]);
      const isEqual = (node["operator"] as Node)["operator"] === "=";
      if (isEqual && name !== undefined && right.kind === "ValueNode") pinned.set(name, right["value"]);
    }
  };
  look((query["where"] as Node | undefined)?.["where"]);
  const key = target.shape.sealed.key.map(({ column }) => pinned.get(column));
  return key.every((part) => part !== undefined && part !== null) ? key : null;
}
