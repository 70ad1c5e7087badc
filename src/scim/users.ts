import { isDeepStrictEqual } from "node:util";
import { type Actor, recordEvent } from "../audit/record.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { admit, dismiss, personOf, setActive } from "./access.ts";
import { notFound, ScimFault } from "./fault.ts";
import type { Filter } from "./filter.ts";
import { type Listed, type ListQuery, listAll, type Precondition, requireVersion } from "./list.ts";
import type { JsonObject } from "./matches.ts";
import { type Operation, patchUser } from "./patch.ts";
import { readUser, type Written } from "./resource.ts";
import { ENTERPRISE_SCHEMA, USER_SCHEMA } from "./schema.ts";
import {
  countUsers,
  deleteUser,
  findUser,
  insertUser,
  listUsers,
  lockUser,
  type UserRow,
  updateUser,
} from "./store.ts";
import type { ScimParts } from "./tokens.ts";

/** People of one tenant. */
const USERS_MAX = 100_000;

/** Throws ScimFault uniqueness when the userName or the person is there already. */
export async function createUser(
  parts: ScimParts,
  tenantId: string,
  body: unknown,
  by: Actor,
): Promise<JsonObject> {
  const written = readUser(body);
  const { userName, externalId, active, ...attributes } = written;
  return withTx(parts.pool, async (tx) => {
    if ((await one(tx, countUsers, [tenantId])).n >= USERS_MAX)
      throw new ScimFault(413, "tooMany", "The tenant has too many users.");
    const userId = await personOf(tx, parts, written, tenantId, by);
    const values = [
      tenantId,
      uuidv7(),
      userId,
      userName,
      externalId ?? null,
      active,
      JSON.stringify(attributes),
      parts.clock.now(),
    ];
    const made = await maybe(tx, insertUser, values);
    if (!made)
      throw new ScimFault(409, "uniqueness", "A user with this userName or address is there already.");
    await admit(tx, parts, { tenantId, userId, isActive: active === true }, by);
    await recordEvent(tx, by, "scim.user_created", tenantId, { scimUserId: made.id, userId });
    return toResource(await rowOf(tx, tenantId, made.id));
  });
}

export async function readUserById(parts: ScimParts, tenantId: string, id: string): Promise<JsonObject> {
  const row = isUuid(id) ? await maybe(parts.pool, findUser, [tenantId, id]) : undefined;
  if (!row) throw notFound();
  return toResource(row);
}

export async function replaceUser(
  parts: ScimParts,
  at: { tenantId: string; id: string },
  body: unknown,
  precondition: Precondition,
  by: Actor,
): Promise<JsonObject> {
  return change(parts, at, () => readUser(body), precondition, by);
}

export async function patchUserById(
  parts: ScimParts,
  at: { tenantId: string; id: string },
  operations: readonly Operation[],
  precondition: Precondition,
  by: Actor,
): Promise<JsonObject> {
  return change(parts, at, (before) => readUser(patchUser(before, operations)), precondition, by);
}

async function change(
  parts: ScimParts,
  { tenantId, id }: { tenantId: string; id: string },
  edit: (before: JsonObject) => Written,
  precondition: Precondition,
  by: Actor,
): Promise<JsonObject> {
  return withTx(parts.pool, async (tx) => {
    if (!isUuid(id) || !(await maybe(tx, lockUser, [tenantId, id]))) throw notFound();
    const row = await rowOf(tx, tenantId, id);
    requireVersion(precondition, row.version);
    const before = writtenOf(row);
    const after = edit(before);
    // Nothing new: the version stays, so that a directory that sends everything each hour changes nothing.
    if (isDeepStrictEqual(plain(after), plain(before))) return toResource(row);
    const { userName, externalId, active, ...attributes } = after;
    await rename(tx, { tenantId, id, userName: String(userName) });
    const values = [
      tenantId,
      id,
      userName,
      externalId ?? null,
      active,
      JSON.stringify(attributes),
      parts.clock.now(),
    ];
    await exec(tx, updateUser, values);
    await setActive(tx, parts, { tenantId, userId: row.user_id, isActive: active === true }, by);
    const fields = Object.keys({ ...before, ...after }).filter(
      (key) => !isDeepStrictEqual(before[key], after[key]),
    );
    const detail = { scimUserId: id, userId: row.user_id, fields, isActive: active };
    const states = { of: `scim_user:${id}`, before, after };
    await recordEvent(tx, by, "scim.user_updated", tenantId, detail, { states });
    return toResource(await rowOf(tx, tenantId, id));
  });
}

/** A name that another user has is told as such, before the index refuses it. */
async function rename(
  tx: Tx,
  { tenantId, id, userName }: { tenantId: string; id: string; userName: string },
): Promise<void> {
  const others = await many(tx, listUsers, [tenantId, userName, null, 0, 2]);
  if (others.some((other) => other.id !== id))
    throw new ScimFault(409, "uniqueness", "Another user has this userName.");
}

/** The membership ends with it; the person's account stays, it may be a member elsewhere. */
export async function removeUser(
  parts: ScimParts,
  { tenantId, id }: { tenantId: string; id: string },
  precondition: Precondition,
  by: Actor,
): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    if (!isUuid(id) || !(await maybe(tx, lockUser, [tenantId, id]))) throw notFound();
    const row = await rowOf(tx, tenantId, id);
    requireVersion(precondition, row.version);
    await exec(tx, deleteUser, [tenantId, id]);
    await dismiss(tx, parts, tenantId, row.user_id, by);
    await recordEvent(tx, by, "scim.user_removed", tenantId, { scimUserId: id, userId: row.user_id });
  });
}

export async function listUserResources(
  parts: ScimParts,
  tenantId: string,
  query: ListQuery,
): Promise<Listed> {
  const [userName, externalId] = [equalTo(query.filter, "username"), equalTo(query.filter, "externalid")];
  return listAll(query, {
    count: async () => (await one(parts.pool, countUsers, [tenantId])).n,
    read: async (offset, limit) =>
      (await many(parts.pool, listUsers, [tenantId, userName, externalId, offset, limit])).map(toResource),
    isNarrow: userName !== null || externalId !== null,
  });
}

/** The value that a filter asks an attribute to have, if every hit must have it; null: no such. */
export function equalTo(filter: Filter | null, name: string): string | null {
  if (filter?.kind === "and") return equalTo(filter.left, name) ?? equalTo(filter.right, name);
  if (filter?.kind !== "compare" || filter.comparison !== "eq" || filter.path.name !== name) return null;
  const isPlain =
    filter.path.sub === null && typeof filter.value === "string" && !filter.value.includes("\0");
  return isPlain ? (filter.value as string) : null;
}

async function rowOf(tx: Tx, tenantId: string, id: string): Promise<UserRow> {
  return one(tx, findUser, [tenantId, id]);
}

function writtenOf(row: UserRow): Written {
  return {
    ...(row.attributes as Written), // written by this module
    userName: row.user_name,
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    active: row.is_active,
  };
}

/** Without what is undefined, as the table has it; it keeps the order of names no more than JSON does. */
function plain(written: Written): unknown {
  return JSON.parse(JSON.stringify(written));
}

function toResource(row: UserRow): JsonObject {
  const written = writtenOf(row);
  const schemas = [USER_SCHEMA, ...(written[ENTERPRISE_SCHEMA] ? [ENTERPRISE_SCHEMA] : [])];
  return {
    schemas,
    id: row.id,
    ...written,
    ...(row.groups.length > 0 ? { groups: row.groups } : {}),
    meta: {
      resourceType: "User",
      created: row.created_at.toISOString(),
      lastModified: row.updated_at.toISOString(),
      version: `W/"${row.version}"`,
    },
  };
}
