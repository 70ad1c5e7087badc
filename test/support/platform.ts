import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import type { Clock } from "../../src/base/clock.ts";
import type { Log } from "../../src/base/log.ts";
import { createServer, listen } from "../../src/http/server.ts";
import { createApiKey } from "../../src/identity/api-keys.ts";
import { createOperatorLink } from "../../src/identity/operators.ts";
import type { Tenancy } from "../../src/start.ts";
import { type House, openHouse } from "./house.ts";

export interface PlatformOptions {
  /** SQL of the app; null: none. Default: the small music studio. */
  readonly sql?: string | null;
  /** Resume, erase and refill in the background. Default true, as in a real server. */
  readonly background?: boolean;
  /** Folder of the built console; null: none. Default: console/dist, if it was built. */
  readonly consoleDir?: string | null;
  readonly clock?: Clock;
  readonly log?: Log;
  /** DNS servers that are asked for TXT records. */
  readonly dnsServers?: readonly string[];
  /** Text of tenancy.config.ts. */
  readonly configFile?: string;
}

export interface Platform extends AsyncDisposable {
  readonly url: string;
  /** A fresh one-time operator link for the console. */
  readonly link: string;
  readonly apiKey: string;
  readonly tenancy: Tenancy;
  readonly house: House;
  readonly app: FastifyInstance;
}

const HOST = "127.0.0.1";
const BY = { actor: "test" };

/** A server on a free port, over a database of its own. */
export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const { sql, background = true, clock, log, dnsServers, configFile } = options;
  const house = await openHouse({
    background,
    ...(sql === undefined ? {} : { sql }),
    ...(clock ? { clock } : {}),
    ...(log ? { log } : {}),
    ...(dnsServers ? { dnsServers } : {}),
    ...(configFile ? { configFile } : {}),
  });
  const { tenancy } = house;
  const consoleDir =
    options.consoleDir === undefined ? join(import.meta.dirname, "../../console/dist") : options.consoleDir;
  const app = await createServer({ tenancy, host: HOST, consoleDir, ...(clock ? { clock } : {}) });
  const url = await listen(app, { host: HOST, port: 0 });
  const identity = {
    pool: tenancy.internals.control,
    clock: tenancy.internals.parts.clock,
  };
  const { token } = await createOperatorLink(tenancy.internals.identity.parts, BY);
  const { key } = await createApiKey(identity, { name: "test" }, BY);
  return {
    url,
    link: `${url}/#link=${token}`,
    apiKey: key,
    tenancy,
    house,
    app,
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await house[Symbol.asyncDispose]();
    },
  };
}
