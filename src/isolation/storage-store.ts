import type { Queryable } from "../db/sql.ts";
import { exec, many, maybe, one, query } from "../db/sql.ts";

/**
 * All SQL of storage, in the control database. One row per file, and one per write under way, whose path
 * `/writing/<write>/<target>` no file can have (paths of files do not begin with a slash) and whose size is what
 * the write has reserved. `storage_usage` is the sum of a tenant's sizes, changed in the same transactions, always
 * after the row of the file: that order keeps two transactions from waiting for each other.
 */
export interface SealRow {
  /** Null: the file lies plain, from before files were sealed. */
  write_id: string | null;
  sealed_key: Buffer | null;
}

export interface StoredRow extends SealRow {
  path: string;
  size_bytes: string;
  status: "writing" | "stored" | "removing";
  content_type: string | null;
  updated_at: Date;
}

export interface ReadableRow extends SealRow {
  path: string;
}

export interface UnsettledRow extends StoredRow {
  tenant_id: string;
}

const columns = "path, size_bytes, status, content_type, updated_at, write_id, sealed_key";

const lockPath = query<{ locked: string }>(
  "storage.lock_path",
  `select pg_advisory_xact_lock(hashtextextended($1::text || '/' || $2::text, 11))::text as locked`,
);
const findObject = query<StoredRow>(
  "storage.find",
  `select ${columns} from tenancy.stored_objects
   where tenant_id = $1::uuid and path = $2::text`,
);
/** The row of a file, and those of writes that may have put another in its place a moment ago. */
const findReadable = query<ReadableRow>(
  "storage.find_readable",
  `select path, write_id, sealed_key from tenancy.stored_objects
   where tenant_id = $1::uuid
     and (path = $2::text
          or (status = 'writing' and starts_with(path, '/writing/') and substr(path, length('/writing/') + 38) = $2::text))`,
);
const insertWrite = query(
  "storage.insert_write",
  `insert into tenancy.stored_objects (tenant_id, path, size_bytes, status, content_type, write_id, sealed_key)
   values ($1::uuid, $2::text, 0, 'writing', $3::text, $4::uuid, $5::bytea)`,
);
const growWrite = query(
  "storage.grow_write",
  `update tenancy.stored_objects
   set size_bytes = size_bytes + $3::bigint, updated_at = now()
   where tenant_id = $1::uuid and path = $2::text and status = 'writing'`,
);
/** The size that the write had reserved, and its key; locks its row until the transaction ends. */
const takeWrite = query<SealRow & { size_bytes: string }>(
  "storage.take_write",
  `delete from tenancy.stored_objects
   where tenant_id = $1::uuid and path = $2::text and status = 'writing'
   returning size_bytes, write_id, sealed_key`,
);
const upsertStored = query(
  "storage.upsert_stored",
  `insert into tenancy.stored_objects (tenant_id, path, size_bytes, status, content_type, write_id, sealed_key)
   values ($1::uuid, $2::text, $3::bigint, 'stored', $4::text, $5::uuid, $6::bytea)
   on conflict (tenant_id, path) do update
   set size_bytes = excluded.size_bytes, status = 'stored', content_type = excluded.content_type,
     write_id = excluded.write_id, sealed_key = excluded.sealed_key, updated_at = now()`,
);
const markRemoving = query(
  "storage.mark_removing",
  `update tenancy.stored_objects
   set status = 'removing', updated_at = now()
   where tenant_id = $1::uuid and path = $2::text and status <> 'writing'`,
);
const deleteObject = query(
  "storage.delete",
  `delete from tenancy.stored_objects
   where tenant_id = $1::uuid and path = $2::text`,
);
/** Changes nothing when a growth would pass the limit; a shrinking always fits, also after a plan became smaller. */
const chargeUsage = query(
  "storage.charge",
  `insert into tenancy.storage_usage as usage (tenant_id, used_bytes)
   select $1::uuid, greatest($2::bigint, 0)
   where $2::bigint <= 0 or $3::bigint is null or $2::bigint <= $3::bigint
   on conflict (tenant_id) do update
   set used_bytes = usage.used_bytes + $2::bigint
   where $2::bigint <= 0 or $3::bigint is null or usage.used_bytes + $2::bigint <= $3::bigint`,
);
const readUsage = query<{ used_bytes: string; objects: string }>(
  "storage.usage",
  `select coalesce((select used_bytes from tenancy.storage_usage where tenant_id = $1::uuid), 0) as used_bytes,
          (select count(*) from tenancy.stored_objects where tenant_id = $1::uuid and status = 'stored') as objects`,
);
/** In the order of paths, after the cursor. */
const listStored = query<StoredRow>(
  "storage.list",
  `select ${columns} from tenancy.stored_objects
   where tenant_id = $1::uuid
     and status = 'stored'
     and starts_with(path, $2::text)
     and ($3::text is null or path > $3::text)
   order by path
   limit $4::integer`,
);
/** What a crash left behind, oldest first; a write under way touches its row twice a minute. */
const listUnsettled = query<UnsettledRow>(
  "storage.list_unsettled",
  `select tenant_id, ${columns} from tenancy.stored_objects
   where status in ('writing', 'removing')
     and updated_at <= now() - make_interval(secs => $1::float8 / 1000)
   order by updated_at, tenant_id, path
   limit $2::integer`,
);
const hasOtherWrite = query<{ found: boolean }>(
  "storage.has_other_write",
  `select exists (
     select from tenancy.stored_objects
     where tenant_id = $1::uuid
       and status = 'writing'
       and path <> $2::text
       and substr(path, length('/writing/') + 38) = $3::text
   ) as found`,
);
const deleteSome = query(
  "storage.delete_some",
  `delete from tenancy.stored_objects
   where tenant_id = $1::uuid
     and path in (select path from tenancy.stored_objects where tenant_id = $1::uuid limit $2::integer)`,
);
const deleteUsage = query(
  "storage.delete_usage",
  "delete from tenancy.storage_usage where tenant_id = $1::uuid",
);
const countRows = query<{ rows: string }>(
  "storage.count_rows",
  `select (select count(*) from tenancy.stored_objects where tenant_id = $1::uuid)
        + (select count(*) from tenancy.storage_usage where tenant_id = $1::uuid) as rows`,
);

/** The row of a write under way. */
export function writePath(writeId: string, path: string): string {
  return `/writing/${writeId}/${path}`;
}

export function parseWritePath(path: string): { writeId: string; path: string } {
  const [, , writeId = "", ...target] = path.split("/");
  return { writeId, path: target.join("/") };
}

/** Waits for whoever settles or removes the same path; ends with the transaction. */
export async function lock(tx: Queryable, tenantId: string, path: string): Promise<void> {
  await one(tx, lockPath, [tenantId, path]);
}

export function find(db: Queryable, tenantId: string, path: string): Promise<StoredRow | undefined> {
  return maybe(db, findObject, [tenantId, path]);
}

export async function insertWriting(
  db: Queryable,
  at: { tenantId: string; row: string; contentType: string | null; writeId: string; sealedKey: Buffer },
): Promise<void> {
  await exec(db, insertWrite, [at.tenantId, at.row, at.contentType, at.writeId, at.sealedKey]);
}

export function listReadable(db: Queryable, tenantId: string, path: string): Promise<ReadableRow[]> {
  return many(db, findReadable, [tenantId, path]);
}

/** False when the write was given up. */
export async function grow(db: Queryable, tenantId: string, row: string, bytes: number): Promise<boolean> {
  return (await exec(db, growWrite, [tenantId, row, bytes])) === 1;
}

/** Ends a write; what it had reserved, and its key. Undefined when it was given up. */
export async function takeWriting(
  db: Queryable,
  tenantId: string,
  row: string,
): Promise<(SealRow & { reservedBytes: number }) | undefined> {
  const taken = await maybe(db, takeWrite, [tenantId, row]);
  return taken && { ...taken, reservedBytes: Number(taken.size_bytes) };
}

export async function putStored(
  db: Queryable,
  tenantId: string,
  path: string,
  file: { sizeBytes: number; contentType: string | null; seal: SealRow },
): Promise<void> {
  const { write_id, sealed_key } = file.seal;
  await exec(db, upsertStored, [tenantId, path, file.sizeBytes, file.contentType, write_id, sealed_key]);
}

export async function markForRemoval(db: Queryable, tenantId: string, path: string): Promise<boolean> {
  return (await exec(db, markRemoving, [tenantId, path])) === 1;
}

export async function deleteRow(db: Queryable, tenantId: string, path: string): Promise<void> {
  await exec(db, deleteObject, [tenantId, path]);
}

/** False when the growth does not fit below the limit. */
export async function charge(db: Queryable, tenantId: string, bytes: number, bytesMax: number | null) {
  return (await exec(db, chargeUsage, [tenantId, bytes, bytesMax])) === 1;
}

export async function usage(
  db: Queryable,
  tenantId: string,
): Promise<{ usedBytes: number; objects: number }> {
  const row = await one(db, readUsage, [tenantId]);
  return { usedBytes: Number(row.used_bytes), objects: Number(row.objects) };
}

export function listFrom(
  db: Queryable,
  tenantId: string,
  prefix: string,
  after: string | null,
  limit: number,
) {
  return many(db, listStored, [tenantId, prefix, after, limit]);
}

export function unsettled(db: Queryable, staleAfterMs: number, limit: number): Promise<UnsettledRow[]> {
  return many(db, listUnsettled, [staleAfterMs, limit]);
}

export async function hasOtherWriter(db: Queryable, tenantId: string, row: string, path: string) {
  return (await one(db, hasOtherWrite, [tenantId, row, path])).found;
}

/** Rows deleted; repeat until none is. */
export function deleteBatch(db: Queryable, tenantId: string, limit: number): Promise<number> {
  return exec(db, deleteSome, [tenantId, limit]);
}

export async function forgetUsage(db: Queryable, tenantId: string): Promise<void> {
  await exec(db, deleteUsage, [tenantId]);
}

export async function countLeft(db: Queryable, tenantId: string): Promise<number> {
  return Number((await one(db, countRows, [tenantId])).rows);
}
