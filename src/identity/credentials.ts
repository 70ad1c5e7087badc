import { LRUCache } from "lru-cache";
import { exec, maybe } from "../db/sql.ts";
import { findApiKey, touchApiKey } from "./api-keys-store.ts";
import { REMEMBERED_MAX, TRUST_MS, USE_GRAIN_MS } from "./limits.ts";
import type { OperatorPrincipal, Principal, UserPrincipal } from "./principal.ts";
import type { SessionParts } from "./sessions.ts";
import { findSession, type SessionRow, touchSession } from "./sessions-store.ts";
import { hashToken } from "./token.ts";

interface Remembered {
  readonly principal: Principal;
  readonly untilMs: number;
}

/**
 * Tells who a session token or an API key belongs to. A verified one is trusted for half a second, so that a busy
 * client costs two look-ups a second; one that was revoked in another process is dead within that time.
 */
export class Credentials {
  readonly #parts: SessionParts;
  readonly #remembered = new LRUCache<string, Remembered>({ max: REMEMBERED_MAX });

  constructor(parts: SessionParts) {
    this.#parts = parts;
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
    this.#remembered.clear();
  }

  async #verify(slot: string, find: () => Promise<Principal | undefined>): Promise<Principal | undefined> {
    const nowMs = this.#parts.clock.now().getTime();
    const known = this.#remembered.get(slot);
    const isTrusted = known && nowMs < known.untilMs && nowMs >= known.untilMs - TRUST_MS;
    if (isTrusted) return isOver(known.principal, nowMs) ? undefined : known.principal;
    const principal = await find();
    // Trust begins before the look, so that it ends in time however long the look took.
    if (principal) this.#remembered.set(slot, { principal, untilMs: nowMs + TRUST_MS });
    else this.#remembered.delete(slot);
    return principal;
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
  };
  if (row.operator_id !== null) {
    return { kind: "operator", id: row.operator_id, actor: `operator:${row.operator_id}`, ...signed };
  }
  const { user_id: id, email, locale } = row;
  if (id === null || email === null || locale === null) return undefined;
  return { kind: "user", id, email, locale, actor: `user:${id}`, ...signed };
}

function isOver(principal: Principal, nowMs: number): boolean {
  return principal.expiresAt !== null && principal.expiresAt.getTime() <= nowMs;
}
