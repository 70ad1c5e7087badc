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

/** Codes that are about one field, for answers that name it by their code alone. */
const fieldOfCode: Readonly<Record<string, string>> = {
  "tenant.name_invalid": "name",
  "tenant.slug_invalid": "slug",
  "tenant.slug_reserved": "slug",
  "tenant.slug_taken": "slug",
  "tenant.domain_invalid": "domain",
  "tenant.domain_taken": "domain",
  "tenant.confirm_mismatch": "confirm",
  "cell.not_found": "cell",
  "cell.none_open": "region",
  "app.level_unsupported": "isolation",
};

/** `limits.maxUsers`, `/body/limits/maxUsers` and `features[0]` belong to the fields `maxUsers` and `features`. */
export function fieldOfPath(path: string): string {
  return (
    path
      .replaceAll(/\[\d+\]/g, "")
      .split(/[./]/)
      .filter((part) => part !== "" && !/^\d+$/.test(part))
      .at(-1) ?? path
  );
}

/** The faults of an input by field, for the form to show in their places. */
export function fieldErrors(error: unknown, messages: Messages): Readonly<Record<string, string>> {
  if (!(error instanceof ApiError)) return {};
  const { errors = [], code } = error.problem;
  const field = fieldOfCode[code];
  if (errors.length === 0 && field) return { [field]: describeProblem(error, messages).title };
  return Object.fromEntries(errors.map(({ path, message }) => [fieldOfPath(path), message]));
}

function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return localProblem("console.fault", 0, error instanceof Error ? error.message : String(error));
}
