import { recordEvent } from "../audit/record.ts";
import { isUuid } from "../base/ids.ts";
import { exec, many, maybe, one, type Queryable } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { assertGrantable, type MemberActor } from "../identity/members.ts";
import { OWNER } from "../identity/ports.ts";
import type { UserPrincipal } from "../identity/principal.ts";
import { ssoError } from "./errors.ts";
import { GROUP_ROLES_MAX } from "./limits.ts";
import type { SsoParts } from "./parts.ts";
import {
  countActiveConnections,
  deleteGroupRoles,
  findActiveOwner,
  findRules,
  findStanding,
  insertGroupRoles,
  listGroupRoles,
  listTenantsOfConnections,
  lockTenant,
  type StandingRow,
  upsertRules,
} from "./store.ts";

export interface SsoRules {
  /** Only sessions from a connection of the tenant count in it. */
  readonly isRequired: boolean;
  /** The owner who may come in without, should the provider be away. */
  readonly breakGlassUserId: string | null;
  /** Roles of people whom provider or directory bring. */
  readonly defaultRoles: readonly string[];
  /** What the groups of the directory give. */
  readonly groupRoles: readonly { readonly group: string; readonly roles: readonly string[] }[];
}

export async function readRules(db: Queryable, tenantId: string): Promise<SsoRules> {
  const rules = await maybe(db, findRules, [tenantId]);
  const groups = await many(db, listGroupRoles, [tenantId]);
  return {
    isRequired: rules?.is_required ?? false,
    breakGlassUserId: rules?.break_glass_user_id ?? null,
    defaultRoles: rules?.default_roles ?? ["member"],
    groupRoles: groups.map(({ group_name: group, roles }) => ({ group, roles })),
  };
}

/**
 * @throws sso.break_glass_needed when SSO would be required and nobody could mend it
 * @throws role.unknown, role.not_grantable: a group gives no more than who says so has
 */
export async function changeRules(
  parts: SsoParts,
  tenantId: string,
  change: Partial<SsoRules>,
  by: MemberActor,
): Promise<SsoRules> {
  const { roles: book } = parts.identity.parts;
  const given = [...(change.defaultRoles ?? []), ...(change.groupRoles ?? []).flatMap(({ roles }) => roles)];
  await assertGrantable(book, tenantId, [...new Set(given)], by);
  if (given.includes(OWNER))
    throw ssoError("sso.settings_invalid", { reason: "owners are made by owners, not by a directory" });
  if ((change.groupRoles?.length ?? 0) > GROUP_ROLES_MAX)
    throw ssoError("sso.too_many", { max: GROUP_ROLES_MAX, what: "groups with roles" });
  await withTx(parts.pool, async (tx) => {
    await maybe(tx, lockTenant, [tenantId]);
    const before = await readRules(tx, tenantId);
    const after = { ...before, ...change };
    const hasWay = after.breakGlassUserId === null ? !after.isRequired : isUuid(after.breakGlassUserId);
    if (!hasWay) throw ssoError("sso.break_glass_needed");
    await exec(tx, upsertRules, [
      tenantId,
      after.isRequired,
      after.breakGlassUserId,
      after.defaultRoles,
      parts.clock.now(),
    ]);
    if (after.isRequired) await assertWayBack(tx, tenantId);
    if (change.groupRoles) {
      const table = new Map(
        change.groupRoles.map(({ group, roles }) => [group, { group, roles: [...new Set(roles)] }]),
      );
      await exec(tx, deleteGroupRoles, [tenantId]);
      await exec(tx, insertGroupRoles, [tenantId, JSON.stringify([...table.values()])]);
    }
    const detail = { fields: Object.keys(change), isRequired: after.isRequired };
    const states = { of: "sso_rules", before, after: await readRules(tx, tenantId) };
    await recordEvent(tx, by, "sso.rules_updated", tenantId, detail, { states });
  });
  return readRules(parts.pool, tenantId);
}

/** While SSO is required there is a connection to come in by, and an owner for the day when it is away. */
export async function assertWayBack(tx: Tx, tenantId: string): Promise<void> {
  const rules = await maybe(tx, findRules, [tenantId]);
  if (!rules?.is_required) return;
  const owner = await maybe(tx, findActiveOwner, [tenantId, rules.break_glass_user_id]);
  const { n } = await one(tx, countActiveConnections, [tenantId]);
  if (!owner || n === 0) throw ssoError("sso.break_glass_needed");
}

export type Standing = "counts" | "sso_required" | "other_tenants_session";

/**
 * Whether a session counts in a tenant. One that came from a provider counts in that provider's tenant alone: no
 * other has reason to believe it.
 */
export async function standingIn(
  parts: Pick<SsoParts, "pool">,
  tenantId: string,
  principal: Pick<UserPrincipal, "id" | "amr">,
): Promise<Standing> {
  const row = await maybe(parts.pool, findStanding, [tenantId]);
  return row ? decideStanding(row, principal) : "counts";
}

/** The tenants whose active connections these are. @param providers As `amr` has them, `sso:<id>`. */
export async function tenantsOfProviders(
  parts: Pick<SsoParts, "pool">,
  providers: readonly string[],
): Promise<ReadonlySet<string>> {
  const ids = providers.map(connectionOf).filter(isUuid);
  const rows = await many(parts.pool, listTenantsOfConnections, [ids]);
  return new Set(rows.map((row) => row.tenant_id));
}

function connectionOf(method: string): string {
  return method.slice("sso:".length);
}

export function decideStanding(row: StandingRow, principal: Pick<UserPrincipal, "id" | "amr">): Standing {
  const from = principal.amr.filter((method) => method.startsWith("sso:")).map(connectionOf);
  if (from.some((id) => row.connection_ids.includes(id))) return "counts";
  if (from.length > 0) return "other_tenants_session";
  if (!row.is_required || principal.id === row.break_glass_user_id) return "counts";
  return "sso_required";
}

/** Throws sso.required, sso.other_tenants_session. */
export function assertStanding(standing: Standing): void {
  if (standing === "sso_required") throw ssoError("sso.required");
  if (standing === "other_tenants_session") throw ssoError("sso.other_tenants_session");
}
