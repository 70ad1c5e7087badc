import type { Attempt, Outcome, Party } from "./attempt.ts";

/** What the proof uses of ctx.cache and ctx.storage. */
export interface ProofFacets {
  readonly cache?: {
    get(key: string): Promise<unknown>;
    set(key: string, value: unknown): Promise<unknown>;
  };
  readonly storage?: {
    put(path: string, body: string): Promise<unknown>;
    getBytes(path: string): Promise<Buffer>;
    list(prefix?: string): Promise<{ files: readonly { path: string }[] }>;
    remove(path: string): Promise<void>;
  };
}

const KEY = "tenancy-proof";

/** Cache and files: planted as the victim, looked for as the attacker under the same name and under names that lead out. */
export async function runFacets(
  facets: (tenantId: string) => ProofFacets,
  attacker: Party,
  victim: Party,
): Promise<Attempt[]> {
  const [own, theirs] = [facets(attacker.tenantId), facets(victim.tenantId)];
  const secret = victim.marker ?? victim.tenantId;
  const attempts: Attempt[] = [];
  const note = (way: string, target: string, [outcome, detail]: [Outcome, string]) =>
    attempts.push({
      way,
      target,
      level: victim.level,
      attackerId: attacker.tenantId,
      victimId: victim.tenantId,
      outcome,
      detail,
    });
  // Nothing is planted with a real tenant.
  if (victim.marker !== null && own.cache && theirs.cache) {
    await theirs.cache.set(KEY, secret);
    for (const key of [KEY, `${victim.tenantId}:${KEY}`, `../${victim.tenantId}/${KEY}`, `*${KEY}`]) {
      note("cache", key, await look(() => (own.cache as NonNullable<ProofFacets["cache"]>).get(key), secret));
    }
  } else note("cache", KEY, ["not_applicable", "No cache, or a real tenant."]);
  if (victim.marker !== null && own.storage && theirs.storage) {
    const storage = own.storage;
    await theirs.storage.put(`${KEY}.txt`, secret);
    const id = victim.tenantId;
    for (const path of [
      `${KEY}.txt`,
      `../${id}/${KEY}.txt`,
      `/${id}/${KEY}.txt`,
      `..\\${id}\\${KEY}.txt`,
      `x/../../${id}/${KEY}.txt`,
      `%2e%2e/${id}/${KEY}.txt`,
    ]) {
      note("storage", path, await look(async () => String(await storage.getBytes(path)), secret));
    }
    note(
      "storage",
      "list",
      await look(async () => (await storage.list()).files.map((file) => file.path), KEY),
    );
    await theirs.storage.remove(`${KEY}.txt`);
  } else note("storage", KEY, ["not_applicable", "No storage, or a real tenant."]);
  return attempts;
}

async function look(work: () => Promise<unknown>, secret: string): Promise<[Outcome, string]> {
  try {
    const found = await work();
    return JSON.stringify(found ?? null).includes(secret)
      ? ["crossed", "The answer holds the victim's canary."]
      : ["nothing", "Nothing of the victim's."];
  } catch (failure) {
    return ["refused", (failure as Error).message.slice(0, 300)];
  }
}
