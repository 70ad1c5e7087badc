import type { Problem } from "./types.ts";

/** Every failure of a request, with the server's problem document or one of our own (`console.*`). */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, cause?: unknown) {
    super(problem.title, cause === undefined ? undefined : { cause });
    this.name = "ApiError";
    this.problem = problem;
  }
}

export function isApiError(error: unknown, code?: string): error is ApiError {
  return error instanceof ApiError && (code === undefined || error.problem.code === code);
}

/** Whether the server may never have seen the request, or may have broken off in it. */
export function isUnanswered(error: unknown): boolean {
  return isApiError(error) && (error.problem.status === 0 || error.problem.status >= 500);
}

export function localProblem(code: string, status: number, title: string, requestId = ""): Problem {
  return { type: "about:blank", code, status, title, cure: "", requestId };
}
