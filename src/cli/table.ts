import { cleanText, cutTo, displayWidth, padTo } from "./display-width.ts";

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string | number;
  readonly align?: "left" | "right";
  /** On a narrow terminal the highest leaves first; without a number the column stays. */
  readonly leaves?: number;
  /** May be cut with an ellipsis, down to this width. */
  readonly cutTo?: number;
}

export interface TableStyle {
  /** Columns of the terminal; unlimited when the output is a file or a pipe. */
  readonly width: number;
  readonly head: (text: string) => string;
  /** Colours a cell after it was laid out. */
  readonly body?: (text: string, title: string) => string;
}

const GAP = "  ";

/** Aligned columns under their titles. */
export function renderTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  style: TableStyle,
): string {
  let shown = columns.map((column) => {
    const cells = rows.map((row) => cleanText(String(column.cell(row))).replaceAll("\n", " "));
    const width = Math.max(displayWidth(column.title), ...cells.map(displayWidth));
    return { column, cells, width };
  });
  const gaps = () => GAP.length * (shown.length - 1);
  const least = ({ column, width }: (typeof shown)[number]) => Math.min(width, column.cutTo ?? width);
  // Who may leave does so until the rest fits cut to the least; then nobody is cut more than needed.
  while (sum(shown.map(least)) + gaps() > style.width) {
    const leaving = shown.reduce((a, b) => ((b.column.leaves ?? 0) > (a.column.leaves ?? 0) ? b : a));
    if (leaving.column.leaves === undefined) break;
    shown = shown.filter((each) => each !== leaving);
  }
  for (const each of shown) {
    const excess = sum(shown.map(({ width }) => width)) + gaps() - style.width;
    if (excess > 0) each.width = Math.max(least(each), each.width - excess);
  }
  const line = (texts: readonly string[], paint: (text: string, title: string) => string) =>
    shown
      .map(({ column, width }, i) => {
        const cut = cutTo(texts[i] ?? "", width);
        const isLast = i === shown.length - 1;
        const padded = isLast && column.align !== "right" ? cut : padTo(cut, width, column.align);
        return paint(padded, column.title);
      })
      .join(GAP);
  const head = line(
    shown.map(({ column }) => column.title),
    (text) => style.head(text),
  );
  const body = rows.map((_, i) =>
    line(
      shown.map(({ cells }) => cells[i] ?? ""),
      style.body ?? ((text) => text),
    ),
  );
  return [head, ...body].map((text) => `${text}\n`).join("");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

/** `Label  value` lines, labels aligned. */
export function renderFacts(
  facts: readonly (readonly [string, string])[],
  label: (text: string) => string,
): string {
  const width = Math.max(...facts.map(([name]) => displayWidth(name)));
  return facts
    .map(([name, value]) => {
      const lines = cleanText(value).split("\n");
      const indent = " ".repeat(width + GAP.length);
      return `${label(padTo(name, width))}${GAP}${lines.join(`\n${indent}`)}\n`;
    })
    .join("");
}
