import pg from "pg";
import { resealLogKey } from "../audit/log-key.ts";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Config } from "../base/config.ts";
import { startEmbedded } from "../db/embedded.ts";
import { migrateSchema } from "../db/migrate.ts";
import { exec, many, maybe, query } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { connectionConfig } from "../db/url.ts";
import { placeName } from "../isolation/place-names.ts";
import { findDatabase, prepareCell, prepareDatabasePlace } from "../isolation/place-setup.ts";
import { replaceSeats } from "../isolation/seat.ts";
import type { RootKey } from "../keys/derive.ts";
import { listSeatHolders } from "../lifecycle/store.ts";
import type { createTenancy, Internals } from "../start.ts";
import { listCells, resealCells } from "../tenants/cells.ts";
import { tenantError } from "../tenants/errors.ts";
import { beginKeyChange, finishKeyChange } from "../tenants/installation.ts";
import { toRootKey } from "./root-key.ts";

export const countOthers = query<{ n: number }>(
  "start.count_other_processes",
  `select count(*)::int as n from pg_catalog.pg_stat_activity
   where application_name like 'tenancy%' and pid <> pg_backend_pid() and datname = current_database()`,
);

export interface KeyChange {
  /** Databases that have the new key's login roles and seats. */
  readonly databases: number;
  readonly seats: number;
  /** Keys of tenants that the new key wraps now. */
  readonly wrappingKeys: number;
}

/** So many tenants' databases at a time. */
const DATABASES_AT_ONCE = 8;

export interface KeyChangeOptions {
  /** With the new key, and the former one beside it. */
  readonly config: Config;
  readonly by: Actor;
  readonly open: typeof createTenancy;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Changes TENANT_ENCRYPTION_KEY: what it seals is sealed anew, and what is derived from it (keys of tenants without a
 * custodian of their own, passwords of login roles, seats) follows. No other process may run. What was killed is taken
 * up by another call with the same two keys; until it is finished no process serves, so nothing is ever half open.
 *
 * @returns null when the new key is the installation's already and nothing was left to do
 * @throws installation.wrong_key, installation.in_use, installation.key_missing
 */
export async function changeEncryptionKey(options: KeyChangeOptions): Promise<KeyChange | null> {
  const { config, by } = options;
  if (!config.encryptionKey || !config.formerEncryptionKey)
    throw tenantError("installation.keys_missing", {});
  const embedded = config.databaseUrl ? null : await startEmbedded({ dataDir: config.dataDir });
  try {
    const url = embedded?.url ?? (config.databaseUrl?.reveal() as string); // one of the two is there
    const [former, rootKey] = [toRootKey(config.formerEncryptionKey), toRootKey(config.encryptionKey)];
    if (!(await begin(url, former, rootKey, by))) return null;
    await using tenancy = await options.open({ config, by, background: false, isChangingKey: true });
    return await finish(tenancy.internals, options);
  } finally {
    await embedded?.stop();
  }
}

async function begin(url: string, former: RootKey, rootKey: RootKey, by: Actor): Promise<boolean> {
  const pool = new pg.Pool({
    ...connectionConfig(url, { applicationName: "tenancy-key-change", searchPath: "pg_catalog" }),
    max: 1,
  });
  try {
    await assertUnused(pool);
    await migrateSchema(pool, "control");
    const isBegun = await withTx(pool, (tx) =>
      beginKeyChange(tx, former, rootKey, async () => {
        await resealCells(tx, former, rootKey);
        await resealLogKey(tx, former, rootKey);
        await recordEvent(tx, by, "encryption.key_change_began", null);
      }),
    );
    // Whoever started with the former key before that commit is seen now; after it nobody can.
    if (isBegun) await assertUnused(pool);
    return isBegun;
  } finally {
    await pool.end();
  }
}

async function assertUnused(pool: pg.Pool): Promise<void> {
  const others = await maybe(pool, countOthers);
  if (others && others.n > 0) throw tenantError("installation.in_use", { connections: others.n });
}

async function finish(internals: Internals, { by, onProgress }: KeyChangeOptions): Promise<KeyChange> {
  const { cells, control, parts, rootKey, encryption } = internals;
  const wrappingKeys = await encryption.replaceRoot(by);
  let [databases, seats] = [0, 0];
  const cellKeys = (await many(control, listCells)).map(({ key }) => key);
  const own = (await many(control, listSeatHolders)).filter(({ level }) => level === "database");
  const total = cellKeys.length + own.length;
  const follow = async (pool: pg.Pool) => {
    seats += await withTx(pool, (tx) => replaceSeats(tx, rootKey));
    databases += 1;
    onProgress?.(databases, total);
  };
  for (const cell of cellKeys) {
    await prepareCell(cells, cell, parts.role);
    const admin = await cells.admin(cell);
    await follow(admin.pool(await cells.sharedDatabase(cell)));
  }
  const left = own.values();
  const work = async () => {
    for (const { cell, tenant_id } of left) {
      const admin = await cells.admin(cell);
      const name = placeName(tenant_id);
      // Being made or removed: there is none yet, or no more.
      if (!(await maybe(admin.pool(), findDatabase, [name]))) continue;
      await prepareDatabasePlace(cells, cell, tenant_id);
      await follow(admin.pool(name));
    }
  };
  await Promise.all(Array.from({ length: DATABASES_AT_ONCE }, work));
  await withTx(control, async (tx) => {
    await exec(tx, finishKeyChange);
    await recordEvent(tx, by, "encryption.key_changed", null, { databases, seats, wrappingKeys });
  });
  return { databases, seats, wrappingKeys };
}
