import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { readPostmaster } from "../../src/db/embedded/postmaster.ts";
import { type EmbeddedServer, startEmbedded } from "../../src/db/embedded.ts";

const SETTINGS = { fsync: "off", shared_buffers: "32MB" };
const WAIT_MS = 20_000;

/** A data folder that does not exist yet; removed at the end. */
export function scratch(): { dataDir: string; [Symbol.dispose](): void } {
  const parent = mkdtempSync(join(tmpdir(), "tenancy-embedded-"));
  chmodSync(parent, 0o755);
  return {
    dataDir: join(parent, "data"),
    [Symbol.dispose]: () => rmSync(parent, { recursive: true, force: true }),
  };
}

export function start(dataDir: string): Promise<EmbeddedServer> {
  return startEmbedded({ dataDir, settings: SETTINGS });
}

export async function select(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const deadlineMs = Date.now() + WAIT_MS;
  while (!isTrue()) {
    assert.ok(Date.now() < deadlineMs, `Waited in vain until ${what}`);
    await sleep(20);
  }
}

export function postmasterPid(dataDir: string): number {
  return readPostmaster(join(dataDir, "pgdata"))?.pid ?? assert.fail("no server runs");
}

/** Another process that starts or joins the server and stops at the end of its input. */
export async function startElsewhere(
  dataDir: string,
): Promise<{ child: ChildProcess; joined: boolean; url: string }> {
  const program = `
    import { startEmbedded } from ${JSON.stringify(join(import.meta.dirname, "../../src/db/embedded.ts"))};
    const server = await startEmbedded(${JSON.stringify({ dataDir, settings: SETTINGS })});
    console.log(JSON.stringify({ joined: server.joined, url: server.url }));
    process.stdin.on("end", () => server.stop()).resume();
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return { child, ...(JSON.parse(line) as { joined: boolean; url: string }) };
}
