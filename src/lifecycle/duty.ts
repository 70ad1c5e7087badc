import type { Action } from "../audit/record.ts";

/** A background duty names the actions that it leaves in the audit log; one that leaves none says why. */
export type Duty = {
  /** Such as `prune-audit`. */
  readonly name: string;
  run(): Promise<unknown>;
} & (
  | { readonly actions: readonly [Action, ...Action[]]; readonly unrecorded?: never }
  | { readonly actions: null; readonly unrecorded: string }
);
