import type pg from "pg";
import { recordEvent } from "../audit/record.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { many, maybe } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { deleteApiKey } from "./api-keys-store.ts";
import { identityError } from "./errors.ts";
import { SERVICE_ACCOUNTS_MAX } from "./limits.ts";
import { assertGivenMeanwhile, assertGrantable, type MemberActor, type MemberParts } from "./members.ts";
import { announceRevocation } from "./revocations.ts";
import {
  deleteServiceAccount,
  findServiceAccount,
  insertServiceAccount,
  listAccountKeys,
  listServiceAccounts,
  lockServiceAccount,
  type ServiceAccountRow,
  updateServiceAccount,
} from "./service-accounts-store.ts";

/** A program of a tenant: it has roles like a member, and acts by API keys. */
export interface ServiceAccount {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly status: "active" | "disabled";
  readonly createdAt: Date;
}

/** Throws service_account.exists, service_account.too_many, role.unknown, role.not_grantable. */
export async function createServiceAccount(
  parts: MemberParts,
  input: { readonly tenantId: string; readonly name: string; readonly roles: readonly string[] },
  by: MemberActor,
): Promise<ServiceAccount> {
  const { tenantId, name, roles } = input;
  await assertGrantable(parts.roles, tenantId, roles, by);
  const known = await readServiceAccounts(parts.pool, tenantId);
  if (known.length >= SERVICE_ACCOUNTS_MAX)
    throw identityError("service_account.too_many", { max: SERVICE_ACCOUNTS_MAX });
  return withTx(parts.pool, async (tx) => {
    const values = [tenantId, uuidv7(), name, roles, by.actor, parts.clock.now()];
    const row = await maybe(tx, insertServiceAccount, values);
    if (!row) throw identityError("service_account.exists");
    await recordEvent(tx, by, "service_account.created", tenantId, { id: row.id, name, roles });
    return fromRow(row);
  });
}

export async function readServiceAccounts(pool: pg.Pool, tenantId: string): Promise<ServiceAccount[]> {
  return (await many(pool, listServiceAccounts, [tenantId, SERVICE_ACCOUNTS_MAX])).map(fromRow);
}

/** Throws service_account.not_found, for another tenant's too. */
export async function readServiceAccount(
  pool: pg.Pool,
  tenantId: string,
  id: string,
): Promise<ServiceAccount> {
  const row = isUuid(id) ? await maybe(pool, findServiceAccount, [tenantId, id]) : undefined;
  if (!row) throw identityError("service_account.not_found", { id });
  return fromRow(row);
}

/**
 * Roles or state; its keys follow at once. Without a role left it is disabled, and keeps its last ones.
 *
 * @throws service_account.not_found, role.unknown, role.not_grantable
 */
export async function changeServiceAccount(
  parts: MemberParts,
  input: {
    readonly tenantId: string;
    readonly id: string;
    readonly roles?: readonly string[];
    /** Taken away, whatever else it holds by then; in place of `roles`. */
    readonly withoutRoles?: readonly string[];
    readonly status?: "active" | "disabled";
  },
  by: MemberActor,
): Promise<ServiceAccount> {
  const { tenantId, id } = input;
  const known = await readServiceAccount(parts.pool, tenantId, id);
  // What it has already counts too: enabling it again gives all of that.
  const touchedOf = (held: readonly string[]) => [...new Set([...held, ...(input.roles ?? [])])];
  await assertGrantable(parts.roles, tenantId, touchedOf(known.roles), by);
  return withTx(parts.pool, async (tx) => {
    const locked = await maybe(tx, lockServiceAccount, [tenantId, id]);
    if (!locked) throw identityError("service_account.not_found", { id });
    const before = fromRow(locked);
    await assertGivenMeanwhile(parts.roles, tenantId, touchedOf(known.roles), touchedOf(before.roles), by);
    const { roles, status } = input.withoutRoles ? remainder(before, input.withoutRoles) : input;
    const row = await maybe(tx, updateServiceAccount, [tenantId, id, roles ?? null, status ?? null]);
    if (!row) throw identityError("service_account.not_found", { id });
    await forgetKeys(tx, tenantId, id);
    const after = fromRow(row);
    const detail = {
      id,
      ...(roles ? { roles, before: before.roles } : {}),
      ...(status ? { status } : {}),
    };
    const state = (it: ServiceAccount) => ({ roles: [...it.roles].sort(), status: it.status });
    const states = { of: `service_account:${id}`, before: state(before), after: state(after) };
    await recordEvent(tx, by, "service_account.updated", tenantId, detail, { states });
    return after;
  });
}

function remainder(
  { roles }: ServiceAccount,
  taken: readonly string[],
): { readonly roles?: readonly string[]; readonly status?: "disabled" } {
  const left = roles.filter((role) => !taken.includes(role));
  return left.length === 0 ? { status: "disabled" } : { roles: left };
}

/** Its keys go with it. Throws service_account.not_found. */
export async function removeServiceAccount(
  parts: MemberParts,
  input: { readonly tenantId: string; readonly id: string },
  by: MemberActor,
): Promise<void> {
  const { tenantId, id } = input;
  await readServiceAccount(parts.pool, tenantId, id);
  await withTx(parts.pool, async (tx) => {
    await forgetKeys(tx, tenantId, id);
    for (const key of await many(tx, listAccountKeys, [tenantId, id]))
      await maybe(tx, deleteApiKey, [key.id, tenantId]);
    const gone = await maybe(tx, deleteServiceAccount, [tenantId, id]);
    if (!gone) throw identityError("service_account.not_found", { id });
    await recordEvent(tx, by, "service_account.removed", tenantId, { id, name: gone.name });
  });
}

async function forgetKeys(tx: Tx, tenantId: string, id: string): Promise<void> {
  for (const key of await many(tx, listAccountKeys, [tenantId, id]))
    await announceRevocation(tx, "key", key.id);
}

function fromRow(row: ServiceAccountRow): ServiceAccount {
  const { id, name, roles, status } = row;
  return { id, name, roles, status, createdAt: row.created_at };
}
