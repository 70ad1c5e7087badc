import { once } from "node:events";
import type { Config } from "../../base/config.ts";
import type { Serving } from "../../serve.ts";
import { defineCommand } from "../command.ts";
import { cliError, printError } from "../errors.ts";
import { flag } from "../options.ts";

const PROBE_TIMEOUT_MS = 2_000;
const STOP_TIMEOUT_MS = 5_000;
/** From the sources it is called in another way than from the package. */
const NAME = import.meta.filename.endsWith(".ts") ? "./manage" : "npx tenancy";

const serve = defineCommand({
  path: ["serve"],
  action: null,
  unrecorded:
    "A server records its requests, and its own start and end as `process.started` and `process.stopped`.",
  summary: "Run the server and the console, until Ctrl-C",
  about:
    "Starts the embedded PostgreSQL if no database is configured, applies the app's migrations, and prints a link that signs you in. Address and port are `server.host` and `server.port` of tenancy.config.ts. With --json one object is printed when it serves.",
  options: { noLink: flag("Make no link to sign in with: what a service prints stands in a log.") },
  examples: ["tenancy serve", "tenancy serve --no-link --json"],
  async run(call) {
    const { out, by, signal, options } = call;
    const config = await call.config();
    const running = await findServing(config);
    if (running !== undefined) throw cliError("cli.already_serving", { url: running, command: NAME });
    call.endsItself();
    const { serve: start } = await import("../../serve.ts");
    const serving = await start({
      config,
      by,
      makesLink: !options.noLink,
      say: (line) => out.say(line),
      explain: (failure) => printError(out, failure, false),
    });
    const { close, ...facts } = serving;
    if (!signal.aborted) {
      out.answer(facts, () => greeting(facts));
      await once(signal, "abort");
    }
    const force = setTimeout(() => process.exit(1), STOP_TIMEOUT_MS);
    force.unref();
    await close();
  },
});

function greeting({ url, consoleUrl, link, database, dataDir }: Omit<Serving, "close">): string {
  return `Tenancy is running.

  Server    ${url}
  Console   ${consoleUrl ?? "not built; the lines above say why"}
  Database  ${database}
  Data      ${dataDir}

${
  link === null
    ? `Sign in with a link that \`${NAME} operator link\` makes.`
    : `Sign in with this link; it works once, within 15 minutes (\`${NAME} operator link\` makes another):

  ${link}`
}

Next, in another terminal:

  ${NAME} tenant create --name "Studio One" --plan premium
  ${NAME} tenant list

Ctrl-C stops it; the data stays.
`;
}

/** The address at which a Tenancy server answers already; undefined: nobody, or somebody else, as listening will tell. */
async function findServing({ server: { host, port } }: Config): Promise<string | undefined> {
  if (port === 0) return undefined;
  const name = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host;
  const url = `http://${name.includes(":") ? `[${name}]` : name}:${port}`;
  try {
    const answer = await fetch(`${url}/openapi.json`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    const document = (await answer.json()) as { info?: { title?: unknown } };
    return document.info?.title === "Tenancy" ? url : undefined;
  } catch {
    return undefined;
  }
}

export const commands = [serve];
