import { isTenancyError, type TenancyError } from "../base/errors.ts";
import { challengeOf } from "../gate/challenge.ts";

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** RFC 9457, for the users of a tenant: it names neither ids, nor other tenants, nor our commands. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly requestId?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

const SAID_INSTEAD: Readonly<Record<string, string>> = {
  "tenant.not_found": "There is nothing at this address.",
  "tenant.suspended": "This account is suspended.",
  "tenant.closed": "This account is closed.",
  "tenant.not_ready": "This account is being prepared.",
  "context.not_found": "There is nothing with this id.",
};

/** The problem that a user may read; undefined for what is the app's own fault: a 500 that belongs in its log. */
export function toProblem(failure: unknown, requestId?: string): Problem | undefined {
  if (!isTenancyError(failure)) return undefined;
  const { code, status, problems } = failure;
  if (status >= 500 && status !== 503) return undefined;
  return {
    type: `urn:tenancy:${code}`,
    title: SAID_INSTEAD[code] ?? titleOf(failure),
    status,
    code,
    ...(requestId === undefined ? {} : { requestId }),
    ...(problems.length > 0 ? { errors: problems.map(({ path, message }) => ({ path, message })) } : {}),
  };
}

function titleOf({ status, message }: TenancyError): string {
  return status === 503 ? "The service is busy; try again." : message;
}

export function problemHeaders(problem: Problem, failure: unknown): Record<string, string> {
  const challenge = isTenancyError(failure) ? challengeOf(failure) : undefined;
  const told = isTenancyError(failure) ? failure.details["retryAfterS"] : undefined;
  const retryAfterS = typeof told === "number" ? told : problem.status === 503 ? 1 : undefined;
  return {
    ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
    "content-type": PROBLEM_TYPE,
    "cache-control": "no-store",
    ...(retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) }),
  };
}
