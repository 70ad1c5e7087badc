import { randomBytes, randomFillSync } from "node:crypto";

let lastMs = 0;
let sequence = 0;
/** Random bytes are drawn for many ids at once: a draw of its own took as long as all else of a record. */
const pool = Buffer.alloc(8 * 512);
let used = pool.length;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/**
 * A UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix time in ms, then 12 bits that count within the
 * millisecond (method 1 of section 6.2), so ids made by one process sort in the order they were made.
 */
export function uuidv7(nowMs: number = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    sequence = randomBytes(2).readUInt16BE(0) & 0x7ff;
  } else if (++sequence > 0xfff) {
    lastMs += 1;
    sequence = 0;
  }
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const time = lastMs.toString(16).padStart(12, "0");
  const count = (0x7000 | sequence).toString(16);
  const variant = HEX[((pool[used] as number) & 0x3f) | 0x80];
  const tail = pool.toString("hex", used + 1, used + 8);
  used += 8;
  return `${time.slice(0, 8)}-${time.slice(8)}-${count}-${variant}${tail.slice(0, 2)}-${tail.slice(2)}`;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for a UUID in its canonical lower-case form; nothing else may become part of an identifier or a path. */
export function isUuid(text: unknown): boolean {
  return typeof text === "string" && UUID.test(text);
}
