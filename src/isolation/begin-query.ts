import pg, { type QueryResult } from "pg";
import { serialize } from "pg-protocol";
import type { Scope } from "./scope.ts";

const EXECUTE = serialize.execute({ portal: "", rows: 0 });

interface WireConnection {
  readonly stream: { write(chunk: Buffer): boolean };
}

// The parts of node-postgres' Query that a subclass needs; @types/pg shows only the public ones.
const BaseQuery = pg.Query as unknown as new (
  config: object,
  values: unknown,
  callback: unknown,
) => {
  handleCommandComplete(message: unknown, connection: unknown): void;
};

/**
 * [BEGIN · set scope and look at the seat · Sync] in one message: the transaction starts inside its tenant, and a dead
 * seat shows before any work was done, so the whole transaction may start again elsewhere.
 */
export class BeginQuery extends BaseQuery {
  readonly #message: Buffer;
  #isBegun = false;

  constructor(scope: Scope, begin: string, callback: (error: Error | null, result?: QueryResult) => void) {
    super({ text: begin, queryMode: "extended" }, undefined, callback);
    this.#message = Buffer.concat([
      serialize.parse({ text: begin }),
      serialize.bind({ portal: "", statement: "", values: [] }),
      EXECUTE,
      scope.privatePrefix,
      serialize.sync(),
    ]);
  }

  requiresPreparation(): boolean {
    return true;
  }

  prepare(connection: WireConnection): void {
    connection.stream.write(this.#message);
  }

  handleDataRow(): void {}

  override handleCommandComplete(message: unknown, connection: unknown): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    super.handleCommandComplete(message, connection);
  }
}
