import type pg from "pg";
import { isTenancyError } from "../base/errors.ts";

/** What a record tells of a person. It is kept apart, so that it can be destroyed alone. */
export interface Personal {
  /** Who it is, such as `user:<id>`; stands in the record as it is. */
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** As it stands in the record, and is hashed: what is shredded later changes no byte. */
export interface SealedPersonal {
  readonly subject: string;
  /** Base64. Null: it was not sealed, for `withheld`, and so it was not kept. */
  readonly sealed: string | null;
  readonly withheld?: string;
}

/** Seals for one person; the keys of data subjects do. */
export interface PersonalSealer {
  seal(
    tenantId: string | null,
    subject: string,
    context: readonly string[],
    plain: Uint8Array,
  ): Promise<Buffer>;
  openEach(
    tenantId: string | null,
    values: readonly {
      readonly subject: string;
      readonly context: readonly string[];
      readonly envelope: Buffer;
    }[],
  ): Promise<(Buffer | "destroyed" | "unreadable")[]>;
}

const sealersOf = new WeakMap<pg.Pool, PersonalSealer>();

/** Of the records that this pool writes. */
export function sealPersonalBy(pool: pg.Pool, sealer: PersonalSealer): void {
  sealersOf.set(pool, sealer);
}

/** A record is never missing because a key is away, or because its person was shredded: then this part is. */
export async function sealPersonal(
  pool: pg.Pool,
  tenantId: string | null,
  action: string,
  { subject, data }: Personal,
): Promise<SealedPersonal> {
  const plain = Buffer.from(JSON.stringify(data), "utf8");
  try {
    const sealed = await sealerOf(pool).seal(tenantId, subject, contextOf(action), plain);
    return { subject, sealed: sealed.toString("base64") };
  } catch (failure) {
    if (!isTenancyError(failure)) throw failure;
    return { subject, sealed: null, withheld: failure.code };
  }
}

export interface OpenedPersonal {
  readonly subject: string;
  /** Null: the person was shredded, or a key is away. */
  readonly data: Readonly<Record<string, unknown>> | null;
}

interface Recorded {
  readonly tenantId: string | null;
  readonly action: string;
  readonly personal?: SealedPersonal | undefined;
}

/** Of each record what it tells of a person, with one look for the keys of a tenant's persons. */
export async function openPersonal(
  pool: pg.Pool,
  records: readonly Recorded[],
): Promise<(OpenedPersonal | undefined)[]> {
  const opened = records.map(({ personal }): OpenedPersonal | undefined =>
    personal ? { subject: personal.subject, data: null } : undefined,
  );
  const sealed = records.flatMap(({ tenantId, action, personal }, at) =>
    personal?.sealed ? [{ at, tenantId, action, subject: personal.subject, sealed: personal.sealed }] : [],
  );
  for (const [tenantId, theirs] of Map.groupBy(sealed, (each) => each.tenantId)) {
    const plain = await openTheirs(pool, tenantId, theirs);
    for (const [i, { at, subject }] of theirs.entries()) {
      const bytes = plain[i];
      // Sealed by `sealPersonal`.
      if (Buffer.isBuffer(bytes))
        opened[at] = { subject, data: JSON.parse(bytes.toString("utf8")) as OpenedPersonal["data"] };
    }
  }
  return opened;
}

async function openTheirs(
  pool: pg.Pool,
  tenantId: string | null,
  values: readonly { readonly subject: string; readonly action: string; readonly sealed: string }[],
): ReturnType<PersonalSealer["openEach"]> {
  try {
    return await sealerOf(pool).openEach(
      tenantId,
      values.map(({ subject, action, sealed }) => ({
        subject,
        context: contextOf(action),
        envelope: Buffer.from(sealed, "base64"),
      })),
    );
  } catch (failure) {
    if (!isTenancyError(failure)) throw failure;
    return [];
  }
}

function sealerOf(pool: pg.Pool): PersonalSealer {
  const sealer = sealersOf.get(pool);
  if (!sealer) throw new Error("Personal data is recorded on a pool for which nobody seals it.");
  return sealer;
}

function contextOf(action: string): string[] {
  return ["audit_records", action];
}
