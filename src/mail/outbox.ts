import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { isUuid, uuidv7 } from "../base/ids.ts";
import { exec, many, maybe } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { SealedPlace } from "../keys/sealed-place.ts";
import { sealedTable } from "../keys/sealed-table.ts";
import { mailError } from "./errors.ts";
import {
  BATCH_MAX,
  ERROR_CHARACTERS_MAX,
  GIVE_UP_MS,
  KEPT_MS,
  LEASE_MS,
  PASS_MS,
  PAUSE_MS,
  PAUSE_MS_MAX,
  SHOWN_MAX,
} from "./limits.ts";
import { type Message, renderMessage } from "./message.ts";
import type { MailTransport } from "./smtp.ts";
import {
  claimMails,
  deleteOldMails,
  findMail,
  insertMail,
  listMails,
  type MailRow,
  markFailed,
  markSent,
  postpone,
} from "./store.ts";

export interface OutboxOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly keyring: Keyring;
  /** Null: nothing is sent; what waits can be read in the viewer. */
  readonly transport: MailTransport | null;
  readonly onError: (error: Error) => void;
}

export interface OutgoingMail {
  /** Normalised address. */
  readonly to: string;
  /** Which message it is, such as `sign_in_link`. */
  readonly kind: string;
  readonly locale: "en" | "fr";
  readonly message: Message;
}

export interface MailEntry {
  readonly id: string;
  readonly to: string;
  readonly kind: string;
  readonly locale: "en" | "fr";
  readonly subject: string;
  readonly status: "waiting" | "sent" | "failed";
  readonly attempts: number;
  /** What the mail server last said. */
  readonly error: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
}

/**
 * Mail that is written with its cause and sent at least once: a process that dies between the two loses nothing, and
 * one that dies while sending makes it arrive twice, under the same Message-ID.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<unknown> = Promise.resolve();
  #isAsked = false;
  #isClosed = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  /** Is there a mail server? Without one, what waits is read in the viewer. */
  get isSending(): boolean {
    return this.#options.transport !== null;
  }

  /** Writes a mail in the transaction of its cause; both commit, or neither. */
  async write(tx: Tx, mail: OutgoingMail): Promise<void> {
    const { keyring, clock } = this.#options;
    const id = uuidv7();
    const { subject, ...body } = renderMessage(mail.message, mail.locale);
    const plain = Buffer.from(JSON.stringify(body), "utf8");
    const sealed = await keyring.seal("platform", "secrets", mailContext(id), plain);
    await exec(tx, insertMail, [id, mail.to, mail.kind, mail.locale, subject, sealed, clock.now()]);
  }

  /** Begins to send what is due, in the background. */
  start(): void {
    if (this.#isClosed || !this.#options.transport) return;
    this.#timer = setTimeout(() => this.kick(), PASS_MS);
    this.#timer.unref();
  }

  /** Looks for due mail now: told that there is some. */
  kick(): void {
    if (this.#isClosed || !this.#options.transport) return;
    if (this.#isAsked) return;
    this.#isAsked = true;
    clearTimeout(this.#timer);
    this.#pass = this.#pass
      .then(() => {
        this.#isAsked = false;
        return this.run();
      })
      .catch((error: Error) => {
        if (!this.#isClosed) this.#options.onError(error);
      })
      .then(() => {
        if (!this.#isAsked) this.start();
      });
  }

  /** One pass; answers how many mails went out. */
  async run(): Promise<number> {
    const { pool, clock, transport } = this.#options;
    if (!transport) return 0;
    const nowMs = clock.now().getTime();
    const mails = await many(pool, claimMails, [new Date(nowMs), new Date(nowMs + LEASE_MS), BATCH_MAX]);
    let sent = 0;
    for (const mail of mails) {
      if (this.#isClosed) break;
      if (await this.#send(transport, mail)) sent += 1;
    }
    return sent;
  }

  /** Removes what is older than a week. */
  async sweep(): Promise<void> {
    const { pool, clock } = this.#options;
    await exec(pool, deleteOldMails, [new Date(clock.now().getTime() - KEPT_MS)]);
  }

  /** Newest first. @param to Only those to this address. */
  async list(to?: string): Promise<MailEntry[]> {
    return (await many(this.#options.pool, listMails, [to ?? null, SHOWN_MAX])).map(toEntry);
  }

  /** With its text, as long as it was not sent. Throws mail.not_found. */
  async read(
    id: string,
  ): Promise<MailEntry & { readonly text: string | null; readonly html: string | null }> {
    const row = isUuid(id) ? await maybe(this.#options.pool, findMail, [id]) : undefined;
    if (!row) throw mailError("mail.not_found", { id });
    const body = row.sealed && (await this.#open(row.id, row.sealed));
    return { ...toEntry(row), text: body?.text ?? null, html: body?.html ?? null };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#pass;
    this.#options.transport?.close();
  }

  async #send(transport: MailTransport, mail: MailRow): Promise<boolean> {
    const { pool, clock } = this.#options;
    const now = clock.now();
    if (now.getTime() - mail.created_at.getTime() > GIVE_UP_MS || !mail.sealed) {
      await exec(pool, markFailed, [mail.id, mail.error ?? "It waited too long."]);
      return false;
    }
    const { text, html } = await this.#open(mail.id, mail.sealed);
    const { id, recipient: to, subject } = mail;
    const outcome = await transport.send({ id, to, subject, text, html });
    if (outcome.isSent) {
      await exec(pool, markSent, [mail.id, clock.now()]);
      return true;
    }
    const reason = outcome.reason.slice(0, ERROR_CHARACTERS_MAX);
    if (outcome.isFinal) {
      await exec(pool, markFailed, [mail.id, reason]);
      return false;
    }
    const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_MS * 2 ** (mail.attempts - 1));
    await exec(pool, postpone, [mail.id, reason, new Date(clock.now().getTime() + pauseMs)]);
    return false;
  }

  async #open(id: string, sealed: Buffer): Promise<{ text: string; html: string }> {
    const plain = await this.#options.keyring.open("platform", mailContext(id), sealed);
    return JSON.parse(plain.toString("utf8")) as { text: string; html: string }; // written by `write`
  }
}

function toEntry(row: MailRow): MailEntry {
  return {
    id: row.id,
    to: row.recipient,
    kind: row.kind,
    locale: row.locale,
    subject: row.subject,
    status: row.status,
    attempts: row.attempts,
    error: row.error,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  };
}

function mailContext(id: string): string[] {
  return ["mails", id];
}

/** Mails that are kept, as the rotation of keys sees them. */
export function mailPlace(keyring: Keyring, pool: pg.Pool): SealedPlace {
  return sealedTable({
    keyring,
    pool,
    purpose: "secrets",
    table: "mails",
    column: "sealed",
    tenantColumn: null,
    key: [{ name: "id", type: "uuid" }],
    context: ([id = ""]) => mailContext(id),
  });
}
