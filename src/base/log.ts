import type { Clock } from "./clock.ts";
import { Secret } from "./secret.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = Readonly<Record<string, unknown>>;

/** Structured log: a constant message, and what varies in fields. An error goes into the field `error`. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A log that adds `fields` to each line. */
  child(fields: LogFields): Log;
}

export interface LogOptions {
  /** Lines below it are dropped. Default: info. */
  readonly level?: LogLevel;
  /** Takes a line with its newline, such as `(line) => process.stderr.write(line)`. */
  readonly write: (line: string) => void;
  /** JSON lines for programs, or text for people on a terminal. */
  readonly json: boolean;
  readonly clock: Clock;
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 10, info: 20, warn: 30, error: 40 };
const DEPTH_MAX = 6;
const ITEMS_MAX = 100;
const TEXT_CHARACTERS_MAX = 8_192;

/**
 * Logging never throws and never prints a `Secret`, a field that is named like one, or the password in a URL.
 *
 * @example
 * const log = createLog({ write: (line) => process.stderr.write(line), json: !process.stderr.isTTY, clock });
 * log.info("tenant created", { tenantId });
 */
export function createLog(options: LogOptions): Log {
  return logWith(options, {});
}

function logWith(options: LogOptions, inherited: LogFields): Log {
  const rankMin = RANK[options.level ?? "info"];
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (RANK[level] < rankMin) return;
    const time = options.clock.now().toISOString();
    const entry: Entry = { time, level, message, fields: clean({ ...inherited, ...fields }) };
    options.write(`${options.json ? jsonLine(entry) : textLine(entry)}\n`);
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (fields) => logWith(options, { ...inherited, ...fields }),
  };
}

interface Entry {
  readonly time: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

function jsonLine({ time, level, message, fields }: Entry): string {
  const head = { time, level, message: maskUrls(message) };
  // The head twice: first for its place in the line, last so that no field can stand in for it.
  return JSON.stringify({ ...head, ...fields, ...head });
}

function textLine({ time, level, message, fields }: Entry): string {
  const { error, ...rest } = fields;
  const pairs = Object.entries(rest).map(([name, value]) => ` ${name}=${textValue(value)}`);
  const head = `${time.slice(11, 23)} ${level.padEnd(5)} ${oneLine(maskUrls(message))}${pairs.join("")}`;
  return error === undefined ? head : `${head}\n${textError(error)}`;
}

function textValue(value: unknown): string {
  if (typeof value === "string") return /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? "undefined";
}

function textError(error: unknown): string {
  const isPrinted = typeof error === "object" && error !== null && "stack" in error;
  const text = isPrinted ? String(error.stack) : textValue(error);
  return text
    .split("\n")
    .map((line) => `    ${oneLine(line)}`)
    .join("\n");
}

/** A line feed or an escape sequence in a message could fake another line. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  return text.replace(/[\u0000-\u001f\u007f\u2028\u2029]/g, (each) => JSON.stringify(each).slice(1, -1));
}

const SECRET_NAME =
  /password|passwd|secret|token|authorization|cookie|api_?key|private_?key|encryption_?key/i;
const MASK = "[secret]";

function clean(fields: LogFields): Record<string, unknown> {
  return cleanRecord(fields, 0, new Set());
}

function cleanRecord(record: object, depth: number, above: ReadonlySet<object>): Record<string, unknown> {
  const entries = Object.entries(record).slice(0, ITEMS_MAX);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      SECRET_NAME.test(name) && isTelling(value) ? MASK : cleanValue(value, depth + 1, above),
    ]),
  );
}

/** Counts and flags such as `tokensUsed: 12` tell no secret. */
function isTelling(value: unknown): boolean {
  return typeof value === "string" || (typeof value === "object" && value !== null);
}

function cleanValue(value: unknown, depth: number, above: ReadonlySet<object>): unknown {
  if (typeof value === "string") return maskUrls(cut(value));
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Secret) return MASK;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "[no date]" : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (above.has(value)) return "[circular]";
  if (depth > DEPTH_MAX) return "[deep]";
  const inside = new Set(above).add(value);
  if (value instanceof Error) return cleanError(value, depth, inside);
  if (Array.isArray(value))
    return value.slice(0, ITEMS_MAX).map((each) => cleanValue(each, depth + 1, inside));
  if (value instanceof Map || value instanceof Set) return cleanValue([...value], depth, above);
  return cleanRecord(value, depth, inside);
}

function cleanError(error: Error, depth: number, above: ReadonlySet<object>): Record<string, unknown> {
  const { name, message, stack, cause, ...own } = error as Error & Record<string, unknown>;
  return {
    name: error.name,
    message: maskUrls(cut(error.message)),
    ...cleanRecord(own, depth, above),
    ...(cause === undefined ? {} : { cause: cleanValue(cause, depth + 1, above) }),
    stack: maskUrls(cut(error.stack ?? "")),
  };
}

function cut(text: string): string {
  return text.length > TEXT_CHARACTERS_MAX ? `${text.slice(0, TEXT_CHARACTERS_MAX)}…` : text;
}

/** Connection strings turn up in other libraries' messages. */
function maskUrls(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]{0,30}:\/\/[^\s:/@]{0,200}:)[^\s/]{1,500}@/gi, `$1${MASK}@`)
    .replace(/([?&]password=)[^\s&]+/gi, `$1${MASK}`);
}

/** Warnings and errors of a process that has no log of its own. */
export function stderrLog(clock: Clock): Log {
  return createLog({
    level: "warn",
    json: !process.stderr.isTTY,
    clock,
    write: (line) => process.stderr.write(line),
  });
}
