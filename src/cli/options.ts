/** How an option is written and read. Keys are camelCase in the table and kebab-case on the command line. */
export interface Option<T> {
  readonly shape: "flag" | "one" | "many";
  /** What stands for the value in the help; empty for flags. */
  readonly value: string;
  readonly about: string;
  readonly isRequired: boolean;
  /** Reads all occurrences. Throws OptionFault. */
  readonly read: (texts: readonly string[]) => T;
}

export type Options = Readonly<Record<string, Option<unknown>>>;
export type Values<O extends Options> = { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never };

/** What was expected of an option, without its name. */
export class OptionFault extends Error {}

export function flag(about: string): Option<boolean> {
  return { shape: "flag", value: "", about, isRequired: false, read: (texts) => texts.length > 0 };
}

export function text(value: string, about: string): Option<string | undefined> {
  return { shape: "one", value, about, isRequired: false, read: (texts) => texts.at(-1) };
}

export function required(value: string, about: string): Option<string> {
  // The parser asks for it before it reads.
  return { shape: "one", value, about, isRequired: true, read: (texts) => texts.at(-1) as string };
}

const LABEL_CHARACTERS_MAX = 100;

/** A name for people to recognise something by. */
export function label(about: string): Option<string | undefined> {
  const read = (texts: readonly string[]) => {
    const last = texts.at(-1)?.trim();
    if (last === undefined) return undefined;
    const { length } = [...last];
    if (length > 0 && length <= LABEL_CHARACTERS_MAX && !/\p{Cc}/u.test(last)) return last;
    throw new OptionFault(`to be 1 to ${LABEL_CHARACTERS_MAX} readable characters, got ${length}`);
  };
  return { shape: "one", value: "NAME", about, isRequired: false, read };
}

/** The same option, that must be there. */
export function mandatory<T>(option: Option<T>): Option<Exclude<T, undefined>> {
  // The parser asks for it before it reads.
  return { ...option, isRequired: true } as Option<Exclude<T, undefined>>;
}

export function integer(
  value: string,
  about: string,
  bounds: { min: number; max: number },
): Option<number | undefined> {
  const read = (texts: readonly string[]) => {
    const last = texts.at(-1);
    if (last === undefined) return undefined;
    const number = Number(last);
    if (/^-?\d+$/.test(last) && number >= bounds.min && number <= bounds.max) return number;
    throw new OptionFault(
      `to be a whole number from ${bounds.min} to ${bounds.max}, got ${JSON.stringify(last)}`,
    );
  };
  return { shape: "one", value, about, isRequired: false, read };
}

export function choice<const T extends string>(values: readonly T[], about: string): Option<T | undefined> {
  const read = (texts: readonly string[]) => {
    const last = texts.at(-1);
    if (last === undefined) return undefined;
    const found = values.find((value) => value === last);
    if (found !== undefined) return found;
    throw new OptionFault(`to be one of ${values.join(", ")}, got ${JSON.stringify(last)}`);
  };
  return { shape: "one", value: values.join("|"), about, isRequired: false, read };
}

/** Repeated, or several with commas between them. */
export function list(value: string, about: string): Option<readonly string[] | undefined> {
  const read = (texts: readonly string[]) => {
    if (texts.length === 0) return undefined;
    return texts
      .flatMap((each) => each.split(","))
      .map((each) => each.trim())
      .filter((each) => each !== "");
  };
  return { shape: "many", value, about, isRequired: false, read };
}

/** `key=number`, repeated. */
export function numbers(value: string, about: string): Option<Readonly<Record<string, number>> | undefined> {
  const read = (texts: readonly string[]) => {
    if (texts.length === 0) return undefined;
    return Object.fromEntries(texts.flatMap((each) => each.split(",")).map(readPair));
  };
  return { shape: "many", value, about, isRequired: false, read };
}

function readPair(pair: string): [string, number] {
  const at = pair.indexOf("=");
  const number = Number(pair.slice(at + 1));
  if (at < 1 || pair.slice(at + 1).trim() === "" || !Number.isFinite(number)) {
    throw new OptionFault(`to be written as key=number, such as maxUsers=50, got ${JSON.stringify(pair)}`);
  }
  return [pair.slice(0, at), number];
}

export function kebab(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
