import type { IsolationLevel, ProofAttempt } from "../../api/types.ts";

export type Outcome = ProofAttempt["outcome"];

/** The worst first: what a reader must see. */
export const outcomes = [
  "crossed",
  "refused",
  "nothing",
  "not_applicable",
] as const satisfies readonly Outcome[];

export interface WayRow {
  readonly way: string;
  readonly counts: Readonly<Record<IsolationLevel, Readonly<Record<Outcome, number>>>>;
}

/** Ways in the order in which they were tried, with the outcomes of each level counted. */
export function groupByWay(attempts: readonly ProofAttempt[]): WayRow[] {
  const rows = new Map<string, Record<IsolationLevel, Record<Outcome, number>>>();
  for (const { way, level, outcome } of attempts) {
    const counts = rows.get(way) ?? { table: noCounts(), schema: noCounts(), database: noCounts() };
    counts[level][outcome] += 1;
    rows.set(way, counts);
  }
  return [...rows].map(([way, counts]) => ({ way, counts }));
}

function noCounts(): Record<Outcome, number> {
  return { crossed: 0, refused: 0, nothing: 0, not_applicable: 0 };
}

export interface AttemptFilter {
  readonly way?: string;
  readonly outcome?: Outcome;
}

/** Crossings first, then in the order of trying. */
export function chooseAttempts(attempts: readonly ProofAttempt[], filter: AttemptFilter): ProofAttempt[] {
  const chosen = attempts.filter(
    ({ way, outcome }) =>
      (filter.way === undefined || way === filter.way) &&
      (filter.outcome === undefined || outcome === filter.outcome),
  );
  return [
    ...chosen.filter(({ outcome }) => outcome === "crossed"),
    ...chosen.filter(({ outcome }) => outcome !== "crossed"),
  ];
}
