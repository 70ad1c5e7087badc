import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import QueryStream from "pg-query-stream";
import { type Actor, recordEvent } from "../audit/record.ts";
import { many } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import type { SealedColumns } from "../isolation/sealed-columns.ts";
import type { SealedTable } from "../isolation/sealed-shape.ts";
import type { ObjectStorage } from "../isolation/storage.ts";
import { tenantError } from "../tenants/errors.ts";
import type { TenantRecord } from "../tenants/tenant.ts";
import { lifecycleError } from "./errors.ts";
import { openLines, sealedLinesOf, sealedOf } from "./export-sealed.ts";
import type { LifecycleParts } from "./parts.ts";
import { listPlaceTables, rowLinesOf } from "./store.ts";

export interface ExportedFile {
  /** Below the folder of the export. */
  readonly file: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** `manifest.json`, written last: without it an export is not complete. */
export interface TenantExport {
  readonly tenant: TenantRecord;
  readonly exportedAt: Date;
  readonly tables: readonly (ExportedFile & { readonly table: string; readonly rows: number })[];
  readonly files: readonly (ExportedFile & { readonly path: string; readonly contentType: string | null })[];
}

const BATCH_ROWS = 500;
const LIST_PAGE = 1_000;
const WITHOUT_PLACE = new Set(["provisioning", "erasing", "erased"]);

/**
 * Writes all that a tenant has into a new folder: `rows/<table>.ndjson`, one JSON object a line, all tables in one
 * snapshot, `files/<path>`, and `manifest.json` with counts and hashes. Works while the tenant is suspended, and until
 * it is erased: what is deleted can be taken along. Recorded before anything is read.
 *
 * Throws tenant.wrong_state, export.folder_in_use.
 */
export async function exportTenant(
  parts: LifecycleParts,
  storage: ObjectStorage,
  tenant: TenantRecord,
  folder: string,
  by: Actor,
): Promise<TenantExport> {
  if (WITHOUT_PLACE.has(tenant.status)) {
    const cure = "An export is possible from its creation to the end of its grace period.";
    const details = { tenant: tenant.slug ?? tenant.id, status: tenant.status, verb: "exported", cure };
    throw tenantError("tenant.wrong_state", details);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0) throw lifecycleError("export.folder_in_use", { folder });
  await withTx(parts.control, (tx) => recordEvent(tx, by, "tenant.exported", tenant.id));
  const tables = await exportRows(parts, tenant, folder);
  const files = await exportFiles(storage, tenant, folder);
  const done: TenantExport = { tenant, exportedAt: parts.clock.now(), tables, files };
  await writeFile(join(folder, "manifest.json"), `${JSON.stringify(done, null, 2)}\n`, { mode: 0o600 });
  return done;
}

async function exportRows(parts: LifecycleParts, tenant: TenantRecord, folder: string) {
  const { cell, level, schema } = tenant.placement;
  const pool = await parts.placePool({ cell, level, tenantId: tenant.id });
  const app = await parts.appSchema();
  const client = await pool.connect();
  const exported: TenantExport["tables"][number][] = [];
  let isBroken = true;
  try {
    await client.query("begin isolation level repeatable read, read only");
    for (const { name } of await many(client, listPlaceTables, [level === "schema" ? schema : null])) {
      const table = name.startsWith(`${schema}.`) ? name.slice(schema.length + 1) : name;
      const sealed = sealedOf(app, table);
      const seals = sealed && { sealed, columns: parts.sealedColumns(tenant.id) };
      exported.push({ table, ...(await exportTable(client, name, table, tenant.id, folder, seals)) });
    }
    await client.query("commit");
    isBroken = false;
    return exported;
  } finally {
    client.release(isBroken);
  }
}

async function exportTable(
  client: pg.PoolClient,
  name: string,
  table: string,
  tenantId: string,
  folder: string,
  seals: { readonly sealed: SealedTable; readonly columns: SealedColumns } | null,
) {
  let rows = 0;
  const { text } = seals ? sealedLinesOf(name, seals.sealed) : rowLinesOf(name);
  const count = () => {
    rows += 1;
  };
  const lines = seals ? openLines(seals.sealed, seals.columns, count) : plainLines(count);
  const source = client.query(new QueryStream(text, [tenantId], { batchSize: BATCH_ROWS }));
  const file = await writeHashed(folder, join("rows", `${encodeURIComponent(table)}.ndjson`), [
    source,
    lines,
  ]);
  return { rows, ...file };
}

function plainLines(onRow: () => void): Transform {
  return new Transform({
    writableObjectMode: true,
    transform: (row: { line: string }, _encoding, done) => {
      onRow();
      done(null, `${row.line}\n`);
    },
  });
}

async function exportFiles(storage: ObjectStorage, tenant: TenantRecord, folder: string) {
  const own = storage.bind({ tenantId: tenant.id, storageBytesMax: null });
  const exported: TenantExport["files"][number][] = [];
  let cursor: string | undefined;
  do {
    const page = await own.list("", { cursor, limit: LIST_PAGE });
    for (const { path, contentType } of page.files) {
      // Paths of storage have no dots, links or drives in them (storage-path.ts).
      const written = await writeHashed(folder, join("files", path), [await own.get(path)]);
      exported.push({ path, contentType, ...written });
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return exported;
}

async function writeHashed(
  folder: string,
  file: string,
  source: readonly (NodeJS.ReadableStream | NodeJS.ReadWriteStream)[],
): Promise<ExportedFile> {
  const target = join(folder, file);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const hash = createHash("sha256");
  let sizeBytes = 0;
  const meter = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      hash.update(chunk);
      sizeBytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline([...source, meter, createWriteStream(target, { mode: 0o600, flags: "wx" })]);
  return { file, sizeBytes, sha256: hash.digest("hex") };
}
