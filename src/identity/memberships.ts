import { LRUCache } from "lru-cache";
import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { isUuid } from "../base/ids.ts";
import { maybe } from "../db/sql.ts";
import { REMEMBER_MS, REMEMBERED_MAX, TENANTS_MAX, TRUST_MS } from "./limits.ts";
import { findMembership, findMfaDemand } from "./members-store.ts";
import type { RevocationFeed } from "./revocation-feed.ts";

export interface Membership {
  /** suspended: no access. */
  readonly status: "active" | "suspended";
  /** All that they hold now. */
  readonly roles: readonly string[];
  /** Those of them that they hold for a time: to use, not to give on. */
  readonly temporary: readonly string[];
  /** The tenant, or the platform, demands a second factor in the session. */
  readonly isMfaRequired: boolean;
}

interface MembershipParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** Whether every tenant demands a second factor. Default false. */
  readonly isMfaRequired?: boolean;
}

interface TimedGrant {
  readonly roles: readonly string[];
  readonly fromMs: number;
  readonly untilMs: number;
}

interface Known {
  readonly fromMs: number;
  readonly seq: number;
}

interface Remembered extends Known {
  readonly membership: Membership | null;
  /** What they hold for a time; looked at by the clock each time, so its end waits for nobody. */
  readonly grants: readonly TimedGrant[] | null;
}

/** Whether a tenant demands a second factor. */
interface Demand extends Known {
  readonly isRequired: boolean;
}

/** Who is a member of what, remembered like credentials. */
export class Memberships {
  readonly #parts: MembershipParts;
  readonly #feed: RevocationFeed | null;
  readonly #remembered = new LRUCache<string, Remembered>({ max: REMEMBERED_MAX });
  readonly #demands = new LRUCache<string, Demand>({ max: TENANTS_MAX });

  constructor(parts: MembershipParts, feed: RevocationFeed | null = null) {
    this.#parts = parts;
    this.#feed = feed;
  }

  /** Undefined: they have no business there, and must not learn whether the tenant exists. */
  async find(tenantId: string, userId: string): Promise<Membership | undefined> {
    if (!isUuid(tenantId) || !isUuid(userId)) return undefined;
    const slot = `${tenantId}:${userId}`;
    const nowMs = this.#parts.clock.now().getTime();
    const known = this.#remembered.get(slot);
    const subjects = [`member:${tenantId}:${userId}`, `tenant:${tenantId}`, `user:${userId}`];
    if (known && this.#isTrusted(known, nowMs, subjects)) return heldAt(known, nowMs);
    const seq = this.#feed?.seq ?? 0;
    const row = await maybe(this.#parts.pool, findMembership, [tenantId, userId, new Date(nowMs)]);
    const membership = row
      ? {
          status: row.status,
          roles: row.roles,
          temporary: [],
          isMfaRequired: row.mfa_required || this.#parts.isMfaRequired === true,
        }
      : null;
    const found = { membership, grants: row?.grants ?? null, fromMs: nowMs, seq };
    this.#remembered.set(slot, found);
    return heldAt(found, nowMs);
  }

  /** Whether the tenant, or the platform, demands a second factor: for those who have no membership, but come by token. */
  async demandsMfa(tenantId: string): Promise<boolean> {
    if (this.#parts.isMfaRequired === true) return true;
    const nowMs = this.#parts.clock.now().getTime();
    const known = this.#demands.get(tenantId);
    if (known && this.#isTrusted(known, nowMs, [`tenant:${tenantId}`])) return known.isRequired;
    const seq = this.#feed?.seq ?? 0;
    const isRequired = (await maybe(this.#parts.pool, findMfaDemand, [tenantId]))?.mfa_required === true;
    this.#demands.set(tenantId, { isRequired, fromMs: nowMs, seq });
    return isRequired;
  }

  forget(): void {
    if (this.#feed) this.#feed.expire();
    else {
      this.#remembered.clear();
      this.#demands.clear();
    }
  }

  #isTrusted({ fromMs, seq }: Known, nowMs: number, subjects: readonly string[]): boolean {
    const ageMs = nowMs - fromMs;
    if (!this.#feed) return ageMs >= 0 && ageMs < TRUST_MS;
    return this.#feed.isFresh() && ageMs >= 0 && ageMs < REMEMBER_MS && !this.#feed.isRevoked(subjects, seq);
  }
}

function heldAt({ membership, grants }: Remembered, nowMs: number): Membership | undefined {
  if (!membership) return undefined;
  if (!grants) return membership;
  const given = grants.filter(({ fromMs, untilMs }) => fromMs <= nowMs && nowMs < untilMs);
  const temporary = [...new Set(given.flatMap(({ roles }) => roles))].filter(
    (role) => !membership.roles.includes(role),
  );
  return temporary.length === 0
    ? membership
    : { ...membership, roles: [...membership.roles, ...temporary], temporary };
}
