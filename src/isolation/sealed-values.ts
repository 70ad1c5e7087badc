import pg from "pg";
import type { SealedType } from "../adopt/sealed-types.ts";

/**
 * What is sealed of a value is the text that PostgreSQL would print for it (bytes as they are), so that a value that
 * was plain before and one that an app writes now are the same, and are read by the driver's own parsers.
 */
const OIDS = {
  text: 25,
  json: 114,
  bytea: 17,
  int2: 21,
  int4: 23,
  int8: 20,
  numeric: 1700,
  float8: 701,
  bool: 16,
  date: 1082,
  timestamptz: 1184,
  uuid: 2950,
} as const;

const INT_BITS = { int2: 15n, int4: 31n, int8: 63n } as const;

/** A value that is none of the column's type. */
export class UnfitValue extends Error {}

/** @throws UnfitValue */
export function toStored(type: SealedType, value: unknown): Buffer {
  switch (type.kind) {
    case "text":
      return toText(value, type.charsMax);
    case "json":
      return Buffer.from(toJson(value));
    case "bytea":
      return toBytes(value);
    case "int2":
    case "int4":
    case "int8":
      return Buffer.from(toInteger(value, INT_BITS[type.kind]));
    case "numeric":
      return Buffer.from(toNumeric(value));
    case "float8":
      return Buffer.from(toFloat(value));
    case "bool":
      return Buffer.from(toBoolean(value));
    case "date":
      return Buffer.from(toDate(value));
    case "timestamptz":
      return Buffer.from(toTimestamp(value));
    case "uuid":
      return Buffer.from(toUuid(value));
    default:
      throw new TypeError(`Unknown type ${String(type satisfies never)}.`);
  }
}

/** What was a plain value, as PostgreSQL printed it: UTC, ISO dates, bytes in hex. */
export function storedFromText(type: SealedType, text: string): Buffer {
  if (type.kind === "bytea") return Buffer.from(text.slice(2), "hex");
  return Buffer.from(type.kind === "float8" ? printFloat(Number(text)) : text);
}

/** As the driver would have given it. */
export function fromStored(type: SealedType, stored: Buffer): unknown {
  if (type.kind === "bytea") return stored;
  return pg.types.getTypeParser(OIDS[type.kind])(stored.toString("utf8"));
}

/** As PostgreSQL's to_jsonb would have written the plain value. */
export function storedJson(type: SealedType, stored: Buffer): string {
  const text = stored.toString("utf8");
  switch (type.kind) {
    case "json":
      return text;
    case "bool":
      return text === "t" ? "true" : "false";
    case "bytea":
      return JSON.stringify(`\\x${stored.toString("hex")}`);
    case "timestamptz":
      return JSON.stringify(text.replace(" ", "T").replace(/\+00$/, "+00:00"));
    default:
      return NUMERIC.has(type.kind) && /\d/.test(text) ? text : JSON.stringify(text);
  }
}

const NUMERIC = new Set(["int2", "int4", "int8", "numeric", "float8"]);

/** Equal for values that PostgreSQL holds equal: what the blind index is made of. */
export function searchForm(type: SealedType, stored: Buffer): Buffer {
  if (type.kind === "numeric") {
    const text = stored.toString();
    return Buffer.from(text.includes(".") ? text.replace(/\.?0+$/, "") : text);
  }
  if (type.kind === "float8" && stored.toString() === "-0") return Buffer.from("0");
  return stored;
}

function unfit(expected: string, value: unknown): UnfitValue {
  const got = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
  // The value itself stays out of messages: it is what nobody may read.
  return new UnfitValue(`expected ${expected}, got ${typeof value === "string" ? "another text" : got}`);
}

function toText(value: unknown, charsMax: number | null): Buffer {
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  if (typeof text !== "string") throw unfit("a text", value);
  if (text.includes("\0")) throw new UnfitValue("a text cannot hold the character NUL");
  if (charsMax !== null && [...text].length > charsMax)
    throw new UnfitValue(`value too long for type character varying(${charsMax})`);
  return Buffer.from(text);
}

function toJson(value: unknown): string {
  const text = JSON.stringify(value);
  if (text === undefined) throw unfit("what JSON can say", value);
  return text;
}

function toBytes(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (typeof value === "string" && /^\\x([0-9a-f]{2})*$/i.test(value))
    return Buffer.from(value.slice(2), "hex");
  throw unfit("bytes", value);
}

function toInteger(value: unknown, bits: bigint): string {
  const isWhole =
    typeof value === "bigint" ||
    (typeof value === "number" && Number.isSafeInteger(value)) ||
    (typeof value === "string" && /^\s*[+-]?\d{1,25}\s*$/.test(value));
  if (!isWhole) throw unfit("a whole number", value);
  const whole = BigInt(
    typeof value === "string" ? value.trim().replace(/^\+/, "") : (value as number | bigint),
  );
  if (whole >= 1n << bits || whole < -(1n << bits)) throw new UnfitValue("the number is out of range");
  return String(whole);
}

const DECIMAL = /^([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d{1,4}))?$/i;

/** Without an exponent, with the scale that was given. */
function toNumeric(value: unknown): string {
  const text = String(value).trim();
  if (!["number", "bigint", "string"].includes(typeof value)) throw unfit("a number", value);
  if (/^nan$/i.test(text)) return "NaN";
  const infinite = /^([+-]?)inf(inity)?$/i.exec(text);
  if (infinite) return `${infinite[1] === "-" ? "-" : ""}Infinity`;
  const match = DECIMAL.exec(text);
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match ?? [];
  if (!match || whole + fraction === "" || text.length > 1_000) throw unfit("a number", value);
  const shift = Number(exponent);
  if (Math.abs(shift) > 1_000) throw new UnfitValue("the number is out of range");
  const digits = `${whole}${fraction}`;
  const point = whole.length + shift;
  const padded = point < 0 ? `${"0".repeat(-point)}${digits}` : digits.padEnd(point, "0");
  const at = Math.max(point, 0);
  const before = padded.slice(0, at).replace(/^0+(?=\d)/, "") || "0";
  const after = padded.slice(at);
  const isZero = /^[0.]*$/.test(before + after);
  return `${sign === "-" && !isZero ? "-" : ""}${before}${after === "" ? "" : `.${after}`}`;
}

function toFloat(value: unknown): string {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  const isNan = typeof value === "string" && /^\s*nan\s*$/i.test(value);
  if (typeof number !== "number" || (Number.isNaN(number) && typeof value === "string" && !isNan))
    throw unfit("a number", value);
  // As the driver writes it: JavaScript's -0 is "0", while the text "-0" keeps its sign.
  return printFloat(value === 0 ? 0 : number);
}

function printFloat(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

function toBoolean(value: unknown): string {
  if (value === true || value === "t" || value === "true") return "t";
  if (value === false || value === "f" || value === "false") return "f";
  throw unfit("a boolean", value);
}

function toUuid(value: unknown): string {
  const bare = typeof value === "string" ? value.replaceAll(/[{}-]/g, "").toLowerCase() : "";
  const uuid = bare.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) throw unfit("a uuid", value);
  return uuid;
}

const YMD = /^(\d{4})-(\d{2})-(\d{2})$/;
const INSTANT =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)$/i;

function toDate(value: unknown): string {
  if (value instanceof Date && isWithinYears(value)) {
    // The driver writes dates in local time, too.
    return [value.getFullYear(), value.getMonth() + 1, value.getDate()].map(pad).join("-");
  }
  if (typeof value === "string" && isDay(value)) return value;
  throw unfit("a date such as 2026-11-26", value);
}

function isDay(text: string): boolean {
  const [, year, month, day] = YMD.exec(text)?.map(Number) ?? [];
  if (!year || !month || !day) return false;
  const date = new Date(Date.UTC(year, month - 1, day));
  date.setUTCFullYear(year);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function toTimestamp(value: unknown): string {
  if (value instanceof Date && isWithinYears(value))
    return printInstant(value, value.getUTCMilliseconds() * 1_000);
  const match = typeof value === "string" ? INSTANT.exec(value) : null;
  const [, day = "", hours = "", minutes = "", seconds = "0", fraction = "", zone = ""] = match ?? [];
  const [h, m, s] = [hours, minutes, seconds].map(Number);
  if (!match || !isDay(day) || Number(h) > 23 || Number(m) > 59 || Number(s) > 59)
    throw unfit("a moment with its offset, such as 2026-11-26T03:00:00Z", value);
  const [, sign = "+", zoneHours = "0", zoneMinutes = "0"] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  const offset = (Number(zoneHours) * 60 + Number(zoneMinutes)) * (sign === "-" ? -1 : 1);
  const whole = new Date(`${day}T${hours}:${minutes}:${seconds.padStart(2, "0")}Z`);
  const moment = new Date(whole.getTime() - offset * 60_000);
  if (!isWithinYears(moment)) throw new UnfitValue("the moment is out of range");
  return printInstant(moment, Number(fraction.padEnd(6, "0")));
}

function printInstant(at: Date, micros: number): string {
  const fraction = micros === 0 ? "" : `.${String(micros).padStart(6, "0").replace(/0+$/, "")}`;
  return `${at.toISOString().slice(0, 19).replace("T", " ")}${fraction}+00`;
}

function isWithinYears(date: Date): boolean {
  const year = date.getUTCFullYear();
  return year >= 1 && year <= 9_998;
}

function pad(part: number, index: number): string {
  return String(part).padStart(index === 0 ? 4 : 2, "0");
}

/** The one text of a key that is bound into values. @throws UnfitValue */
export function keyText(kind: SealedType["kind"], value: unknown): string {
  switch (kind) {
    case "int2":
    case "int4":
    case "int8":
      return toInteger(value, INT_BITS[kind]);
    case "uuid":
      return toUuid(value);
    default:
      return toText(value, null).toString();
  }
}
