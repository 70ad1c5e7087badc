import type { Rules } from "./book.ts";
import type { RulesParts } from "./change-rules.ts";
import { type RoleInput, readTenantRoles } from "./custom-roles.ts";
import { accessError } from "./errors.ts";
import { placeOfByte } from "./places.ts";
import { readPolicies } from "./policies.ts";
import { rolePolicies } from "./role.ts";

/** What is not in force yet. */
export interface Draft {
  /** Added to those in force. */
  readonly policies?: readonly string[] | undefined;
  /** Instead of those of their keys. */
  readonly roles?: readonly RoleInput[] | undefined;
  /** Ids of policies in force that the draft leaves out, such as the one that it replaces. */
  readonly without?: readonly string[] | undefined;
}

/** The rules as the draft would make them. Throws policy.invalid with places, and policy.not_found. */
export async function draftRules(parts: RulesParts, tenantId: string, draft: Draft): Promise<Rules> {
  const rules = await parts.access.book.rules(tenantId);
  const own = (await readTenantRoles(parts, tenantId)).filter(({ isBuiltIn }) => !isBuiltIn);
  const drafted = (draft.roles ?? []).map((role) => ({ ...role, description: role.description ?? "" }));
  const roles = [...own.filter(({ key }) => !drafted.some((role) => role.key === key)), ...drafted];
  const stored = await readPolicies(parts, tenantId);
  const { without = [] } = draft;
  if (without.some((id) => !stored.some((policy) => policy.id === id))) throw accessError("policy.not_found");
  const enabled = stored.filter(({ id, isEnabled }) => isEnabled && !without.includes(id));
  const texts = Object.fromEntries((draft.policies ?? []).map((text, i) => [`draft:${i + 1}`, text]));
  assertValid(parts, { ...texts, ...Object.assign({}, ...drafted.map(rolePolicies)) });
  return parts.access.book.draft(rules, {
    roles,
    policies: { ...Object.fromEntries(enabled.map(({ id, text }) => [`policy:${id}`, text])), ...texts },
  });
}

function assertValid({ access }: RulesParts, texts: Readonly<Record<string, string>>): void {
  const problems = Object.entries(texts).flatMap(([path, text]) =>
    access.check({ [path]: text }).map(({ message, at }) => {
      const place = at && placeOfByte(text, at.start);
      return { path, message: place ? `${message} (line ${place.line}, column ${place.column})` : message };
    }),
  );
  if (problems.length > 0) throw accessError("policy.invalid", {}, { problems });
}
