import { LRUCache } from "lru-cache";
import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { isUuid } from "../base/ids.ts";
import { many, maybe } from "../db/sql.ts";
import { REMEMBER_MS, REMEMBERED_MAX, TENANTS_MAX, TRUST_MS } from "./limits.ts";
import { findMfaDemand, listMemberships, type MembershipRow } from "./members-store.ts";
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
    const nowMs = this.#parts.clock.now().getTime();
    const known = this.#known(tenantId, userId, nowMs);
    return known ? heldAt(known, nowMs) : (await this.findAll(tenantId, [userId])).get(userId);
  }

  /** Of many, by user; those that are not remembered are read at once. */
  async findAll(tenantId: string, userIds: readonly string[]): Promise<Map<string, Membership>> {
    const nowMs = this.#parts.clock.now().getTime();
    const found = new Map<string, Remembered>();
    const unknown: string[] = [];
    for (const userId of isUuid(tenantId) ? userIds.filter(isUuid) : []) {
      const known = this.#known(tenantId, userId, nowMs);
      if (known) found.set(userId, known);
      else unknown.push(userId);
    }
    if (unknown.length > 0) {
      const seq = this.#feed?.seq ?? 0;
      const values = [tenantId, unknown, new Date(nowMs)];
      const rows = await many(this.#parts.pool, listMemberships, values);
      const byUser = new Map(rows.map((row) => [row.user_id, row]));
      for (const userId of unknown) {
        const read = { ...this.#read(byUser.get(userId.toLowerCase())), fromMs: nowMs, seq };
        this.#remembered.set(`${tenantId}:${userId}`, read);
        found.set(userId, read);
      }
    }
    const held = [...found].map(([userId, each]) => [userId, heldAt(each, nowMs)] as const);
    return new Map(held.flatMap(([userId, membership]) => (membership ? [[userId, membership]] : [])));
  }

  #known(tenantId: string, userId: string, nowMs: number): Remembered | undefined {
    const known = this.#remembered.get(`${tenantId}:${userId}`);
    const subjects = [`member:${tenantId}:${userId}`, `tenant:${tenantId}`, `user:${userId}`];
    return known && this.#isTrusted(known, nowMs, subjects) ? known : undefined;
  }

  #read(row: MembershipRow | undefined): Pick<Remembered, "membership" | "grants"> {
    if (!row) return { membership: null, grants: null };
    const { status, roles, mfa_required, grants } = row;
    const isMfaRequired = mfa_required || this.#parts.isMfaRequired === true;
    return { membership: { status, roles, temporary: [], isMfaRequired }, grants };
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
