import { type Actor, recordEvent } from "../audit/record.ts";
import { type RecordedCall, readTraffic } from "../audit/traffic.ts";
import { withTx } from "../db/tx.ts";
import type { Rules } from "./book.ts";
import type { RulesParts } from "./change-rules.ts";
import { type Draft, draftRules } from "./draft.ts";
import { type ChangedCall, type Judges, type Replay, replay } from "./replay.ts";
import { takeTurns } from "./turns.ts";

const WEEK_MS = 7 * 86_400_000;
/** Records that are read at most: two seconds of work, spread over the week. */
const RECORDS_MAX = 20_000;

export interface WeekReplay extends Omit<Replay, "examples"> {
  readonly from: Date;
  readonly to: Date;
  /** True: the week has more records than are read; these are a sample spread over it. */
  readonly isSample: boolean;
  readonly examples: readonly (ChangedCall & { readonly reasons: readonly string[] })[];
}

/**
 * Puts what a tenant's members and keys did in the last seven days to a draft of its rules: what would be decided
 * otherwise than by the rules in force. Everything is as it was recorded, the roles too.
 *
 * @throws policy.invalid, policy.not_found
 */
export async function replayWeek(
  parts: RulesParts,
  tenantId: string,
  draft: Draft,
  by: Actor,
): Promise<WeekReplay> {
  const { access, pool, clock } = parts;
  const inForce = await access.book.rules(tenantId);
  const drafted = await draftRules(parts, tenantId, draft);
  const to = clock.now();
  const from = new Date(to.getTime() - WEEK_MS);
  const judges: Judges = {
    inForce: (question) => access.allowsUnder(inForce, question),
    drafted: (question) => access.allowsUnder(drafted, question),
    readsAttributes: readsAttributes(inForce) || readsAttributes(drafted),
  };
  const traffic = heard(readTraffic(pool, { tenantId, from, to, max: RECORDS_MAX }));
  const turn = takeTurns();
  const { examples, ...found } = await replay(tenantId, traffic.calls, judges, turn);
  const told: (ChangedCall & { reasons: readonly string[] })[] = [];
  for (const { call, question } of examples) {
    told.push({ ...call, reasons: access.decideUnder(drafted, question).reasons });
    await turn();
  }
  const { replayed, allowedToDenied, deniedToAllowed } = found;
  await withTx(pool, (tx) =>
    recordEvent(tx, by, "policy.replayed", tenantId, { replayed, allowedToDenied, deniedToAllowed }),
  );
  return { ...found, examples: told, from, to, isSample: traffic.isCut() };
}

function readsAttributes({ policies }: Rules): boolean {
  return Object.values(policies.policies).some((text) => /\b(has|get)Tag\b/.test(text));
}

/** The calls of the generator, and what it returned at its end. */
function heard(generator: AsyncGenerator<RecordedCall, boolean>) {
  let wasCut = false;
  async function* calls(): AsyncGenerator<RecordedCall> {
    wasCut = yield* generator;
  }
  return { calls: calls(), isCut: () => wasCut };
}
