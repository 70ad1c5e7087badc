/**
 * A process that rotates keys and dies: argv = database URL, tenant id, before which query to die. It kills
 * itself with SIGKILL there; exits 0 when it got through.
 */
import pg from "pg";
import { uuidv7 } from "../../src/base/ids.ts";
import { encryptionOf, keysOn, putSecret } from "./keys.ts";

const [url = "", tenantId = uuidv7(), at = "0"] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 4 });
let count = 0;
const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
pg.Client.prototype.query = function query(this: pg.Client, ...args: unknown[]) {
  count += 1;
  if (count === Number(at)) process.kill(process.pid, "SIGKILL");
  return original.apply(this, args);
} as never;

const { keyring, house } = keysOn(pool);
const encryption = encryptionOf(house, keyring);
await putSecret(keyring, pool, tenantId, "written by the child", Number(at));
await encryption.rotate({ tenantId }, { actor: "test" });
await putSecret(keyring, pool, tenantId, "written after", Number(at));
await pool.end();
