import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { uuidv7 } from "../../src/base/ids.ts";
import { migrateSchema } from "../../src/db/migrate.ts";
import { ObjectStorage } from "../../src/isolation/storage.ts";
import type { StorageDriver } from "../../src/isolation/storage-driver.ts";
import type { Custodians } from "../../src/keys/custodians.ts";
import { RootKey } from "../../src/keys/derive.ts";
import type { Keyring } from "../../src/keys/keyring.ts";
import { testDatabase } from "./db.ts";
import { keysOn } from "./keys.ts";

/** A migrated control database and a folder, for tests of storage. */
export interface StorageHouse extends AsyncDisposable {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly folder: string;
  readonly keyring: Keyring;
  readonly custodians: Custodians;
  readonly clock: { now(): Date; advance(ms: number): void };
  newTenant(): Promise<string>;
  storageOn(driver: StorageDriver, options?: { stallTimeoutMs?: number; rootKey?: RootKey }): ObjectStorage;
  /** What is counted, and what it should be. */
  usedBytes(tenantId: string): Promise<{ used: number; sum: number; rows: number }>;
}

export async function openStorageHouse(): Promise<StorageHouse> {
  const folder = mkdtempSync(join(tmpdir(), "tenancy-storage-"));
  const database = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 8 });
  pool.on("error", () => undefined);
  await migrateSchema(pool, "control");
  let aheadMs = 0;
  const clock = {
    now: () => new Date(Date.now() + aheadMs),
    advance: (ms: number) => {
      aheadMs += ms;
    },
  };
  const { keyring, house } = keysOn(pool);
  return {
    url: database.url,
    keyring,
    custodians: house.custodians,
    pool,
    folder,
    clock,
    newTenant: () => newTenant(pool),
    storageOn: (driver, { stallTimeoutMs = 5_000, rootKey = new RootKey(Buffer.alloc(32, 7)) } = {}) =>
      new ObjectStorage({
        driver,
        pool,
        rootKey,
        keyring,
        signedUrlBase: "https://h/f/",
        clock,
        stallTimeoutMs,
      }),
    usedBytes: (tenantId) => usedBytes(pool, tenantId),
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await database[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function newTenant(pool: pg.Pool): Promise<string> {
  const id = uuidv7();
  await pool.query(
    `insert into tenancy.tenants (id, slug, name, status, plan, region)
     values ($1, $2, 'T', 'active', 'freemium', 'local')`,
    [id, `t-${id.slice(-12)}`],
  );
  return id;
}

async function usedBytes(
  pool: pg.Pool,
  tenantId: string,
): Promise<{ used: number; sum: number; rows: number }> {
  const { rows } = await pool.query<{ used: string; sum: string; rows: string }>(
    `select coalesce((select used_bytes from tenancy.storage_usage where tenant_id = $1), 0) as used,
            coalesce(sum(size_bytes), 0) as sum, count(*) as rows
     from tenancy.stored_objects where tenant_id = $1`,
    [tenantId],
  );
  const [row] = rows;
  return { used: Number(row?.used), sum: Number(row?.sum), rows: Number(row?.rows) };
}
