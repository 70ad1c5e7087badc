import { RECOVERY_ALONE_MS } from "./limits.ts";

/** Roles of staff whose approval counts: those that may manage users. */
export const STAFF_WHO_APPROVE = ["administrator", "support"];

/** A tenant that the person is an active member of, as far as their recovery goes. */
export interface Home {
  readonly tenantId: string;
  /** Staff may give one of the approvals. */
  readonly admitsOperators: boolean;
  /** Others there who could approve: active owners, and admins if the person is no owner. */
  readonly approvers: number;
  readonly delayMs: number;
}

/** Somebody's word: of a member for their tenant, or of an operator. */
export interface Approval {
  readonly approverId: string;
  /** Null: an operator. */
  readonly tenantId: string | null;
}

/** One way to have enough approvals. */
export interface Way {
  /** Whose members count. */
  readonly tenants: readonly string[];
  readonly members: number;
  readonly operators: number;
  /** From the last approval until the person may come back. */
  readonly delayMs: number;
}

/**
 * The ways to approve a recovery, of which one is enough. Always two people.
 *
 * In one tenant: two of its members, or one and an operator. In several, no tenant decides alone over an account that
 * others let in, too: a member and an operator; of tenants that admit no operators, one of their members must be among
 * them. Where no member could approve, two operators do, after a longer delay; a tenant that admits none is left as it
 * is.
 */
export function waysToApprove(homes: readonly Home[]): readonly Way[] {
  const delayMs = Math.max(0, ...homes.map((home) => home.delayMs));
  const strict = homes.filter((home) => !home.admitsOperators);
  const eligible = strict.length > 0 ? strict : homes;
  const tenants = eligible.map(({ tenantId }) => tenantId);
  const together: Way = { tenants, members: 1, operators: 1, delayMs };
  if (!eligible.some(({ approvers }) => approvers > 0)) {
    const alone = { tenants: [], members: 0, operators: 2, delayMs: Math.max(delayMs, RECOVERY_ALONE_MS) };
    return strict.length > 0 ? [] : [alone];
  }
  if (homes.length > 1) return [together];
  const amongThem: Way = { tenants, members: 2, operators: 0, delayMs };
  return strict.length > 0 ? [amongThem] : [amongThem, together];
}

/** The way that these approvals go, if they are enough; of several the one with the shorter delay. */
export function wayOf(ways: readonly Way[], approvals: readonly Approval[]): Way | undefined {
  const people = new Map(approvals.map((approval) => [approval.approverId, approval]));
  const given = [...people.values()];
  const operators = given.filter(({ tenantId }) => tenantId === null).length;
  return ways
    .filter((way) => {
      const members = given.filter(({ tenantId }) => tenantId !== null && way.tenants.includes(tenantId));
      return members.length >= way.members && operators >= way.operators;
    })
    .toSorted((one, other) => one.delayMs - other.delayMs)[0];
}

/** Whether somebody's approval can count in any way. */
export function countsIn(ways: readonly Way[], tenantId: string | null): boolean {
  return ways.some((way) =>
    tenantId === null ? way.operators > 0 : way.members > 0 && way.tenants.includes(tenantId),
  );
}
