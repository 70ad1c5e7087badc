import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { many, maybe } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { listKeysOfUser } from "./api-keys-store.ts";
import { normalizeEmail } from "./email.ts";
import { identityError } from "./errors.ts";
import { PAGE_MAX, USER_TENANTS_MAX } from "./limits.ts";
import { listUserTenants } from "./members-store.ts";
import type { Locale } from "./principal.ts";
import { announceRevocation } from "./revocations.ts";
import { endSessionsOf } from "./sessions.ts";
import {
  findUser,
  findUserByEmail,
  insertUser,
  listUsers,
  setUserStatus,
  type UserRow,
  updateUser,
} from "./users-store.ts";

export interface User {
  readonly id: string;
  /** Normalised. */
  readonly email: string;
  readonly name: string;
  readonly locale: Locale;
  readonly status: "active" | "disabled";
  readonly emailVerifiedAt: Date | null;
  readonly createdAt: Date;
}

interface UserParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
}

export interface UserInput {
  readonly email: string;
  readonly name?: string;
  readonly locale?: Locale;
  /** The address was proved: an invitation or a link that was sent to it came back. */
  readonly isVerified?: boolean;
}

/** @throws user.email_invalid, user.email_taken */
export async function createUser(parts: UserParts, input: UserInput, by: Actor): Promise<User> {
  return withTx(parts.pool, (tx) => addUser(tx, parts.clock, input, by));
}

/** The same inside a transaction. */
export async function addUser(tx: Tx, clock: Clock, input: UserInput, by: Actor): Promise<User> {
  const email = addressOf(input.email);
  const now = clock.now();
  const verifiedAt = input.isVerified ? now : null;
  const values = [uuidv7(), email, input.name ?? "", input.locale ?? "en", verifiedAt, now];
  const row = await maybe(tx, insertUser, values);
  if (!row) throw identityError("user.email_taken");
  await recordEvent(
    tx,
    by,
    "user.created",
    null,
    { userId: row.id },
    {
      personal: { subject: `user:${row.id}`, data: { email, name: row.name } },
    },
  );
  return fromRow(row);
}

/** By id or address. Throws user.not_found. */
export async function readUser(pool: pg.Pool, idOrEmail: string): Promise<User> {
  const email = normalizeEmail(idOrEmail);
  const row = isUuid(idOrEmail)
    ? await maybe(pool, findUser, [idOrEmail])
    : email === undefined
      ? undefined
      : await maybe(pool, findUserByEmail, [email]);
  if (!row) throw identityError("user.not_found", { user: idOrEmail });
  return fromRow(row);
}

/** By address. @param filter.search Part of address or name. */
export async function readUsers(
  pool: pg.Pool,
  filter: { readonly search?: string; readonly afterEmail?: string; readonly limit?: number },
): Promise<User[]> {
  const like = filter.search === undefined ? null : `%${filter.search.replace(/[\\%_]/g, "\\$&")}%`;
  const limit = Math.min(filter.limit ?? PAGE_MAX, PAGE_MAX + 1);
  return (await many(pool, listUsers, [filter.afterEmail ?? null, like, limit])).map(fromRow);
}

export async function changeUser(
  parts: UserParts,
  id: string,
  change: { readonly name?: string; readonly locale?: Locale },
  by: Actor,
): Promise<User> {
  return withTx(parts.pool, async (tx) => {
    const values = [id, change.name ?? null, change.locale ?? null, parts.clock.now()];
    const before = isUuid(id) ? await maybe(tx, findUser, [id]) : undefined;
    const row = before && (await maybe(tx, updateUser, values));
    if (!row) throw identityError("user.not_found", { user: id });
    await announceRevocation(tx, "user", id);
    const state = ({ name, locale }: typeof row) => ({ name, locale });
    const states = { of: `user:${id}`, before: state(before), after: state(row) };
    await recordEvent(
      tx,
      by,
      "user.updated",
      null,
      { userId: id, fields: Object.keys(change) },
      {
        states,
        personal: { subject: `user:${id}`, data: change },
      },
    );
    return fromRow(row);
  });
}

/**
 * A disabled user is signed out everywhere and signs in nowhere, in the same transaction; keys and invitations that they
 * made are worth nothing until they are enabled again.
 */
export async function setUserEnabled(
  parts: UserParts,
  id: string,
  isEnabled: boolean,
  by: Actor,
): Promise<User> {
  return withTx(parts.pool, async (tx) => {
    const known = isUuid(id) ? await maybe(tx, findUser, [id]) : undefined;
    if (!known) throw identityError("user.not_found", { user: id });
    const row = await maybe(tx, setUserStatus, [id, isEnabled ? "active" : "disabled", parts.clock.now()]);
    if (!row) return fromRow(known);
    if (!isEnabled) await endSessionsOf(tx, id, by);
    for (const key of await many(tx, listKeysOfUser, [id])) await announceRevocation(tx, "key", key.id);
    await announceRevocation(tx, "user", id);
    await recordEvent(tx, by, isEnabled ? "user.enabled" : "user.disabled", null, { userId: id });
    return fromRow(row);
  });
}

export interface UserTenant {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly status: string;
  readonly roles: readonly string[];
}

/** The tenants that a user may enter, by name. */
export async function readTenantsOf(pool: pg.Pool, userId: string): Promise<UserTenant[]> {
  const rows = await many(pool, listUserTenants, [userId, USER_TENANTS_MAX]);
  return rows.map(({ tenant_id: id, slug, name, status, roles }) => ({ id, slug, name, status, roles }));
}

export function addressOf(text: string): string {
  const email = normalizeEmail(text);
  if (email === undefined) throw identityError("user.email_invalid");
  return email;
}

export function fromRow(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    locale: row.locale,
    status: row.status,
    emailVerifiedAt: row.email_verified_at,
    createdAt: row.created_at,
  };
}
