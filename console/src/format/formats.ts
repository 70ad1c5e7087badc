/** Numbers, sizes and times in the reader's language. The clock is an argument. */
export interface Formats {
  number(value: number): string;
  /** Powers of 1000 with one decimal from kB on, as disk makers and `df -H` count. */
  bytes(value: number): string;
  /** Date and time to the minute, with the zone. */
  dateTime(iso: string): string;
  date(iso: string): string;
  time(iso: string): string;
  /** "3 minutes ago", "in 29 days". */
  relative(iso: string, nowMs: number): string;
  duration(milliseconds: number): string;
  list(items: readonly string[]): string;
}

const byteUnits = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte", "petabyte"] as const;

const spans: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 365 * 86_400],
  ["month", 30 * 86_400],
  ["week", 7 * 86_400],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

export function createFormats(locale: string, timeZone?: string): Formats {
  const number = new Intl.NumberFormat(locale);
  const dateTime = new Intl.DateTimeFormat(locale, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "short",
    timeZone,
  });
  const date = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", day: "numeric", timeZone });
  const time = new Intl.DateTimeFormat(locale, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZone,
  });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const list = new Intl.ListFormat(locale, { type: "conjunction" });

  return {
    number: (value) => number.format(value),
    bytes: (value) => formatBytes(locale, value),
    dateTime: (iso) => dateTime.format(new Date(iso)),
    date: (iso) => date.format(new Date(iso)),
    time: (iso) => time.format(new Date(iso)),
    relative: (iso, nowMs) => formatRelative(relative, Date.parse(iso) - nowMs),
    duration: (milliseconds) => formatDuration(locale, milliseconds),
    list: (items) => list.format(items),
  };
}

function formatBytes(locale: string, value: number): string {
  let scaled = value;
  let step = 0;
  // 999.95 would be written as 1,000.0: it belongs to the next unit.
  while (Math.abs(scaled) >= 999.95 && step < byteUnits.length - 1) {
    scaled /= 1000;
    step += 1;
  }
  return new Intl.NumberFormat(locale, {
    style: "unit",
    unit: byteUnits[step],
    unitDisplay: step === 0 ? "long" : "short",
    maximumFractionDigits: step === 0 ? 0 : 1,
  }).format(scaled);
}

function formatRelative(format: Intl.RelativeTimeFormat, differenceMs: number): string {
  const seconds = differenceMs / 1000;
  const span = spans.find(([, size]) => Math.abs(seconds) >= size);
  if (!span) return format.format(0, "second");
  return format.format(Math.trunc(seconds / span[1]), span[0]);
}

function formatDuration(locale: string, milliseconds: number): string {
  const parts: [number, string][] =
    milliseconds < 1000
      ? [[Math.round(milliseconds), "millisecond"]]
      : milliseconds < 60_000
        ? [[Math.round(milliseconds / 100) / 10, "second"]]
        : [
            [Math.floor(milliseconds / 60_000), "minute"],
            [Math.round((milliseconds % 60_000) / 1000), "second"],
          ];
  return parts
    .map(([value, unit]) =>
      new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(value),
    )
    .join(" ");
}
