import pg from "pg";
import { recordEvent } from "../../src/audit/record.ts";
import { migrateSchema } from "../../src/db/migrate.ts";
import { Custodians } from "../../src/keys/custodians.ts";
import { RootKey } from "../../src/keys/derive.ts";
import { Encryption, type EncryptionOptions } from "../../src/keys/encryption.ts";
import { Keyring, type KeyringOptions } from "../../src/keys/keyring.ts";
import { LocalCustodian } from "../../src/keys/local-custodian.ts";
import type { SealedPlace } from "../../src/keys/sealed-place.ts";
import { sealedTable } from "../../src/keys/sealed-table.ts";
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

/** Keyrings on an open database. */
export function keysOn(pool: pg.Pool) {
  let nowMs = Date.now();
  const clock = {
    now: () => new Date(nowMs),
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
  const custodians = new Custodians(new LocalCustodian(ROOT_KEY));
  const house = { pool, clock, custodians };
  return { keyring: new Keyring(house), house };
}

export async function openKeyHouse(): Promise<KeyHouse> {
  const database = await testDatabase();
  const pool = new pg.Pool({ connectionString: database.url, max: 8 });
  pool.on("error", () => undefined);
  await migrateSchema(pool, "control");
  const { clock, custodians } = keysOn(pool).house;
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

/** A table of sealed values with the place that the rotation sees. */
export async function makeSecretsTable(pool: pg.Pool): Promise<void> {
  await pool.query(`create table tenancy.test_secrets (
    tenant_id uuid not null, name text not null, part integer not null, sealed bytea not null,
    primary key (tenant_id, name, part))`);
}

export function secretsPlace(keyring: Keyring, pool: pg.Pool): SealedPlace {
  return sealedTable({
    keyring,
    pool,
    purpose: "secrets",
    table: "test_secrets",
    column: "sealed",
    tenantColumn: "tenant_id",
    key: [
      { name: "name", type: "text" },
      { name: "part", type: "integer" },
    ],
    context: ([name = "", part = ""]) => ["test_secrets", name, part],
  });
}

export async function putSecret(
  keyring: Keyring,
  pool: pg.Pool,
  tenantId: string,
  name: string,
  part: number,
) {
  const context = ["test_secrets", name, String(part)];
  const sealed = await keyring.seal({ tenantId }, "secrets", context, Buffer.from(`${name} ${part}`));
  await pool.query(
    `insert into tenancy.test_secrets (tenant_id, name, part, sealed) values ($1, $2, $3, $4)
     on conflict (tenant_id, name, part) do update set sealed = excluded.sealed`,
    [tenantId, name, part, sealed],
  );
}

/** Opens every value of the table, and holds that each is what was put. */
export async function openSecrets(keyring: Keyring, pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ tenant_id: string; name: string; part: number; sealed: Buffer }>(
    "select tenant_id, name, part, sealed from tenancy.test_secrets",
  );
  for (const { tenant_id, name, part, sealed } of rows) {
    const context = ["test_secrets", name, String(part)];
    const plain = await keyring.open({ tenantId: tenant_id }, context, sealed, "secrets");
    if (plain.toString() !== `${name} ${part}`) throw new Error(`${name} ${part} opened as ${plain}`);
  }
  return rows.length;
}

/** The life of keys on a house's database; nothing is drained, as there is no other process. */
export function encryptionOf(
  house: { pool: pg.Pool; clock: { now(): Date }; custodians: Custodians },
  keyring: Keyring,
  options: Partial<EncryptionOptions> = {},
): Encryption {
  const { pool, clock, custodians } = house;
  return new Encryption({
    pool,
    keyring,
    custodians,
    clock,
    rotationDays: 90,
    places: [secretsPlace(keyring, pool)],
    record: recordEvent,
    drainMs: 0,
    ...options,
  });
}
