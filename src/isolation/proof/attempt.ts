import type { IsolationLevel } from "../../tenants/tenant.ts";

export type Outcome = "refused" | "nothing" | "crossed" | "not_applicable";

/** One try to get from one tenant to another, and how it ended. */
export interface Attempt {
  readonly way: string;
  readonly target: string;
  readonly level: IsolationLevel;
  readonly attackerId: string;
  readonly victimId: string;
  readonly outcome: Outcome;
  readonly detail: string;
}

/** A tenant in the proof, as far as the attempts must know it. */
export interface Party {
  readonly tenantId: string;
  readonly level: IsolationLevel;
  readonly cell: string;
  readonly database: string;
  readonly schema: string;
  /** Login role of its connections. */
  readonly role: string;
  /** Its seat: `tenant:token`. */
  readonly context: string;
  /** The seat of an epoch that is over. */
  readonly oldContext: string;
  /** Text that stands in the rows planted for it; null for a real tenant, in which nothing is planted. */
  readonly marker: string | null;
  /** Tables in which no row could be planted: reading them proves nothing, which the proof says. */
  readonly unplanted: readonly string[];
}

/**
 * What holding means. refused: the last statement fails. unseen: no answer holds anything of the victim's.
 * untouched: the last statement changes no row. alike: the last two answer alike, so the answer tells nothing.
 */
export type Claim = "refused" | "unseen" | "untouched" | "alike";

/** Statements of one transaction, run as the attacker and rolled back. */
export interface Try {
  readonly way: string;
  readonly target: string;
  readonly claim: Claim;
  readonly statements: readonly string[];
}

/** What one statement came to. */
export type Answer =
  | { readonly rows: readonly unknown[]; readonly rowCount: number }
  | { readonly code: string; readonly message: string };

export function isFailure(answer: Answer): answer is Extract<Answer, { code: string }> {
  return "code" in answer;
}

/** SQLSTATEs of a statement that this server does not know: it has not been tried. */
const UNKNOWN_HERE = new Set(["42601", "42883", "42704", "58P01"]);

/** Decides how a try ended. `answers` are those of its statements, up to the first that failed, or of both for `alike`. */
export function judge(
  claim: Claim,
  answers: readonly Answer[],
  secrets: readonly string[],
): [Outcome, string] {
  const last = answers.at(-1);
  if (!last) return ["not_applicable", "Nothing was run."];
  const seen = secrets.find((secret) => JSON.stringify(answers).includes(secret));
  if (seen !== undefined && claim !== "untouched")
    return ["crossed", "The answer holds something of the victim's."];
  if (claim === "alike") return judgeAlike(answers);
  if (isFailure(last)) {
    if (UNKNOWN_HERE.has(last.code)) return ["not_applicable", `${last.code}: ${last.message}`];
    return ["refused", `${last.code}: ${last.message}`];
  }
  switch (claim) {
    case "refused":
      return ["crossed", "It was allowed."];
    case "untouched":
      return last.rowCount > 0 ? ["crossed", `${last.rowCount} rows.`] : ["nothing", "No row."];
    case "unseen":
      return ["nothing", `${last.rows.length} rows, none of the victim's.`];
    default:
      throw new TypeError(`Unknown claim ${String(claim satisfies never)}.`);
  }
}

/** Faults of the row itself, such as a number out of range: they come before any key is looked at. */
const FAULTY_ROW = /^22|^23502$|^23514$/;

function judgeAlike(answers: readonly Answer[]): [Outcome, string] {
  const faulty = answers.find((answer) => isFailure(answer) && FAULTY_ROW.test(answer.code));
  if (faulty && isFailure(faulty)) return ["not_applicable", `${faulty.code}: ${faulty.message}`];
  const [first, second] = answers
    .slice(-2)
    .map((answer) => (isFailure(answer) ? answer.code : `${answer.rowCount} rows`));
  if (first !== second) return ["crossed", `A row that exists answers ${first}, a missing one ${second}.`];
  return [first === "0 rows" ? "nothing" : "refused", `Both answer ${first}.`];
}

export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
