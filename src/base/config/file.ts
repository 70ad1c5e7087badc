import { existsSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { configError } from "./errors.ts";

const NAMES = ["tenancy.config.ts", "tenancy.config.mjs", "tenancy.config.js"];

export interface ConfigFile {
  readonly name: string;
  /** The default export. */
  readonly content: unknown;
}

/** The configuration file in `cwd`, or undefined. Within one process a file is read once: Node caches modules. */
export async function readConfigFile(cwd: string): Promise<ConfigFile | undefined> {
  const names = NAMES.filter((name) => existsSync(join(cwd, name)));
  const [name, other] = names;
  if (name === undefined) return undefined;
  if (other !== undefined) {
    throw configError("config.unreadable", {
      place: name,
      reason: `${other} lies beside it, and only one can count`,
    });
  }
  const path = join(cwd, name);
  try {
    const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
    return { name, content: module.default };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/\.$/, "") : String(cause);
    throw configError(
      "config.unreadable",
      { place: `${name}${findPosition(path, cause)}`, reason },
      { cause },
    );
  }
}

/** `:line:column` of the fault in the file, or an empty text when it lies elsewhere. */
function findPosition(path: string, cause: unknown): string {
  const stack = cause instanceof Error ? (cause.stack ?? "") : "";
  const thrown = positionOfThrow(stack, path);
  if (thrown || !(cause instanceof SyntaxError)) return thrown;
  return positionOfFrame(stack, path) || positionOfFrame(parseAgain(path), path);
}

/** A stack line such as `at file:///project/tenancy.config.ts:2:21`. */
function positionOfThrow(stack: string, path: string): string {
  const place = `${pathToFileURL(path).href}:`;
  const line = stack.split("\n").find((each) => each.includes(place) && /^\s*at /.test(each));
  const match = line && /:(\d+):(\d+)\)?$/.exec(line);
  return match ? `:${match[1]}:${match[2]}` : "";
}

/** The frame that Node puts above a syntax error: place, source lines, and a caret below the line at fault. */
function positionOfFrame(stack: string, path: string): string {
  const lines = stack.split("\n");
  const head = lines[0] ?? "";
  if (!head.startsWith(`${path}:`) && !head.startsWith(`${pathToFileURL(path).href}:`)) return "";
  const caret = lines.find((line) => /^\s*\^+\s*$/.test(line));
  const column = caret === undefined ? "" : `:${caret.indexOf("^") + 1}`;
  return `${head.slice(head.lastIndexOf(":"))}${column}`;
}

/** V8 keeps the place of a syntax error in plain JavaScript to itself; the TypeScript parser tells. */
function parseAgain(path: string): string {
  try {
    stripTypeScriptTypes(readFileSync(path, "utf8"), { sourceUrl: path });
    return "";
  } catch (error) {
    return error instanceof Error ? (error.stack ?? "") : "";
  }
}
