import { LRUCache } from "lru-cache";
import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { isUuid } from "../base/ids.ts";
import { maybe } from "../db/sql.ts";
import { REMEMBER_MS, REMEMBERED_MAX, TRUST_MS } from "./limits.ts";
import { findMembership, findMfaDemand } from "./members-store.ts";
import type { RevocationFeed } from "./revocation-feed.ts";

export interface Membership {
  /** suspended: no access. */
  readonly status: "active" | "suspended";
  readonly roles: readonly string[];
  /** The tenant, or the platform, demands a second factor in the session. */
  readonly isMfaRequired: boolean;
}

interface MembershipParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** Whether every tenant demands a second factor. Default false. */
  readonly isMfaRequired?: boolean;
}

interface Remembered {
  readonly membership: Membership | null;
  readonly fromMs: number;
  readonly seq: number;
}

/** Who is a member of what, remembered like credentials. */
export class Memberships {
  readonly #parts: MembershipParts;
  readonly #feed: RevocationFeed | null;
  readonly #remembered = new LRUCache<string, Remembered>({ max: REMEMBERED_MAX });

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
    if (known && this.#isTrusted(known, nowMs, tenantId, userId)) return known.membership ?? undefined;
    const seq = this.#feed?.seq ?? 0;
    const row = await maybe(this.#parts.pool, findMembership, [tenantId, userId]);
    const membership = row
      ? {
          status: row.status,
          roles: row.roles,
          isMfaRequired: row.mfa_required || this.#parts.isMfaRequired === true,
        }
      : null;
    this.#remembered.set(slot, { membership, fromMs: nowMs, seq });
    return membership ?? undefined;
  }

  /** Whether the tenant, or the platform, demands a second factor: for those who have no membership, but come by token. */
  async demandsMfa(tenantId: string): Promise<boolean> {
    if (this.#parts.isMfaRequired === true) return true;
    return (await maybe(this.#parts.pool, findMfaDemand, [tenantId]))?.mfa_required === true;
  }

  forget(): void {
    if (this.#feed) this.#feed.expire();
    else this.#remembered.clear();
  }

  #isTrusted({ fromMs, seq }: Remembered, nowMs: number, tenantId: string, userId: string): boolean {
    const ageMs = nowMs - fromMs;
    if (!this.#feed) return ageMs >= 0 && ageMs < TRUST_MS;
    const subjects = [`member:${tenantId}:${userId}`, `tenant:${tenantId}`, `user:${userId}`];
    return this.#feed.isFresh() && ageMs >= 0 && ageMs < REMEMBER_MS && !this.#feed.isRevoked(subjects, seq);
  }
}
