import { readLong } from "./long.ts";
import type { Long } from "./value.ts";

const DAY_MS = 86_400_000;
const DATETIME = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?(?:Z|([+-])(\d\d)(\d\d)))?$/;
const DURATION = /^(-?)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;
const UNITS_MS = [86_400_000n, 3_600_000n, 60_000n, 1_000n, 1n];

/** Milliseconds since 1970 of Cedar's `datetime()` (RFC 80 of Cedar); undefined when the text is none. */
export function readDatetime(text: string): number | undefined {
  const match = DATETIME.exec(text);
  if (!match) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour = "0",
    minute = "0",
    second = "0",
    ms = "0",
    sign,
    aheadH = "0",
    aheadM = "0",
  ] = match;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (Number(aheadH) > 23 || Number(aheadM) > 59) return undefined;
  const days = daysSince1970(Number(year), Number(month), Number(day));
  if (days === undefined) return undefined;
  const seconds = Number(hour) * 3_600 + Number(minute) * 60 + Number(second);
  const aheadMinutes = (Number(aheadH) * 60 + Number(aheadM)) * (sign === "-" ? -1 : 1);
  return days * DAY_MS + seconds * 1_000 + Number(ms) - aheadMinutes * 60_000;
}

/** Date itself reads years below 100 as 19xx, and rolls the 30th of February over. */
function daysSince1970(year: number, month: number, day: number): number | undefined {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const isReal =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return isReal ? date.getTime() / DAY_MS : undefined;
}

/** Milliseconds of Cedar's `duration()`, such as `1d2h3m4s5ms` or `-90m`; undefined when the text is none. */
export function readDuration(text: string): Long | undefined {
  const match = DURATION.exec(text);
  if (!match || text === "" || text === "-") return undefined;
  const [, sign, ...counts] = match;
  let total = 0n;
  for (const [i, count] of counts.entries()) {
    if (count === undefined) continue;
    if (count.length > 30) return undefined;
    total += BigInt(count) * (UNITS_MS[i] as bigint); // as many units as groups
  }
  return readLong(String(sign === "-" ? -total : total));
}
