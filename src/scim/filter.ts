import { ScimFault } from "./fault.ts";

/** Where an attribute stands, such as `name.familyName`; names are in lower case, since SCIM does not tell case apart. */
export interface AttributePath {
  /** URN of an extension, in lower case; null: the resource's own. */
  readonly schema: string | null;
  readonly name: string;
  readonly sub: string | null;
}

export const COMPARISONS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export type Filter =
  | {
      readonly kind: "compare";
      readonly path: AttributePath;
      readonly comparison: Comparison;
      readonly value: string | number | boolean | null;
    }
  | { readonly kind: "present"; readonly path: AttributePath }
  | { readonly kind: "and" | "or"; readonly left: Filter; readonly right: Filter }
  | { readonly kind: "not"; readonly filter: Filter }
  /** At least one value of the attribute fits: `emails[type eq "work"]`. */
  | { readonly kind: "some"; readonly path: AttributePath; readonly filter: Filter };

/** Path of a PATCH operation: `active`, `name.familyName`, `members[value eq "1"]`, `emails[type eq "work"].value`. */
export interface PatchPath {
  readonly path: AttributePath;
  readonly filter: Filter | null;
}

/** Okta asks by one comparison, Entra by two; what is longer is not asked by a directory. */
const CHARACTERS_MAX = 2_000;
const DEPTH_MAX = 20;
const TERMS_MAX = 50;

const SPACE = / +/y;
/** A URN ends at the last colon before a name: `urn:…:2.0:User:name.familyName`. */
const PATH = /(?:(urn:[\w.:-]{1,200}):)?([A-Za-z$][\w$-]*)(?:\.([A-Za-z$][\w$-]*))?/iy;
const WORD = /[A-Za-z]+/y;
const NUMBER = /-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?(?:[eE][+-]?\d{1,2})?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings have none (RFC 8259, section 7)
const STRING = /"(?:[^"\\\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y;

/** Reads a filter (RFC 7644, section 3.4.2.2). `not` binds before `and`, `and` before `or`. Throws ScimFault invalidFilter. */
export function parseFilter(text: string): Filter {
  const reader = new Reader(text, "invalidFilter");
  const filter = reader.or(0);
  reader.end();
  return filter;
}

/** Reads the path of a PATCH operation (RFC 7644, section 3.5.2). Throws ScimFault invalidPath. */
export function parsePatchPath(text: string): PatchPath {
  const reader = new Reader(text, "invalidPath");
  const found = reader.patchPath();
  reader.end();
  return found;
}

class Reader {
  readonly #text: string;
  readonly #scimType: "invalidFilter" | "invalidPath";
  #at = 0;
  #terms = 0;

  constructor(text: string, scimType: "invalidFilter" | "invalidPath") {
    this.#text = text.trim();
    this.#scimType = scimType;
    if (this.#text.length > CHARACTERS_MAX) throw this.#fault("It is too long.");
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#fault(`Character ${this.#at + 1} is not expected.`);
  }

  or(depth: number): Filter {
    let left = this.#and(depth);
    while (this.#keyword("or")) left = { kind: "or", left, right: this.#and(depth) };
    return left;
  }

  #and(depth: number): Filter {
    let left = this.#term(depth);
    while (this.#keyword("and")) left = { kind: "and", left, right: this.#term(depth) };
    return left;
  }

  #term(depth: number): Filter {
    this.#terms += 1;
    if (depth > DEPTH_MAX || this.#terms > TERMS_MAX) throw this.#fault("It is too complex.");
    this.#match(SPACE);
    const start = this.#at;
    if (this.#match(WORD)?.[0].toLowerCase() === "not") {
      this.#match(SPACE);
      if (this.#take("(")) return { kind: "not", filter: this.#rest(depth) };
    }
    this.#at = start;
    if (this.#take("(")) return this.#rest(depth);
    const path = this.#path();
    if (path.sub === null && this.#take("[")) return { kind: "some", path, filter: this.#inBrackets(depth) };
    if (!this.#match(SPACE)) throw this.#fault(`An operator is expected at character ${this.#at + 1}.`);
    const operator = this.#match(WORD)?.[0].toLowerCase() ?? "";
    if (operator === "pr") return { kind: "present", path };
    const comparison = COMPARISONS.find((each) => each === operator);
    if (!comparison || !this.#match(SPACE))
      throw this.#fault(`An operator is expected at character ${start + 1}.`);
    return { kind: "compare", path, comparison, value: this.#value() };
  }

  #rest(depth: number): Filter {
    const filter = this.or(depth + 1);
    this.#match(SPACE);
    if (!this.#take(")")) throw this.#fault("A closing parenthesis is missing.");
    return filter;
  }

  #inBrackets(depth: number): Filter {
    const filter = this.or(depth + 1);
    this.#match(SPACE);
    if (!this.#take("]")) throw this.#fault("A closing bracket is missing.");
    return filter;
  }

  patchPath(): PatchPath {
    const path = this.#path();
    if (path.sub !== null || !this.#take("[")) return { path, filter: null };
    const filter = this.#inBrackets(0);
    if (!this.#take(".")) return { path, filter };
    PATH.lastIndex = this.#at;
    const sub = this.#match(PATH);
    if (!sub || sub[1] !== undefined || sub[3] !== undefined)
      throw this.#fault("A name is expected at the end.");
    return { path: { ...path, sub: (sub[2] as string).toLowerCase() }, filter };
  }

  #path(): AttributePath {
    const found = this.#match(PATH);
    if (!found) throw this.#fault(`An attribute is expected at character ${this.#at + 1}.`);
    const [, schema, name = "", sub] = found;
    return {
      schema: schema?.toLowerCase() ?? null,
      name: name.toLowerCase(),
      sub: sub?.toLowerCase() ?? null,
    };
  }

  #value(): string | number | boolean | null {
    const text = this.#match(STRING)?.[0];
    if (text !== undefined) return JSON.parse(text) as string; // a JSON string, by the pattern
    const number = this.#match(NUMBER)?.[0];
    if (number !== undefined) return Number(number);
    const word = this.#match(WORD)?.[0].toLowerCase();
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    throw this.#fault(`A value is expected at character ${this.#at + 1}.`);
  }

  /** A keyword with space around it; otherwise nothing is read. */
  #keyword(word: "and" | "or"): boolean {
    const start = this.#at;
    const isFound = this.#match(SPACE) && this.#match(WORD)?.[0].toLowerCase() === word && this.#match(SPACE);
    if (!isFound) this.#at = start;
    return isFound !== undefined && isFound !== false;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  #take(text: string): boolean {
    if (!this.#text.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }

  #fault(detail: string): ScimFault {
    const what = this.#scimType === "invalidFilter" ? "filter" : "path";
    return new ScimFault(400, this.#scimType, `The ${what} cannot be read. ${detail}`);
  }
}

/** The filter as text again; what it reads is what it says. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case "compare":
      return `${printPath(filter.path)} ${filter.comparison} ${JSON.stringify(filter.value)}`;
    case "present":
      return `${printPath(filter.path)} pr`;
    case "and":
    case "or":
      return `(${printFilter(filter.left)}) ${filter.kind} (${printFilter(filter.right)})`;
    case "not":
      return `not (${printFilter(filter.filter)})`;
    case "some":
      return `${printPath(filter.path)}[${printFilter(filter.filter)}]`;
  }
}

export function printPath({ schema, name, sub }: AttributePath): string {
  return `${schema === null ? "" : `${schema}:`}${name}${sub === null ? "" : `.${sub}`}`;
}
