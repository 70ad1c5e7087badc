import { types } from "node:util";
import { isolationError } from "./errors.ts";

/**
 * How values lie in a cache: JSON, with what JSON lacks as an object of one key that begins with `$`. Bytes lie as
 * they are behind a zero, which begins no JSON. `v8.serialize` would be simpler, but its reader trusts its input,
 * and what lies on a shared server is not ours alone. A number lies as its digits, so that the server can count.
 */
const BYTES = 0;

/** @throws `cache.bad_value` */
export function encodeValue(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.concat([Buffer.from([BYTES]), value]);
  let text: string | undefined;
  try {
    text = JSON.stringify(value, tag);
  } catch (cause) {
    if ((cause as { code?: string }).code === "cache.bad_value") throw cause;
    throw isolationError("cache.bad_value", { reason: "it refers to itself" }, { cause });
  }
  if (text === undefined) throw isolationError("cache.bad_value", { reason: "it is undefined" });
  return Buffer.from(text);
}

/** Undefined for what no `encodeValue` has written: a damaged entry is a miss. */
export function decodeValue(bytes: Buffer): unknown {
  if (bytes[0] === BYTES) return Buffer.from(bytes.subarray(1));
  const text = bytes.toString();
  try {
    return text.includes('{"$') ? JSON.parse(text, untag) : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function tag(this: unknown, key: string, value: unknown): unknown {
  // JSON.stringify has called toJSON already; dates and buffers must be seen as they were.
  const raw = (this as Record<string, unknown>)[key];
  switch (typeof raw) {
    case "string":
    case "boolean":
      return raw;
    case "number":
      return Number.isFinite(raw) && !Object.is(raw, -0)
        ? raw
        : { $number: Object.is(raw, -0) ? "-0" : String(raw) };
    case "bigint":
      return { $bigint: String(raw) };
    case "undefined":
      return Array.isArray(this) ? { $undefined: true } : undefined;
    case "object":
      return raw === null ? null : tagObject(raw, value);
    default:
      throw isolationError("cache.bad_value", { reason: `it holds a ${typeof raw}` });
  }
}

function tagObject(raw: object, value: unknown): unknown {
  if (Array.isArray(raw)) return raw;
  if (types.isDate(raw)) return { $date: raw.getTime() };
  if (raw instanceof Uint8Array) return { $bytes: Buffer.from(raw).toString("base64") };
  if (types.isMap(raw)) return { $map: [...raw] };
  if (types.isSet(raw)) return { $set: [...raw] };
  const isLost =
    types.isRegExp(raw) || types.isNativeError(raw) || types.isPromise(raw) || types.isProxy(raw);
  if (isLost || types.isAnyArrayBuffer(raw) || ArrayBuffer.isView(raw) || types.isWeakMap(raw)) {
    throw isolationError("cache.bad_value", { reason: `it holds a ${raw.constructor?.name ?? "value"}` });
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.keys(value)[0]?.startsWith("$") ? { $object: Object.entries(value) } : value;
}

function untag(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const [entry, another] = Object.entries(value);
  if (entry === undefined || another !== undefined) return value;
  const [name, body] = entry;
  switch (name) {
    case "$number":
      return Number(body);
    case "$bigint":
      return BigInt(body);
    case "$undefined":
      return undefined;
    case "$date":
      return new Date(body ?? Number.NaN);
    case "$bytes":
      return Buffer.from(body, "base64");
    case "$map":
      return new Map(body);
    case "$set":
      return new Set(body);
    case "$object":
      return Object.fromEntries(body);
    default:
      return value;
  }
}
