import { isAbsolute, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseUrl } from "../parse-url.ts";
import { Secret } from "../secret.ts";

/** Environment variables are text; in the file a number is a number. */
export type Origin = "env" | "file";

/** Where relative paths start. */
export interface ParseContext {
  readonly origin: Origin;
  readonly cwd: string;
}

/** One form that a value can have. `parse` answers undefined when the value does not have it. */
export interface Kind<T> {
  /** Completes "Expected `x` to be …". */
  readonly expected: string;
  /** A value that may hold a password is never repeated in a message. */
  readonly isSecret?: boolean;
  parse(raw: unknown, context: ParseContext): T | undefined;
}

export function boolean(): Kind<boolean> {
  const words = new Map([
    ["true", true],
    ["1", true],
    ["yes", true],
    ["on", true],
    ["false", false],
    ["0", false],
    ["no", false],
    ["off", false],
  ]);
  return {
    expected: "true or false",
    parse: (raw, { origin }) => {
      if (typeof raw === "boolean") return raw;
      return origin === "env" ? words.get(String(raw).trim().toLowerCase()) : undefined;
    },
  };
}

export function number(min: number, max: number = Number.POSITIVE_INFINITY): Kind<number> {
  return { expected: `a number ${range(min, max)}`, parse: (raw, context) => within(raw, context, min, max) };
}

export function integer(min: number, max: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  return {
    expected: `a whole number ${range(min, max === Number.MAX_SAFE_INTEGER ? Number.POSITIVE_INFINITY : max)}`,
    parse: (raw, context) => {
      const value = within(raw, context, min, max);
      return Number.isSafeInteger(value) ? value : undefined;
    },
  };
}

function range(min: number, max: number): string {
  return max === Number.POSITIVE_INFINITY ? `from ${min} and up` : `from ${min} to ${max}`;
}

function within(raw: unknown, { origin }: ParseContext, min: number, max: number): number | undefined {
  const isNumeral = origin === "env" && typeof raw === "string" && /^\s*-?\d+(\.\d+)?\s*$/.test(raw);
  const value = isNumeral ? Number(raw) : raw;
  return typeof value === "number" && value >= min && value <= max ? value : undefined;
}

export function oneOf<const T extends string>(words: readonly T[]): Kind<T> {
  const expected = words.length === 1 ? `"${words[0]}"` : `one of ${words.join(", ")}`;
  return { expected, parse: (raw) => words.find((word) => word === raw) };
}

export function text(pattern: RegExp, expected: string): Kind<string> {
  return { expected, parse: (raw) => (typeof raw === "string" && pattern.test(raw) ? raw : undefined) };
}

export function listOf<T>(item: Kind<T>, items: string): Kind<readonly T[]> {
  return {
    expected: `a list of ${items}`,
    parse: (raw, context) => {
      if (!Array.isArray(raw)) return undefined;
      const values = raw.map((each: unknown) => item.parse(each, context));
      return values.every((value) => value !== undefined) ? [...new Set(values)] : undefined;
    },
  };
}

/** A folder; relative ones start at the working directory. */
export function folder(): Kind<string> {
  return {
    expected: "the path of a folder",
    parse: (raw, { cwd }) =>
      typeof raw === "string" && raw.trim() !== "" && !raw.includes("\0") ? resolve(cwd, raw) : undefined,
  };
}

/** Who keeps a key; credentials have no place in it. */
export function custodianUrl(): Kind<string> {
  const protocols = ["file:", "aws-kms:", "vault+https:", "vault+http:"];
  return {
    expected:
      "a URL such as file:///run/secrets/root.key, aws-kms://eu-west-1/KEY or vault+https://host/transit/KEY",
    isSecret: true,
    parse: (raw) => {
      if (typeof raw !== "string" || !URL.canParse(raw)) return undefined;
      const url = new URL(raw);
      return protocols.includes(url.protocol) && !url.username && !url.password ? raw : undefined;
    },
  };
}

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds from `"30m"`, `"1.5h"`, `"3600"` or `3600`; without a unit it is seconds. */
export function duration(min: string, max: string): Kind<number> {
  const minMs = durationMs(min) ?? 0;
  const maxMs = durationMs(max) ?? Number.POSITIVE_INFINITY;
  return {
    expected: `a duration from ${min} to ${max} (such as "30s", "30m", "8h", "7d" or a number of seconds)`,
    parse: (raw) => {
      const value = durationMs(raw);
      return value !== undefined && value >= minMs && value <= maxMs ? value : undefined;
    },
  };
}

function durationMs(raw: unknown): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?$/.exec(String(raw).trim());
  if (!match || (typeof raw !== "string" && typeof raw !== "number")) return undefined;
  const unit = (match[2] ?? "s") as keyof typeof UNIT_MS; // the pattern allows no other
  return Math.round(Number(match[1]) * UNIT_MS[unit]);
}

/** A URL that may hold a password. */
export function secretUrl(protocols: readonly string[], expected: string): Kind<Secret<string>> {
  return {
    expected,
    isSecret: true,
    parse: (raw) => {
      if (typeof raw !== "string") return undefined;
      // libpq's form for a unix socket has no host (`postgresql://me@/db?host=/run`), which URL does not allow.
      const url =
        parseUrl(raw) ?? parseUrl(raw.replace("@/", "@localhost/").replace(":///", "://localhost/"));
      return url && protocols.includes(url.protocol) ? new Secret(raw) : undefined;
    },
  };
}

/** `https://host[:port]`, or plain http on this machine; nothing behind it. */
export function originUrl(): Kind<string> {
  return {
    expected: "an origin such as https://app.example.com (http:// on localhost only)",
    parse: (raw) => {
      const url = typeof raw === "string" ? parseUrl(raw) : undefined;
      if (url?.pathname !== "/" || url.search || url.hash || url.username || url.password) return undefined;
      const isLocal = url.protocol === "http:" && /^(localhost|127\.|\[::1\])/.test(url.hostname);
      return url.protocol === "https:" || isLocal ? url.origin : undefined;
    },
  };
}

/** `file:` with an absolute path, or `s3://bucket/prefix`. Credentials come from the cloud's own environment. */
export function storageUrl(): Kind<string> {
  return {
    expected: "file:PATH or s3://BUCKET[/PREFIX][?region=R&endpoint=URL], without credentials",
    isSecret: true,
    parse: (raw, { cwd }) => {
      if (typeof raw !== "string") return undefined;
      if (raw.startsWith("file:")) return fileUrl(raw, cwd);
      const url = parseUrl(raw);
      return url?.protocol === "s3:" && url.hostname !== "" && !url.username && !url.password
        ? raw
        : undefined;
    },
  };
}

function fileUrl(raw: string, cwd: string): string | undefined {
  if (raw.startsWith("file://")) {
    try {
      return pathToFileURL(fileURLToPath(raw)).href;
    } catch {
      return undefined;
    }
  }
  const path = raw.slice("file:".length);
  return path === "" ? undefined : pathToFileURL(isAbsolute(path) ? path : resolve(cwd, path)).href;
}

const KEY_BYTES = 32;

export function encryptionKey(): Kind<Secret<Uint8Array>> {
  return {
    expected: `${KEY_BYTES} random bytes in base64 (44 characters) or hex (64 characters)`,
    isSecret: true,
    parse: (raw) => {
      if (typeof raw !== "string") return undefined;
      const bytes = decodeKey(raw.trim());
      return bytes?.length === KEY_BYTES ? new Secret(bytes) : undefined;
    },
  };
}

function decodeKey(raw: string): Uint8Array | undefined {
  if (/^[0-9a-f]{64}$/i.test(raw)) return Buffer.from(raw, "hex");
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(raw) ? Buffer.from(raw, "base64") : undefined;
}

const SHOWN_CHARACTERS_MAX = 60;

/** What came, for a message: short, and never a secret. */
export function describe(raw: unknown, isSecret = false): string {
  if (raw === undefined) return "nothing";
  if (raw === null) return "null";
  if (Array.isArray(raw))
    return isSecret ? "a list" : shorten(`[${raw.map((each) => describe(each)).join(", ")}]`);
  switch (typeof raw) {
    case "string":
      return isSecret ? `another text of ${raw.length} characters` : shorten(JSON.stringify(raw));
    case "number":
    case "boolean":
    case "bigint":
      return String(raw);
    default:
      return typeof raw === "object" ? "an object" : `a ${typeof raw}`;
  }
}

function shorten(shown: string): string {
  return shown.length > SHOWN_CHARACTERS_MAX ? `${shown.slice(0, SHOWN_CHARACTERS_MAX)}…` : shown;
}

/** Outside services by key: client id and secret, and for one that is not built in whatever its entry needs. */
export function services(): Kind<Secret<Readonly<Record<string, Readonly<Record<string, unknown>>>>>> {
  return {
    expected:
      'services by name, each with clientId and clientSecret, such as { spotify: { clientId: "…", clientSecret: "…" } }',
    isSecret: true,
    parse: (raw, { origin }) => {
      const value = origin === "env" ? parseJson(String(raw)) : raw;
      if (!isPlainObject(value)) return undefined;
      const isFitting = Object.entries(value).every(
        ([key, entry]) =>
          /^[a-z][a-z0-9_-]{0,62}$/.test(key) &&
          isPlainObject(entry) &&
          [entry["clientId"], entry["clientSecret"]].every((text) => typeof text === "string" && text !== ""),
      );
      return isFitting ? new Secret(value as Record<string, Record<string, unknown>>) : undefined;
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
