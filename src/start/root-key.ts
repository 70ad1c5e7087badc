import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import pg from "pg";
import type { Config } from "../base/config.ts";
import type { Secret } from "../base/secret.ts";
import { connectionConfig } from "../db/url.ts";
import { Custodians } from "../keys/custodians.ts";
import { RootKey } from "../keys/derive.ts";
import { LocalCustodian } from "../keys/local-custodian.ts";
import { openCustodian } from "../keys/open-custodian.ts";
import type { Custodian } from "../keys/ports.ts";
import { TenantCustodians, type TenantCustodiansOptions } from "../keys/tenant-custodians.ts";
import { tenantError } from "../tenants/errors.ts";

/** The configured key; in embedded mode one that is drawn once and kept beside the data, readable by its owner alone. */
export async function openRootKey(config: Config): Promise<RootKey> {
  if (config.encryptionKey) return toRootKey(config.encryptionKey);
  if (config.databaseUrl) throw tenantError("installation.key_missing", {});
  const file = join(config.dataDir, "root.key");
  const read = async () => new RootKey(Buffer.from((await readFile(file, "utf8")).trim(), "base64"));
  try {
    return await read();
  } catch (failure) {
    if ((failure as { code?: string }).code !== "ENOENT") throw failure;
  }
  await mkdir(dirname(file), { recursive: true });
  try {
    await writeFile(file, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  } catch (failure) {
    if ((failure as { code?: string }).code !== "EEXIST") throw failure; // another process drew it first
  }
  return read();
}

export function toRootKey(key: Secret<Uint8Array>): RootKey {
  return new RootKey(Buffer.from(key.reveal()));
}

/** The configured root; what the encryption key wrapped before there was one is led to it, like all former roots'. */
export async function openCustodians(
  config: Config,
  rootKey: RootKey,
  tenants: TenantCustodiansOptions,
): Promise<Custodians> {
  const { rootKey: url, formerRootKeys } = config.security;
  const { formerEncryptionKey } = config;
  const { env, clock } = tenants;
  const local = new LocalCustodian(rootKey);
  const former: Custodian[] = await Promise.all(
    formerRootKeys.map((each) => openCustodian(each, env, clock)),
  );
  if (formerEncryptionKey) former.push(new LocalCustodian(toRootKey(formerEncryptionKey)));
  const own = new TenantCustodians(tenants);
  if (url === undefined) return new Custodians(local, former, own);
  return new Custodians(await openCustodian(url, env, clock), [local, ...former], own);
}

/** Values are sealed inside transactions that hold a connection: with one pool for both they could wait for each other. */
export function openKeyPool(url: string): pg.Pool {
  const config = connectionConfig(url, { applicationName: "tenancy-keys", searchPath: "pg_catalog" });
  const pool = new pg.Pool({ ...config, max: 2, idleTimeoutMillis: 10_000, allowExitOnIdle: true });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}
