import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { many, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import { API_KEYS_MAX } from "./limits.ts";
import { type ApiKeyRow, deleteApiKey, insertApiKey, listApiKeys } from "./store.ts";
import { drawToken, hashToken } from "./token.ts";

export const API_KEY_PREFIX = "ten_";
/** Enough to recognise a key by, with 200 bits left that are not shown. */
const SHOWN_CHARACTERS = 12;
const DAY_MS = 86_400_000;

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly prefix: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
}

interface ApiKeyParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
}

/** The key itself is in this answer and nowhere else, ever. */
export async function createApiKey(
  parts: ApiKeyParts,
  input: { readonly name: string; readonly expiresInDays?: number },
  by: Actor,
): Promise<ApiKey & { readonly key: string }> {
  const now = parts.clock.now();
  const key = drawToken(API_KEY_PREFIX);
  const expiresAt =
    input.expiresInDays === undefined ? null : new Date(now.getTime() + input.expiresInDays * DAY_MS);
  const prefix = key.slice(0, SHOWN_CHARACTERS);
  return withTx(parts.pool, async (tx) => {
    const values = [uuidv7(), input.name, prefix, hashToken(key), by.actor, now, expiresAt];
    const row = await one(tx, insertApiKey, values);
    await recordEvent(tx, by, "api_key.created", null, { id: row.id, name: row.name, prefix });
    return { ...fromRow(row), key };
  });
}

export async function readApiKeys(pool: pg.Pool): Promise<ApiKey[]> {
  return (await many(pool, listApiKeys, [API_KEYS_MAX])).map(fromRow);
}

/** Dead in this process at once when `Credentials.forget` follows, and in all others within a second. */
export async function revokeApiKey(pool: pg.Pool, id: string, by: Actor): Promise<void> {
  await withTx(pool, async (tx) => {
    const row = isUuid(id) ? await maybe(tx, deleteApiKey, [id]) : undefined;
    if (!row) throw identityError("api_key.not_found", { id });
    await recordEvent(tx, by, "api_key.revoked", null, { id, ...row });
  });
}

function fromRow(row: ApiKeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}
