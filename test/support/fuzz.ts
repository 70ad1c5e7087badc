import assert from "node:assert/strict";
import fc from "fast-check";
import { isTenancyError } from "../../src/base/errors.ts";

/** TENANCY_FUZZ_RUNS=200000 for a long night; TENANCY_FUZZ_SEED=… for another one. */
const RUNS = Number(process.env["TENANCY_FUZZ_RUNS"] ?? 0);
const SEED = Number(process.env["TENANCY_FUZZ_SEED"] ?? 20_261_126);

/** Of this process, not of the clock on the wall: other programs on the machine do not count. */
const CPU_MS_MAX = 2_000;
const CHARACTERS_MAX = 60_000;

export interface Fuzzed {
  /** Real inputs, as users, directories and browsers send them. */
  readonly corpus: readonly string[];
  /** Pieces of the grammar, and of its neighbours. */
  readonly pieces: readonly string[];
  /** In CI. */
  readonly runs?: number;
  /** Reads an input. What it throws must be a refusal. */
  readonly read: (input: string) => unknown;
  /** Besides the errors of the table. */
  readonly isRefusal?: (failure: unknown) => boolean;
  /** Says what is wrong with an input having been read as this. Asserts. */
  readonly judge?: (input: string, read: unknown) => void | Promise<void>;
}

/** Mutations know tokens, not bytes: what they make is nearly right, and so gets far. */
type Mutation =
  | {
      readonly kind: "drop" | "double" | "move" | "pump";
      readonly at: number;
      readonly count: number;
      readonly to: number;
    }
  | { readonly kind: "put" | "replace"; readonly at: number; readonly piece: string }
  | { readonly kind: "splice"; readonly at: number; readonly from: string; readonly start: number }
  | { readonly kind: "flip"; readonly at: number; readonly bit: number };

/** What breaks readers everywhere. */
const ODD = [
  "",
  "\0",
  "\n",
  "\r",
  "\t",
  " ",
  "%00",
  "\\",
  '"',
  "'",
  "<",
  ">",
  "&",
  "=",
  ";",
  ",",
  ":",
  ".",
  "/",
  "..",
  "__proto__",
  "constructor",
  "toString",
  "-1",
  "0",
  "1e999",
  "9007199254740993",
  "null",
  "true",
  "{}",
  "[]",
  "é",
  "𝕊",
  "\ud800",
  "\u202e",
  "\ufeff",
  "İ",
];

export async function fuzz({ corpus, pieces, runs = 400, read, isRefusal, judge }: Fuzzed): Promise<void> {
  for (const input of corpus) assert.doesNotThrow(() => read(input), `a real one: ${input}`);
  await attack({ corpus, pieces, runs, judge, isRefusal, read: async (input) => read(input) });
}

/** The same for readers that take their time; they must read the corpus as well. */
export async function fuzzAsync(
  options: Omit<Fuzzed, "read"> & { readonly read: (input: string) => Promise<unknown> },
) {
  for (const input of options.corpus) await options.read(input);
  await attack({ ...options, runs: options.runs ?? 200, isRefusal: options.isRefusal, judge: options.judge });
}

async function attack(options: {
  readonly corpus: readonly string[];
  readonly pieces: readonly string[];
  readonly runs: number;
  readonly read: (input: string) => Promise<unknown>;
  readonly isRefusal: ((failure: unknown) => boolean) | undefined;
  readonly judge: Fuzzed["judge"] | undefined;
}): Promise<void> {
  const { corpus, pieces, runs, read, isRefusal, judge } = options;
  const property = fc.asyncProperty(inputs(corpus, pieces), async (input) => {
    const startUs = cpuUs();
    let result: unknown;
    try {
      result = await read(input);
    } catch (failure) {
      const isRefused = isTenancyError(failure) ? failure.status < 500 : isRefusal?.(failure) === true;
      assert.ok(isRefused, `no refusal, but ${failure instanceof Error ? failure.stack : String(failure)}`);
      return;
    } finally {
      const spentMs = (cpuUs() - startUs) / 1_000;
      assert.ok(spentMs < CPU_MS_MAX, `${input.length} characters took ${spentMs} ms`);
    }
    await judge?.(input, result);
    assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
  });
  await fc.assert(property, { seed: SEED, numRuns: RUNS > 0 ? RUNS : runs, endOnFailure: RUNS > 0 });
}

function inputs(corpus: readonly string[], pieces: readonly string[]): fc.Arbitrary<string> {
  const nat = fc.nat(10_000);
  const piece = fc.oneof(fc.constantFrom(...pieces), fc.constantFrom(...ODD), fc.string({ maxLength: 8 }));
  const mutation: fc.Arbitrary<Mutation> = fc.oneof(
    fc.record({
      kind: fc.constantFrom("drop", "double", "move"),
      at: nat,
      count: fc.integer({ min: 1, max: 20 }),
      to: nat,
    }),
    fc.record({
      kind: fc.constant("pump"),
      at: nat,
      count: fc.integer({ min: 1, max: 4 }),
      to: fc.integer({ min: 2, max: 5_000 }),
    }),
    fc.record({ kind: fc.constantFrom("put", "replace"), at: nat, piece }),
    fc.record({ kind: fc.constant("splice"), at: nat, from: fc.constantFrom(...corpus), start: nat }),
    fc.record({ kind: fc.constant("flip"), at: nat, bit: fc.nat(7) }),
  );
  return fc
    .tuple(fc.constantFrom(...corpus), fc.array(mutation, { minLength: 1, maxLength: 6 }))
    .map(([input, mutations]) => mutations.reduce(mutate, input).slice(0, CHARACTERS_MAX));
}

const TOKEN = /[\p{L}\p{N}_]+|\s+|[^\p{L}\p{N}_\s]/gsu;

function mutate(input: string, mutation: Mutation): string {
  const tokens = input.match(TOKEN) ?? [];
  const at = tokens.length === 0 ? 0 : mutation.at % (tokens.length + 1);
  switch (mutation.kind) {
    case "drop":
      return tokens.toSpliced(at, mutation.count).join("");
    case "double":
      return tokens.toSpliced(at, 0, ...tokens.slice(at, at + mutation.count)).join("");
    case "move": {
      const moved = tokens.slice(at, at + mutation.count);
      const rest = tokens.toSpliced(at, mutation.count);
      return rest.toSpliced(mutation.to % (rest.length + 1), 0, ...moved).join("");
    }
    case "pump": {
      const pumped = tokens.slice(at, at + mutation.count).join("");
      const times = Math.min(mutation.to, Math.ceil(CHARACTERS_MAX / Math.max(1, pumped.length)));
      return tokens.toSpliced(at, 0, pumped.repeat(times)).join("");
    }
    case "put":
      return tokens.toSpliced(at, 0, mutation.piece).join("");
    case "replace":
      return tokens.toSpliced(at, 1, mutation.piece).join("");
    case "splice": {
      const other = mutation.from.match(TOKEN) ?? [];
      return [...tokens.slice(0, at), ...other.slice(mutation.start % (other.length + 1))].join("");
    }
    case "flip": {
      const token = tokens[at];
      if (!token) return input;
      const flipped = String.fromCharCode(token.charCodeAt(0) ^ (1 << mutation.bit)) + token.slice(1);
      return tokens.toSpliced(at, 1, flipped).join("");
    }
    default:
      return mutation satisfies never;
  }
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
