import type pg from "pg";
import { recordEvent } from "../audit/record.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import {
  endGrantRow,
  findGrant,
  type GrantRow,
  insertGrant,
  listGrants,
  lockMembership,
} from "./grants-store.ts";
import { holdGiver } from "./left-behind.ts";
import { GRANT_AHEAD_MS_MAX, GRANT_MINUTES_MAX, GRANTS_MAX, PAGE_MAX } from "./limits.ts";
import { type MemberActor, type MemberParts, readMember } from "./members.ts";
import { permissionOfRole, permissionRole } from "./ports.ts";
import { announceRevocation } from "./revocations.ts";

/** What a member holds for a time. */
export interface Grant {
  readonly id: string;
  readonly userId: string;
  readonly email: string;
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
  readonly reason: string;
  readonly grantedBy: string;
  readonly createdAt: Date;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly endedAt: Date | null;
  readonly endedBy: string | null;
  readonly endReason: string | null;
  readonly state: "scheduled" | "active" | "over" | "ended";
}

export interface GrantInput {
  readonly tenantId: string;
  readonly userId: string;
  readonly roles?: readonly string[];
  readonly permissions?: readonly string[];
  readonly reason: string;
  /** Default: now. */
  readonly startsAt?: Date;
  readonly durationMinutes: number;
}

/** Newest first; the cursor is the last id of the page before. */
export async function readGrants(
  { pool, clock }: MemberParts,
  tenantId: string,
  filter: {
    readonly userId?: string;
    readonly isLive?: boolean;
    readonly beforeId?: string;
    readonly limit?: number;
  } = {},
): Promise<Grant[]> {
  const now = clock.now();
  const values = [filter.userId ?? null, filter.isLive ? now : null, filter.beforeId ?? null];
  const limit = Math.min(filter.limit ?? PAGE_MAX, PAGE_MAX + 1);
  return (await many(pool, listGrants, [tenantId, ...values, limit])).map((row) => fromRow(row, now));
}

/**
 * Gives a member roles or permissions for a time: never more than the giver holds lastingly themselves, and never to
 * themselves, or they would keep what is taken from them later. It starts and ends by the clock, on all processes, in
 * sessions that are open too.
 *
 * @throws grant.own, member.not_found, role.unknown, role.not_grantable, grant.invalid, grant.too_many
 */
export async function giveGrant(parts: MemberParts, input: GrantInput, by: MemberActor): Promise<Grant> {
  const { tenantId, userId, reason, durationMinutes } = input;
  if (by.principal?.kind === "user" && by.principal.id === userId) throw identityError("grant.own");
  const now = parts.clock.now();
  const startsAt = input.startsAt && input.startsAt > now ? input.startsAt : now;
  const endsAt = new Date(startsAt.getTime() + durationMinutes * 60_000);
  const roles = [...new Set([...(input.roles ?? []), ...(input.permissions ?? []).map(permissionRole)])];
  assertBounded(roles, durationMinutes, startsAt.getTime() - now.getTime());
  await readMember(parts.pool, tenantId, userId);
  await assertForTime(parts, tenantId, roles, by);
  return withTx(parts.pool, async (tx) => {
    await holdGiver(tx, parts.roles, { tenantId, roles, now, isLasting: true }, by);
    const member = await maybe(tx, lockMembership, [tenantId, userId, now]);
    if (!member) throw identityError("member.not_found", { user: userId });
    if (member.live >= GRANTS_MAX) throw identityError("grant.too_many", { max: GRANTS_MAX });
    const id = uuidv7();
    const values = [tenantId, id, userId, roles, reason, by.actor, now, startsAt, endsAt];
    await exec(tx, insertGrant, values);
    await announceRevocation(tx, "member", `${tenantId}:${userId}`);
    await recordEvent(tx, by, "grant.given", tenantId, {
      id,
      userId,
      roles,
      reason,
      startsAt: startsAt.toISOString(),
      endsAt: endsAt.toISOString(),
    });
    return fromRow(await one(tx, findGrant, [tenantId, id]), now);
  });
}

/** Ends it before its time; access by it is gone with the commit. Throws grant.not_found, grant.over. */
export async function endGrant(
  parts: Pick<MemberParts, "pool" | "clock">,
  input: { readonly tenantId: string; readonly id: string; readonly reason?: string },
  by: MemberActor,
): Promise<Grant> {
  const { tenantId, id, reason } = input;
  const now = parts.clock.now();
  return withTx(parts.pool, async (tx) => {
    const known = isUuid(id) ? await maybe(tx, findGrant, [tenantId, id]) : undefined;
    if (!known) throw identityError("grant.not_found");
    const ended = await maybe(tx, endGrantRow, [tenantId, id, now, by.actor, reason ?? null]);
    if (!ended) throw identityError("grant.over");
    await announceRevocation(tx, "member", `${tenantId}:${ended.user_id}`);
    const detail = {
      id,
      userId: ended.user_id,
      roles: ended.roles,
      ...(reason === undefined ? {} : { reason }),
    };
    await recordEvent(tx, by, "grant.ended", tenantId, detail);
    return fromRow(await one(tx, findGrant, [tenantId, id]), now);
  });
}

/** Grants that hold now or will, by member. */
export async function liveGrantsOf(
  { pool, clock }: { readonly pool: pg.Pool; readonly clock: MemberParts["clock"] },
  tenantId: string,
  userId: string | null = null,
): Promise<ReadonlyMap<string, readonly Grant[]>> {
  const now = clock.now();
  const rows = await many(pool, listGrants, [tenantId, userId, now, null, LIVE_MAX]);
  const byUser = new Map<string, Grant[]>();
  for (const row of rows) byUser.set(row.user_id, [...(byUser.get(row.user_id) ?? []), fromRow(row, now)]);
  return byUser;
}

/** Of one tenant, shown beside its members. */
const LIVE_MAX = 2_000;

function assertBounded(roles: readonly string[], minutes: number, aheadMs: number): void {
  const problems = [];
  if (roles.length === 0) problems.push({ path: "roles", message: "Expected a role or a permission." });
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > GRANT_MINUTES_MAX) {
    const message = `Expected \`durationMinutes\` to be 1 to ${GRANT_MINUTES_MAX}, got ${minutes}.`;
    problems.push({ path: "durationMinutes", message });
  }
  if (!(aheadMs <= GRANT_AHEAD_MS_MAX))
    problems.push({ path: "startsAt", message: "Expected a start within 90 days." });
  if (problems.length > 0) throw identityError("grant.invalid", {}, { problems });
}

async function assertForTime(
  { roles: book }: MemberParts,
  tenantId: string,
  roles: readonly string[],
  by: MemberActor,
): Promise<void> {
  const named = (keys: readonly string[]) => keys.map((key) => permissionOfRole(key) ?? key).join(", ");
  const unknown = await book.unknown(tenantId, roles, "for_a_time");
  if (unknown.length > 0) throw identityError("role.unknown", { roles: named(unknown) });
  const beyond = await book.ungrantable(tenantId, roles, by.principal);
  if (beyond.length > 0) throw identityError("role.not_grantable", { roles: named(beyond) });
}

function fromRow(row: GrantRow, now: Date): Grant {
  return {
    id: row.id,
    userId: row.user_id,
    email: row.email,
    roles: row.roles.filter((key) => permissionOfRole(key) === undefined),
    permissions: row.roles.flatMap((key) => permissionOfRole(key) ?? []),
    reason: row.reason,
    grantedBy: row.granted_by,
    createdAt: row.created_at,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    endedAt: row.ended_at,
    endedBy: row.ended_by,
    endReason: row.end_reason,
    state: stateOf(row, now),
  };
}

function stateOf({ ended_at, starts_at, ends_at }: GrantRow, now: Date): Grant["state"] {
  if (ended_at) return "ended";
  if (ends_at <= now) return "over";
  return starts_at <= now ? "active" : "scheduled";
}
