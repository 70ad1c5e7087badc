import { DAYS, type Day } from "../access/conditions.ts";
import type { FieldProblem } from "../base/errors.ts";
import { VISIT_MINUTES_MAX } from "./limits.ts";

export type Scope = "read" | "write";

/** Somebody of the staff in a tenant: asked for, consented to, over. */
export interface Visit {
  readonly id: string;
  readonly tenantId: string;
  readonly operatorId: string;
  readonly operatorName: string;
  /** The member in whose place they act; null: with the rights of support. */
  readonly userId: string | null;
  readonly scope: Scope;
  readonly reason: string;
  readonly durationMinutes: number;
  readonly state: "requested" | "expired" | "declined" | "active" | "over" | "ended";
  readonly requestedAt: Date;
  readonly decidedAt: Date | null;
  readonly decidedBy: string | null;
  /** By the standing consent. */
  readonly isStanding: boolean;
  readonly endsAt: Date | null;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
}

/** What a tenant consents to without being asked each time. */
export interface StandingConsent {
  readonly scope: Scope;
  readonly durationMinutesMax: number;
  /** A visit may begin on these days, from `from` until before `to`, in the tenant's zone. */
  readonly days: readonly Day[];
  readonly from: string;
  readonly to: string;
  /** Null: until it is taken back. */
  readonly until: Date | null;
}

/** The moment in the tenant's zone. */
export interface LocalMoment {
  readonly weekday: string;
  readonly minute: number;
}

/** Whether the consent covers a visit that would begin now. */
export function covers(
  consent: StandingConsent,
  visit: { readonly scope: Scope; readonly durationMinutes: number },
  now: Date,
  local: LocalMoment,
): boolean {
  if (visit.scope === "write" && consent.scope === "read") return false;
  if (visit.durationMinutes > consent.durationMinutesMax) return false;
  if (consent.until && consent.until <= now) return false;
  const [from, to] = [minuteOf(consent.from), minuteOf(consent.to)];
  const isPastMidnight = to <= from;
  const { minute } = local;
  const isWithin = isPastMidnight ? minute >= from || minute < to : minute >= from && minute < to;
  return isWithin && consent.days.some((day) => day === local.weekday);
}

export function consentProblems(consent: StandingConsent): FieldProblem[] {
  const problems = (["from", "to"] as const)
    .filter((name) => !/^([01]\d|2[0-3]):[0-5]\d$/.test(consent[name]))
    .map((name) => ({ path: name, message: `Expected \`${name}\` to be HH:MM, got \`${consent[name]}\`.` }));
  const { durationMinutesMax, days } = consent;
  if (!(durationMinutesMax >= 1 && durationMinutesMax <= VISIT_MINUTES_MAX)) {
    const message = `Expected \`durationMinutesMax\` to be 1 to ${VISIT_MINUTES_MAX}, got ${durationMinutesMax}.`;
    problems.push({ path: "durationMinutesMax" as never, message });
  }
  if (!days.every((day) => DAYS.includes(day)))
    problems.push({ path: "days" as never, message: `Expected days among ${DAYS.join(", ")}.` });
  return problems;
}

function minuteOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}
