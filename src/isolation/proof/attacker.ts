import pg from "pg";
import { searchPathOf } from "../place-names.ts";
import { type Answer, type Attempt, isFailure, judge, literal, type Party, type Try } from "./attempt.ts";

const STATEMENT_TIMEOUT_MS = 5_000;

/**
 * A connection with the attacker's own login role and seat, below every check of the library: what is tried here has
 * only the database against it. Each try is one transaction that is rolled back, at the latest when the connection ends.
 */
export class Attacker {
  readonly #client: pg.Client;
  readonly #party: Party;

  private constructor(client: pg.Client, party: Party) {
    this.#client = client;
    this.#party = party;
  }

  static async open(connection: pg.ClientConfig, party: Party): Promise<Attacker> {
    const client = new pg.Client({ ...connection, application_name: "tenancy-proof" });
    client.on("error", () => undefined);
    await client.connect();
    return new Attacker(client, party);
  }

  async run(victim: Party, { way, target, claim, statements }: Try): Promise<Attempt> {
    const answers: Answer[] = [];
    await this.#client.query(this.#begin());
    for (const statement of statements) {
      const answer = await this.#ask(statement);
      answers.push(answer);
      if (!isFailure(answer)) continue;
      if (claim !== "alike") break;
      // The second answer of two is wanted too.
      await this.#client.query(this.#begin());
    }
    const [outcome, detail] = judge(claim, answers, secretsOf(victim));
    const party = this.#party;
    return {
      way,
      target,
      level: victim.level,
      attackerId: party.tenantId,
      victimId: victim.tenantId,
      outcome,
      detail: detail.slice(0, 300),
    };
  }

  async close(): Promise<void> {
    await this.#client.end().catch(() => undefined);
  }

  /** Leaves the try before and starts the next, in one message. */
  #begin(): string {
    const { context, schema } = this.#party;
    return `rollback; begin; set local tenancy.context = ${literal(context)}; set local search_path = ${searchPathOf(schema)}; set local statement_timeout = ${STATEMENT_TIMEOUT_MS}`;
  }

  async #ask(statement: string): Promise<Answer> {
    try {
      const result = await this.#client.query(statement);
      return { rows: result.rows, rowCount: result.rowCount ?? 0 };
    } catch (failure) {
      const { code, message } = failure as { code?: string; message: string };
      // Without a SQLSTATE it is the connection that failed, and the proof with it.
      if (code === undefined || !/^[0-9A-Z]{5}$/.test(code)) throw failure;
      // The server was ready to take rows; it is our client that had none.
      if (code === "57014" && /COPY from stdin failed/.test(message)) return { rows: [], rowCount: 1 };
      return { code, message };
    }
  }
}

/** Whoever sees one of these has crossed. A tenant's id is no secret in itself, but as a row's tenant_id it is the row. */
function secretsOf(victim: Party): string[] {
  const token = victim.context.slice(victim.context.indexOf(":") + 1);
  return [token, `"tenant_id":"${victim.tenantId}"`, ...(victim.marker === null ? [] : [victim.marker])];
}
