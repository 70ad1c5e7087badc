import type pg from "pg";
import type { NoteSigner } from "../audit/note.ts";
import { type Actor, recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import type { GuardedFetch } from "../base/guarded-fetch.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import type { Keyring } from "../keys/keyring.ts";
import { streamError } from "./errors.ts";
import {
  FAILED_SHOWN_MAX,
  OVERLAP_HOURS_DEFAULT,
  OVERLAP_HOURS_MAX,
  RECORDS_DEFAULT,
  STREAMS_MAX,
} from "./limits.ts";
import { messageId, testMessage } from "./message.ts";
import { type Outcome, post } from "./post.ts";
import { openSecret, openSecrets, sealSecret } from "./secrets.ts";
import { drawSecret } from "./signature.ts";
import {
  countStreams,
  countTenantStreams,
  deleteStream,
  deleteTenantStreams,
  findEnd,
  findStream,
  forgetFormerSecrets,
  insertStream,
  listFailed,
  listStreams,
  lockOwner,
  lockStream,
  makeDue,
  replayFailed,
  resetAttempts,
  rotateStreamSecret,
  type StreamRow,
  updateStream,
} from "./store.ts";
import { type AuditStream, type FailedMessage, fromRow, problemsOf, type StreamChange } from "./stream.ts";

export interface StreamParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly signer: NoteSigner;
  /** For addresses that tenants name. */
  readonly fetch: GuardedFetch;
  /** Some private networks may be reached. */
  readonly isPrivateAllowed: boolean;
}

export interface NewStream {
  readonly name: string;
  readonly url: string;
  readonly sends?: "records" | "checkpoints" | undefined;
  readonly format?: "json" | "ocsf" | undefined;
  readonly actions?: readonly string[] | undefined;
  readonly recordsMax?: number | undefined;
  /** Default: now. */
  readonly from?: "now" | "start" | undefined;
}

/** Streams of the audit log: a tenant's of its own chain (`tenantId`), the platform's of all (null). */
export class Streams {
  readonly parts: StreamParts;

  constructor(parts: StreamParts) {
    this.parts = parts;
  }

  /** The secret is in this answer and nowhere else. Throws stream.settings_invalid, stream.too_many. */
  async create(
    tenantId: string | null,
    input: NewStream,
    by: Actor,
  ): Promise<{ readonly stream: AuditStream; readonly secret: string }> {
    const { pool, clock } = this.parts;
    this.#check(input);
    const id = uuidv7();
    const secret = drawSecret();
    const sealed = await sealSecret(this.parts.keyring, { id, tenantId }, "secret", secret);
    const { sends = "records", format = "json", actions = [], recordsMax = RECORDS_DEFAULT, from } = input;
    const row = await withTx(pool, async (tx) => {
      await one(tx, lockOwner, [tenantId]);
      if ((await one(tx, countStreams, [tenantId])).n >= STREAMS_MAX)
        throw streamError("stream.too_many", { max: STREAMS_MAX });
      const values = [
        tenantId,
        id,
        input.name.trim(),
        input.url,
        sends,
        format,
        actions,
        recordsMax,
        sealed,
        sends === "checkpoints" ? 0 : from === "start" ? firstOf(tenantId) : await endOf(tx, tenantId),
        by.actor,
        clock.now(),
      ];
      const made = await one(tx, insertStream, values);
      await recordEvent(tx, by, "audit.stream_created", tenantId, said(made));
      return made;
    });
    return { stream: fromRow(row), secret };
  }

  async list(tenantId: string | null): Promise<AuditStream[]> {
    return (await many(this.parts.pool, listStreams, [tenantId])).map(fromRow);
  }

  /** Throws stream.not_found, for another's too. */
  async get(tenantId: string | null, id: string): Promise<AuditStream> {
    return fromRow(await this.#find(tenantId, id));
  }

  /** What was waiting is tried at once. Throws stream.not_found, stream.settings_invalid. */
  async update(tenantId: string | null, id: string, change: StreamChange, by: Actor): Promise<AuditStream> {
    this.#check(change);
    return withTx(this.parts.pool, async (tx) => {
      const row = await this.#lock(tx, tenantId, id);
      const now = this.parts.clock.now();
      const status = change.status ?? (row.status === "disabled" ? undefined : row.status);
      if (status === undefined) {
        const message = "Expected active or paused: the stream disabled itself.";
        throw streamError("stream.settings_invalid", {}, { problems: [{ path: "status", message }] });
      }
      const changed = await one(tx, updateStream, [
        tenantId,
        id,
        change.name?.trim() ?? row.name,
        change.url ?? row.url,
        change.format ?? row.format,
        change.actions ?? row.actions,
        change.recordsMax ?? row.records_max,
        status,
        now,
      ]);
      await exec(tx, resetAttempts, [id, now]);
      const states = { of: `audit_stream:${id}`, before: stateOf(row), after: stateOf(changed) };
      await recordEvent(tx, by, "audit.stream_updated", tenantId, said(changed), { states });
      return fromRow(changed);
    });
  }

  /** Throws stream.not_found. */
  async remove(tenantId: string | null, id: string, by: Actor): Promise<void> {
    await withTx(this.parts.pool, async (tx) => {
      const gone = isUuid(id) ? await maybe(tx, deleteStream, [tenantId, id]) : undefined;
      if (!gone) throw streamError("stream.not_found", { id });
      await recordEvent(tx, by, "audit.stream_removed", tenantId, { streamId: id });
    });
  }

  /** A new secret; the one before signs too for a while. Throws stream.not_found. */
  async rotateSecret(
    tenantId: string | null,
    id: string,
    overlapHours: number = OVERLAP_HOURS_DEFAULT,
    by: Actor,
  ): Promise<{ readonly stream: AuditStream; readonly secret: string }> {
    if (!(overlapHours >= 0 && overlapHours <= OVERLAP_HOURS_MAX)) {
      const message = `Expected 0 to ${OVERLAP_HOURS_MAX}.`;
      throw streamError("stream.settings_invalid", {}, { problems: [{ path: "overlapHours", message }] });
    }
    const { pool, clock, keyring } = this.parts;
    const secret = drawSecret();
    const row = await withTx(pool, async (tx) => {
      const known = await this.#lock(tx, tenantId, id);
      const sealed = await sealSecret(keyring, { id, tenantId }, "secret", secret);
      const former =
        overlapHours === 0
          ? null
          : await sealSecret(keyring, { id, tenantId }, "former_secret", await openSecret(keyring, known));
      const now = clock.now();
      const until = former && new Date(now.getTime() + overlapHours * 3_600_000);
      const changed = await one(tx, rotateStreamSecret, [tenantId, id, sealed, former, until, now]);
      await recordEvent(tx, by, "audit.stream_secret_rotated", tenantId, { streamId: id, overlapHours });
      return changed;
    });
    return { stream: fromRow(row), secret };
  }

  /** Forgets secrets whose overlap is over. */
  async sweep(): Promise<void> {
    await exec(this.parts.pool, forgetFormerSecrets, [this.parts.clock.now()]);
  }

  /** Sends a message without records, once. If it arrives, what waits is tried at once. Throws stream.not_found. */
  async test(tenantId: string | null, id: string, by: Actor): Promise<Outcome> {
    const { pool, clock, keyring, fetch } = this.parts;
    const row = await this.#find(tenantId, id);
    const now = clock.now();
    const outcome = await post(fetch, clock, {
      url: row.url,
      id: messageId(uuidv7()),
      body: testMessage(row, now),
      secrets: await openSecrets(keyring, row, now),
    });
    const isDelivered = outcome.error === null;
    await withTx(pool, async (tx) => {
      if (isDelivered) {
        await exec(tx, makeDue, [id, clock.now()]);
        await exec(tx, resetAttempts, [id, clock.now()]);
      }
      const detail = { streamId: id, isDelivered, status: outcome.status };
      await recordEvent(tx, by, "audit.stream_tested", tenantId, detail);
    });
    return outcome;
  }

  /** Messages that were given up, oldest first. Throws stream.not_found. */
  async failed(tenantId: string | null, id: string): Promise<FailedMessage[]> {
    await this.#find(tenantId, id);
    const rows = await many(this.parts.pool, listFailed, [id, FAILED_SHOWN_MAX]);
    return rows.map((row) => ({
      id: row.id,
      first: Number(row.first),
      last: Number(row.last),
      attempts: row.attempts,
      error: row.error,
      createdAt: row.created_at,
      failedAt: row.failed_at,
    }));
  }

  /** Sends those again, or all; with their old ids, beside the stream. Resolves to how many. Throws stream.not_found. */
  async replay(
    tenantId: string | null,
    id: string,
    messages: readonly string[] | undefined,
    by: Actor,
  ): Promise<number> {
    return withTx(this.parts.pool, async (tx) => {
      await this.#lock(tx, tenantId, id);
      const wanted = messages?.filter((each) => isUuid(each)) ?? null;
      const rows = await many(tx, replayFailed, [id, wanted, this.parts.clock.now()]);
      const detail = { streamId: id, messages: rows.length };
      await recordEvent(tx, by, "audit.stream_replayed", tenantId, detail);
      return rows.length;
    });
  }

  async eraseTenant(tenantId: string): Promise<void> {
    await exec(this.parts.pool, deleteTenantStreams, [tenantId]);
  }

  async countTenant(tenantId: string): Promise<number> {
    return (await one(this.parts.pool, countTenantStreams, [tenantId])).n;
  }

  #check(change: StreamChange): void {
    const problems = problemsOf(change, this.parts.isPrivateAllowed);
    if (problems.length > 0) throw streamError("stream.settings_invalid", {}, { problems });
  }

  async #find(tenantId: string | null, id: string): Promise<StreamRow> {
    const row = isUuid(id) ? await maybe(this.parts.pool, findStream, [tenantId, id]) : undefined;
    if (!row) throw streamError("stream.not_found", { id });
    return row;
  }

  async #lock(tx: Tx, tenantId: string | null, id: string): Promise<StreamRow> {
    const row = isUuid(id) ? await maybe(tx, lockStream, [tenantId, id]) : undefined;
    if (!row) throw streamError("stream.not_found", { id });
    return row;
  }
}

function stateOf({ name, url, format, actions, records_max, status }: StreamRow) {
  return { name, url, format, actions, recordsMax: records_max, status };
}

/** Chains are numbered from 1, the tree from 0. */
function firstOf(tenantId: string | null): number {
  return tenantId === null ? 0 : 1;
}

async function endOf(tx: Tx, tenantId: string | null): Promise<string> {
  return (await one(tx, findEnd, [tenantId])).next;
}

/** For the log: where to, but nothing that could be a token of the receiver. */
function said({ id, name, url, sends, format, actions, status }: StreamRow): Record<string, unknown> {
  return { streamId: id, name, host: new URL(url).host, sends, format, actions, status };
}
