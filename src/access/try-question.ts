import { type Actor, recordEvent } from "../audit/record.ts";
import { withTx } from "../db/tx.ts";
import type { RulesParts } from "./change-rules.ts";
import { type Draft, draftRules } from "./draft.ts";
import type { Decision } from "./ports.ts";
import { type DraftQuestion, toQuestion } from "./question.ts";

export interface Trial {
  readonly question: DraftQuestion;
  readonly draft?: Draft | undefined;
}

/** What would be decided, and why. Throws policy.invalid for a draft that the schema does not admit. */
export async function tryQuestion(
  parts: RulesParts,
  tenantId: string,
  { question, draft }: Trial,
  by: Actor,
): Promise<Decision> {
  const { access, pool, clock } = parts;
  const rules = draft ? await draftRules(parts, tenantId, draft) : await access.book.rules(tenantId);
  const decision = access.decideUnder(rules, toQuestion(question, tenantId, clock.now()));
  await withTx(pool, (tx) =>
    recordEvent(tx, by, "policy.tried", tenantId, {
      permission: question.permission,
      allowed: decision.allowed,
    }),
  );
  return decision;
}
