import { createSecretKey, randomBytes } from "node:crypto";
import type pg from "pg";
import type { Keyring } from "../keys/keyring.ts";
import type { SealedPlace } from "../keys/sealed-place.ts";
import { sealedTable } from "../keys/sealed-table.ts";
import type { FileKey } from "./sealed-file.ts";
import { parseWritePath } from "./storage-store.ts";

function contextOf(path: string, writeId: string): string[] {
  return ["stored_objects", path, writeId];
}

/** A new key for one file, and how it lies in the row. */
export async function drawFileKey(
  keyring: Keyring,
  at: { tenantId: string; path: string; writeId: string },
): Promise<{ file: FileKey; sealedKey: Buffer }> {
  const { tenantId, path, writeId } = at;
  const bytes = randomBytes(32);
  const sealedKey = await keyring.seal({ tenantId }, "storage", contextOf(path, writeId), bytes);
  const file = { writeId, key: createSecretKey(bytes) };
  bytes.fill(0);
  return { file, sealedKey };
}

/** @throws sealed.unreadable, key.destroyed, key.refused, key.unreachable */
export async function openFileKey(
  keyring: Keyring,
  at: { tenantId: string; path: string; writeId: string; sealedKey: Buffer },
): Promise<FileKey> {
  const { tenantId, path, writeId, sealedKey } = at;
  const bytes = await keyring.open({ tenantId }, contextOf(path, writeId), sealedKey, "storage");
  const file = { writeId, key: createSecretKey(bytes) };
  bytes.fill(0);
  return file;
}

/** Where the rotation finds the keys of files. The files themselves are not touched by it. */
export function fileKeysPlace(keyring: Keyring, pool: pg.Pool): SealedPlace {
  return sealedTable({
    keyring,
    pool,
    purpose: "storage",
    table: "stored_objects",
    column: "sealed_key",
    tenantColumn: "tenant_id",
    key: [
      { name: "path", type: "text" },
      { name: "write_id", type: "uuid" },
    ],
    // A write under way has its target in its path.
    context: ([path = "", writeId = ""]) =>
      contextOf(path.startsWith("/writing/") ? parseWritePath(path).path : path, writeId),
  });
}
