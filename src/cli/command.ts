import type { Action, Actor, ReadAction } from "../audit/record.ts";
import type { Config } from "../base/config.ts";
import type { Tenancy } from "../start.ts";
import { flag, type Options, text, type Values } from "./options.ts";
import type { Output } from "./output.ts";

export interface Positional {
  /** In capitals, such as TENANT. */
  readonly name: string;
  readonly about: string;
  readonly isRequired: boolean;
  /** Takes all that follow. */
  readonly isMany?: boolean;
}

/**
 * Every command names the action that it leaves in the audit log; one that leaves none says why. A change leaves it in
 * its own transaction; whatever has opened the platform and left nothing, refused or not, leaves it at its end.
 */
type Acting =
  | { readonly action: Action | ReadAction; readonly unrecorded?: never }
  | { readonly action: null; readonly unrecorded: string };

/** One command of the table: what is parsed, shown by --help and printed into the reference. */
export type Command<V = Readonly<Record<string, unknown>>> = Acting & Described<V>;

interface Described<V> {
  /** Such as `["tenant", "domain", "add"]`. */
  readonly path: readonly string[];
  readonly summary: string;
  /** Further sentences for its own help. */
  readonly about?: string;
  readonly positionals: readonly Positional[];
  readonly options: Options;
  readonly examples: readonly string[];
  /** Said on Ctrl-C: how to go on. */
  readonly onInterrupt?: string;
  /** Resolves to an exit code; nothing is 0. */
  run(call: Call<V>): Promise<number | undefined>;
}

export interface Call<V = Readonly<Record<string, unknown>>> {
  readonly options: V;
  readonly globals: GlobalValues;
  readonly positionals: readonly string[];
  readonly out: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Who acts, in the audit trail. */
  readonly by: Actor;
  /** Aborted by the first Ctrl-C, for commands that end their work in good order (see `endsItself`). */
  readonly signal: AbortSignal;
  /** From here on the command itself answers to `signal`. */
  endsItself(): void;
  /** The configuration with what the command line says on top. */
  config(): Promise<Config>;
  /** Opens the platform, once. It is closed when the command has ended. */
  open(): Promise<Tenancy>;
  /** The id, slug or domain given as first word or by --tenant-id. */
  tenant(): string;
  /** Asks on the terminal; undefined when nobody is there. */
  ask(question: string): Promise<string | undefined>;
  readStdin(): Promise<string>;
}

export const GLOBAL_OPTIONS = {
  json: flag("JSON on stdout for programs; errors as JSON on stderr."),
  yes: flag("Answer every question with yes."),
  quiet: flag("No remarks and no progress, only data and errors."),
  dataDir: text("DIR", "Data folder of the embedded PostgreSQL, over the configured one."),
  help: flag("Show help and end."),
  version: flag("Show the version and end."),
} satisfies Options;
export type GlobalValues = Values<typeof GLOBAL_OPTIONS>;

export const TENANT: Positional = { name: "TENANT", about: "Its id, slug or domain.", isRequired: false };
export const tenantId = text("ID", "The tenant, in place of TENANT.");

/** Gives `run` the types of the options. */
export function defineCommand<const O extends Options>(
  command: Acting &
    Omit<Described<Values<O>>, "options" | "positionals"> & {
      options?: O;
      positionals?: readonly Positional[];
    },
): Command<Values<O>> {
  return { positionals: [], ...command, options: command.options ?? {} };
}
