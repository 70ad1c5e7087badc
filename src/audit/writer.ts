import type pg from "pg";
import { uuidv7 } from "../base/ids.ts";
import { exec, many } from "../db/sql.ts";
import { type Actor, composeRecord, type RecordInput, type StoredRecord } from "./body.ts";
import { auditError } from "./errors.ts";
import { BATCH_MAX, BEAT_MS, FLIGHTS_MAX, QUEUE_MAX, SECOND_FLIGHT_MIN, SETTINGS_PASS_MS } from "./limits.ts";
import {
  batchValues,
  beatBoot,
  insertBoot,
  insertRecords,
  listRelaxed,
  repeatRecords,
  stopBoot,
} from "./writer-store.ts";

interface Waiting {
  readonly record: StoredRecord;
  readonly number: number;
  /** Absent: nobody waits for it. */
  readonly settle?: (failure?: Error) => void;
}

/**
 * Group commit: whoever comes while a batch is on its way to the disk goes with the next one. An idle writer sends at
 * once, a busy one sends large batches; there is no timer in between.
 *
 * Each record has a number in its process, so that a lost one leaves a gap.
 */
export class AuditWriter {
  readonly boot = uuidv7();
  readonly #pool: pg.Pool;
  readonly #onError: (error: Error) => void;
  #queue: Waiting[] = [];
  #flights = 0;
  #isScheduled = false;
  #number = 0;
  #durable = 0;
  #dropped = 0;
  #beat: NodeJS.Timeout | undefined;
  #settings: NodeJS.Timeout | undefined;
  #relaxed: ReadonlySet<string> = new Set();
  #begun: Promise<void> | undefined;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  /** @param pool Of its own, with FLIGHTS_MAX + 1 connections: it must not wait behind what it records. */
  constructor(options: { pool: pg.Pool; onError: (error: Error) => void }) {
    this.#pool = options.pool;
    this.#onError = options.onError;
  }

  /**
   * Resolves when the record is durable; at once if its tenant wants reads relaxed and `mayRelax` says so.
   * Throws audit.unavailable or audit.overloaded: then the answer must not go out.
   */
  async write(
    input: Omit<RecordInput, "boot" | "number">,
    options: { mayRelax?: boolean } = {},
  ): Promise<void> {
    if (this.#isClosed) throw auditError("audit.unavailable");
    this.#begun ??= this.#begin();
    await this.#begun;
    const isRelaxed =
      options.mayRelax === true && input.tenantId !== null && this.#relaxed.has(input.tenantId);
    if (this.#queue.length >= QUEUE_MAX) {
      if (!isRelaxed) throw auditError("audit.overloaded");
      // Its number is drawn and never written: the loss is a gap.
      this.#number += 1;
      this.#dropped += 1;
      return;
    }
    const number = ++this.#number;
    const record = composeRecord({ ...input, boot: this.boot, number });
    if (isRelaxed) {
      this.#enqueue({ record, number });
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const settle = (failure?: Error) => (failure ? reject(failure) : resolve());
      this.#enqueue({ record, number, settle });
    });
  }

  /** Reads again which tenants want reads relaxed; this happens by itself every few seconds. */
  async readSettings(): Promise<void> {
    const rows = await many(this.#pool, listRelaxed);
    this.#relaxed = new Set(rows.map((row) => row.tenant_id));
  }

  /** How many records relaxed tenants lost to a full queue in this process. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Writes what waits, then that the process ended in good order. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#beat);
    clearInterval(this.#settings);
    if (this.#begun && (await this.#begun.then(() => true).catch(() => false))) {
      while (this.#queue.length > 0 || this.#flights > 0) {
        await new Promise<void>((resolve) => {
          this.#onIdle = resolve;
          this.#flush();
        });
      }
      await this.#end().catch(this.#onError);
    }
    await this.#pool.end();
  }

  async #begin(): Promise<void> {
    try {
      await this.readSettings();
      await exec(this.#pool, insertBoot, [this.boot]);
      await this.#insert([composeRecord(this.#ofProcess("process.started", 0))]);
    } catch (cause) {
      this.#begun = undefined;
      throw auditError("audit.unavailable", {}, { cause });
    }
    this.#beat = setInterval(() => void this.#saysThatItLives(), BEAT_MS);
    this.#settings = setInterval(() => void this.readSettings().catch(this.#onError), SETTINGS_PASS_MS);
    this.#beat.unref();
    this.#settings.unref();
  }

  async #end(): Promise<void> {
    const number = ++this.#number;
    await this.#insert([composeRecord(this.#ofProcess("process.stopped", number))]);
    await exec(this.#pool, stopBoot, [this.boot, number]);
  }

  #ofProcess(action: string, number: number): RecordInput {
    const by: Actor = { actor: "system:process" };
    const detail = { boot: this.boot, dropped: this.#dropped };
    return { kind: "request", action, by, tenantId: null, boot: this.boot, number, detail };
  }

  async #saysThatItLives(): Promise<void> {
    await exec(this.#pool, beatBoot, [this.boot, this.#durable]).catch(this.#onError);
  }

  #enqueue(waiting: Waiting): void {
    this.#queue.push(waiting);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // All that this turn of the event loop brings goes together.
    setImmediate(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    while (this.#queue.length > 0 && this.#mayFly()) {
      const batch = this.#queue.length <= BATCH_MAX ? this.#queue : this.#queue.slice(0, BATCH_MAX);
      this.#queue = batch === this.#queue ? [] : this.#queue.slice(BATCH_MAX);
      this.#flights += 1;
      void this.#send(batch).finally(() => {
        this.#flights -= 1;
        if (this.#queue.length > 0) this.#flush();
        else if (this.#flights === 0) this.#onIdle?.();
      });
    }
  }

  #mayFly(): boolean {
    if (this.#flights === 0) return true;
    return this.#flights < FLIGHTS_MAX && this.#queue.length >= SECOND_FLIGHT_MIN;
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    try {
      const records = batch.map((each) => each.record);
      // The first try may have been committed and its answer lost; the second adds nothing twice.
      await this.#insert(records).catch(() => this.#insert(records, repeatRecords));
      this.#durable = Math.max(this.#durable, batch.at(-1)?.number ?? 0);
      for (const { settle } of batch) settle?.();
    } catch (cause) {
      const failure = auditError("audit.unavailable", {}, { cause });
      this.#onError(failure);
      for (const { settle } of batch) {
        if (settle) settle(failure);
        else this.#dropped += 1;
      }
    }
  }

  async #insert(records: readonly StoredRecord[], { name, text } = insertRecords): Promise<void> {
    // Named: parsed and planned once per connection.
    await this.#pool.query({ name, text, values: batchValues(records) });
  }
}
