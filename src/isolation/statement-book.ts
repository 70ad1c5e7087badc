import { isShareable } from "./shareable.ts";

/**
 * What a process knows of each statement text: which lane it may take.
 *
 * The express lane shares connections, so it takes only statements that have shown twice that they are quick, and
 * that cannot leave anything behind on a session. A text that is new (and an injected text always is) runs alone on
 * a private connection that is wiped afterwards. The book decides speed and hygiene, never isolation: the seat does.
 */
export interface Statement {
  readonly text: string;
  /** Name of the prepared statement on express connections. */
  readonly name: string;
  /** Null until it has been asked: only texts that keep coming are worth the parser's time. */
  mayShare: boolean | null;
  runs: number;
  /** Exponentially weighted mean of the time at the server, ms. */
  meanMs: number;
  /** Express again only after this time (ms of the monotonic clock): set when it blocked others. */
  privateUntilMs: number;
  penaltyMs: number;
}

/** Runs before a statement may share a connection. */
const RUNS_MIN = 2;
/** Slower statements keep to private connections, where they delay nobody. */
const SHARED_MS_MAX = 15;
/** How long a statement that held others up stays away from the express lane: doubled each time. */
const PENALTY_MS = 500;
const PENALTY_MS_MAX = 60_000;
const BOOK_SIZE_MAX = 2_000;

export class StatementBook {
  readonly #statements = new Map<string, Statement>();
  #names = 0;

  open(text: string): Statement {
    const known = this.#statements.get(text);
    if (known) return known;
    if (this.#statements.size >= BOOK_SIZE_MAX) {
      const oldest = this.#statements.keys().next().value;
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    const statement: Statement = {
      text,
      name: `t${++this.#names}`,
      mayShare: null,
      runs: 0,
      meanMs: 0,
      privateUntilMs: 0,
      penaltyMs: 0,
    };
    this.#statements.set(text, statement);
    return statement;
  }

  isExpress(statement: Statement, nowMs: number): boolean {
    if (statement.runs < RUNS_MIN || statement.meanMs > SHARED_MS_MAX || statement.privateUntilMs > nowMs)
      return false;
    statement.mayShare ??= isShareable(statement.text);
    return statement.mayShare;
  }

  recordRun(statement: Statement, elapsedMs: number): void {
    statement.runs += 1;
    statement.meanMs = statement.runs <= RUNS_MIN ? elapsedMs : statement.meanMs * 0.8 + elapsedMs * 0.2;
  }

  /** The text gets a new name: what its old name means on open connections is stale. */
  forget(statement: Statement): void {
    this.#statements.delete(statement.text);
  }

  recordBlocking(statement: Statement, nowMs: number): void {
    statement.penaltyMs = Math.min(PENALTY_MS_MAX, statement.penaltyMs * 2 || PENALTY_MS);
    statement.privateUntilMs = nowMs + statement.penaltyMs;
  }
}
