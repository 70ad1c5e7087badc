import { buffer } from "node:stream/consumers";
import type pg from "pg";
import { type Tx, withTx } from "../db/tx.ts";
import { isolationError } from "./errors.ts";
import { plainSize, SEALED_HEADER_BYTES, writeIdOf } from "./sealed-file.ts";
import type { PendingWrite, StorageDriver, StorageWriter } from "./storage-driver.ts";
import * as store from "./storage-store.ts";

interface Parts {
  readonly driver: StorageDriver;
  readonly pool: pg.Pool;
}

const SWEEP_BATCH = 200;

/** Reserves more for a write under way; zero only shows that it lives. False when the tenant has no room. */
export async function reserve(
  pool: pg.Pool,
  write: PendingWrite,
  bytes: number,
  bytesMax: number | null,
): Promise<boolean> {
  const { tenantId, writeId, path } = write;
  const noRoom = new Error("No room");
  try {
    await withTx(pool, async (tx) => {
      if (!(await store.grow(tx, tenantId, store.writePath(writeId, path), bytes))) {
        throw isolationError("storage.write_lost", { path });
      }
      if (bytes > 0 && !(await store.charge(tx, tenantId, bytes, bytesMax))) throw noRoom;
    });
    return true;
  } catch (error) {
    if (error === noRoom) return false;
    throw error;
  }
}

/**
 * Ends a write: publishes the file and makes its row, in one transaction that holds the path. Only here it is known
 * what the file replaces, so the quota is asked once more when that has become less than was reserved for. A crash
 * after publishing and before the commit leaves the row of the write, and the sweep asks the driver.
 */
export async function settleWrite(
  pool: pg.Pool,
  writer: StorageWriter,
  write: PendingWrite,
  sizeBytes: number,
  bytesMax: number | null,
): Promise<void> {
  const { tenantId, writeId, path, contentType = null } = write;
  await withTx(pool, async (tx) => {
    await store.lock(tx, tenantId, path);
    const taken = await store.takeWriting(tx, tenantId, store.writePath(writeId, path));
    if (!taken) throw isolationError("storage.write_lost", { path });
    const replaced = Number((await store.find(tx, tenantId, path))?.size_bytes ?? 0);
    await store.putStored(tx, tenantId, path, { sizeBytes, contentType, seal: taken });
    const growth = sizeBytes - taken.reservedBytes - replaced;
    if (growth > 0 && !(await store.charge(tx, tenantId, growth, bytesMax))) {
      throw isolationError("storage.quota_exceeded", { maxBytes: bytesMax, path });
    }
    await writer.publish();
    // Last, so that a tenant's writers wait for each other's publishing only when they must.
    if (growth < 0) await store.charge(tx, tenantId, growth, null);
  });
}

/** Gives back what a failed write had reserved. */
export async function abandonWrite(pool: pg.Pool, { tenantId, writeId, path }: PendingWrite): Promise<void> {
  await withTx(pool, async (tx) => {
    const taken = await store.takeWriting(tx, tenantId, store.writePath(writeId, path));
    if (taken?.reservedBytes) await store.charge(tx, tenantId, -taken.reservedBytes, null);
  });
}

/** Marks first: a crash after that is settled by the sweep, and never shows a row without a file. */
export async function removeObject(parts: Parts, tenantId: string, path: string): Promise<void> {
  if (await store.markForRemoval(parts.pool, tenantId, path)) await finishRemoval(parts, tenantId, path);
}

async function finishRemoval({ driver, pool }: Parts, tenantId: string, path: string): Promise<void> {
  await withTx(pool, async (tx) => {
    await store.lock(tx, tenantId, path);
    const row = await store.find(tx, tenantId, path);
    // Somebody has put it anew meanwhile, or removed it too.
    if (row?.status !== "removing") return;
    await driver.remove(tenantId, path);
    await store.deleteRow(tx, tenantId, path);
    await store.charge(tx, tenantId, -Number(row.size_bytes), null);
  });
}

export async function sweepUnsettled(parts: Parts, staleAfterMs: number): Promise<number> {
  let settled = 0;
  for (;;) {
    const rows = await store.unsettled(parts.pool, staleAfterMs, SWEEP_BATCH);
    for (const row of rows) {
      if (row.status === "removing") await finishRemoval(parts, row.tenant_id, row.path);
      else await settleDead(parts, row);
    }
    settled += rows.length;
    if (rows.length < SWEEP_BATCH) return settled;
  }
}

/** A dead writer may have published and not said so: the row is made to tell what is there. */
async function settleDead({ driver, pool }: Parts, row: store.UnsettledRow): Promise<void> {
  const tenantId = row.tenant_id;
  const { writeId, path } = store.parseWritePath(row.path);
  await withTx(pool, async (tx) => {
    await store.lock(tx, tenantId, path);
    const taken = await store.takeWriting(tx, tenantId, row.path);
    if (!taken) return;
    const isAlone = !(await store.hasOtherWriter(tx, tenantId, row.path, path));
    await driver.sweep({ tenantId, writeId, path }, isAlone);
    const there = await lookAt(driver, tenantId, path);
    const change = await matchRow(tx, tenantId, path, there, { ...taken, contentType: row.content_type });
    await store.charge(tx, tenantId, change - taken.reservedBytes, null);
  });
}

interface Found {
  readonly sizeBytes: number;
  /** The write that made it; null for a file that lies plain. */
  readonly writeId: string | null;
}

/** What lies at a path: how much of content, and whose work it is. */
async function lookAt(driver: StorageDriver, tenantId: string, path: string): Promise<Found | undefined> {
  const bytes = await driver.size(tenantId, path);
  if (bytes === undefined) return undefined;
  const head =
    bytes === 0
      ? Buffer.alloc(0)
      : await buffer(
          await driver.read(tenantId, path, { first: 0, last: Math.min(bytes, SEALED_HEADER_BYTES) - 1 }),
        );
  const writeId = writeIdOf(head);
  return writeId === undefined
    ? { sizeBytes: bytes, writeId: null }
    : { sizeBytes: plainSize(bytes), writeId };
}

/** How many bytes the row has grown by. */
async function matchRow(
  tx: Tx,
  tenantId: string,
  path: string,
  found: Found | undefined,
  write: store.SealRow & { contentType: string | null },
): Promise<number> {
  const row = await store.find(tx, tenantId, path);
  const counted = Number(row?.size_bytes ?? 0);
  if (!found) {
    if (row) await store.deleteRow(tx, tenantId, path);
    return -counted;
  }
  const { sizeBytes } = found;
  const { contentType } = write;
  const isOurs = found.writeId === write.write_id;
  // Another's work: its own row tells of it, or will when it is settled.
  if (!isOurs && (found.writeId !== null || row?.write_id != null)) return 0;
  const isAsCounted = row !== undefined && counted === sizeBytes && row.write_id === null;
  if (found.writeId !== null || !isAsCounted) {
    const seal = isOurs ? write : { write_id: null, sealed_key: null };
    await store.putStored(tx, tenantId, path, { sizeBytes, contentType, seal });
  }
  return sizeBytes - counted;
}
