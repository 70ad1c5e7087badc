/**
 * Expected errors. A module declares its own in `errors.ts` with `defineErrors`; together they form the one
 * table (test/codes.test.ts holds table = docs = openapi = console messages). Anything else that is thrown is
 * a programmer error: it crashes the request, never the system.
 */

export interface ErrorEntry {
  /** HTTP status of the problem document. */
  readonly status: number;
  /** What happened, to what; `{name}` is filled from the details. */
  readonly sentence: string;
  /** What the reader can do about it; `{name}` is filled from the details. */
  readonly cure: string;
}

export type ErrorTable = Readonly<Record<string, ErrorEntry>>;

export interface FieldProblem {
  /** JSON path or option name, such as `limits.maxStorageGb`. */
  readonly path: string;
  /** What was expected and what came. */
  readonly message: string;
}

export type ErrorDetails = Readonly<Record<string, unknown>>;

/** An expected error. Compare `code`, never the message or the class: it survives duplicated packages. */
export class TenancyError extends Error {
  readonly code: string;
  readonly status: number;
  readonly cure: string;
  readonly details: ErrorDetails;
  /** All faults at once, when the error is about input. */
  readonly problems: readonly FieldProblem[];

  constructor(
    code: string,
    entry: ErrorEntry,
    details: ErrorDetails,
    options: { cause?: unknown; problems?: readonly FieldProblem[] } = {},
  ) {
    super(fill(entry.sentence, details), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "TenancyError";
    this.code = code;
    this.status = entry.status;
    this.cure = fill(entry.cure, details);
    this.details = details;
    this.problems = options.problems ?? [];
  }
}

export type ErrorFactory<T extends ErrorTable> = (
  code: keyof T & string,
  details?: ErrorDetails,
  options?: { cause?: unknown; problems?: readonly FieldProblem[] },
) => TenancyError;

/** Declares a module's errors. An unknown code does not compile. */
export function defineErrors<const T extends ErrorTable>(table: T): { table: T; error: ErrorFactory<T> } {
  return {
    table,
    error: (code, details = {}, options = {}) =>
      new TenancyError(code, table[code] as ErrorEntry, details, options),
  };
}

export function isTenancyError(error: unknown, code?: string): error is TenancyError {
  if (!(error instanceof Error) || error.name !== "TenancyError") return false;
  return code === undefined || (error as TenancyError).code === code;
}

function fill(text: string, details: ErrorDetails): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in details ? String(details[name]) : whole,
  );
}
