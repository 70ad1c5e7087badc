import { type Actor, recordEvent } from "../audit/record.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { followGroups } from "./access.ts";
import { notFound, ScimFault } from "./fault.ts";
import { type Listed, type ListQuery, listAll, type Precondition, requireVersion } from "./list.ts";
import { attribute, isObject, type JsonObject } from "./matches.ts";
import { memberIds, type Operation, patchGroup } from "./patch.ts";
import { readGroup } from "./resource.ts";
import { GROUP_SCHEMA } from "./schema.ts";
import {
  countGroups,
  deleteGroup,
  deleteMembers,
  findGroup,
  type GroupRow,
  insertGroup,
  insertMembers,
  listGroups,
  listMemberIds,
  lockGroup,
  updateGroup,
} from "./store.ts";
import type { ScimParts } from "./tokens.ts";
import { equalTo } from "./users.ts";

const GROUPS_MAX = 5_000;
const MEMBERS_MAX = 50_000;

/** Throws ScimFault uniqueness when the name is taken. */
export async function createGroup(
  parts: ScimParts,
  tenantId: string,
  body: unknown,
  by: Actor,
): Promise<JsonObject> {
  const { displayName, externalId } = readGroup(body);
  const members = idsOf(memberIds(isObject(body) ? attribute(body, "members") : undefined));
  return withTx(parts.pool, async (tx) => {
    if ((await one(tx, countGroups, [tenantId])).n >= GROUPS_MAX)
      throw new ScimFault(413, "tooMany", "The tenant has too many groups.");
    const id = uuidv7();
    const made = await maybe(tx, insertGroup, [
      tenantId,
      id,
      displayName,
      externalId ?? null,
      parts.clock.now(),
    ]);
    if (!made) throw new ScimFault(409, "uniqueness", "A group with this displayName is there already.");
    await changeMembers(tx, parts, { tenantId, id }, { before: new Set(), after: members }, by);
    await recordEvent(tx, by, "scim.group_created", tenantId, {
      groupId: id,
      name: displayName,
      members: members.size,
    });
    return toResource(await one(tx, findGroup, [tenantId, id, true]));
  });
}

/** @param hasMembers False spares reading them, for a client that excludes them. */
export async function readGroupById(
  parts: ScimParts,
  tenantId: string,
  id: string,
  hasMembers: boolean,
): Promise<JsonObject> {
  const row = isUuid(id) ? await maybe(parts.pool, findGroup, [tenantId, id, hasMembers]) : undefined;
  if (!row) throw notFound();
  return toResource(row);
}

export async function listGroupResources(
  parts: ScimParts,
  tenantId: string,
  query: ListQuery,
  hasMembers: boolean,
): Promise<Listed> {
  const name = equalTo(query.filter, "displayname");
  return listAll(query, {
    count: async () => (await one(parts.pool, countGroups, [tenantId])).n,
    read: async (offset, limit) =>
      (await many(parts.pool, listGroups, [tenantId, name, hasMembers, offset, limit])).map(toResource),
    isNarrow: name !== null,
  });
}

export async function replaceGroup(
  parts: ScimParts,
  at: { tenantId: string; id: string },
  body: unknown,
  precondition: Precondition,
  by: Actor,
): Promise<JsonObject> {
  const { displayName, externalId } = readGroup(body);
  const members = memberIds(isObject(body) ? attribute(body, "members") : undefined);
  return change(
    parts,
    at,
    () => ({
      displayName,
      externalId: externalId === undefined ? null : String(externalId),
      members: new Set(members),
    }),
    precondition,
    by,
  );
}

export async function patchGroupById(
  parts: ScimParts,
  at: { tenantId: string; id: string },
  operations: readonly Operation[],
  precondition: Precondition,
  by: Actor,
): Promise<JsonObject> {
  return change(parts, at, (members) => patchGroup(members, operations), precondition, by);
}

async function change(
  parts: ScimParts,
  at: { tenantId: string; id: string },
  edit: (members: ReadonlySet<string>) => {
    displayName?: string;
    externalId?: string | null;
    members: ReadonlySet<string>;
  },
  precondition: Precondition,
  by: Actor,
): Promise<JsonObject> {
  const { tenantId, id } = at;
  return withTx(parts.pool, async (tx) => {
    // The lock comes before the read: what is written is built on what is really there.
    if (!isUuid(id) || !(await maybe(tx, lockGroup, [tenantId, id]))) throw notFound();
    const row = await one(tx, findGroup, [tenantId, id, false]);
    requireVersion(precondition, row.version);
    const before = await membersOf(tx, at);
    const after = edit(before);
    const displayName =
      after.displayName === undefined
        ? row.display_name
        : readGroup({ displayName: after.displayName }).displayName;
    const externalId = after.externalId === undefined ? row.external_id : after.externalId;
    const others = await many(tx, listGroups, [tenantId, displayName, false, 0, 2]);
    if (others.some((other) => other.id !== id))
      throw new ScimFault(409, "uniqueness", "Another group has this displayName.");
    await exec(tx, updateGroup, [tenantId, id, displayName, externalId, parts.clock.now()]);
    const members = idsOf([...after.members]);
    const changed = await changeMembers(tx, parts, at, { before, after: members }, by);
    // The name decides about roles, so a new name changes those of everybody in the group.
    if (displayName !== row.display_name) await followGroups(tx, parts, tenantId, [...members], by);
    const states = {
      of: `scim_group:${id}`,
      before: { displayName: row.display_name, externalId: row.external_id, members: [...before].sort() },
      after: { displayName, externalId, members: [...members].sort() },
    };
    const detail = { groupId: id, name: displayName, ...changed };
    await recordEvent(tx, by, "scim.group_updated", tenantId, detail, { states });
    return toResource(await one(tx, findGroup, [tenantId, id, true]));
  });
}

export async function removeGroup(
  parts: ScimParts,
  at: { tenantId: string; id: string },
  precondition: Precondition,
  by: Actor,
): Promise<void> {
  const { tenantId, id } = at;
  await withTx(parts.pool, async (tx) => {
    if (!isUuid(id) || !(await maybe(tx, lockGroup, [tenantId, id]))) throw notFound();
    requireVersion(precondition, (await one(tx, findGroup, [tenantId, id, false])).version);
    const members = await membersOf(tx, at);
    const gone = await one(tx, deleteGroup, [tenantId, id]);
    await followGroups(tx, parts, tenantId, [...members], by);
    await recordEvent(tx, by, "scim.group_removed", tenantId, { groupId: id, name: gone.display_name });
  });
}

async function membersOf(tx: Tx, { tenantId, id }: { tenantId: string; id: string }): Promise<Set<string>> {
  return new Set((await many(tx, listMemberIds, [tenantId, id])).map((row) => row.scim_user_id));
}

async function changeMembers(
  tx: Tx,
  parts: ScimParts,
  { tenantId, id }: { tenantId: string; id: string },
  { before, after }: { before: ReadonlySet<string>; after: ReadonlySet<string> },
  by: Actor,
): Promise<{ added: number; removed: number }> {
  if (after.size > MEMBERS_MAX) throw new ScimFault(413, "tooMany", "The group has too many members.");
  const added = [...after].filter((each) => !before.has(each));
  const removed = [...before].filter((each) => !after.has(each));
  const inserted = added.length > 0 ? await many(tx, insertMembers, [tenantId, id, added]) : [];
  if (inserted.length < added.length)
    throw new ScimFault(400, "invalidValue", "A member is not a user of this tenant.");
  if (removed.length > 0) await many(tx, deleteMembers, [tenantId, id, removed]);
  await followGroups(tx, parts, tenantId, [...added, ...removed], by);
  return { added: added.length, removed: removed.length };
}

/** Ids that can be one; anything else names nobody. */
function idsOf(members: readonly string[]): Set<string> {
  if (!members.every(isUuid))
    throw new ScimFault(400, "invalidValue", "A member is not a user of this tenant.");
  return new Set(members);
}

function toResource(row: GroupRow): JsonObject {
  return {
    schemas: [GROUP_SCHEMA],
    id: row.id,
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    displayName: row.display_name,
    members: row.members.map((member) => ({ ...member, type: "User" })),
    meta: {
      resourceType: "Group",
      created: row.created_at.toISOString(),
      lastModified: row.updated_at.toISOString(),
      version: `W/"${row.version}"`,
    },
  };
}
