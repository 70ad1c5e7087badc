import type { RulesParts } from "./change-rules.ts";
import { type Draft, draftRules } from "./draft.ts";
import { type PolicyTest, readPolicyTests } from "./policies.ts";
import { type PolicyTextFault, policyFaults } from "./policy-faults.ts";
import { toQuestion } from "./question.ts";
import { takeTurns } from "./turns.ts";

/** A fault of one policy of the draft, by its index. */
export type DraftFault = PolicyTextFault & { readonly policy: number };

export interface TestOutcome {
  readonly test: PolicyTest;
  readonly allowed: boolean;
  readonly reasons: readonly string[];
}

/** What is against a draft, and what the tenant's tests say to it. Changes and records nothing. */
export async function checkDraft(
  parts: RulesParts,
  tenantId: string,
  draft: Draft,
): Promise<{ readonly faults: readonly DraftFault[]; readonly tests: readonly TestOutcome[] }> {
  const faults = (draft.policies ?? []).flatMap((text, policy) =>
    policyFaults(parts.access, text).map((fault) => ({ ...fault, policy })),
  );
  if (faults.length > 0) return { faults, tests: [] };
  const rules = await draftRules(parts, tenantId, draft);
  const tests: TestOutcome[] = [];
  const turn = takeTurns();
  const now = parts.clock.now();
  for (const test of await readPolicyTests(parts, tenantId)) {
    const { allowed, reasons } = parts.access.decideUnder(rules, toQuestion(test.question, tenantId, now));
    tests.push({ test, allowed, reasons });
    await turn();
  }
  return { faults, tests };
}
