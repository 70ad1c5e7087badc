import type { Subject } from "../access/ports.ts";
import { isUuid } from "../base/ids.ts";
import { many } from "../db/sql.ts";
import { normalizeEmail } from "../identity/email.ts";
import { listNamedMembers } from "../identity/members-store.ts";
import { listNamedServiceAccounts } from "../identity/service-accounts-store.ts";
import type { Entity, EvaluationParts } from "./authzen.ts";

export type Lookup = (entity: Pick<Entity, "type" | "id">) => Subject | undefined;

/**
 * Who is meant: a member by id or address, a service account by id; of all that are asked about at once. What the caller
 * says of their roles is not heard.
 */
export async function lookUp(
  parts: EvaluationParts,
  tenantId: string,
  entities: readonly Pick<Entity, "type" | "id">[],
): Promise<Lookup> {
  const namesOf = (type: string) => [
    ...new Set(entities.filter((each) => each.type === type).map(({ id }) => id)),
  ];
  const members = await membersOf(parts, tenantId, namesOf("user"));
  const accounts = await accountsOf(parts, tenantId, namesOf("service_account"));
  return ({ type, id }) => {
    if (type === "user") return members.get(id);
    return type === "service_account" ? accounts.get(id) : undefined;
  };
}

async function membersOf(
  { pool, memberships }: EvaluationParts,
  tenantId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Subject>> {
  if (names.length === 0) return new Map();
  const emailOf = (name: string) => (isUuid(name) ? undefined : normalizeEmail(name));
  const emails = names.flatMap((name) => emailOf(name) ?? []);
  const rows = await many(pool, listNamedMembers, [tenantId, names.filter(isUuid), emails]);
  const idOf = new Map(rows.flatMap(({ user_id, email }) => [[user_id, user_id] as const, [email, user_id]]));
  const held = await memberships.findAll(tenantId, [...new Set(idOf.values())]);
  const subjects = names.flatMap((name): [string, Subject][] => {
    const id = idOf.get(emailOf(name) ?? name.toLowerCase());
    const membership = id === undefined ? undefined : held.get(id);
    if (id === undefined || membership?.status !== "active") return [];
    return [[name, { kind: "user", id, roles: membership.roles, scopes: null }]];
  });
  return new Map(subjects);
}

async function accountsOf(
  { pool }: EvaluationParts,
  tenantId: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, Subject>> {
  const ids = names.filter(isUuid);
  if (ids.length === 0) return new Map();
  const rows = await many(pool, listNamedServiceAccounts, [tenantId, ids]);
  const active = rows.filter(({ status }) => status === "active");
  return new Map(active.map(({ id, roles }) => [id, { kind: "service_account", id, roles, scopes: null }]));
}
