import type { Static } from "typebox";
import { type FieldProblem, isTenancyError, type TenancyError } from "../base/errors.ts";
import { httpError } from "./errors.ts";
import { BODY_BYTES_MAX } from "./limits.ts";
import type { Problem as ProblemSchema } from "./schemas/common.ts";

export type Problem = Static<typeof ProblemSchema>;

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** The problem document of an expected error. */
export function toProblem(error: TenancyError, requestId: string): Problem {
  const { code, status, message, cure, problems } = masked(error);
  return {
    type: `/docs/errors#${code}`,
    title: message,
    status,
    code,
    cure,
    requestId,
    ...(problems.length > 0 ? { errors: problems.map(({ path, message }) => ({ path, message })) } : {}),
  };
}

/**
 * Not found says nothing about what was asked for: an id that never was, one that is no more, one that the caller
 * may not know of and a malformed one get the same bytes.
 */
const SAID_INSTEAD: Readonly<Record<string, string>> = {
  "tenant.not_found": "There is no tenant with this id, slug or domain.",
  "tenant.domain_not_found": "The tenant has no such domain.",
  "workflow.not_found": "There is no workflow with this id.",
  "api_key.not_found": "There is no API key with this id.",
  "app.run_not_found": "There is no migration run with this id.",
  "proof.not_found": "There is no isolation proof with this id.",
  "cell.not_found": "There is no cell with this key.",
  "audit.record_not_found": "There is no audit record with this id.",
  "stream.not_found": "There is no audit stream with this id.",
  "grant.not_found": "The tenant has no such grant.",
  "review.not_found": "The tenant has no such review, or the review has no such item.",
  "support.not_found": "There is no such support visit.",
  "role.not_found": "The tenant has no such role.",
  "vault.not_found": "There is no vault with this id that your key opens.",
  "vault_item.not_found": "The vault has no value with this name.",
  "vault_recovery.request_not_found": "There is no open recovery request with this id.",
  "sso.connection_not_found": "There is no SSO connection with this id.",
  "sso.domain_not_found": "The tenant has no such SSO domain.",
  "user.not_found": "There is no user with this id or address.",
  "integration.not_found": "There is no integration with this id.",
  "scim.token_not_found": "The tenant has no SCIM token with this id.",
};
const CURE_INSTEAD: Readonly<Record<string, string>> = {
  "tenant.domain_not_found": "`GET /v1/tenants/{id}` lists its domains.",
  "cell.not_found": "`GET /v1/cells` lists the cells.",
};

interface Said {
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly cure: string;
  readonly problems: readonly FieldProblem[];
}

function masked(error: TenancyError): Said {
  const { code, status, problems } = error;
  const message = SAID_INSTEAD[code] ?? error.message;
  return { code, status, problems, message, cure: CURE_INSTEAD[code] ?? error.cure };
}

/** What any thrown thing is to the caller. Anything unexpected is server.failed: its message stays in our log. */
export function asExpected(failure: unknown): TenancyError {
  if (isTenancyError(failure)) return failure;
  const code = (failure as { code?: unknown } | null)?.code;
  const options = { cause: failure };
  switch (code) {
    case "FST_ERR_CTP_INVALID_JSON_BODY":
    case "FST_ERR_CTP_EMPTY_JSON_BODY":
      return httpError("request.bad_json", {}, options);
    case "FST_ERR_CTP_INVALID_CONTENT_LENGTH":
      return httpError("request.bad_http", {}, options);
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return httpError("request.too_large", { max: BODY_BYTES_MAX }, options);
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
    case "FST_ERR_CTP_INVALID_TYPE":
      return httpError("request.unsupported_type", {}, options);
    case "FST_ERR_BAD_URL":
    case "FST_ERR_MAX_PARAM_LENGTH":
      return httpError("request.bad_url", {}, options);
  }
  // Broken JSON with keys such as __proto__ comes without a code.
  if (failure instanceof SyntaxError && (failure as { statusCode?: number }).statusCode === 400) {
    return httpError("request.bad_json", {}, options);
  }
  if (isConnectionFault(failure)) return httpError("server.database_unreachable", {}, options);
  return httpError("server.failed", {}, options);
}

const CONNECTION_FAULTS = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "ETIMEDOUT",
  "EPIPE",
  // PostgreSQL: too many connections, shutting down, crashed, starting up, connection failure.
  "53300",
  "57P01",
  "57P02",
  "57P03",
  "08006",
]);

function isConnectionFault(failure: unknown): boolean {
  const { code, message } = (failure ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === "string") return CONNECTION_FAULTS.has(code);
  // pg gives no code for these two.
  return (
    typeof message === "string" &&
    /^(Connection terminated|timeout exceeded when trying to connect)/.test(message)
  );
}
