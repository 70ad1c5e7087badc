/** Builds the console when what is built is missing or older than its sources. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

const CONSOLE = join(import.meta.dirname, "../console");
const SOURCES = ["src", "public", "index.html", "vite.config.ts", "package.json"];
const OUTPUT_LINES_SHOWN = 20;

const CONSOLE_DIST = join(CONSOLE, "dist");

/** Tells in lines what it does. The server runs without a console too, so nothing here is fatal. */
export async function buildConsole(say: (line: string) => void): Promise<void> {
  if (await isFresh()) return;
  if (!hasDependencies()) {
    say("The console is not built, and its packages are not installed: run `npm ci`, then start again.");
    return;
  }
  say("Building the console …");
  const { code, output } = await runBuild();
  if (code === 0) return;
  say("The console could not be built; the API works without it. What the build said:");
  for (const line of output.trimEnd().split("\n").slice(-OUTPUT_LINES_SHOWN)) say(`  ${line}`);
}

async function isFresh(): Promise<boolean> {
  const page = join(CONSOLE_DIST, "index.html");
  if (!existsSync(page)) return false;
  const builtMs = (await stat(page)).mtimeMs;
  for (const source of SOURCES) {
    if ((await newestMs(join(CONSOLE, source))) > builtMs) return false;
  }
  return true;
}

async function newestMs(path: string): Promise<number> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts) return 0;
  if (!facts.isDirectory()) return facts.mtimeMs;
  const inside = await Promise.all((await readdir(path)).map((name) => newestMs(join(path, name))));
  return Math.max(0, ...inside);
}

function hasDependencies(): boolean {
  const { resolve } = createRequire(join(CONSOLE, "package.json"));
  try {
    resolve("vite/package.json");
    resolve("react/package.json");
    return true;
  } catch {
    return false;
  }
}

function runBuild(): Promise<{ code: number | null; output: string }> {
  // Under `npm start` this is npm's own program, which may not be on the path.
  const npm = process.env["npm_execpath"];
  const args = ["run", "build", "-w", "console"];
  const [command, all] = npm ? [process.execPath, [npm, ...args]] : ["npm", args];
  const child = spawn(command, all, { cwd: join(CONSOLE, ".."), stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
    });
  }
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) => resolve({ code, output }));
  });
}
