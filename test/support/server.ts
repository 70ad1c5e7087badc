/** The shared test server. It runs on its own and stops when no test has been connected for a while. */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { startSharedServer } from "./engine.ts";

const IDLE_MS = 20_000;
const CHECK_EVERY_MS = 1_000;

const server = await startSharedServer();
process.stdout.on("error", () => {});
process.stdout.write(`${server.url}\n`);
if (!server.joined) {
  await waitUntilIdle(server.url).catch(() => {});
  await server.stop();
}

async function waitUntilIdle(url: string): Promise<void> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  let lastSeenMs = Date.now();
  while (Date.now() - lastSeenMs < IDLE_MS) {
    const { rows } = await client.query<{ others: number }>(
      `select count(*)::int as others from pg_stat_activity
       where backend_type in ('client backend', 'walsender') and pid <> pg_backend_pid()`,
    );
    if ((rows[0]?.others ?? 0) > 0) lastSeenMs = Date.now();
    await sleep(CHECK_EVERY_MS);
  }
  await client.end();
}
