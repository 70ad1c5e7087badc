import { LRUCache } from "lru-cache";
import { exec, maybe } from "../db/sql.ts";
import { findApiKey, touchApiKey } from "./api-keys-store.ts";
import { REMEMBER_MS, REMEMBERED_MAX, TRUST_MS, USE_GRAIN_MS } from "./limits.ts";
import type { OperatorPrincipal, Principal, UserPrincipal } from "./principal.ts";
import type { RevocationFeed } from "./revocation-feed.ts";
import type { SessionParts } from "./sessions.ts";
import { findSession, type SessionRow, touchSession } from "./sessions-store.ts";
import { hashToken } from "./token.ts";

interface Remembered {
  readonly principal: Principal;
  readonly fromMs: number;
  /** Moment of the feed before it was read. */
  readonly seq: number;
}

/**
 * Tells who a session token or an API key belongs to. A verified one is remembered for a minute, as long as the feed
 * of revocations is fresh; without a feed, or with one that is stale, for half a second or not at all. So one that
 * was revoked in another process is dead within half a second, and here at once.
 */
export class Credentials {
  readonly #parts: SessionParts;
  readonly #remembered = new LRUCache<string, Remembered>({ max: REMEMBERED_MAX });

  readonly #feed: RevocationFeed | null;

  constructor(parts: SessionParts, feed: RevocationFeed | null = null) {
    this.#parts = parts;
    this.#feed = feed;
  }

  /** Undefined when it is unknown, over or revoked: the caller learns no more than that. */
  session(token: string): Promise<Principal | undefined> {
    return this.#verify(`session:${hashToken(token).toString("base64")}`, () => this.#findSession(token));
  }

  apiKey(key: string): Promise<Principal | undefined> {
    return this.#verify(`key:${hashToken(key).toString("base64")}`, () => this.#findApiKey(key));
  }

  /** After a sign-out or a revocation in this process: the next request asks the table. */
  forget(): void {
    if (this.#feed) this.#feed.expire();
    else this.#remembered.clear();
  }

  async #verify(slot: string, find: () => Promise<Principal | undefined>): Promise<Principal | undefined> {
    const nowMs = this.#parts.clock.now().getTime();
    const known = this.#remembered.get(slot);
    if (known && this.#isTrusted(known, nowMs)) {
      return isOver(known.principal, nowMs) ? undefined : known.principal;
    }
    // Both are taken before the look, so that trust ends in time however long the look takes.
    const seq = this.#feed?.seq ?? 0;
    const principal = await find();
    if (principal) this.#remembered.set(slot, { principal, fromMs: nowMs, seq });
    else this.#remembered.delete(slot);
    return principal;
  }

  #isTrusted({ principal, fromMs, seq }: Remembered, nowMs: number): boolean {
    const ageMs = nowMs - fromMs;
    if (!this.#feed) return ageMs >= 0 && ageMs < TRUST_MS;
    const trustMs = Math.min(REMEMBER_MS, this.#parts.sessionTimeoutMs / 4);
    return (
      this.#feed.isFresh() &&
      ageMs >= 0 &&
      ageMs < trustMs &&
      !this.#feed.isRevoked(subjectsOf(principal), seq)
    );
  }

  async #findSession(token: string): Promise<Principal | undefined> {
    const { pool, clock, sessionTimeoutMs } = this.#parts;
    const hash = hashToken(token);
    const row = await maybe(pool, findSession, [hash]);
    const nowMs = clock.now().getTime();
    if (!row || row.expires_at.getTime() <= nowMs) return undefined;
    const idleMs = nowMs - row.last_used_at.getTime();
    if (idleMs >= sessionTimeoutMs) return undefined;
    // A short timeout needs a finer grain, or work in the last minute would not count.
    if (idleMs >= Math.min(USE_GRAIN_MS, sessionTimeoutMs / 4)) {
      await exec(pool, touchSession, [hash, new Date(nowMs)]);
    }
    return toPrincipal(row);
  }

  async #findApiKey(key: string): Promise<Principal | undefined> {
    const { pool, clock } = this.#parts;
    const row = await maybe(pool, findApiKey, [hashToken(key)]);
    if (!row) return undefined;
    const nowMs = clock.now().getTime();
    const principal: Principal = {
      kind: "key",
      id: row.id,
      name: row.name,
      actor: `key:${row.id}`,
      tenantId: row.tenant_id,
      scopes: row.scopes,
      serviceAccountId: row.service_account_id,
      roles: row.roles ?? [],
      expiresAt: row.expires_at,
    };
    if (isOver(principal, nowMs)) return undefined;
    if (nowMs - (row.last_used_at?.getTime() ?? 0) >= USE_GRAIN_MS) {
      await exec(pool, touchApiKey, [row.id, new Date(nowMs)]);
    }
    return principal;
  }
}

function toPrincipal(row: SessionRow): OperatorPrincipal | UserPrincipal | undefined {
  const signed = {
    name: row.name,
    sessionId: row.id,
    amr: row.amr,
    authenticatedAt: row.authenticated_at,
    mfaAt: row.mfa_at,
    expiresAt: row.expires_at,
    deviceSince: row.device_since,
  };
  if (row.operator_id !== null) {
    return { kind: "operator", id: row.operator_id, actor: `operator:${row.operator_id}`, ...signed };
  }
  const { user_id: id, email, locale } = row;
  if (id === null || email === null || locale === null) return undefined;
  return { kind: "user", id, email, locale, actor: `user:${id}`, ...signed };
}

/** What may be revoked of it, as the feed names it. */
function subjectsOf(principal: Principal): string[] {
  const own = `${principal.kind}:${principal.id}`;
  if (principal.kind !== "key") return [own, `session:${principal.sessionId}`];
  return principal.tenantId === null ? [own] : [own, `tenant:${principal.tenantId}`];
}

function isOver(principal: Principal, nowMs: number): boolean {
  return principal.expiresAt !== null && principal.expiresAt.getTime() <= nowMs;
}
