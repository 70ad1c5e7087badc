import { parseArgs } from "node:util";
import type { FieldProblem } from "../base/errors.ts";
import { nearest } from "../base/nearest.ts";
import { type Command, GLOBAL_OPTIONS, type GlobalValues } from "./command.ts";
import { usageError } from "./errors.ts";
import { kebab, type Option, OptionFault, type Options } from "./options.ts";

/** The words before the first option, and what is left when those of a command's path are taken out. */
export interface Words {
  readonly words: readonly string[];
  readonly without: (count: number) => string[];
}

/** Nouns and verbs may stand after global options; a value of --data-dir is none of them. */
export function readWords(argv: readonly string[]): Words {
  const at: number[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] as string; // i is below the length
    if (word === "--") break;
    if (word === "--data-dir") i += 1;
    else if (!word.startsWith("-")) at.push(i);
    else if (!isGlobal(word)) break;
  }
  return {
    words: at.map((i) => argv[i] as string), // indexes of argv
    without: (count) => argv.filter((_, i) => !at.slice(0, count).includes(i)),
  };
}

function isGlobal(word: string): boolean {
  const name = word.replace(/^--?/, "").split("=")[0] ?? "";
  return name === "h" || Object.keys(GLOBAL_OPTIONS).some((key) => kebab(key) === name);
}

export interface Parsed {
  readonly options: Readonly<Record<string, unknown>>;
  readonly globals: GlobalValues;
  readonly positionals: readonly string[];
}

/** Reads what follows a command. Throws cli.usage with every fault at once; `--help` wins over all of them. */
export function parseCommandLine(command: Command, argv: readonly string[]): Parsed {
  const all: Options = { ...command.options, ...GLOBAL_OPTIONS };
  const { texts, positionals, problems } = readTokens(all, argv);
  const globals = readAll(GLOBAL_OPTIONS, texts, []) as GlobalValues;
  if (globals.help) return { options: {}, globals, positionals };
  const options = readAll(command.options, texts, problems);
  checkPositionals(command, positionals, problems);
  if (problems.length > 0) throw usageError(command.path, problems);
  return { options, globals, positionals };
}

function readTokens(all: Options, argv: readonly string[]) {
  const names = new Map(Object.entries(all).map(([key, option]) => [kebab(key), { key, option }]));
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    options: {
      ...Object.fromEntries(
        [...names].map(([name, { option }]) => [
          name,
          { type: option.shape === "flag" ? ("boolean" as const) : ("string" as const) },
        ]),
      ),
      help: { type: "boolean", short: "h" },
    },
  });
  const texts = new Map<string, string[]>();
  const positionals: string[] = [];
  const problems: FieldProblem[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const known = names.get(token.name);
    const fault = known ? valueFault(known.option, token) : unknownOption(token.rawName, names.keys());
    if (fault) problems.push({ path: token.rawName, message: fault });
    else if (known) texts.set(known.key, [...(texts.get(known.key) ?? []), token.value ?? ""]);
  }
  return { texts, positionals, problems };
}

function valueFault(
  option: Option<unknown>,
  token: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
): string | undefined {
  if (option.shape === "flag") return token.value === undefined ? undefined : "Expected no value.";
  if (token.value === undefined) return `Expected a value: ${token.rawName} ${option.value}.`;
  // Most likely the value was forgotten; `-5` and `-createdAt` are values.
  if (!token.inlineValue && token.value.startsWith("--")) {
    return `Expected a value, got ${token.value}; write ${token.rawName}=${token.value} if that is it.`;
  }
  return undefined;
}

const NO_OPTION = "There is no such option";

function unknownOption(rawName: string, names: Iterable<string>): string {
  const near = nearest(rawName.replace(/^-+/, ""), names);
  return near === undefined ? `${NO_OPTION}.` : `${NO_OPTION}; did you mean --${near}?`;
}

function readAll(options: Options, texts: ReadonlyMap<string, string[]>, problems: FieldProblem[]) {
  const values: Record<string, unknown> = {};
  for (const [key, option] of Object.entries(options)) {
    const given = texts.get(key) ?? [];
    const path = `--${kebab(key)}`;
    if (option.isRequired && given.length === 0) {
      if (!problems.some((problem) => problem.path === path)) {
        problems.push({ path, message: `Expected a value: ${path} ${option.value}.` });
      }
      continue;
    }
    if (option.shape === "one" && given.length > 1) problems.push({ path, message: "Expected it once." });
    try {
      values[key] = option.read(given);
    } catch (fault) {
      if (!(fault instanceof OptionFault)) throw fault;
      problems.push({ path, message: `Expected it ${fault.message}.` });
    }
  }
  return values;
}

function checkPositionals(command: Command, given: readonly string[], problems: FieldProblem[]): void {
  const { positionals } = command;
  const missing = positionals.filter((positional, i) => positional.isRequired && given[i] === undefined);
  for (const { name, about } of missing) problems.push({ path: name, message: `Expected it. ${about}` });
  // After an unknown option a word that is too many is most likely its value.
  if (positionals.at(-1)?.isMany || problems.some(({ message }) => message.startsWith(NO_OPTION))) return;
  for (const extra of given.slice(positionals.length)) {
    problems.push({ path: extra, message: "Nothing is expected here; put a value with spaces into quotes." });
  }
}
