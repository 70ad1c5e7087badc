import { type Condition, conditionText, quoted } from "./conditions.ts";
import type { Permission } from "./permissions.ts";

/** Permissions, and the conditions under which they are given. */
export interface Grant {
  readonly permissions: readonly Permission[];
  readonly conditions: readonly Condition[];
}

export interface Role {
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly grants: readonly Grant[];
}

/** The policies of a role, by policy id: `role:<key>:<n>`. */
export function rolePolicies(role: Role): Record<string, string> {
  return Object.fromEntries(
    role.grants.map((grant, i) => [`role:${role.key}:${i + 1}`, grantPolicy(role.key, grant)]),
  );
}

function grantPolicy(key: string, { permissions, conditions }: Grant): string {
  const actions = permissions.map((permission) => `Action::${quoted(permission)}`).join(", ");
  const when = conditions.map((condition) => `\nwhen { ${conditionText(condition)} }`).join("");
  return `permit (\n  principal in Role::${quoted(key)},\n  action in [${actions}],\n  resource\n)${when};`;
}

/** What somebody has, permission by permission, with the conditions of each way to it. */
export type Holdings = ReadonlyMap<Permission, readonly (readonly Condition[])[]>;

export function holdingsOf(roles: readonly Role[], scopes: readonly string[] | null): Holdings {
  const holdings = new Map<Permission, (readonly Condition[])[]>();
  for (const { permissions, conditions } of roles.flatMap(({ grants }) => grants)) {
    for (const permission of permissions) {
      if (scopes && !scopes.includes(permission)) continue;
      holdings.set(permission, [...(holdings.get(permission) ?? []), conditions]);
    }
  }
  return holdings;
}

/**
 * The permissions of these grants that go beyond the holdings: those not held at all, or held only under a condition
 * that the grant lacks. What is given carries at least the conditions of one way in which the giver has it.
 */
export function beyond(grants: readonly Grant[], holdings: Holdings): Permission[] {
  const found = new Set<Permission>();
  for (const { permissions, conditions } of grants) {
    const given = new Set(conditions.map(canonical));
    for (const permission of permissions) {
      const ways = holdings.get(permission) ?? [];
      const isHeld = ways.some((way) => way.every((condition) => given.has(canonical(condition))));
      if (!isHeld) found.add(permission);
    }
  }
  return [...found];
}

function canonical(condition: Condition): string {
  return JSON.stringify(Object.entries(condition).sort(([a], [b]) => (a < b ? -1 : 1)));
}
