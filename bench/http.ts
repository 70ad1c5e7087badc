import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { median, type Result } from "./support.ts";

const APP = fileURLToPath(new URL("../examples/music-studio/start.ts", import.meta.url));
const ROUNDS = 5;
const PER_SECOND_MIN = 18_000;
const P95_MS_MAX = 10;
/** Asks wrk for the one percentile that it does not print. */
const REPORT =
  "done = function(s, l) io.write(string.format('RESULT %.1f %.3f %d\\n', s.requests / s.duration * 1e6, l:percentile(95) / 1000, s.errors.status)) end";

/** The example app's GET /tracks/:id at table level, HTTP to database, 64 connections; wrk on the same two cores. */
export async function benchHttp(): Promise<Result[]> {
  const cwd = mkdtempSync(join(tmpdir(), "tenancy-bench-http-"));
  chmodSync(cwd, 0o755);
  const script = join(cwd, "report.lua");
  writeFileSync(script, REPORT);
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const server = spawn(process.execPath, [APP], {
    cwd,
    env: { PATH: process.env["PATH"], PORT: String(port) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await listening(server.stdout);
    const url = `http://localhost:${port}/tracks/1`;
    const rounds: { perSecond: number; p95Ms: number }[] = [];
    for (let round = 0; round <= ROUNDS; round++) rounds.push(await load(url, script));
    // The first one warms up.
    const counted = rounds.slice(1);
    const perSecond = median(counted.map((r) => r.perSecond));
    const p95Ms = median(counted.map((r) => r.p95Ms));
    const range = counted.map((r) => Math.round(r.perSecond)).sort((a, b) => a - b);
    return [
      {
        work: "Example app's `GET /tracks/:id`, 64 connections, load generator (wrk) on the same cores",
        must: "≥ 18,000 req/s, p95 < 10 ms",
        measured: `${Math.round(perSecond).toLocaleString("en")} req/s [${range[0]?.toLocaleString("en")}–${range.at(-1)?.toLocaleString("en")}], p95 ${p95Ms.toFixed(1)} ms`,
        isMet: perSecond >= PER_SECOND_MIN && p95Ms < P95_MS_MAX,
      },
    ];
  } finally {
    server.kill("SIGTERM");
    await once(server, "exit");
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** The app says how to stop it once it serves. */
async function listening(output: NodeJS.ReadableStream): Promise<void> {
  for await (const chunk of output) if (String(chunk).includes("Ctrl-C")) return;
  throw new Error("The example app did not start.");
}

async function load(url: string, script: string): Promise<{ perSecond: number; p95Ms: number }> {
  const args = ["-t1", "-c64", "-d5s", "-H", "Host: aurora.localhost", "-s", script, url];
  const { stdout } = await promisify(execFile)("wrk", args).catch((cause: Error) => {
    throw new Error("This benchmark needs wrk (apt install wrk).", { cause });
  });
  const [, perSecond, p95Ms, errors] = /RESULT (\S+) (\S+) (\d+)/.exec(stdout) ?? [];
  if (errors !== "0") throw new Error(`${errors} answers were errors:\n${stdout}`);
  return { perSecond: Number(perSecond), p95Ms: Number(p95Ms) };
}
