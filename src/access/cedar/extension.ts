import { fault } from "./fault.ts";
import { type IpRange, isInRange, isLoopback, isMulticast, readIp } from "./ip-address.ts";
import { add, divide, modulo, readLong, subtract } from "./long.ts";
import { readDatetime, readDuration } from "./moment.ts";
import type { Long, Value } from "./value.ts";

export class IpValue {
  readonly range: IpRange;
  readonly text: string;
  readonly key: string;

  constructor(range: IpRange, text: string) {
    this.range = range;
    this.text = text;
    this.key = `ip ${range.bits} ${range.address}/${range.prefix}`;
  }
}

/** A number with four decimal places. */
export class DecimalValue {
  readonly tenThousandths: Long;
  readonly key: string;

  constructor(tenThousandths: Long) {
    this.tenThousandths = tenThousandths;
    this.key = `decimal ${tenThousandths}`;
  }
}

export class DatetimeValue {
  readonly ms: Long;
  readonly key: string;

  constructor(ms: Long) {
    this.ms = ms;
    this.key = `datetime ${ms}`;
  }
}

export class DurationValue {
  readonly ms: Long;
  readonly key: string;

  constructor(ms: Long) {
    this.ms = ms;
    this.key = `duration ${ms}`;
  }
}

export type ExtensionValue = IpValue | DecimalValue | DatetimeValue | DurationValue;

const DAY_MS = 86_400_000;

type Apply = (args: readonly Value[]) => Value;

/** Cedar's extension functions and methods by name; a method's first argument is what it is called on. */
export const extensions: ReadonlyMap<string, { readonly arity: number; readonly apply: Apply }> = new Map(
  Object.entries({
    ip: fn(1, ([text]) => ip(asText(text))),
    isIpv4: fn(1, ([a]) => asIp(a).bits === 32),
    isIpv6: fn(1, ([a]) => asIp(a).bits === 128),
    isLoopback: fn(1, ([a]) => isLoopback(asIp(a))),
    isMulticast: fn(1, ([a]) => isMulticast(asIp(a))),
    isInRange: fn(2, ([a, b]) => isInRange(asIp(a), asIp(b))),
    decimal: fn(1, ([text]) => decimal(asText(text))),
    lessThan: fn(2, ([a, b]) => asDecimal(a) < asDecimal(b)),
    lessThanOrEqual: fn(2, ([a, b]) => asDecimal(a) <= asDecimal(b)),
    greaterThan: fn(2, ([a, b]) => asDecimal(a) > asDecimal(b)),
    greaterThanOrEqual: fn(2, ([a, b]) => asDecimal(a) >= asDecimal(b)),
    datetime: fn(1, ([text]) => datetime(asText(text))),
    duration: fn(1, ([text]) => duration(asText(text))),
    offset: fn(2, ([a, b]) => new DatetimeValue(add(asDatetime(a), asDuration(b)))),
    durationSince: fn(2, ([a, b]) => new DurationValue(subtract(asDatetime(a), asDatetime(b)))),
    toDate: fn(1, ([a]) => new DatetimeValue(subtract(asDatetime(a), modulo(asDatetime(a), DAY_MS)))),
    toTime: fn(1, ([a]) => new DurationValue(modulo(asDatetime(a), DAY_MS))),
    toMilliseconds: fn(1, ([a]) => asDuration(a)),
    toSeconds: fn(1, ([a]) => divide(asDuration(a), 1_000)),
    toMinutes: fn(1, ([a]) => divide(asDuration(a), 60_000)),
    toHours: fn(1, ([a]) => divide(asDuration(a), 3_600_000)),
    toDays: fn(1, ([a]) => divide(asDuration(a), DAY_MS)),
  }),
);

function fn(arity: number, apply: (args: readonly [Value, Value]) => Value) {
  // The compiler checks the number of arguments before it calls.
  return { arity, apply: apply as unknown as Apply };
}

function ip(text: string): IpValue {
  const range = readIp(text);
  return range ? new IpValue(range, text) : fault(`\`${text}\` is no IP address or range`);
}

function decimal(text: string): DecimalValue {
  const match = /^(-?)(\d+)\.(\d{1,4})$/.exec(text);
  const digits = match && `${match[1]}${match[2]}${(match[3] as string).padEnd(4, "0")}`; // three groups, all there
  const value = digits === null ? undefined : readLong(digits);
  return value === undefined ? fault(`\`${text}\` is no decimal`) : new DecimalValue(value);
}

function datetime(text: string): DatetimeValue {
  const ms = readDatetime(text);
  return ms === undefined ? fault(`\`${text}\` is no datetime`) : new DatetimeValue(ms);
}

function duration(text: string): DurationValue {
  const ms = readDuration(text);
  return ms === undefined ? fault(`\`${text}\` is no duration`) : new DurationValue(ms);
}

function asText(value: Value): string {
  return typeof value === "string" ? value : fault("a string was expected");
}

function asIp(value: Value): IpRange {
  return value instanceof IpValue ? value.range : fault("an IP address was expected");
}

function asDecimal(value: Value): Long {
  return value instanceof DecimalValue ? value.tenThousandths : fault("a decimal was expected");
}

function asDatetime(value: Value): Long {
  return value instanceof DatetimeValue ? value.ms : fault("a datetime was expected");
}

function asDuration(value: Value): Long {
  return value instanceof DurationValue ? value.ms : fault("a duration was expected");
}
