import { Transform } from "node:stream";
import type { Table } from "../adopt/model.ts";
import { query, quoteIdentifier } from "../db/sql.ts";
import type { AppSchema } from "../fleet/app-migrations.ts";
import type { SealedColumns } from "../isolation/sealed-columns.ts";
import { type SealedShape, type SealedTable, sealedTableOf } from "../isolation/sealed-shape.ts";
import { storedJson } from "../isolation/sealed-values.ts";

export interface SealedRow {
  line: string;
  key: string[];
  ciphers: (Buffer | null)[];
  subjects: (string | null)[];
}

/** The sealed columns of a table, by its name in the place; null without any. */
export function sealedOf(app: AppSchema, table: string): SealedTable | null {
  const name = table.replaceAll('"', "").replace(/^public\./, "");
  const found: Table | undefined = Object.values(app.model.tables).find(
    (each) => (each.schema === "public" ? each.name : `${each.schema}.${each.name}`) === name,
  );
  return found ? sealedTableOf(app.model, found, new Map()) : null;
}

/** As `rowLinesOf`, without storage columns, and with what opens them. @param table Quoted by the catalogue. */
export function sealedLinesOf(table: string, { columns, key }: SealedTable) {
  const q = quoteIdentifier;
  const storage = columns.flatMap(({ cipher, index }) => (index === null ? [cipher] : [cipher, index]));
  const opened = columns.map(
    ({ column, cipher }) =>
      `case when ${q(column)} is null and ${q(cipher)} is not null then ${literal(column)} end`,
  );
  const subjects = columns.map(({ subject }) => (subject === null ? "null" : `${q(subject)}::text`));
  return query<SealedRow>(
    "lifecycle.sealed_lines_of",
    `select (to_jsonb(t) - array['tenant_id', ${storage.map(literal).join(", ")}] - array_remove(array[${opened.join(", ")}]::text[], null))::text as line,
       array[${key.map(({ column }) => `${q(column)}::text`).join(", ")}] as key,
       array[${columns.map(({ column, cipher }) => `case when ${q(column)} is null then ${q(cipher)} end`).join(", ")}] as ciphers,
       array[${subjects.join(", ")}]::text[] as subjects
     from ${table} t where t.tenant_id = $1::uuid`,
  );
}

function literal(name: string): string {
  return `'${name.replaceAll("'", "''")}'`;
}

/** Rows whose values are opened together: one look for the keys of all their persons. */
const OPENED_AT_ONCE = 500;

/** Puts opened values into the lines, as PostgreSQL would have written the plain ones. */
export function openLines(sealed: SealedTable, seals: SealedColumns, onRow: () => void): Transform {
  let rows: SealedRow[] = [];
  const open = async () => {
    const lines = await openRows(sealed.columns, seals, rows);
    rows = [];
    return lines.map((line) => `${line}\n`).join("");
  };
  return new Transform({
    writableObjectMode: true,
    transform: (row: SealedRow, _encoding, done) => {
      onRow();
      rows.push(row);
      if (rows.length < OPENED_AT_ONCE) done();
      else open().then((lines) => done(null, lines), done);
    },
    flush: (done) => void open().then((lines) => done(null, lines), done),
  });
}

async function openRows(
  columns: readonly SealedShape[],
  seals: SealedColumns,
  rows: readonly SealedRow[],
): Promise<string[]> {
  const values = rows.map((): string[] => []);
  for (const [i, column] of columns.entries()) {
    const sealed = rows.flatMap(({ key, ciphers, subjects }, at) => {
      const cipher = ciphers[i];
      return cipher ? [{ at, key, cipher, subject: subjects[i] ?? null }] : [];
    });
    const opened = await seals.openStored(column, sealed);
    for (const [n, { at }] of sealed.entries()) {
      const stored = opened[n];
      const value = stored ? storedJson(column.type, stored) : "null";
      values[at]?.push(`${JSON.stringify(column.column)}: ${value}`);
    }
  }
  return rows.map(({ line }, at) => withValues(line, values[at] ?? []));
}

function withValues(line: string, values: readonly string[]): string {
  if (values.length === 0) return line;
  const inner = line.slice(1, -1);
  return `{${[...(inner === "" ? [] : [inner]), ...values].join(", ")}}`;
}
