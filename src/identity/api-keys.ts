import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import {
  type ApiKeyRow,
  countApiKeys,
  deleteApiKey,
  insertApiKey,
  listApiKeys,
  lockApiKey,
  shortenApiKey,
} from "./api-keys-store.ts";
import { identityError } from "./errors.ts";
import { holdGiver, holdMaker } from "./left-behind.ts";
import { API_KEYS_MAX, KEY_OVERLAP_MS } from "./limits.ts";
import { permissionRole, type RoleBook } from "./ports.ts";
import { announceRevocation } from "./revocations.ts";
import { findServiceAccount } from "./service-accounts-store.ts";
import { drawToken, hashToken } from "./token.ts";

export const API_KEY_PREFIX = "ten_";
/** Enough to recognise a key by, with 200 bits left that are not shown. */
const SHOWN_CHARACTERS = 12;
const DAY_MS = 86_400_000;

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  /** Null: of the platform. */
  readonly tenantId: string | null;
  readonly serviceAccountId: string | null;
  /** Null: all that its kind has. */
  readonly scopes: readonly string[] | null;
  /** The key that it was rotated from. */
  readonly replaces: string | null;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
}

export type NewApiKey = ApiKey & { readonly key: string };

interface ApiKeyParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** Given where members make keys: what they may not do any more at the commit, no key of theirs may. */
  readonly roles?: RoleBook;
}

export interface ApiKeyInput {
  readonly name: string;
  readonly expiresInDays?: number;
  /** Default: none, a key of the platform. */
  readonly tenantId?: string;
  /** Of the tenant; its roles say what the key may do. */
  readonly serviceAccountId?: string;
  /** The most it may do. A tenant's key without a service account must have them. */
  readonly scopes?: readonly string[];
}

/**
 * The key itself is in this answer and nowhere else, ever.
 *
 * @throws service_account.not_found, api_key.too_many, api_key.unbounded for a tenant's key with neither account nor scopes
 */
export async function createApiKey(parts: ApiKeyParts, input: ApiKeyInput, by: Actor): Promise<NewApiKey> {
  const now = parts.clock.now();
  const expiresAt =
    input.expiresInDays === undefined ? null : new Date(now.getTime() + input.expiresInDays * DAY_MS);
  const { tenantId = null, serviceAccountId = null, scopes = null } = input;
  if (tenantId !== null && serviceAccountId === null && scopes === null)
    throw identityError("api_key.unbounded");
  return withTx(parts.pool, async (tx) => {
    const given = (scopes ?? []).map(permissionRole);
    if (serviceAccountId !== null) {
      const isId = isUuid(serviceAccountId);
      const account = isId ? await maybe(tx, findServiceAccount, [tenantId, serviceAccountId]) : undefined;
      if (!account) throw identityError("service_account.not_found", { id: serviceAccountId });
      given.push(...account.roles);
    }
    if (tenantId !== null && parts.roles)
      await holdGiver(tx, parts.roles, { tenantId, roles: given, now }, by);
    else if (tenantId !== null) await holdMaker(tx, tenantId, by);
    if ((await one(tx, countApiKeys, [tenantId, now])).n >= API_KEYS_MAX)
      throw identityError("api_key.too_many", { max: API_KEYS_MAX });
    const { key, prefix, hash } = draw();
    const values = [uuidv7(), input.name, prefix, hash, by.actor, now, expiresAt];
    const row = await one(tx, insertApiKey, [...values, tenantId, serviceAccountId, scopes, null]);
    await recordEvent(tx, by, "api_key.created", tenantId, { id: row.id, name: row.name, prefix });
    return { ...fromRow(row), key };
  });
}

/** Of one tenant, or the platform's own; newest first. */
export async function readApiKeys(pool: pg.Pool, tenantId: string | null = null): Promise<ApiKey[]> {
  return (await many(pool, listApiKeys, [API_KEYS_MAX, tenantId])).map(fromRow);
}

/**
 * A key in place of another: both work until the overlap is over, so nobody has to stop for it.
 *
 * @throws api_key.not_found, for a key of another tenant too
 */
export async function rotateApiKey(
  parts: ApiKeyParts,
  input: { readonly id: string; readonly tenantId: string | null; readonly overlapMs?: number },
  by: Actor,
): Promise<NewApiKey> {
  const now = parts.clock.now();
  const { id, tenantId, overlapMs = KEY_OVERLAP_MS } = input;
  return withTx(parts.pool, async (tx) => {
    // A key that rotates itself is held by the lock below.
    if (tenantId !== null && by.actor !== `key:${id}`) await holdMaker(tx, tenantId, by);
    const old = isUuid(id) ? await maybe(tx, lockApiKey, [id, tenantId]) : undefined;
    if (!old || (old.expires_at && old.expires_at <= now)) throw identityError("api_key.not_found", { id });
    // As long as the old one had: a key of 90 days is followed by one of 90 days.
    const lifetimeMs = old.expires_at && old.expires_at.getTime() - old.created_at.getTime();
    const expiresAt = lifetimeMs === null ? null : new Date(now.getTime() + lifetimeMs);
    const { key, prefix, hash } = draw();
    const values = [uuidv7(), old.name, prefix, hash, by.actor, now, expiresAt];
    const row = await one(tx, insertApiKey, [
      ...values,
      tenantId,
      old.service_account_id,
      old.scopes,
      old.id,
    ]);
    await exec(tx, shortenApiKey, [old.id, new Date(now.getTime() + overlapMs)]);
    await announceRevocation(tx, "key", old.id);
    await recordEvent(tx, by, "api_key.rotated", tenantId, {
      id: row.id,
      name: row.name,
      prefix,
      replaces: old.id,
    });
    return { ...fromRow(row), key };
  });
}

/** Dead in this process at once when `Credentials.forget` follows, and in all others within a second. */
export async function revokeApiKey(
  pool: pg.Pool,
  id: string,
  by: Actor,
  tenantId: string | null = null,
): Promise<void> {
  await withTx(pool, async (tx) => {
    const row = isUuid(id) ? await maybe(tx, deleteApiKey, [id, tenantId]) : undefined;
    if (!row) throw identityError("api_key.not_found", { id });
    await announceRevocation(tx, "key", id);
    await recordEvent(tx, by, "api_key.revoked", tenantId, { id, ...row });
  });
}

function draw() {
  const key = drawToken(API_KEY_PREFIX);
  return { key, prefix: key.slice(0, SHOWN_CHARACTERS), hash: hashToken(key) };
}

function fromRow(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    tenantId: row.tenant_id,
    serviceAccountId: row.service_account_id,
    scopes: row.scopes,
    replaces: row.replaces,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}
