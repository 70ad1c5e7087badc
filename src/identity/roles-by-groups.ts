/**
 * Roles after a change of groups. Those that some group gives are given by the groups alone; the others were given
 * by hand and stay. Ownership is never touched, and nobody is left without a role.
 */
export function rolesByGroups(input: {
  readonly current: readonly string[];
  readonly groups: readonly string[];
  readonly table: ReadonlyMap<string, readonly string[]>;
  readonly defaults: readonly string[];
}): string[] {
  const managed = new Set([...input.table.values()].flat().filter((role) => role !== "owner"));
  const byHand = input.current.filter((role) => !managed.has(role));
  const byGroup = input.groups
    .flatMap((group) => input.table.get(group) ?? [])
    .filter((role) => role !== "owner");
  const roles = [...new Set([...byHand, ...byGroup])];
  return roles.length > 0 ? roles : [...input.defaults];
}
