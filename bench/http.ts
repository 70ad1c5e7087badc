import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createTenancy } from "../src/start.ts";
import { median, type Result } from "./support.ts";

const APP = fileURLToPath(new URL("../examples/music-studio/start.ts", import.meta.url));
const BARE = fileURLToPath(new URL("./http-bare.ts", import.meta.url));
const ROUNDS = 4;
const PER_SECOND_MIN = 18_000;
const AUDITED_PER_SECOND_MIN = 15_000;
const P95_MS_MAX = 10;
/** Asks wrk for the one percentile that it does not print. */
const REPORT =
  "done = function(s, l) io.write(string.format('RESULT %.1f %.3f %d\\n', s.requests / s.duration * 1e6, l:percentile(95) / 1000, s.errors.status)) end";

interface Round {
  readonly perSecond: number;
  readonly p95Ms: number;
}

/** The example app's GET /tracks/:id at table level, HTTP to database, 64 connections; wrk on the same two cores. */
export async function benchHttp(): Promise<Result[]> {
  const cwd = mkdtempSync(join(tmpdir(), "tenancy-bench-http-"));
  chmodSync(cwd, 0o755);
  const script = join(cwd, "report.lua");
  writeFileSync(script, REPORT);
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const children: ChildProcess[] = [];
  const serve = async (file: string, at: number, ...args: string[]) => {
    const env = { PATH: process.env["PATH"], PORT: String(at) };
    const child = spawn(process.execPath, [file, ...args], {
      cwd,
      env,
      stdio: ["ignore", "pipe", "inherit"],
    });
    children.push(child);
    await listening(child.stdout);
  };
  try {
    await serve(APP, port, "--unaudited");
    const bare = await copyTracks(cwd);
    await serve(BARE, port, bare.url, String(port + 1), bare.tenantId);
    await serve(APP, port + 2);
    const own: Round[] = [];
    const theirs: Round[] = [];
    const audited: Round[] = [];
    const empty: Round[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      own.push(await load(`http://localhost:${port}/tracks/1`, script));
      theirs.push(await load(`http://localhost:${port + 1}/tracks/1`, script));
      audited.push(await load(`http://localhost:${port + 2}/tracks/1`, script));
      empty.push(await load(`http://localhost:${port + 1}/nothing`, script));
    }
    // The first one warms up.
    return compare(own.slice(1), theirs.slice(1), audited.slice(1), empty.slice(1));
  } finally {
    for (const child of children.reverse()) {
      child.kill("SIGTERM");
      await once(child, "exit");
    }
    rmSync(cwd, { recursive: true, force: true });
  }
}

function compare(
  own: readonly Round[],
  theirs: readonly Round[],
  audited: readonly Round[],
  empty: readonly Round[],
): Result[] {
  const perSecond = median(own.map((r) => r.perSecond));
  const p95Ms = median(own.map((r) => r.p95Ms));
  const range = own.map((r) => Math.round(r.perSecond)).sort((a, b) => a - b);
  const ratios = own.map((r, i) => r.perSecond / (theirs[i]?.perSecond ?? 1)).sort((a, b) => a - b);
  const bare = Math.round(median(theirs.map((r) => r.perSecond)));
  const strict = audited.map((r, i) => r.perSecond / (theirs[i]?.perSecond ?? 1));
  return [
    {
      work: "Example app's `GET /tracks/:id`, 64 connections, load generator (wrk) on the same cores",
      must: "≥ 18,000 req/s, p95 < 10 ms",
      measured: `${Math.round(perSecond).toLocaleString("en")} req/s [${range[0]?.toLocaleString("en")}–${range.at(-1)?.toLocaleString("en")}], p95 ${p95Ms.toFixed(1)} ms`,
      isMet: perSecond >= PER_SECOND_MIN && p95Ms < P95_MS_MAX,
    },
    {
      work: "The same against Fastify with a bare `pg` prepared query, no tenants, no isolation",
      must: "–",
      measured: `${median(ratios).toFixed(2)}x [${ratios[0]?.toFixed(2)}–${ratios.at(-1)?.toFixed(2)}], bare ${bare.toLocaleString("en")} req/s`,
      isMet: null,
    },
    {
      work: "The example app with each request's audit record durable before its answer (strict)",
      must: "≥ 15,000 req/s, p95 < 10 ms",
      measured: `${Math.round(median(audited.map((r) => r.perSecond))).toLocaleString("en")} req/s, p95 ${median(audited.map((r) => r.p95Ms)).toFixed(1)} ms, ${median(strict).toFixed(2)}x of bare`,
      isMet:
        median(audited.map((r) => r.perSecond)) >= AUDITED_PER_SECOND_MIN &&
        median(audited.map((r) => r.p95Ms)) < P95_MS_MAX,
    },
    {
      work: "What this machine gives to Fastify alone, without a database (the targets are from one that gave 94,000)",
      must: "–",
      measured: `${Math.round(median(empty.map((r) => r.perSecond))).toLocaleString("en")} req/s`,
      isMet: null,
    },
  ];
}

/** The same rows in a table without row security; the app's own server holds the database. */
async function copyTracks(cwd: string): Promise<{ url: string; tenantId: string }> {
  await using tenancy = await createTenancy({ env: {}, cwd, background: false });
  const tenant = await tenancy.tenants.get("aurora");
  await tenancy.internals.control.query(`
    create table public.bare_tracks as select * from public.tracks;
    alter table public.bare_tracks add primary key (tenant_id, id);
    analyze public.bare_tracks;`);
  return { url: tenancy.internals.embedded?.url as string, tenantId: tenant.id }; // No URL is configured: embedded.
}

/** The app says how to stop it once it serves. */
async function listening(output: NodeJS.ReadableStream): Promise<void> {
  for await (const chunk of output) if (String(chunk).includes("Ctrl-C")) return;
  throw new Error("The example app did not start.");
}

async function load(url: string, script: string): Promise<Round> {
  const args = ["-t1", "-c64", "-d5s", "-H", "Host: aurora.localhost", "-s", script, url];
  const { stdout } = await promisify(execFile)("wrk", args).catch((cause: Error) => {
    throw new Error("This benchmark needs wrk (apt install wrk).", { cause });
  });
  const [, perSecond, p95Ms, errors] = /RESULT (\S+) (\S+) (\d+)/.exec(stdout) ?? [];
  if (errors !== "0") throw new Error(`${errors} answers were errors:\n${stdout}`);
  return { perSecond: Number(perSecond), p95Ms: Number(p95Ms) };
}
