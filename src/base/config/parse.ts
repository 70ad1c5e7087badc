import type { FieldProblem } from "../errors.ts";
import { nearest } from "../nearest.ts";
import type { ConfigFile } from "./file.ts";
import { describe, type ParseContext } from "./kinds.ts";
import { type Setting, settings, type Values } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ParseInput {
  readonly env: Environment;
  readonly file?: ConfigFile | undefined;
  readonly cwd: string;
}

const PREFIX = "TENANT_";
const table: Readonly<Record<string, Setting<unknown>>> = settings;

/** All values and all problems. The values are complete only when there is no problem. */
export function parseSettings(input: ParseInput): { values: Values; problems: FieldProblem[] } {
  const problems: FieldProblem[] = findUnknownVariables(input.env);
  const written = input.file ? flatten(input.file, problems) : new Map<string, unknown>();
  const values: Record<string, unknown> = {};
  for (const [path, setting] of Object.entries(table)) {
    values[path] = parseSetting(path, setting, input, written, problems);
  }
  const typed = values as Values; // each value came from the kind of its own path
  if (typed["security.mfaRequired"] === true && typed["security.mfaEnabled"] === false) {
    const message = "Expected `security.mfaEnabled` to be true, since `security.mfaRequired` is, got false.";
    problems.push({ path: "security.mfaEnabled", message });
  }
  if (typed["security.operatorMfaRequired"] === true && typed["security.mfaEnabled"] === false) {
    const message =
      "Expected `security.mfaEnabled` to be true, since `security.operatorMfaRequired` is, got false.";
    problems.push({ path: "security.mfaEnabled", message });
  }
  return { values: typed, problems };
}

function parseSetting(
  path: string,
  setting: Setting<unknown>,
  { env, cwd }: ParseInput,
  written: ReadonlyMap<string, unknown>,
  problems: FieldProblem[],
): unknown {
  const fromEnv = setting.env === undefined ? undefined : env[setting.env];
  // Compose files and shells pass an unset variable on as an empty one.
  if (setting.env !== undefined && fromEnv !== undefined && fromEnv.trim() !== "") {
    return parseValue(setting.env, setting, fromEnv, { origin: "env", cwd }, problems);
  }
  const context: ParseContext = { origin: "file", cwd };
  if (written.has(path)) return parseValue(path, setting, written.get(path), context, problems);
  return "fallback" in setting ? setting.kind.parse(setting.fallback, context) : undefined;
}

function parseValue(
  name: string,
  { kind }: Setting<unknown>,
  raw: unknown,
  context: ParseContext,
  problems: FieldProblem[],
): unknown {
  const value = kind.parse(raw, context);
  if (value === undefined) {
    const message = `Expected \`${name}\` to be ${kind.expected}, got ${describe(raw, kind.isSecret)}.`;
    problems.push({ path: name, message });
  }
  return value;
}

function findUnknownVariables(env: Environment): FieldProblem[] {
  const known = Object.values(table).flatMap((setting) => setting.env ?? []);
  return Object.keys(env)
    .filter((name) => name.startsWith(PREFIX) && !known.includes(name))
    .sort()
    .map((name) => ({ path: name, message: unknownMessage(name, known, "environment variable") }));
}

/** The written values by path. What is no setting, or no group where one should be, becomes a problem. */
function flatten(file: ConfigFile, problems: FieldProblem[]): Map<string, unknown> {
  const written = new Map<string, unknown>();
  if (!isRecord(file.content)) {
    const expected = "to export a configuration by default (export default defineConfig({ … }))";
    const message = `Expected \`${file.name}\` ${expected}, got ${describe(file.content)}.`;
    problems.push({ path: file.name, message });
    return written;
  }
  for (const [key, value] of Object.entries(file.content)) {
    if (value === undefined) continue;
    if (key.includes(".") && Object.hasOwn(table, key)) {
      const nested = `${key.replace(".", ": { ")}: … }`;
      const message = `Expected a known setting, got \`${key}\` as one key; write it as \`${nested}\`.`;
      problems.push({ path: key, message });
      continue;
    }
    const inner = innerKeys(key);
    if (inner.length === 0) {
      collect(key, value, topKeys(), written, problems);
    } else if (!isRecord(value)) {
      problems.push({ path: key, message: `Expected \`${key}\` to be an object, got ${describe(value)}.` });
    } else {
      const known = inner.map((name) => `${key}.${name}`);
      for (const [name, each] of Object.entries(value)) {
        if (each !== undefined) collect(`${key}.${name}`, each, known, written, problems);
      }
    }
  }
  return written;
}

function collect(
  path: string,
  value: unknown,
  known: readonly string[],
  written: Map<string, unknown>,
  problems: FieldProblem[],
): void {
  if (Object.hasOwn(table, path)) written.set(path, value);
  else problems.push({ path, message: unknownMessage(path, known, "setting") });
}

function topKeys(): string[] {
  return [...new Set(Object.keys(table).map((path) => path.split(".")[0] ?? path))];
}

function innerKeys(group: string): string[] {
  const paths = Object.keys(table).filter((path) => path.startsWith(`${group}.`));
  return paths.map((path) => path.slice(group.length + 1));
}

function unknownMessage(name: string, known: readonly string[], what: string): string {
  // A right name in the wrong group is the likelier slip than a similar one in this group.
  const byLast = new Map(Object.keys(table).map((path) => [lastPart(path), path]));
  const last = lastPart(name);
  const suggestion =
    byLast.get(last) ?? nearest(name, known) ?? byLast.get(nearest(last, byLast.keys()) ?? "");
  const ending = suggestion === undefined ? "." : `; did you mean \`${suggestion}\`?`;
  return `Expected a known ${what}, got \`${name}\`${ending}`;
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf(".") + 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
