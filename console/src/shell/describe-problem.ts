import { ApiError, localProblem } from "../api/api-error.ts";
import type { Problem } from "../api/types.ts";
import type { Messages } from "../messages/en.ts";

export interface ProblemText {
  readonly title: string;
  readonly cure: string;
  readonly code: string;
  readonly requestId: string;
  readonly fields: readonly { readonly path: string; readonly message: string }[];
}

/** The reader's language where the catalogue knows the code, else the server's own sentence. */
export function describeProblem(error: unknown, { errors }: Messages): ProblemText {
  const problem = problemOf(error);
  const known = errors.byCode[problem.code] ?? errors.local[problem.code];
  return {
    title: known?.title ?? problem.title,
    cure: known?.cure ?? problem.cure,
    code: problem.code,
    requestId: problem.requestId,
    fields: problem.errors ?? [],
  };
}

/** Messages by field, for forms: `limits.maxUsers`, `/limits/maxUsers` and `maxUsers` all name their last part. */
export function fieldErrors(error: unknown): Readonly<Record<string, string>> {
  const fields = error instanceof ApiError ? (error.problem.errors ?? []) : [];
  return Object.fromEntries(fields.map(({ path, message }) => [path.split(/[./]/).at(-1) ?? path, message]));
}

function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return localProblem("console.fault", 0, error instanceof Error ? error.message : String(error));
}
