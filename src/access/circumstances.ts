import { LRUCache } from "lru-cache";
import { DatetimeValue, IpValue } from "./cedar/extension.ts";
import { readIp } from "./cedar/ip-address.ts";
import { type CedarRecord, CedarSet, type Value } from "./cedar/value.ts";
import type { Facts } from "./ports.ts";

/** What conditions may ask of a tenant. */
export interface TenantTraits {
  readonly plan: string;
  readonly features: CedarSet;
  readonly timeZone: string;
}

const addresses = new LRUCache<string, IpValue>({ max: 10_000 });
const zones = new LRUCache<string, { formatter: Intl.DateTimeFormat; minute: number; at: [string, number] }>({
  max: 1_000,
});

/** Whole seconds. A clock that was set back makes nothing fresher than now. */
export function ageS(since: Date, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - since.getTime()) / 1_000));
}

/** The context of a request, as the schema has it. */
export function circumstances(facts: Facts, tenant: TenantTraits): CedarRecord {
  const nowMs = facts.now.getTime();
  const [weekday, minute] = localTime(nowMs, tenant.timeZone);
  const record = new Map<string, Value>([
    ["now", new DatetimeValue(nowMs)],
    ["weekday", weekday],
    ["minute", minute],
    ["amr", new CedarSet(facts.amr)],
    ["device", facts.device ?? "unknown"],
    ["plan", tenant.plan],
    ["features", tenant.features],
  ]);
  const ip = facts.ip === undefined ? undefined : addressOf(facts.ip);
  if (ip) record.set("ip", ip);
  if (facts.mfaAt) record.set("mfaAge", ageS(facts.mfaAt, facts.now));
  if (facts.deviceSince) record.set("deviceAge", ageS(facts.deviceSince, facts.now));
  if (facts.purpose !== undefined) record.set("purpose", facts.purpose.toWellFormed());
  return record;
}

/** A socket shows IPv4 peers of an IPv6 server as `::ffff:a.b.c.d`. */
export function addressOf(text: string): IpValue | undefined {
  const known = addresses.get(text);
  if (known) return known;
  const plain = text.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
  const range = plain.includes("/") ? undefined : readIp(plain);
  if (!range) return undefined;
  const value = new IpValue(range, plain);
  addresses.set(text, value);
  return value;
}

/** Whether the runtime knows the zone. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The moment as people in the zone have it. */
export function localMoment(now: Date, timeZone: string): { weekday: string; minute: number } {
  const [weekday, minute] = localTime(now.getTime(), timeZone);
  return { weekday, minute };
}

/** Day and minute of the day in a zone; formatted once a minute, since that takes longer than the decision. */
function localTime(nowMs: number, timeZone: string): readonly [string, number] {
  const stamp = Math.floor(nowMs / 60_000);
  const known = zones.get(timeZone);
  if (known?.minute === stamp) return known.at;
  const formatter =
    known?.formatter ??
    new Intl.DateTimeFormat("en-US", {
      timeZone,
      weekday: "short",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  const part = (type: string) => parts.find((each) => each.type === type)?.value ?? "";
  const parts = formatter.formatToParts(nowMs);
  const at: [string, number] = [
    part("weekday").toLowerCase(),
    Number(part("hour")) * 60 + Number(part("minute")),
  ];
  zones.set(timeZone, { formatter, minute: stamp, at });
  return at;
}
