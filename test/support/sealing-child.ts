/**
 * A process that seals columns and dies: argv = before which query to die. It kills itself with SIGKILL there; exits 0
 * when it got through. Its folder and environment are those of the platform.
 */
import pg from "pg";
import { AppSealing } from "../../src/fleet/sealing.ts";
import { createTenancy } from "../../src/start.ts";

const at = Number(process.argv[2] ?? 0);
const tenancy = await createTenancy({ background: false });
const { control, cells, keyring, subjects, reloadApp } = tenancy.internals;
const parts = { control, cells, keyring, subjects, appSchema: reloadApp, reload: reloadApp, drainMs: 0 };
let count = 0;
const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
pg.Client.prototype.query = function query(this: pg.Client, ...args: unknown[]) {
  count += 1;
  if (count === at) process.kill(process.pid, "SIGKILL");
  return original.apply(this, args);
} as never;
const sealing = new AppSealing(parts);
for (let pass = 0; pass < 6; pass++) await sealing.keep();
await tenancy.close();
