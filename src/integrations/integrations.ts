import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import type { GuardedFetch } from "../base/guarded-fetch.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { drawToken, hashToken } from "../identity/token.ts";
import type { Keyring } from "../keys/keyring.ts";
import { integrationError } from "./errors.ts";
import {
  authorizeUrl,
  exchangeCode,
  readAccount,
  refreshTokens,
  revokeTokens,
  ServiceRefusal,
  type Tokens,
} from "./oauth.ts";
import type { ConfiguredProvider } from "./providers.ts";
import { checksContext, tokensContext } from "./sealed-places.ts";
import {
  countTenantIntegrations,
  deleteIntegration,
  deleteOldAttempts,
  deleteTenantIntegrations,
  expireIntegration,
  findAccount,
  findIntegration,
  type IntegrationRow,
  insertAttempt,
  listEnding,
  listIntegrations,
  lockIntegration,
  noteFailure,
  renewIntegration,
  takeAttempt,
  upsertIntegration,
} from "./store.ts";

export interface IntegrationParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly fetch: GuardedFetch;
  readonly providers: ReadonlyMap<string, ConfiguredProvider>;
}

export interface Integration {
  readonly id: string;
  readonly provider: string;
  readonly account: { readonly id: string; readonly name: string };
  readonly scopes: readonly string[];
  /** expired: the service no longer renews it. */
  readonly status: "connected" | "expired";
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly refreshedAt: Date;
  /** End of the access token; it is renewed before. null: the service does not say. */
  readonly expiresAt: Date | null;
  /** Why the last renewal failed; null: it did not. */
  readonly failure: string | null;
}

/** Somebody reads what the service asks them to allow. */
const ATTEMPT_LIFETIME_MS = 15 * 60_000;
/** A token that ends sooner is renewed before it is handed out. */
const FRESH_MS = 60_000;
/** The sweep renews what ends within this. */
const AHEAD_MS = 10 * 60_000;
const RENEWED_AT_ONCE_MAX = 50;

interface Checks {
  readonly provider: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
}

/** Accounts at outside services, by tenant. */
export class Integrations {
  readonly parts: IntegrationParts;

  constructor(parts: IntegrationParts) {
    this.parts = parts;
  }

  async list(tenantId: string): Promise<Integration[]> {
    return (await many(this.parts.pool, listIntegrations, [tenantId])).map(fromRow);
  }

  /** Where the browser goes. Throws integration.provider_unknown. */
  async start(
    tenantId: string,
    input: { provider: string; redirectUri: string },
    by: Actor,
  ): Promise<string> {
    const provider = this.#provider(input.provider);
    const { pool, clock, keyring } = this.parts;
    const [state, codeVerifier] = [drawToken(), drawToken()];
    const checks: Checks = { provider: provider.key, codeVerifier, redirectUri: input.redirectUri };
    const context = checksContext(hashToken(state).toString("hex"));
    const sealed = await keyring.seal(
      { tenantId },
      "integrations",
      context,
      Buffer.from(JSON.stringify(checks)),
    );
    const now = clock.now();
    await withTx(pool, async (tx) => {
      await exec(tx, deleteOldAttempts, [now]);
      await exec(tx, insertAttempt, [
        hashToken(state),
        tenantId,
        by.actor,
        sealed,
        new Date(now.getTime() + ATTEMPT_LIFETIME_MS),
      ]);
      await recordEvent(tx, by, "integration.connect_started", tenantId, { provider: provider.key });
    });
    return authorizeUrl(provider, { redirectUri: input.redirectUri, state, codeVerifier });
  }

  /**
   * @param answer the query that the service added to the redirect URI
   * @throws integration.attempt_unknown, integration.refused
   */
  async finish(tenantId: string, answer: string, by: Actor): Promise<Integration> {
    const { pool, clock, keyring, fetch } = this.parts;
    const query = new URLSearchParams(answer);
    const stateHash = hashToken(query.get("state") ?? "");
    const taken = await maybe(pool, takeAttempt, [stateHash, tenantId, by.actor, clock.now()]);
    if (!taken) throw integrationError("integration.attempt_unknown");
    const context = checksContext(stateHash.toString("hex"));
    const plain = await keyring.open({ tenantId }, context, taken.checks, "integrations");
    const checks = JSON.parse(plain.toString()) as Checks; // written by start
    const provider = this.#provider(checks.provider);
    const code = query.get("code");
    if (code === null)
      throw integrationError("integration.refused", {
        reason: (query.get("error") ?? "no code").slice(0, 100),
      });
    try {
      const tokens = await exchangeCode(fetch, provider, { ...checks, code, now: clock.now() });
      const account = await readAccount(fetch, provider, tokens.accessToken);
      return await this.#keep(tenantId, provider, account, tokens, by);
    } catch (failure) {
      if (failure instanceof ServiceRefusal)
        throw integrationError("integration.refused", { reason: failure.message });
      throw failure;
    }
  }

  async #keep(
    tenantId: string,
    provider: ConfiguredProvider,
    account: { id: string; name: string },
    tokens: Tokens,
    by: Actor,
  ): Promise<Integration> {
    return withTx(this.parts.pool, async (tx) => {
      const id = (await maybe(tx, findAccount, [tenantId, provider.key, account.id]))?.id ?? uuidv7();
      const sealed = await this.#seal(tenantId, id, tokens);
      const now = this.parts.clock.now();
      const values = [
        tenantId,
        id,
        provider.key,
        account.id,
        account.name,
        tokens.scopes,
        sealed,
        tokens.expiresAt,
        by.actor,
        now,
      ];
      const row = await one(tx, upsertIntegration, values);
      await recordEvent(tx, by, "integration.connected", tenantId, {
        integrationId: id,
        provider: provider.key,
        account: account.id,
      });
      return fromRow(row);
    });
  }

  /** A token that works for at least a minute. Throws integration.not_found, integration.expired, integration.refused. */
  async accessToken(tenantId: string, id: string): Promise<string> {
    const row = isUuid(id) ? await maybe(this.parts.pool, findIntegration, [tenantId, id]) : undefined;
    if (!row) throw integrationError("integration.not_found", { id });
    if (row.status === "expired") throw integrationError("integration.expired");
    if (this.#endsWithin(row, FRESH_MS)) return (await this.#renew(tenantId, id, FRESH_MS)).accessToken;
    return (await this.#open(tenantId, row)).accessToken;
  }

  /** Renews what ends soon; one that fails does not keep the others waiting. */
  async renewEnding(): Promise<number> {
    const before = new Date(this.parts.clock.now().getTime() + AHEAD_MS);
    const ending = await many(this.parts.pool, listEnding, [before, RENEWED_AT_ONCE_MAX]);
    for (const { tenant_id: tenantId, id } of ending)
      await this.#renew(tenantId, id, AHEAD_MS).catch(() => undefined);
    return ending.length;
  }

  async #renew(tenantId: string, id: string, withinMs: number): Promise<Tokens> {
    const { pool, clock, fetch } = this.parts;
    const outcome = await withTx(pool, async (tx) => {
      const row = await maybe(tx, lockIntegration, [tenantId, id]);
      if (!row) throw integrationError("integration.not_found", { id });
      const known = await this.#open(tenantId, row);
      // Another process was faster while we waited for the lock.
      if (!this.#endsWithin(row, withinMs)) return known;
      const provider = this.parts.providers.get(row.provider);
      if (!provider || known.refreshToken === null) return this.#expire(tx, row, "it gave no refresh token");
      try {
        const tokens = await refreshTokens(fetch, provider, known.refreshToken, clock.now());
        const sealed = await this.#seal(tenantId, id, tokens);
        await exec(tx, renewIntegration, [
          tenantId,
          id,
          sealed,
          tokens.scopes,
          tokens.expiresAt,
          clock.now(),
        ]);
        return tokens;
      } catch (failure) {
        if (!(failure instanceof ServiceRefusal)) throw failure;
        if (!failure.isFinal) {
          await exec(tx, noteFailure, [tenantId, id, failure.message]);
          return { refused: failure.message };
        }
        return this.#expire(tx, row, failure.message);
      }
    });
    if (outcome === "expired") throw integrationError("integration.expired");
    if ("refused" in outcome) throw integrationError("integration.refused", { reason: outcome.refused });
    return outcome;
  }

  async #expire(tx: Tx, row: IntegrationRow, reason: string): Promise<"expired"> {
    await exec(tx, expireIntegration, [row.tenant_id, row.id, reason]);
    const by = { actor: "system:token renewal" };
    await recordEvent(tx, by, "integration.failed", row.tenant_id, {
      integrationId: row.id,
      provider: row.provider,
      reason,
    });
    return "expired";
  }

  /** Ends the tokens at the service as well, where it can; here they are gone in any case. Throws integration.not_found. */
  async disconnect(tenantId: string, id: string, by: Actor): Promise<void> {
    const row = isUuid(id) ? await maybe(this.parts.pool, findIntegration, [tenantId, id]) : undefined;
    if (!row) throw integrationError("integration.not_found", { id });
    const isRevoked = await this.#revoke(tenantId, row);
    await withTx(this.parts.pool, async (tx) => {
      await maybe(tx, deleteIntegration, [tenantId, id]);
      await recordEvent(tx, by, "integration.disconnected", tenantId, {
        integrationId: id,
        provider: row.provider,
        isRevoked,
      });
    });
  }

  /** Whether the service was told. One that is away does not keep a tenant connected. */
  async #revoke(tenantId: string, row: IntegrationRow): Promise<boolean> {
    const provider = this.parts.providers.get(row.provider);
    if (!provider || provider.revokeUrl === null) return false;
    try {
      await revokeTokens(this.parts.fetch, provider, await this.#open(tenantId, row));
      return true;
    } catch (failure) {
      if (failure instanceof ServiceRefusal) return false;
      throw failure;
    }
  }

  async eraseTenant(tenantId: string): Promise<void> {
    await exec(this.parts.pool, deleteTenantIntegrations, [tenantId]);
  }

  async countTenant(tenantId: string): Promise<number> {
    return (await one(this.parts.pool, countTenantIntegrations, [tenantId])).n;
  }

  #provider(key: string): ConfiguredProvider {
    const provider = this.parts.providers.get(key);
    if (!provider) throw integrationError("integration.provider_unknown", { provider: key });
    return provider;
  }

  #endsWithin({ expires_at }: IntegrationRow, withinMs: number): boolean {
    return expires_at !== null && expires_at.getTime() - this.parts.clock.now().getTime() < withinMs;
  }

  #seal(tenantId: string, id: string, { accessToken, refreshToken }: Tokens): Promise<Buffer> {
    const plain = Buffer.from(JSON.stringify({ accessToken, refreshToken }));
    return this.parts.keyring.seal({ tenantId }, "integrations", tokensContext(id), plain);
  }

  async #open(tenantId: string, row: IntegrationRow): Promise<Tokens> {
    const plain = await this.parts.keyring.open(
      { tenantId },
      tokensContext(row.id),
      row.tokens,
      "integrations",
    );
    const { accessToken, refreshToken } = JSON.parse(plain.toString()) as Tokens; // written by #seal
    return { accessToken, refreshToken, scopes: row.scopes, expiresAt: row.expires_at };
  }
}

function fromRow(row: IntegrationRow): Integration {
  return {
    id: row.id,
    provider: row.provider,
    account: { id: row.account_id, name: row.account_name },
    scopes: row.scopes,
    status: row.status,
    createdBy: row.created_by,
    createdAt: row.created_at,
    refreshedAt: row.refreshed_at,
    expiresAt: row.expires_at,
    failure: row.failure,
  };
}
