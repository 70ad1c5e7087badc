/**
 * Runs the tests on one engine: `node test/support/run.ts [--engine 18|15] [--optional] [node options] [globs…]`.
 * 18 is the embedded server, shared by all runs; any other is an installed PostgreSQL, started for this run. With
 * `--optional` an engine that is not installed is a skip, not a failure. `TENANCY_TEST_DATABASE_URL` names a
 * server of your own instead. The console's journeys (`*.e2e.ts`) need Chromium, at /usr/bin/chromium or where
 * `CHROMIUM_PATH` says; without it they are skipped. What they show is the same on every engine: they run on 18.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import pg from "pg";
import { buildConsole } from "../../scripts/console-build.ts";
import { joinSharedServer, startInstalledServer } from "./engine.ts";

const GLOBS = [
  "src/**/*.test.ts",
  "test/**/*.test.ts",
  "scripts/**/*.test.ts",
  "examples/**/*.test.ts",
  "console/src/**/*.test.ts",
];
const JOURNEYS = "console/e2e/*.e2e.ts";
const EMBEDDED_MAJOR = 18;
const CHROMIUM = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
const FILE_TIMEOUT_MS = 5 * 60_000;

interface Engine {
  readonly url: string;
  readonly kind: "embedded" | "external";
  stop(): Promise<void>;
}

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const at = args.indexOf("--engine");
  const major = at < 0 ? EMBEDDED_MAJOR : Number(args[at + 1]);
  const rest = args.filter(
    (arg, index) => arg !== "--optional" && (at < 0 || (index !== at && index !== at + 1)),
  );
  const engine = await openEngine(major);
  if (!engine) {
    const isOptional = args.includes("--optional");
    const outcome = isOptional ? "Skipped" : "Failed";
    console.error(`${outcome}: PostgreSQL ${major} is not installed (apt install postgresql-${major}).`);
    return isOptional ? 0 : 1;
  }
  try {
    const options = rest.filter((arg) => arg.startsWith("-"));
    const named = rest.filter((arg) => !arg.startsWith("-"));
    const globs = named.length > 0 ? named : major === EMBEDDED_MAJOR ? [...GLOBS, JOURNEYS] : GLOBS;
    const files = await withoutVainJourneys(globs);
    return files.length === 0 ? 0 : await runNode(engine, options, files);
  } finally {
    await engine.stop();
  }
}

async function openEngine(major: number): Promise<Engine | undefined> {
  const own = process.env["TENANCY_TEST_DATABASE_URL"];
  if (own !== undefined) return { url: own, kind: "external", stop: async () => {} };
  if (major !== EMBEDDED_MAJOR) {
    const server = await startInstalledServer(major);
    return server && { url: server.url, kind: "external", stop: server.stop };
  }
  const url = await joinSharedServer();
  // Keeps the shared server up between two test files.
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  return { url, kind: "embedded", stop: () => client.end() };
}

/** Builds the console for the journeys, once for all of them; leaves them out where there is no browser. */
async function withoutVainJourneys(globs: readonly string[]): Promise<readonly string[]> {
  const others = globs.filter((glob) => !glob.endsWith(".e2e.ts"));
  if (others.length === globs.length) return globs;
  if (!existsSync(CHROMIUM)) {
    console.error(`Skipped: the console's journeys, as there is no Chromium at ${CHROMIUM}.`);
    return others;
  }
  await buildConsole((line) => console.error(line));
  return globs;
}

async function runNode(
  engine: Engine,
  options: readonly string[],
  globs: readonly string[],
): Promise<number> {
  const concurrency = `--test-concurrency=${availableParallelism()}`;
  // A file that hangs fails, rather than keeping the others waiting.
  const timeout = `--test-timeout=${FILE_TIMEOUT_MS}`;
  const child = spawn(process.execPath, ["--test", concurrency, timeout, ...options, ...globs], {
    stdio: "inherit",
    env: { ...process.env, TENANCY_TEST_DATABASE_URL: engine.url, TENANCY_TEST_ENGINE: engine.kind },
  });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, forward);
  const [code] = (await once(child, "close")) as [number | null];
  return code ?? 1;
}
