import { quoteIdentifier } from "../db/sql.ts";
import { isolationError } from "./errors.ts";

type Scalar = string | number | bigint | boolean | Date | null;

export interface Comparison {
  eq?: unknown;
  ne?: unknown;
  gt?: unknown;
  gte?: unknown;
  lt?: unknown;
  lte?: unknown;
  in?: readonly unknown[];
  notIn?: readonly unknown[];
  like?: string;
  ilike?: string;
  isNull?: boolean;
}

/** A value means equality, null IS NULL, a list IN; an object names comparisons. All conditions must hold. */
export type WhereInput<Row> = {
  [K in keyof Row]?: Row[K] | Scalar | readonly unknown[] | Comparison;
};

const OPERATORS: Readonly<Record<string, string>> = {
  eq: "=",
  ne: "<>",
  gt: ">",
  gte: ">=",
  lt: "<",
  lte: "<=",
  like: "like",
  ilike: "ilike",
};

/** Columns come from the model, values go as parameters: no text of the caller becomes SQL. */
export function whereClause(
  where: WhereInput<unknown> | undefined,
  column: (name: string) => string,
  from: number,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown) => {
    values.push(value);
    return `$${from + values.length - 1}`;
  };
  const terms: string[] = [];
  for (const [name, condition] of Object.entries(where ?? {})) {
    const left = quoteIdentifier(column(name));
    if (condition === undefined) {
      // Dropping it would silently widen the result to every row.
      throw refuse(name, "is undefined; leave it out, or use null for IS NULL");
    }
    terms.push(...conditionTerms(left, name, condition, bind));
  }
  return { text: terms.join(" and "), values };
}

function conditionTerms(
  left: string,
  name: string,
  condition: unknown,
  bind: (value: unknown) => string,
): string[] {
  if (condition === null) return [`${left} is null`];
  if (Array.isArray(condition)) return [`${left} = any(${bind(list(name, condition))})`];
  if (!isComparison(condition)) return [`${left} = ${bind(condition)}`];
  const comparisons = Object.entries(condition);
  // No condition at all would match every row.
  if (comparisons.length === 0) throw refuse(name, "is an empty object; name at least one comparison");
  return comparisons.map(([operator, value]) => {
    const path = `${name}.${operator}`;
    if (value === undefined) throw refuse(path, "is undefined; leave it out");
    if (operator === "isNull") return value ? `${left} is null` : `${left} is not null`;
    if (operator === "in") return `${left} = any(${bind(list(path, value))})`;
    if (operator === "notIn") return `${left} <> all(${bind(list(path, value))})`;
    if (!Object.hasOwn(OPERATORS, operator)) {
      throw refuse(path, `is not one of ${Object.keys(OPERATORS).join(", ")}, in, notIn, isNull`);
    }
    if (value === null) throw refuse(path, "is null, which no comparison matches; use isNull");
    const sign = OPERATORS[operator];
    return `${left} ${sign} ${bind(value)}`;
  });
}

/** A list of one comparison. With a null in it NOT IN matches no row at all, and IN not the rows without a value. */
export function list(path: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw refuse(path, "is not a list");
  if (value.some((item) => item === null || item === undefined)) {
    throw refuse(path, "holds null or undefined, which no comparison matches; use isNull");
  }
  return value;
}

export function refuse(path: string, fault: string) {
  const problems = [{ path: `where.${path}`, message: `The condition \`${path}\` ${fault}.` }];
  return isolationError("context.bad_input", {}, { problems });
}

export function isComparison(condition: unknown): condition is Comparison {
  return (
    typeof condition === "object" &&
    condition !== null &&
    Object.getPrototypeOf(condition) === Object.prototype &&
    !(condition instanceof Date)
  );
}
