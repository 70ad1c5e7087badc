import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import type pg from "pg";
import { uuidv7 } from "../base/ids.ts";
import { exec, many, maybe } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { fromUuid, keyIdOf, openEnvelope, sealEnvelope } from "./envelope.ts";
import { keyError } from "./errors.ts";
import type { Keyring } from "./keyring.ts";
import { MAKE_TRIES_MAX } from "./limits.ts";
import { encodeContext, scopeName, toScope } from "./scope.ts";
import type { SealedPlace } from "./sealed-place.ts";
import { sealedTable } from "./sealed-table.ts";
import { destroySubjectKey, findSubjectKeys, insertSubjectKey } from "./subject-store.ts";

interface SubjectKey {
  readonly id: string;
  readonly key: KeyObject;
}

/**
 * Seals what is kept about one person with a key of that person's own, so that it can be destroyed alone: in the
 * database, and in every copy of the values elsewhere. A subject's key is never remembered unwrapped: after `shred`
 * returns, no process opens anything of it.
 */
export class SubjectKeys {
  readonly #keyring: Keyring;
  readonly #pool: pg.Pool;

  /** @param pool the control database, by connections of its own, like the keyring's */
  constructor(options: { keyring: Keyring; pool: pg.Pool }) {
    this.#keyring = options.keyring;
    this.#pool = options.pool;
  }

  /**
   * @param tenantId null: a person of the platform, such as a user
   * @param subject who it is, such as `user:<id>`; it is not stored
   * @throws key.subject_destroyed, key.destroyed, key.refused, key.unreachable
   */
  async seal(
    tenantId: string | null,
    subject: string,
    context: readonly string[],
    plain: Uint8Array,
  ): Promise<Buffer> {
    for (let attempt = 0; attempt < MAKE_TRIES_MAX; attempt++) {
      const found = await this.#find(tenantId, subject);
      if (found) return sealEnvelope(fromUuid(found.id), found.key, bind(tenantId, context), plain);
      await this.#make(tenantId, subject);
    }
    throw new Error(`No key for the subject after ${MAKE_TRIES_MAX} tries.`);
  }

  /** @throws sealed.unreadable, key.subject_destroyed, key.destroyed, key.refused, key.unreachable */
  async open(
    tenantId: string | null,
    subject: string,
    context: readonly string[],
    envelope: Buffer,
  ): Promise<Buffer> {
    const [opened] = await this.openEach(tenantId, [{ subject, context, envelope }]);
    if (opened === "destroyed") throw keyError("key.subject_destroyed");
    if (!Buffer.isBuffer(opened))
      throw keyError("sealed.unreadable", { scope: scopeName(toScope(tenantId)) });
    return opened;
  }

  /**
   * Values of many persons, with one look for all keys; each is opened, or says why it is not.
   *
   * @throws key.destroyed, key.refused, key.unreachable
   */
  async openEach(
    tenantId: string | null,
    values: readonly {
      readonly subject: string;
      readonly context: readonly string[];
      readonly envelope: Buffer;
    }[],
  ): Promise<(Buffer | "destroyed" | "unreadable")[]> {
    if (values.length === 0) return [];
    const keys = await this.#findAll(tenantId, [...new Set(values.map(({ subject }) => subject))]);
    return values.map(({ subject, context, envelope }) => {
      const found = keys.get(subject);
      if (found === "destroyed") return found;
      const isOurs = found !== undefined && keyIdOf(envelope) === found.id;
      return (isOurs && openEnvelope(envelope, found.key, bind(tenantId, context))) || "unreadable";
    });
  }

  /**
   * Destroys the subject's key, and sees to it that it gets no new one. Repeatable. In backups of the control database
   * the sealed key lives on until they expire: the erasure is complete then.
   *
   * @returns whether there was a key
   */
  async shred(tenantId: string | null, subject: string, record: (tx: Tx) => Promise<void>): Promise<boolean> {
    const index = await this.#index(tenantId, subject);
    return withTx(this.#pool, async (tx) => {
      const row = await maybe(tx, destroySubjectKey, [tenantId, index, uuidv7()]);
      if (!row) return false;
      await record(tx);
      return row.had_key;
    });
  }

  async #find(tenantId: string | null, subject: string): Promise<SubjectKey | undefined> {
    const found = (await this.#findAll(tenantId, [subject])).get(subject);
    if (found === "destroyed") throw keyError("key.subject_destroyed");
    return found;
  }

  /** By subject; without those that have no key yet. */
  async #findAll(
    tenantId: string | null,
    subjects: readonly string[],
  ): Promise<ReadonlyMap<string, SubjectKey | "destroyed">> {
    const indexes = await Promise.all(subjects.map((subject) => this.#index(tenantId, subject)));
    const rows = await many(this.#pool, findSubjectKeys, [tenantId, indexes]);
    const subjectOf = new Map(indexes.map((index, i) => [index.toString("hex"), subjects[i] as string]));
    const found = await Promise.all(
      rows.map(async ({ subject, id, sealed_key }): Promise<[string, SubjectKey | "destroyed"]> => {
        const name = subjectOf.get(subject.toString("hex")) as string; // asked for by it
        if (sealed_key === null) return [name, "destroyed"];
        const key = await this.#keyring.open(toScope(tenantId), rowContext(subject), sealed_key, "subjects");
        return [name, { id, key: createSecretKey(key) }];
      }),
    );
    return new Map(found);
  }

  async #make(tenantId: string | null, subject: string): Promise<void> {
    const index = await this.#index(tenantId, subject);
    const sealed = await this.#keyring.seal(
      toScope(tenantId),
      "subjects",
      rowContext(index),
      randomBytes(32),
    );
    await exec(this.#pool, insertSubjectKey, [tenantId, index, uuidv7(), sealed]);
  }

  #index(tenantId: string | null, subject: string): Promise<Buffer> {
    return this.#keyring.blindIndex(toScope(tenantId), "subject_keys", subject);
  }
}

/** Where the rotation finds the keys of subjects. */
export function subjectKeysPlace(keyring: Keyring, pool: pg.Pool): SealedPlace {
  return sealedTable({
    keyring,
    pool,
    purpose: "subjects",
    table: "subject_keys",
    column: "sealed_key",
    tenantColumn: "tenant_id",
    key: [{ name: "subject", type: "bytea" }],
    // PostgreSQL writes bytea as text in hex behind \x.
    context: ([subject = ""]) => rowContext(Buffer.from(subject.slice(2), "hex")),
  });
}

function rowContext(index: Buffer): string[] {
  return ["subject_keys", index.toString("hex")];
}

function bind(tenantId: string | null, context: readonly string[]): Buffer {
  return encodeContext([scopeName(toScope(tenantId)), "subject", ...context]);
}
