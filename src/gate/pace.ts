import type { ServerResponse } from "node:http";
import type { Book } from "../access/book.ts";
import type { Config } from "../base/config.ts";
import { gateError } from "./errors.ts";
import { hourly, type Rate, type Take } from "./gcra.ts";
import { CALLS, CALLS_AT_ONCE, PEOPLE_CALLS } from "./limits.ts";
import type { SharedLimits } from "./shared-limits.ts";

/** One line of the RateLimit headers (draft-ietf-httpapi-ratelimit-headers-10). */
export interface Told {
  readonly name: string;
  readonly rate: Rate;
  readonly take: Take;
}

/** What a tenant may: of its own, its plan's or the platform's. Undefined: as much as it likes. */
export interface Allowance {
  readonly callsPerHour: number | undefined;
  readonly callsAtOnce: number | undefined;
}

export function rateLimitHeaders(told: readonly Told[]): Record<string, string> {
  const windowS = ({ burst, perSecond }: Rate) => Math.max(1, Math.round(burst / perSecond));
  return {
    "ratelimit-policy": told
      .map(({ name, rate }) => `"${name}";q=${rate.burst};w=${windowS(rate)}`)
      .join(", "),
    ratelimit: told.map(({ name, take }) => `"${name}";r=${take.remaining};t=${take.resetS}`).join(", "),
  };
}

/** Where the request's RateLimit headers go. */
export type Tell = (headers: Readonly<Record<string, string>>) => void;

/** Counts a call of a credential. Throws request.too_many. */
export async function paceCredential(limits: SharedLimits, actor: string, tell: Tell): Promise<Told> {
  return pace(limits, { name: "credential", key: `credential:${actor}`, rate: CALLS }, [], tell);
}

/** Counts a call to a tenant, of whomever. Throws request.too_many. */
export async function paceTenant(
  limits: SharedLimits,
  tenantId: string,
  { callsPerHour }: Allowance,
  before: readonly Told[],
  tell: Tell,
): Promise<void> {
  if (callsPerHour === undefined) return;
  const rate = hourly(Math.max(1, callsPerHour));
  await pace(limits, { name: "tenant", key: `tenant:${tenantId}`, rate }, before, tell);
}

/** Counts a call that a person makes at the platform's own API. Throws request.too_many. */
export async function pacePeople(
  limits: SharedLimits,
  tenantId: string,
  before: readonly Told[],
  tell: Tell,
): Promise<void> {
  const key = `people:${tenantId}`;
  await pace(limits, { name: "people", key, rate: PEOPLE_CALLS }, before, tell);
}

async function pace(
  { rates }: SharedLimits,
  { name, key, rate }: { readonly name: string; readonly key: string; readonly rate: Rate },
  before: readonly Told[],
  tell: Tell,
): Promise<Told> {
  const taken = rates.take(key, rate);
  const take = taken instanceof Promise ? await taken : taken;
  const told = { name, rate, take };
  tell(rateLimitHeaders([...before, told]));
  if (!take.isAdmitted) throw gateError("request.too_many", { retryAfterS: take.waitS });
  return told;
}

/** The limits of a tenant: its own, its plan's, or the platform's. */
export async function allowanceOf(
  book: Book,
  { maxApiCallsPerHour, maxConcurrentRequests }: Config["limits"],
  tenantId: string,
): Promise<Allowance> {
  const { callsPerHour, callsAtOnce } = book.peek(tenantId) ?? (await book.rules(tenantId));
  return {
    callsPerHour: callsPerHour ?? maxApiCallsPerHour,
    callsAtOnce: callsAtOnce ?? maxConcurrentRequests,
  };
}

/** Once the answer, the stream or the socket has ended, however it ended; at once if it has already. */
export function onceEnded(response: ServerResponse, ended: () => void): void {
  if (response.destroyed) ended();
  else response.once("close", ended);
}

/**
 * Lets a request in among those that are under way, of its credential and of its tenant. The caller calls what it
 * returns once, when the answer, the stream or the socket has ended, however it ended. Throws request.too_many_at_once.
 */
export async function enterWays(
  { permits }: SharedLimits,
  actor: string,
  tenant: (Allowance & { readonly id: string }) | null,
  tell: Tell,
): Promise<() => void> {
  const mine = `credential:${actor}`;
  await takeOne(mine, CALLS_AT_ONCE, "credential");
  const most = tenant?.callsAtOnce;
  if (!tenant || most === undefined) return () => permits.release(mine);
  const theirs = `tenant:${tenant.id}`;
  try {
    await takeOne(theirs, most, "tenant");
  } catch (failure) {
    permits.release(mine);
    throw failure;
  }
  return () => {
    permits.release(mine);
    permits.release(theirs);
  };

  async function takeOne(key: string, max: number, name: string): Promise<void> {
    const taken = permits.take(key, max);
    if (taken instanceof Promise ? await taken : taken) return;
    tell({
      "ratelimit-policy": `"${name}-at-once";q=${max};qu="concurrent-requests"`,
      ratelimit: `"${name}-at-once";r=0`,
    });
    throw gateError("request.too_many_at_once", { max, retryAfterS: 1 });
  }
}
