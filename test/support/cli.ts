import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const PROJECT = join(import.meta.dirname, "../..");
const MAIN = join(PROJECT, "src/cli/main.ts");
/** As `./manage` has it: what is compiled once starts quickly. */
const CACHE = { NODE_COMPILE_CACHE: join(PROJECT, "node_modules/.cache/node") };

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** A command of the CLI as a process of its own, with no configuration but what `env` and `cwd` give. */
export function startCli(
  args: readonly string[],
  options: CliOptions,
): { child: ChildProcess; ended: Promise<Ran> } {
  const inherited = Object.entries(process.env).filter(
    ([key]) => !/^(TENANT_|TENANCY_|NO_COLOR|FORCE_COLOR|COLUMNS)/.test(key),
  );
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: options.cwd,
    env: { ...Object.fromEntries(inherited), ...CACHE, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.end(options.input ?? "");
  return { child, ended: collect(child) };
}

async function collect(child: ChildProcess): Promise<Ran> {
  const [stdout, stderr] = [[] as string[], [] as string[]];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => stdout.push(text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => stderr.push(text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: stdout.join(""), stderr: stderr.join("") };
}

export function runCli(args: readonly string[], options: CliOptions): Promise<Ran> {
  return startCli(args, options).ended;
}

/** What a command answered with --json; its complaint when it answered nothing. */
export function answerOf(ran: Ran) {
  if (ran.stdout === "") throw new Error(`No answer (${ran.code}): ${ran.stderr}`);
  return JSON.parse(ran.stdout);
}
