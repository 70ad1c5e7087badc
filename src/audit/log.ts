import pg from "pg";
import { isUuid } from "../base/ids.ts";
import { exec } from "../db/sql.ts";
import { composeRecord, type RecordInput } from "./body.ts";
import { useDigestKeys } from "./digest.ts";
import { FLIGHTS_MAX } from "./limits.ts";
import { openLogKey, type Sealing } from "./log-key.ts";
import type { NoteSigner } from "./note.ts";
import { type OnBatch, Sequencer } from "./sequencer.ts";
import { insertRecord, insertUnlessRecorded, recordValues } from "./store.ts";
import { AuditWriter } from "./writer.ts";

const NO_ID = "00000000-0000-0000-0000-000000000000";

/** The audit log as a process has it: the writer of reads and requests, the sequencer, the key. */
export class AuditLog {
  readonly pool: pg.Pool;
  readonly signer: NoteSigner;
  readonly writer: AuditWriter;
  readonly sequencer: Sequencer;

  private constructor(parts: {
    pool: pg.Pool;
    signer: NoteSigner;
    writer: AuditWriter;
    sequencer: Sequencer;
  }) {
    this.pool = parts.pool;
    this.signer = parts.signer;
    this.writer = parts.writer;
    this.sequencer = parts.sequencer;
  }

  static async open(options: {
    pool: pg.Pool;
    /** For the writer's own connections. */
    connection: pg.ClientConfig;
    sealing: Sealing;
    installationId: string;
    onError: (what: string, error: Error) => void;
    onBatch?: OnBatch | undefined;
  }): Promise<AuditLog> {
    const { pool, sealing, installationId, onError, onBatch } = options;
    const { signer, seed } = await openLogKey(pool, sealing, installationId);
    useDigestKeys(pool, seed);
    // Whatever the server's default is: a record that is called durable is on disk.
    const durable = "-c synchronous_commit=on";
    const own = new pg.Pool({
      ...options.connection,
      options: durable,
      max: FLIGHTS_MAX + 1,
      allowExitOnIdle: true,
    });
    own.on("error", () => undefined); // an idle connection that breaks is replaced
    return new AuditLog({
      pool,
      signer,
      writer: new AuditWriter({
        pool: own,
        onError: (error) => onError("Audit records could not be written", error),
      }),
      sequencer: new Sequencer({
        pool,
        signer,
        onError: (error) => onError("The audit log could not be sequenced", error),
        onBatch,
      }),
    });
  }

  /** One record outside of any change, durable when this resolves; for commands, which are no process to number. */
  async recordAlone(input: RecordInput): Promise<void> {
    await exec(this.pool, insertRecord, recordValues(composeRecord(input)));
  }

  /** The same, unless the request left a record already: the change that it made has its own. */
  async recordUnlessRecorded(input: RecordInput, requestId: string): Promise<void> {
    const values = recordValues(composeRecord(input));
    // A record of the request was made after the request's id, which is of version 7 and of this process.
    await exec(this.pool, insertUnlessRecorded, [
      ...values,
      isUuid(requestId) ? requestId : NO_ID,
      requestId,
    ]);
  }

  async close(): Promise<void> {
    await this.sequencer.close();
    await this.writer.close();
  }
}
