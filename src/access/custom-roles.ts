import { isDeepStrictEqual } from "node:util";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { FieldProblem } from "../base/errors.ts";
import { many, maybe, one, type Queryable } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { operatorRoles, tenantRoles } from "./built-in-roles.ts";
import { type Author, assertHeld, changeRules, type RulesParts } from "./change-rules.ts";
import { conditionProblems } from "./condition-problems.ts";
import { accessError } from "./errors.ts";
import { ROLES_MAX } from "./limits.ts";
import { isPermission, scopeOf } from "./permissions.ts";
import { beyond, type Grant, holdingsOf, type Role, rolePolicies } from "./role.ts";
import { countHolders, deleteRole, insertRole, listRoles, type RoleRow, updateRole } from "./store.ts";

export interface TenantRole extends Role {
  readonly isBuiltIn: boolean;
  /** The Cedar text of its grants. */
  readonly policy: string;
  readonly createdAt: Date | null;
  readonly updatedAt: Date | null;
}

export interface RoleInput {
  readonly key: string;
  readonly name: string;
  readonly description?: string;
  readonly grants: readonly Grant[];
}

/** Told of a role that permits less than before, in the transaction that narrows it. `roles`: all of the tenant, as of then. */
export type OnNarrowed = (
  tx: Tx,
  narrowed: {
    readonly tenantId: string;
    readonly role: string;
    readonly roles: ReadonlyMap<string, Role>;
    readonly now: Date;
  },
  by: Actor,
) => Promise<void>;

export interface RoleParts extends RulesParts {
  readonly onNarrowed: OnNarrowed;
}

/** The built-in roles and the tenant's own, by key after those. */
export async function readTenantRoles(
  { pool }: { readonly pool: Queryable },
  tenantId: string,
): Promise<TenantRole[]> {
  const own = await many(pool, listRoles, [tenantId, ROLES_MAX]);
  return [...tenantRoles.map(builtIn), ...own.map(fromRow)];
}

/** Roles of the platform's staff. */
export function readOperatorRoles(): TenantRole[] {
  return operatorRoles.map(builtIn);
}

/** Throws role.not_found. */
export async function readTenantRole(
  parts: { readonly pool: Queryable },
  tenantId: string,
  key: string,
): Promise<TenantRole> {
  const role = (await readTenantRoles(parts, tenantId)).find((each) => each.key === key);
  if (!role) throw accessError("role.not_found", { role: key });
  return role;
}

/** Throws role.invalid with all faults, role.built_in, role.key_taken, role.beyond_author, policy.tests_failed. */
export async function createRole(
  parts: RulesParts,
  tenantId: string,
  input: RoleInput,
  author: Author,
): Promise<TenantRole> {
  const { key } = input;
  assertOwn(key);
  assertSound(parts, input);
  await assertHeld(parts, tenantId, input.grants, author);
  return changeRules(parts, tenantId, async (tx) => {
    const values = [tenantId, key, input.name, input.description ?? "", JSON.stringify(input.grants)];
    const row = await maybe(tx, insertRole, [
      ...values,
      policyText(input),
      author.by.actor,
      parts.clock.now(),
    ]);
    if (!row) throw accessError("role.key_taken", { role: key });
    const detail = { key, grants: input.grants };
    const states = { of: `role:${key}`, before: null, after: stateOf(fromRow(row)) };
    await recordEvent(tx, author.by, "role.created", tenantId, detail, { states });
    return fromRow(row);
  });
}

/** What is not given stays. Throws like createRole, and role.not_found. */
export async function changeRole(
  parts: RoleParts,
  tenantId: string,
  key: string,
  patch: Partial<Omit<RoleInput, "key">>,
  author: Author,
): Promise<TenantRole> {
  assertOwn(key);
  const assertMay = async (before: TenantRole) => {
    const after = { ...before, ...patch };
    assertSound(parts, after);
    // Taking a permission away is power over those who have it.
    await assertHeld(parts, tenantId, [...before.grants, ...after.grants], author);
  };
  const known = await readTenantRole(parts, tenantId, key);
  await assertMay(known);
  return changeRules(parts, tenantId, async (tx) => {
    const before = await readTenantRole({ pool: tx }, tenantId, key);
    if (!isSame(known, before)) await assertMay(before);
    const after = { ...before, ...patch };
    const values = [tenantId, key, after.name, after.description, JSON.stringify(after.grants)];
    const row = await maybe(tx, updateRole, [...values, policyText(after), parts.clock.now()]);
    if (!row) throw accessError("role.not_found", { role: key });
    const detail = { key, before: before.grants, grants: after.grants };
    const states = { of: `role:${key}`, before: stateOf(before), after: stateOf(fromRow(row)) };
    await recordEvent(tx, author.by, "role.updated", tenantId, detail, { states });
    if (beyond(before.grants, holdingsOf([after], null)).length > 0) {
      const roles = new Map((await readTenantRoles({ pool: tx }, tenantId)).map((role) => [role.key, role]));
      await parts.onNarrowed(tx, { tenantId, role: key, roles, now: parts.clock.now() }, author.by);
    }
    return fromRow(row);
  });
}

/** Throws role.not_found, role.built_in, role.in_use, role.beyond_author. */
export async function removeRole(
  parts: RulesParts,
  tenantId: string,
  key: string,
  author: Author,
): Promise<void> {
  assertOwn(key);
  const known = await readTenantRole(parts, tenantId, key);
  await assertHeld(parts, tenantId, known.grants, author);
  await changeRules(parts, tenantId, async (tx) => {
    const before = await readTenantRole({ pool: tx }, tenantId, key);
    if (!isSame(known, before)) await assertHeld(parts, tenantId, before.grants, author);
    if (!(await maybe(tx, deleteRole, [tenantId, key]))) throw accessError("role.not_found", { role: key });
    if ((await one(tx, countHolders, [tenantId, key])).n > 0) throw accessError("role.in_use", { role: key });
    const states = { of: `role:${key}`, before: stateOf(before), after: null };
    await recordEvent(tx, author.by, "role.deleted", tenantId, { key }, { states });
  });
}

function stateOf({ name, description, grants }: TenantRole) {
  return { name, description, grants };
}

/** What was asked for before the lock is asked for again if it changed until then. */
function isSame(known: TenantRole, locked: TenantRole): boolean {
  return isDeepStrictEqual(stateOf(known), stateOf(locked));
}

function assertOwn(key: string): void {
  if (tenantRoles.some((role) => role.key === key)) throw accessError("role.built_in", { role: key });
}

function assertSound({ access }: RulesParts, input: RoleInput): void {
  const problems: FieldProblem[] = [];
  if (!/^[a-z][a-z0-9_-]{0,62}$/.test(input.key)) {
    problems.push({
      path: "key",
      message: "Expected `key` to be lower-case letters, digits, _ and -, beginning with a letter.",
    });
  }
  for (const [i, { permissions, conditions }] of input.grants.entries()) {
    for (const name of permissions) {
      if (isPermission(name) && scopeOf(name) === "tenant") continue;
      problems.push({
        path: `grants[${i}].permissions`,
        message: `Expected permissions of tenants, got \`${name}\`.`,
      });
    }
    problems.push(
      ...conditions.flatMap((each, n) => conditionProblems(each, `grants[${i}].conditions[${n}]`)),
    );
  }
  if (problems.length > 0) throw accessError("role.invalid", {}, { problems });
  // Our own text; should the official engine object, nothing is stored.
  const faults = access.check(rolePolicies(toRole(input)));
  if (faults.length > 0) {
    throw accessError(
      "role.invalid",
      {},
      { problems: faults.map(({ message }) => ({ path: "grants", message })) },
    );
  }
}

function toRole(input: RoleInput): Role {
  return { ...input, description: input.description ?? "" };
}

function policyText(input: RoleInput): string {
  return Object.values(rolePolicies(toRole(input))).join("\n\n");
}

function builtIn(role: Role): TenantRole {
  return { ...role, isBuiltIn: true, policy: policyText(role), createdAt: null, updatedAt: null };
}

function fromRow(row: RoleRow): TenantRole {
  const { key, name, description, grants } = row;
  const role = { key, name, description, grants };
  return {
    ...role,
    isBuiltIn: false,
    policy: policyText(role),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
