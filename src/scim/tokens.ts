import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { assertGrantable, type MemberActor } from "../identity/members.ts";
import { OWNER, type RoleBook } from "../identity/ports.ts";
import { drawToken, hashToken } from "../identity/token.ts";
import { scimError } from "./errors.ts";
import { deleteToken, findToken, insertToken, listTokens, type TokenRow, touchToken } from "./store.ts";

export interface ScimParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly roles: RoleBook;
}

export interface ScimToken {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** Actor who made it. */
  readonly createdBy: string;
  readonly lastUsedAt: Date | null;
  readonly expiresAt: Date | null;
}

/** The old one and the new one during a rotation, of two directories. */
const TOKENS_MAX = 4;
const DAY_MS = 86_400_000;

/**
 * A bearer token of the tenant's directory; it is shown once. Its holder suspends and removes owners, and gives what
 * groups give: so only who may do all of that makes one.
 *
 * @throws scim.too_many_tokens, role.not_grantable
 */
export async function createToken(
  parts: ScimParts,
  tenantId: string,
  input: { readonly name: string; readonly expiresInDays?: number },
  by: MemberActor,
): Promise<ScimToken & { readonly token: string }> {
  await assertGrantable(parts.roles, tenantId, [OWNER], by);
  const now = parts.clock.now();
  const token = drawToken("scim_");
  const expiresAt =
    input.expiresInDays === undefined ? null : new Date(now.getTime() + input.expiresInDays * DAY_MS);
  return withTx(parts.pool, async (tx) => {
    if ((await many(tx, listTokens, [tenantId])).length >= TOKENS_MAX)
      throw scimError("scim.too_many_tokens", { max: TOKENS_MAX });
    const values = [tenantId, uuidv7(), input.name, hashToken(token), by.actor, now, expiresAt];
    const row = await one(tx, insertToken, values);
    await recordEvent(tx, by, "scim.token_created", tenantId, { tokenId: row.id, name: input.name });
    return { ...fromRow(row), token };
  });
}

/** Newest first. */
export async function readTokens(parts: Pick<ScimParts, "pool">, tenantId: string): Promise<ScimToken[]> {
  return (await many(parts.pool, listTokens, [tenantId])).map(fromRow);
}

/** Throws scim.token_not_found, for another tenant's too. */
export async function revokeToken(
  parts: Pick<ScimParts, "pool">,
  tenantId: string,
  id: string,
  by: Actor,
): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    const gone = isUuid(id) ? await maybe(tx, deleteToken, [tenantId, id]) : undefined;
    if (!gone) throw scimError("scim.token_not_found", { id });
    await recordEvent(tx, by, "scim.token_revoked", tenantId, { tokenId: id, name: gone.name });
  });
}

/** Who the directory is, if the token is this tenant's; each request asks the table, so a revoked token is dead at once. */
export async function verifyToken(
  parts: ScimParts,
  tenantId: string,
  token: string,
): Promise<Actor | undefined> {
  if (!isUuid(tenantId) || !/^scim_[\w-]{20,100}$/.test(token)) return undefined;
  const row = await maybe(parts.pool, findToken, [tenantId, hashToken(token)]);
  const now = parts.clock.now();
  if (!row || (row.expires_at !== null && row.expires_at.getTime() <= now.getTime())) return undefined;
  await exec(parts.pool, touchToken, [tenantId, row.id, now]);
  return { actor: `scim:${row.id}` };
}

function fromRow(row: TokenRow): ScimToken {
  return {
    id: row.id,
    name: row.name,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
  };
}
