import type { KeyPurpose } from "./purposes.ts";

/** Where sealed values lie: a column of ours, a column of the app, files. The rotation leads them to new keys. */
export interface SealedPlace {
  /** For people, such as `stored_objects.sealed_key`. */
  readonly name: string;
  readonly purpose: KeyPurpose;
  /** How many values of the tenant (null: of the platform) are sealed under one of the keys, counted in full. */
  count(tenantId: string | null, keyIds: readonly string[]): Promise<number>;
  /**
   * Seals up to `limit` values anew that are under one of the keys, by compare-and-swap: one that was changed meanwhile
   * is left as it is. Goes on after `cursor`. Answers once they are sealed; they may still be on their way to the disk.
   */
  sweep(
    tenantId: string | null,
    keyIds: readonly string[],
    cursor: readonly string[] | null,
    limit: number,
  ): Promise<SweepStep>;
}

export interface SweepStep {
  /** How many were written, once they are: meanwhile the next step is read and sealed. */
  readonly resealed: Promise<number>;
  /** Null: through. */
  readonly cursor: readonly string[] | null;
}
