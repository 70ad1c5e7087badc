import { createHmac, timingSafeEqual } from "node:crypto";
import type pg from "pg";
import { uuidv7 } from "../base/ids.ts";
import { exec, one, query } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import type { RootKey } from "../keys/derive.ts";
import { tenantError } from "./errors.ts";

export const insertInstallation = query(
  "tenants.insert_installation",
  `insert into tenancy.installation (id, key_check)
   select $1::uuid, $2::bytea where not exists (select 1 from tenancy.installation)`,
);

export const findInstallation = query<InstallationRow>(
  "tenants.find_installation",
  `select id, key_check, key_change_began_at from tenancy.installation`,
);

export const lockInstallation = query<InstallationRow>(
  "tenants.lock_installation",
  `select id, key_check, key_change_began_at from tenancy.installation for update`,
);

export const setKeyCheck = query(
  "tenants.set_key_check",
  `update tenancy.installation set key_check = $1::bytea, key_change_began_at = now()`,
);

export const finishKeyChange = query(
  "tenants.finish_key_change",
  `update tenancy.installation set key_change_began_at = null`,
);

interface InstallationRow {
  id: string;
  key_check: Buffer;
  key_change_began_at: Date | null;
}

/**
 * The id of this installation, drawn at its first start.
 *
 * @param isChangingKey Whether the caller is the one that finishes a change of the key.
 * @throws installation.wrong_key when the key is another; installation.key_change_unfinished
 */
export async function openInstallation(
  pool: pg.Pool,
  rootKey: RootKey,
  isChangingKey = false,
): Promise<string> {
  await exec(pool, insertInstallation, [uuidv7(), keyCheck(rootKey)]);
  const row = await one(pool, findInstallation);
  if (!fits(rootKey, row)) throw tenantError("installation.wrong_key", {});
  if (row.key_change_began_at && !isChangingKey) throw tenantError("installation.key_change_unfinished", {});
  return row.id;
}

/**
 * Takes the key of this installation for the former one, with what hangs on it in the same transaction. From its commit
 * on the former key opens nothing here.
 *
 * @returns false when the new key is already the installation's and nothing is left to do
 * @throws installation.wrong_key when neither is the installation's
 */
export async function beginKeyChange(
  tx: Tx,
  former: RootKey,
  rootKey: RootKey,
  reseal: () => Promise<void>,
): Promise<boolean> {
  const row = await one(tx, lockInstallation);
  if (fits(rootKey, row)) return row.key_change_began_at !== null;
  if (!fits(former, row)) throw tenantError("installation.wrong_key", {});
  await exec(tx, setKeyCheck, [keyCheck(rootKey)]);
  await reseal();
  return true;
}

function keyCheck(rootKey: RootKey): Buffer {
  return createHmac("sha256", rootKey.derive("installation")).update("key check").digest();
}

function fits(rootKey: RootKey, { key_check }: InstallationRow): boolean {
  const check = keyCheck(rootKey);
  return key_check.length === check.length && timingSafeEqual(key_check, check);
}
