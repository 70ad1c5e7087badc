import { LRUCache } from "lru-cache";
import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { isUuid } from "../base/ids.ts";
import { maybe } from "../db/sql.ts";
import { REMEMBERED_MAX, TRUST_MS } from "./limits.ts";
import { findMembership } from "./members-store.ts";

export interface Membership {
  /** suspended: no access. */
  readonly status: "active" | "suspended";
  readonly roles: readonly string[];
}

/** Who is a member of what, remembered for half a second like credentials. */
export class Memberships {
  readonly #parts: { readonly pool: pg.Pool; readonly clock: Clock };
  readonly #remembered = new LRUCache<string, { membership: Membership | null; untilMs: number }>({
    max: REMEMBERED_MAX,
  });

  constructor(parts: { readonly pool: pg.Pool; readonly clock: Clock }) {
    this.#parts = parts;
  }

  /** Undefined: they have no business there, and must not learn whether the tenant exists. */
  async find(tenantId: string, userId: string): Promise<Membership | undefined> {
    if (!isUuid(tenantId) || !isUuid(userId)) return undefined;
    const slot = `${tenantId}:${userId}`;
    const nowMs = this.#parts.clock.now().getTime();
    const known = this.#remembered.get(slot);
    if (known && nowMs < known.untilMs && nowMs >= known.untilMs - TRUST_MS)
      return known.membership ?? undefined;
    const membership = (await maybe(this.#parts.pool, findMembership, [tenantId, userId])) ?? null;
    this.#remembered.set(slot, { membership, untilMs: nowMs + TRUST_MS });
    return membership ?? undefined;
  }

  forget(): void {
    this.#remembered.clear();
  }
}
