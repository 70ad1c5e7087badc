import { type AttemptFilter, outcomes } from "../features/isolation/attempts.ts";
import { type Step, steps } from "../features/sso/providers.ts";
import { oneOf, textOf } from "../url/search.ts";

/** What each page reads from its address beside its path. */

export function parseCursorSearch(raw: Record<string, unknown>): { cursor?: string } {
  return { cursor: textOf(raw["cursor"]) };
}

export function parseStepSearch(raw: Record<string, unknown>): { step?: Step } {
  return { step: oneOf(steps, raw["step"]) };
}

export function parseActSearch(raw: Record<string, unknown>): { act?: string } {
  return { act: oneOf(["suspend", "delete", "edit"], raw["act"]) };
}

export function parseAttemptFilter(raw: Record<string, unknown>): AttemptFilter {
  return { way: textOf(raw["way"], 60), outcome: oneOf(outcomes, raw["outcome"]) };
}
