import pg from "pg";
import { migrateSchema } from "../../src/db/migrate.ts";
import { Custodians } from "../../src/keys/custodians.ts";
import { RootKey } from "../../src/keys/derive.ts";
import { Keyring, type KeyringOptions } from "../../src/keys/keyring.ts";
import { LocalCustodian } from "../../src/keys/local-custodian.ts";
import { testDatabase } from "./db.ts";

/** A migrated control database and keyrings on it: each stands for a process of its own. */
export interface KeyHouse extends AsyncDisposable {
  readonly url: string;
  readonly pool: pg.Pool;
  readonly clock: { now(): Date; advance(ms: number): void };
  readonly custodians: Custodians;
  keyring(options?: Partial<KeyringOptions>): Keyring;
}

export const ROOT_KEY = new RootKey(Buffer.alloc(32, 7));

export async function openKeyHouse(): Promise<KeyHouse> {
  const database = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 8 });
  pool.on("error", () => undefined);
  await migrateSchema(pool, "control");
  let nowMs = Date.now();
  const clock = {
    now: () => new Date(nowMs),
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
  const custodians = new Custodians(new LocalCustodian(ROOT_KEY));
  return {
    url: database.url,
    pool,
    clock,
    custodians,
    keyring: (options = {}) => new Keyring({ pool, custodians, clock, ...options }),
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
