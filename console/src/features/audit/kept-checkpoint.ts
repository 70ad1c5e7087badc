/** What this browser remembers of the log: who remembers cannot be told another history. */
export interface KeptCheckpoint {
  /** The log's verifier key. */
  readonly key: string;
  /** The signed note. */
  readonly note: string;
  readonly at: string;
}

const NAME = "tenancy.audit.checkpoint";

export function keptCheckpoint(storage: Pick<Storage, "getItem"> = localStorage): KeptCheckpoint | undefined {
  try {
    const kept = JSON.parse(storage.getItem(NAME) ?? "null") as Partial<KeptCheckpoint> | null;
    const { key, note, at } = kept ?? {};
    const isWhole = typeof key === "string" && typeof note === "string" && typeof at === "string";
    return isWhole ? { key, note, at } : undefined;
  } catch {
    return undefined;
  }
}

export function keepCheckpoint(kept: KeptCheckpoint): void {
  localStorage.setItem(NAME, JSON.stringify(kept));
}

/** From the next look on the log's key and state are taken as they come. */
export function forgetCheckpoint(): void {
  localStorage.removeItem(NAME);
}
