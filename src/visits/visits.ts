import type pg from "pg";
import { localMoment } from "../access/circumstances.ts";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { readMember } from "../identity/members.ts";
import type { OperatorPrincipal, Principal } from "../identity/principal.ts";
import type { Site } from "../identity/site.ts";
import type { Outbox } from "../mail/outbox.ts";
import { supportError } from "./errors.ts";
import {
  OPEN_VISITS_MAX,
  OWNERS_TOLD_MAX,
  REQUEST_LIFETIME_MS,
  VISIT_MINUTES_MAX,
  VISITS_SHOWN_MAX,
} from "./limits.ts";
import { visitRequested } from "./messages.ts";
import { readConsent } from "./settings.ts";
import {
  consentVisit,
  countTenantSupport,
  declineVisit,
  deleteTenantSupport,
  endVisitRow,
  findEntry,
  findVisit,
  insertVisit,
  listOwners,
  listVisits,
  lockVisits,
  type VisitRow,
} from "./store.ts";
import { covers, type Scope, type Visit } from "./visit.ts";

export interface SupportParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly mail: Outbox;
  readonly site: Site;
}

export interface VisitRequest {
  readonly tenant: {
    readonly id: string;
    readonly name: string;
    readonly slug: string;
    readonly timeZone: string;
  };
  readonly operator: { readonly id: string; readonly name: string };
  /** Default: with the rights of support. */
  readonly userId?: string;
  readonly scope: Scope;
  readonly reason: string;
  readonly durationMinutes: number;
}

/**
 * Asks a tenant to let somebody of the staff act in it. A standing consent that covers it counts at once; else the
 * tenant's owners are told by mail, and nothing is open before one of its members consents.
 *
 * @throws member.not_found, support.too_many, support.settings_invalid
 */
export async function requestVisit(parts: SupportParts, request: VisitRequest, by: Actor): Promise<Visit> {
  const { tenant, operator, userId, scope, reason, durationMinutes } = request;
  if (!(durationMinutes >= 1 && durationMinutes <= VISIT_MINUTES_MAX)) {
    const message = `Expected \`durationMinutes\` to be 1 to ${VISIT_MINUTES_MAX}, got ${durationMinutes}.`;
    throw supportError("support.settings_invalid", {}, { problems: [{ path: "durationMinutes", message }] });
  }
  if (userId !== undefined) await readMember(parts.pool, tenant.id, userId);
  const now = parts.clock.now();
  return withTx(parts.pool, async (tx) => {
    const { open } = await one(tx, lockVisits, [tenant.id, now]);
    if (open >= OPEN_VISITS_MAX) throw supportError("support.too_many", { max: OPEN_VISITS_MAX });
    // Under the lock that changes of it take too: what counts is the consent as it is now.
    const consent = await readConsent({ pool: tx }, tenant.id);
    const isCovered = consent !== null && covers(consent, request, now, localMoment(now, tenant.timeZone));
    const id = uuidv7();
    const expiresAt = new Date(now.getTime() + REQUEST_LIFETIME_MS);
    const values = [
      tenant.id,
      id,
      operator.id,
      userId ?? null,
      scope,
      reason,
      durationMinutes,
      now,
      expiresAt,
    ];
    await exec(tx, insertVisit, values);
    const detail = {
      id,
      operatorId: operator.id,
      scope,
      reason,
      durationMinutes,
      ...(userId ? { userId } : {}),
    };
    await recordEvent(tx, by, "support.requested", tenant.id, { ...detail, isCovered });
    if (isCovered) await one(tx, consentVisit, [tenant.id, id, now, consent.consentedBy, true]);
    else await tellOwners(tx, parts, request);
    return fromRow(await one(tx, findVisit, [id, tenant.id]), now);
  });
}

/** A member says yes or no. Throws support.not_found, support.decided. */
export async function decideVisit(
  parts: Pick<SupportParts, "pool" | "clock">,
  input: { readonly tenantId: string; readonly id: string; readonly isConsent: boolean },
  by: Actor,
): Promise<Visit> {
  const { tenantId, id, isConsent } = input;
  const now = parts.clock.now();
  return withTx(parts.pool, async (tx) => {
    const known = await visitOf(tx, id, tenantId);
    const decided = isConsent
      ? await maybe(tx, consentVisit, [tenantId, id, now, by.actor, false])
      : await maybe(tx, declineVisit, [tenantId, id, now, by.actor]);
    if (!decided) throw supportError("support.decided");
    const { operator_id: operatorId, scope, minutes: durationMinutes } = known;
    const detail = { id, operatorId, scope, durationMinutes };
    await recordEvent(tx, by, isConsent ? "support.consented" : "support.declined", tenantId, detail);
    return fromRow(await one(tx, findVisit, [id, tenantId]), now);
  });
}

/**
 * Ends a visit, or takes a request back; the next request in it is refused.
 *
 * @param input.tenantId Of the tenant that ends it; null: the operator does.
 * @throws support.not_found, support.over
 */
export async function endVisit(
  parts: Pick<SupportParts, "pool" | "clock">,
  input: { readonly tenantId: string | null; readonly operatorId?: string; readonly id: string },
  by: Actor,
): Promise<Visit> {
  const { tenantId, operatorId, id } = input;
  const now = parts.clock.now();
  return withTx(parts.pool, async (tx) => {
    const known = await visitOf(tx, id, tenantId);
    if (operatorId !== undefined && known.operator_id !== operatorId) throw supportError("support.not_found");
    const ended = await maybe(tx, endVisitRow, [known.tenant_id, id, now, by.actor]);
    if (!ended) throw supportError("support.over");
    await recordEvent(tx, by, "support.ended", known.tenant_id, { id, operatorId: known.operator_id });
    return fromRow(await one(tx, findVisit, [id, known.tenant_id]), now);
  });
}

/** Newest first. */
export async function readVisits(
  { pool, clock }: Pick<SupportParts, "pool" | "clock">,
  filter: { readonly tenantId?: string; readonly operatorId?: string } = {},
): Promise<Visit[]> {
  const now = clock.now();
  const values = [filter.tenantId ?? null, filter.operatorId ?? null, VISITS_SHOWN_MAX];
  return (await many(pool, listVisits, values)).map((row) => fromRow(row, now));
}

/**
 * The principal as they are in a visit: in its tenant with its rights, and nowhere else anybody. Asked with each
 * request, so that a visit ends with the commit that ends it.
 *
 * @throws support.no_visit, the same for one that is not theirs, not consented to, over, or made up
 */
export async function enterVisit(
  { pool, clock }: Pick<SupportParts, "pool" | "clock">,
  principal: Principal,
  visitId: string,
): Promise<OperatorPrincipal> {
  const isOne = principal.kind === "operator" && isUuid(visitId);
  const entry = isOne ? await maybe(pool, findEntry, [visitId, principal.id, clock.now()]) : undefined;
  const isGone = entry?.user_id !== null && entry?.roles === null;
  if (principal.kind !== "operator" || !entry || isGone) throw supportError("support.no_visit");
  const { id, tenant_id: tenantId, user_id: userId, scope, roles } = entry;
  return { ...principal, visit: { id, tenantId, userId, scope, memberRoles: roles ?? [] } };
}

export async function eraseTenantSupport(pool: pg.Pool, tenantId: string): Promise<void> {
  await exec(pool, deleteTenantSupport, [tenantId]);
}

/** What is left of it. */
export async function countSupportRemnants(pool: pg.Pool, tenantId: string): Promise<number> {
  return (await one(pool, countTenantSupport, [tenantId])).n;
}

async function visitOf(tx: Tx, id: string, tenantId: string | null): Promise<VisitRow> {
  const row = isUuid(id) ? await maybe(tx, findVisit, [id, tenantId]) : undefined;
  if (!row) throw supportError("support.not_found");
  return row;
}

async function tellOwners(tx: Tx, { mail, site }: SupportParts, request: VisitRequest): Promise<void> {
  const url = `${site.origin()}/t/${encodeURIComponent(request.tenant.slug)}/access`;
  for (const { email, locale } of await many(tx, listOwners, [request.tenant.id, OWNERS_TOLD_MAX])) {
    await mail.write(tx, {
      to: email,
      kind: "support_requested",
      locale,
      message: visitRequested(locale, request, url),
    });
  }
}

function fromRow(row: VisitRow, now: Date): Visit {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    operatorId: row.operator_id,
    operatorName: row.operator_name,
    userId: row.user_id,
    scope: row.scope,
    reason: row.reason,
    durationMinutes: row.minutes,
    state: stateOf(row, now),
    requestedAt: row.requested_at,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by,
    isStanding: row.is_standing,
    endsAt: row.ends_at,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
  };
}

function stateOf(row: VisitRow, now: Date): Visit["state"] {
  if (row.is_declined) return "declined";
  if (row.ended_at) return "ended";
  if (row.ends_at) return row.ends_at > now ? "active" : "over";
  return row.expires_at > now ? "requested" : "expired";
}
