import { createHmac, timingSafeEqual } from "node:crypto";
import type pg from "pg";
import { uuidv7 } from "../base/ids.ts";
import { exec, one, query } from "../db/sql.ts";
import type { RootKey } from "../keys/derive.ts";
import { tenantError } from "./errors.ts";

export const insertInstallation = query(
  "tenants.insert_installation",
  `insert into tenancy.installation (id, key_check)
   select $1::uuid, $2::bytea where not exists (select 1 from tenancy.installation)`,
);

export const findInstallation = query<{ id: string; key_check: Buffer }>(
  "tenants.find_installation",
  `select id, key_check from tenancy.installation`,
);

/** The id of this installation, drawn at its first start. Throws installation.wrong_key when the key is another. */
export async function openInstallation(pool: pg.Pool, rootKey: RootKey): Promise<string> {
  const check = createHmac("sha256", rootKey.derive("installation")).update("key check").digest();
  await exec(pool, insertInstallation, [uuidv7(), check]);
  const row = await one(pool, findInstallation);
  if (row.key_check.length !== check.length || !timingSafeEqual(row.key_check, check)) {
    throw tenantError("installation.wrong_key", {});
  }
  return row.id;
}
