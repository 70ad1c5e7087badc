import { quoteIdentifier } from "./sql.ts";

/** The id of a row, or one of its attributes; both are texts. */
export type RowValue = { readonly of: "id" } | { readonly of: "attribute"; readonly name: string };

/** A condition on a row. What counts is whether it is true; what cannot be told is not true. */
export type RowCondition =
  /** Of none: true. */
  | { readonly kind: "all"; readonly of: readonly RowCondition[] }
  /** Of none: false. */
  | { readonly kind: "any"; readonly of: readonly RowCondition[] }
  | { readonly kind: "not"; readonly of: RowCondition }
  | { readonly kind: "has"; readonly value: RowValue }
  | { readonly kind: "in"; readonly value: RowValue; readonly texts: readonly string[] }
  | { readonly kind: "same"; readonly left: RowValue; readonly right: RowValue }
  /** A pattern of SQL LIKE, with a backslash as its escape. */
  | { readonly kind: "like"; readonly value: RowValue; readonly pattern: string };

/** The rows that somebody may act on. Made by the policies for one tenant, caller, permission and moment. */
export interface RowFilter {
  readonly tenantId: string;
  readonly permission: string;
  readonly condition: RowCondition;
  /** False: policies could not be turned into a condition, so fewer rows are shown than may be seen. */
  readonly isExact: boolean;
  /** Those policies: a permit among them admits no row, a forbid all. */
  readonly left: readonly string[];
}

/** How a table shows its rows to conditions. */
export interface RowShape {
  readonly name: string;
  /** Columns that make the id, in their order. */
  readonly id: readonly string[];
  /** The column of an attribute; undefined when the table has none. Throws for one that is no text of one form. */
  readonly column: (attribute: string) => { readonly name: string; readonly isText: boolean } | undefined;
}

/** The attribute that names a row's table, for policies that speak of one kind of resource. */
export const RESOURCE_TYPE = "resourceType";

/** The texts around the values, as of a template. */
export interface SqlParts {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}

/** No identifier and no text of ours has it. */
const MARK = "\0";

/**
 * The condition as SQL: identifiers are the table's, everything else is a parameter. Comparisons are by bytes, as
 * Cedar's are, whatever the collation of the column.
 *
 * @param alias What the statement calls the table.
 */
export function conditionSql(condition: RowCondition, shape: RowShape, alias?: string): SqlParts {
  const values: unknown[] = [];
  const bind = (value: unknown, type: string) => {
    values.push(value);
    return `${MARK}::${type}`;
  };
  const owner = alias === undefined ? "" : `${quoteIdentifier(alias)}.`;
  const cell = (name: string, isText: boolean) => `${owner}${quoteIdentifier(name)}${isText ? "" : "::text"}`;
  const textOf = (value: RowValue): string | undefined => {
    if (value.of === "id") {
      const cells = shape.id.map((name) => cell(name, false));
      return cells.length === 0 ? undefined : `(${cells.join(" || '/' || ")})`;
    }
    if (value.name === RESOURCE_TYPE) return bind(shape.name, "text");
    const column = shape.column(value.name);
    return column && cell(column.name, column.isText);
  };
  const written = (each: RowCondition): string => {
    switch (each.kind) {
      case "all":
        return each.of.length === 0 ? "true" : `(${each.of.map(written).join(" and ")})`;
      case "any":
        return each.of.length === 0 ? "false" : `(${each.of.map(written).join(" or ")})`;
      case "not":
        return `(${written(each.of)} is not true)`;
      case "same": {
        const [left, right] = [textOf(each.left), textOf(each.right)];
        return left && right ? `(${left} collate "C" = ${right} collate "C")` : "false";
      }
    }
    const text = textOf(each.value);
    if (text === undefined) return "false";
    switch (each.kind) {
      case "has":
        return `(${text} is not null)`;
      case "in":
        return `(${text} collate "C" = any(${bind(each.texts, "text[]")}))`;
      case "like":
        return `(${text} collate "C" like ${bind(each.pattern, "text")})`;
      default:
        return each satisfies never;
    }
  };
  return { strings: written(condition).split(MARK), values };
}

/** The same with numbered parameters, the first of them `$from`. */
export function numbered({ strings, values }: SqlParts, from: number): { text: string; values: unknown[] } {
  const text = strings.map((each, i) => (i === 0 ? each : `$${from + i - 1}${each}`)).join("");
  return { text, values: [...values] };
}
