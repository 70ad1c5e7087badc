/** A server of the house in whose environment it runs, until somebody kills it. Says its address. */
import { createServer, listen } from "../../src/http/server.ts";
import { createTenancy } from "../../src/start.ts";

const tenancy = await createTenancy({ env: process.env, cwd: process.cwd() });
const app = await createServer({ tenancy, host: "127.0.0.1", consoleDir: null });
const url = await listen(app, { host: "127.0.0.1", port: 0 });
process.stdout.write(`${url}\n`);
