import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { isUuid } from "../base/ids.ts";
import { exec, many, maybe } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import { endBeyondRoles, endGrantsOfLost, endLeftBehind } from "./left-behind.ts";
import { PAGE_MAX } from "./limits.ts";
import {
  deleteMembership,
  findMember,
  insertMembership,
  listMembers,
  lockStandings,
  type MemberRow,
  updateMembership,
} from "./members-store.ts";
import { OWNER, type RoleBook } from "./ports.ts";
import type { Locale, Principal } from "./principal.ts";
import { announceRevocation } from "./revocations.ts";

export interface Member {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  readonly locale: Locale;
  /** suspended: no access here. disabled: no access anywhere. */
  readonly status: "active" | "suspended" | "disabled";
  readonly roles: readonly string[];
  readonly joinedAt: Date;
}

export interface MemberParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly roles: RoleBook;
}

/** Who acts, and with what power over roles; null is the platform's own hand. */
export interface MemberActor extends Actor {
  readonly principal: Principal | null;
}

/** By address; the cursor is the last address of the page before. */
export async function readMembers(
  pool: pg.Pool,
  tenantId: string,
  filter: {
    readonly search?: string;
    readonly role?: string;
    readonly afterEmail?: string;
    readonly limit?: number;
  } = {},
): Promise<Member[]> {
  const like = filter.search === undefined ? null : `%${filter.search.replace(/[\\%_]/g, "\\$&")}%`;
  const limit = Math.min(filter.limit ?? PAGE_MAX, PAGE_MAX + 1);
  const values = [tenantId, filter.afterEmail ?? null, like, limit, filter.role ?? null];
  return (await many(pool, listMembers, values)).map(fromRow);
}

/** Throws member.not_found, for a member of another tenant too. */
export async function readMember(pool: pg.Pool, tenantId: string, userId: string): Promise<Member> {
  const row = isUuid(userId) ? await maybe(pool, findMember, [tenantId, userId]) : undefined;
  if (!row) throw identityError("member.not_found", { user: userId });
  return fromRow(row);
}

/** Makes a user a member. Throws member.exists, role.unknown, role.not_grantable. */
export async function addMember(
  parts: MemberParts,
  input: { readonly tenantId: string; readonly userId: string; readonly roles: readonly string[] },
  by: MemberActor,
): Promise<Member> {
  await assertGrantable(parts.roles, input.tenantId, input.roles, by);
  return withTx(parts.pool, async (tx) => {
    await joinTenant(tx, parts.clock, input, by);
    const row = await maybe(tx, findMember, [input.tenantId, input.userId]);
    if (!row) throw identityError("user.not_found", { user: input.userId });
    return fromRow(row);
  });
}

/** The same inside a transaction, for invitations and provisioning; roles were checked. */
export async function joinTenant(
  tx: Tx,
  clock: Clock,
  input: { readonly tenantId: string; readonly userId: string; readonly roles: readonly string[] },
  by: Actor,
): Promise<void> {
  const { tenantId, userId, roles } = input;
  const added = await maybe(tx, insertMembership, [tenantId, userId, roles, clock.now()]);
  if (!added) throw identityError("member.exists");
  await announceRevocation(tx, "member", `${tenantId}:${userId}`);
  await recordEvent(tx, by, "member.added", tenantId, { userId, roles });
}

/** Roles or state of a member; without a role left they are none any more. Throws member.not_found, role.unknown, role.not_grantable, member.last_owner. */
export async function changeMember(
  parts: MemberParts,
  input: {
    readonly tenantId: string;
    readonly userId: string;
    readonly roles?: readonly string[];
    /** Taken away, whatever else they hold by then; in place of `roles`. */
    readonly withoutRoles?: readonly string[];
    readonly status?: "active" | "suspended";
  },
  by: MemberActor,
): Promise<Member> {
  const { tenantId, userId, withoutRoles, status } = input;
  const before = await readMember(parts.pool, tenantId, userId);
  // Taking a role away is power over its holder, and so is suspending them.
  const touchedOf = (held: readonly string[]) =>
    withoutRoles ?? (input.roles ? differenceOf(held, input.roles) : held);
  await assertGrantable(parts.roles, tenantId, touchedOf(before.roles), by);
  return withTx(parts.pool, async (tx) => {
    const standing = await lockStanding(tx, tenantId, userId);
    if (!standing) throw identityError("member.not_found", { user: userId });
    const held = standing.roles;
    await assertGivenMeanwhile(parts.roles, tenantId, touchedOf(before.roles), touchedOf(held), by);
    const isLoss =
      status === "suspended" || withoutRoles?.includes(OWNER) || input.roles?.includes(OWNER) === false;
    if (isLoss && standing.isLastOwner) throw identityError("member.last_owner");
    const roles = withoutRoles ? held.filter((role) => !withoutRoles.includes(role)) : input.roles;
    if (withoutRoles && roles?.length === 0) {
      await endMembership(tx, { tenantId, userId, now: parts.clock.now() }, "member.removed", by);
      return { ...before, roles };
    }
    const now = parts.clock.now();
    const values = [tenantId, userId, roles ?? null, status ?? null, now];
    const changed = await maybe(tx, updateMembership, values);
    if (!changed) throw identityError("member.not_found", { user: userId });
    await announceRevocation(tx, "member", `${tenantId}:${userId}`);
    if (roles) {
      const change = { tenantId, userId, before: held, after: roles, now };
      await endGrantsOfLost(tx, change, by);
      await endBeyondRoles(tx, parts.roles, change, by);
    }
    if (status === "suspended") await endLeftBehind(tx, { tenantId, userId, now }, by);
    const row = await maybe(tx, findMember, [tenantId, userId]);
    if (!row) throw identityError("member.not_found", { user: userId });
    const after = fromRow(row);
    const detail = {
      userId,
      ...(roles ? { roles, before: held } : {}),
      ...(status ? { status } : {}),
    };
    await recordEvent(tx, by, "member.updated", tenantId, detail, {
      states: memberStates(userId, standing, after),
    });
    return after;
  });
}

/**
 * Ends a membership; access is gone with the commit, and the keys and invitations that the member made. A member may always leave, but the last owner may not.
 *
 * @throws member.not_found, member.last_owner, role.not_grantable
 */
export async function removeMember(
  parts: MemberParts,
  input: { readonly tenantId: string; readonly userId: string },
  by: MemberActor,
): Promise<void> {
  const { tenantId, userId } = input;
  const before = await readMember(parts.pool, tenantId, userId);
  const isLeaving = by.principal?.kind === "user" && by.principal.id === userId;
  if (!isLeaving) await assertGrantable(parts.roles, tenantId, before.roles, by);
  await withTx(parts.pool, async (tx) => {
    const standing = await lockStanding(tx, tenantId, userId);
    if (!standing) throw identityError("member.not_found", { user: userId });
    if (!isLeaving) await assertGivenMeanwhile(parts.roles, tenantId, before.roles, standing.roles, by);
    if (standing.isLastOwner) throw identityError("member.last_owner");
    const leaver = { tenantId, userId, now: parts.clock.now() };
    await endMembership(tx, leaver, isLeaving ? "member.left" : "member.removed", by);
  });
}

async function endMembership(
  tx: Tx,
  leaver: { readonly tenantId: string; readonly userId: string; readonly now: Date },
  action: "member.left" | "member.removed",
  by: Actor,
): Promise<void> {
  const { tenantId, userId } = leaver;
  if ((await exec(tx, deleteMembership, [tenantId, userId])) === 0)
    throw identityError("member.not_found", { user: userId });
  await announceRevocation(tx, "member", `${tenantId}:${userId}`);
  await endLeftBehind(tx, leaver, by);
  await recordEvent(tx, by, action, tenantId, { userId });
}

/** Throws role.unknown for what the tenant does not have, role.not_grantable for what is beyond the giver. */
export async function assertGrantable(
  book: RoleBook,
  tenantId: string,
  roles: readonly string[],
  by: MemberActor,
): Promise<void> {
  const unknown = await book.unknown(tenantId, roles);
  if (unknown.length > 0) throw identityError("role.unknown", { roles: unknown.join(", ") });
  const beyond = await book.ungrantable(tenantId, roles, by.principal);
  if (beyond.length > 0) throw identityError("role.not_grantable", { roles: beyond.join(", ") });
}

/** Roles were asked for before the lock, so that it waits for nothing; what was given until then is asked for under it. */
export async function assertGivenMeanwhile(
  book: RoleBook,
  tenantId: string,
  asked: readonly string[],
  touched: readonly string[],
  by: MemberActor,
): Promise<void> {
  const meanwhile = touched.filter((role) => !asked.includes(role));
  if (meanwhile.length > 0) await assertGrantable(book, tenantId, meanwhile, by);
}

/** What a member holds, under a lock that keeps it so; undefined: they are none. */
export async function lockStanding(
  tx: Tx,
  tenantId: string,
  userId: string,
): Promise<(Standing & { readonly isLastOwner: boolean }) | undefined> {
  const rows = await many(tx, lockStandings, [tenantId, userId]);
  const own = rows.find((row) => row.user_id === userId);
  if (!own) return undefined;
  const isLastOwner = own.is_owner && !rows.some((row) => row.is_owner && row !== own);
  return { roles: own.roles, status: own.status, isLastOwner };
}

function differenceOf(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...after.filter((role) => !before.includes(role)),
    ...before.filter((role) => !after.includes(role)),
  ];
}

function fromRow(row: MemberRow): Member {
  return {
    userId: row.user_id,
    email: row.email,
    name: row.name,
    locale: row.locale,
    status: row.user_status === "disabled" ? "disabled" : row.status,
    roles: row.roles,
    joinedAt: row.created_at,
  };
}

interface Standing {
  readonly roles: readonly string[];
  readonly status: string;
}

/** What a membership was and became, for its record. */
export function memberStates(userId: string, before: Standing, after: Standing) {
  const standing = ({ roles, status }: Standing) => ({ roles: [...roles].sort(), status });
  return { of: `member:${userId}`, before: standing(before), after: standing(after) };
}
