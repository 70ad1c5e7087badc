import { userInfo } from "node:os";
import { resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { pathToFileURL } from "node:url";
import type { Outcome } from "../audit/body.ts";
import type { Actor } from "../audit/record.ts";
import type { Config } from "../base/config.ts";
import { uuidv7 } from "../base/ids.ts";
import type { Tenancy } from "../start.ts";
import type { Parsed } from "./arguments.ts";
import type { Call, Command } from "./command.ts";
import { cliError, usageError } from "./errors.ts";
import type { Output } from "./output.ts";

/** A start that takes longer is told about: a first one makes a database. */
const PATIENCE_MS = 800;

export interface LiveCall extends Call {
  readonly isEndingItself: () => boolean;
  /** The record of the command says so. */
  readonly hasFailed: () => void;
  /** Records the command, and ends what it opened. */
  readonly close: () => Promise<void>;
}

/** What a command works with in a real process. */
export function liveCall(command: Command, parsed: Parsed, out: Output, signal: AbortSignal): LiveCall {
  const { globals, options, positionals } = parsed;
  const { env } = process;
  const cwd = process.cwd();
  const by = { actor: `cli:${userName()}`, requestId: uuidv7() };
  let outcome: Outcome = "allowed";
  let endsItself = false;
  let tenancy: Promise<Tenancy> | undefined;
  const config = () => readConfig(env, cwd, globals.dataDir);
  return {
    ...{ options, globals, positionals, out, env, cwd, by, signal, config },
    isEndingItself: () => endsItself,
    endsItself: () => {
      endsItself = true;
    },
    open: () => {
      tenancy ??= config().then((read) => startTenancy(read, out, by));
      return tenancy;
    },
    tenant: () => readTenant(command, positionals[0], options["tenantId"] as string | undefined), // see `tenantId`
    ask: (question) => ask(question, signal),
    readStdin,
    hasFailed: () => {
      outcome = "failed";
    },
    close: async () => {
      const opened = await tenancy?.catch(() => undefined);
      if (!opened) return;
      const { action } = command;
      try {
        if (action === null) return;
        // A change has its record from its own transaction; everything else leaves this one.
        const detail = { command: command.path.join(" ") };
        const record = {
          kind: "request",
          action,
          by,
          tenantId: null,
          outcome,
          detail,
        } as const;
        await opened.internals.audit.recordUnlessRecorded(record, by.requestId);
      } finally {
        await opened.close();
      }
    },
  };
}

async function readConfig(env: Call["env"], cwd: string, asked: string | undefined): Promise<Config> {
  const [{ loadConfig }, { defaultDataDir }] = await Promise.all([
    import("../base/config.ts"),
    import("../db/embedded.ts"),
  ]);
  const config = await loadConfig({ env, cwd, defaultDataDir });
  if (asked === undefined) return config;
  const dataDir = resolve(cwd, asked);
  const storageIn = (folder: string) => pathToFileURL(resolve(folder, "storage")).href;
  const storageUrl = config.storageUrl === storageIn(config.dataDir) ? storageIn(dataDir) : config.storageUrl;
  return { ...config, dataDir, storageUrl };
}

async function startTenancy(config: Config, out: Output, by: Actor): Promise<Tenancy> {
  const { createTenancy } = await import("../start.ts");
  const where = config.databaseUrl ? "the database" : `the embedded PostgreSQL in ${config.dataDir}`;
  const remark = setTimeout(() => out.isLive && out.say(`Opening ${where} …`), PATIENCE_MS);
  try {
    return await createTenancy({ config, background: false, by });
  } finally {
    clearTimeout(remark);
  }
}

function readTenant(command: Command, word: string | undefined, option: string | undefined): string {
  const problem = (message: string) => usageError(command.path, [{ path: "TENANT", message }]);
  if (word !== undefined && option !== undefined && word !== option)
    throw problem("Expected TENANT or --tenant-id, not both.");
  const name = word ?? option;
  if (name === undefined || name === "") throw problem("Expected an id, slug or domain.");
  return name;
}

/** Undefined when nobody sits at a terminal. */
async function ask(question: string, signal: AbortSignal): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question, { signal });
  } catch (failure) {
    // Ctrl-C at the question reaches the line editor, not the process.
    if (signal.aborted || (failure as Error).name === "AbortError") {
      throw cliError("cli.interrupted", { cure: "Nothing was done." });
    }
    throw failure;
  } finally {
    lines.close();
  }
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer); // no encoding is set
  return Buffer.concat(chunks).toString("utf8");
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a container's user without a name
  }
}
