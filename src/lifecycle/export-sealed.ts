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

/** Puts opened values into the lines, as PostgreSQL would have written the plain ones. */
export function openLines(sealed: SealedTable, seals: SealedColumns, onRow: () => void): Transform {
  return new Transform({
    writableObjectMode: true,
    transform: (row: SealedRow, _encoding, done) => {
      onRow();
      openLine(sealed.columns, seals, row).then((line) => done(null, `${line}\n`), done);
    },
  });
}

async function openLine(
  columns: readonly SealedShape[],
  seals: SealedColumns,
  { line, key, ciphers, subjects }: SealedRow,
): Promise<string> {
  const values: string[] = [];
  for (const [i, column] of columns.entries()) {
    const cipher = ciphers[i];
    if (!cipher) continue;
    const [stored] = await seals.openStored(column, [{ key, cipher, subject: subjects[i] ?? null }]);
    values.push(`${JSON.stringify(column.column)}: ${stored ? storedJson(column.type, stored) : "null"}`);
  }
  if (values.length === 0) return line;
  const inner = line.slice(1, -1);
  return `{${[...(inner === "" ? [] : [inner]), ...values].join(", ")}}`;
}
