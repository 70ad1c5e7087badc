import { type Actor, recordEvent } from "../audit/record.ts";
import { withTx } from "../db/tx.ts";
import type { RulesParts } from "./change-rules.ts";
import { type RoleInput, readTenantRoles } from "./custom-roles.ts";
import { accessError } from "./errors.ts";
import { readPolicies } from "./policies.ts";
import type { Decision } from "./ports.ts";
import { type DraftQuestion, toQuestion } from "./question.ts";
import { rolePolicies } from "./role.ts";

export interface Trial {
  readonly question: DraftQuestion;
  /** What is not in force yet. */
  readonly draft?:
    | { readonly policies?: readonly string[]; readonly roles?: readonly RoleInput[] }
    | undefined;
}

/** What would be decided, and why. Throws policy.invalid for a draft that the schema does not admit. */
export async function tryQuestion(
  parts: RulesParts,
  tenantId: string,
  { question, draft }: Trial,
  by: Actor,
): Promise<Decision> {
  const { access, pool, clock } = parts;
  const rules = await access.book.rules(tenantId);
  const drafted = draft ? await withDraft(parts, tenantId, draft) : undefined;
  const decision = access.decideUnder(
    drafted ? access.book.draft(rules, drafted) : rules,
    toQuestion(question, tenantId, clock.now()),
  );
  await withTx(pool, (tx) =>
    recordEvent(tx, by, "policy.tried", tenantId, {
      permission: question.permission,
      allowed: decision.allowed,
    }),
  );
  return decision;
}

async function withDraft(parts: RulesParts, tenantId: string, draft: NonNullable<Trial["draft"]>) {
  const own = (await readTenantRoles(parts, tenantId)).filter(({ isBuiltIn }) => !isBuiltIn);
  const drafted = (draft.roles ?? []).map((role) => ({ ...role, description: role.description ?? "" }));
  const roles = [...own.filter(({ key }) => !drafted.some((role) => role.key === key)), ...drafted];
  const enabled = (await readPolicies(parts, tenantId)).filter(({ isEnabled }) => isEnabled);
  const texts = (draft.policies ?? []).map((text, i) => [`draft:${i + 1}`, text] as const);
  const policies = {
    ...Object.fromEntries(enabled.map(({ id, text }) => [`policy:${id}`, text])),
    ...Object.fromEntries(texts),
  };
  const checked = {
    ...Object.fromEntries(texts),
    ...Object.assign({}, ...drafted.map(rolePolicies)),
  } as Record<string, string>;
  const faults = Object.keys(checked).length > 0 ? parts.access.check(checked) : [];
  if (faults.length > 0) {
    const problems = faults.map(({ policyId, message }) => ({ path: policyId ?? "draft", message }));
    throw accessError("policy.invalid", {}, { problems });
  }
  return { roles, policies };
}
