import { quoteIdentifier } from "../db/sql.ts";

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
      throw new TypeError(`Condition \`${name}\` is undefined; leave it out, or use null for IS NULL.`);
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
  if (Array.isArray(condition)) return [`${left} = any(${bind(condition)})`];
  if (!isComparison(condition)) return [`${left} = ${bind(condition)}`];
  return Object.entries(condition).map(([operator, value]) => {
    if (operator === "isNull") return value ? `${left} is null` : `${left} is not null`;
    if (operator === "in") return `${left} = any(${bind(value)})`;
    if (operator === "notIn") return `${left} <> all(${bind(value)})`;
    const sign = OPERATORS[operator];
    if (sign === undefined || value === undefined) {
      throw new TypeError(
        `Condition \`${name}.${operator}\` is not one of ${Object.keys(OPERATORS).join(", ")}, in, notIn, isNull.`,
      );
    }
    return `${left} ${sign} ${bind(value)}`;
  });
}

function isComparison(condition: unknown): condition is Comparison {
  return (
    typeof condition === "object" &&
    condition !== null &&
    Object.getPrototypeOf(condition) === Object.prototype &&
    !(condition instanceof Date)
  );
}
