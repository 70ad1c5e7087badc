import { defineErrors, type FieldProblem, isTenancyError, type TenancyError } from "../base/errors.ts";
import type { Output } from "./output.ts";

export const { table: cliErrors, error: cliError } = defineErrors({
  "cli.unknown_command": {
    status: 400,
    sentence: "There is no command `{command}`.",
    cure: "{hint}",
  },
  "cli.usage": {
    status: 400,
    sentence: "`{command}` cannot be run like this.",
    cure: "`{command} --help` shows how it is written.",
  },
  "cli.confirmation_missing": {
    status: 400,
    sentence: "Nobody is there to confirm: {what}.",
    cure: "{cure}",
  },
  "cli.not_confirmed": {
    status: 409,
    sentence: "Not confirmed; nothing was done.",
    cure: "Type exactly what is asked for, or leave it.",
  },
  "cli.later_release": {
    status: 400,
    sentence: "{what} comes with a later release.",
    cure: "{cure}",
  },
  "cli.unreadable_file": {
    status: 404,
    sentence: "The file {file} cannot be read: {reason}.",
    cure: "Check its name and its permissions.",
  },
  "cli.unwritable_file": {
    status: 400,
    sentence: "The file {file} cannot be written: {reason}.",
    cure: "Name a file in a folder that exists and is yours.",
  },
  "cli.run_failed": {
    status: 500,
    sentence: "The migration run ended as {status}: {done} of {total} places done, {failed} failed.",
    cure: "Mend what the errors name and run `tenancy app migrate` again; what is done stays done.",
  },
  "cli.already_serving": {
    status: 409,
    sentence: "Tenancy is running already, at {url}.",
    cure: "`{command} operator link` makes a link to sign in with. To run another one beside it, set `server.port` and `dataDir` in tenancy.config.ts.",
  },
  "cli.interrupted": {
    status: 500,
    sentence: "Interrupted.",
    cure: "{cure}",
  },
  "cli.database_unreachable": {
    status: 503,
    sentence: "The database cannot be reached: {reason}.",
    cure: "Check that it runs and that TENANT_DATABASE_URL is right; `tenancy doctor` tells more.",
  },
});

/** A command line that is not right, with every fault of it. */
export function usageError(path: readonly string[], problems: readonly FieldProblem[]): TenancyError {
  return cliError("cli.usage", { command: ["tenancy", ...path].join(" ") }, { problems });
}

const UNREACHABLE = new Set([
  ...[
    "ECONNREFUSED",
    "ECONNRESET",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ETIMEDOUT",
    "ENOENT",
    "EPIPE",
  ],
  // PostgreSQL: no such login or password, no such database, too many connections, starting up or shutting down.
  ...["28000", "28P01", "3D000", "53300", "57P01", "57P02", "57P03", "08006"],
]);

/** An expected error as it is; a lost connection as such; undefined for a fault of our own. */
export function asExpected(error: unknown): TenancyError | undefined {
  if (isTenancyError(error)) return error;
  const reason = connectionFault(error);
  return reason === undefined
    ? undefined
    : cliError("cli.database_unreachable", { reason }, { cause: error });
}

function connectionFault(error: unknown): string | undefined {
  if (error instanceof AggregateError && error.errors.length > 0) return connectionFault(error.errors[0]);
  if (!(error instanceof Error)) return undefined;
  const { code, syscall } = error as { code?: string; syscall?: string };
  const isNetwork = syscall !== undefined && ["connect", "getaddrinfo", "read", "write"].includes(syscall);
  const isPostgres = "severity" in error;
  if (code !== undefined && UNREACHABLE.has(code) && (isNetwork || isPostgres)) return plain(error.message);
  return /^Connection terminated|timeout expired|server does not support SSL/.test(error.message)
    ? plain(error.message)
    : undefined;
}

function plain(message: string): string {
  return message.replace(/\.$/, "");
}

/** `error: <what happened>`, what to do, and each fault of the input; or the same as JSON. */
export function printError(out: Output, error: unknown, isDebug: boolean): void {
  const expected = asExpected(error);
  if (out.isJson) {
    const body = expected
      ? { code: expected.code, message: expected.message, cure: expected.cure, problems: expected.problems }
      : { code: "internal", message: messageOf(error), cure: TRACE_HINT, problems: [] };
    out.talk(JSON.stringify({ error: body }));
  } else if (expected) {
    out.talk(`${out.paint("red", "error:")} ${out.clean(expected.message)}`);
    for (const { path, message } of problemsOf(expected))
      out.talk(`  ${out.clean(path)}: ${out.clean(message)}`);
    for (const line of expected.cure.split("\n")) out.talk(`  ${out.clean(line)}`);
  } else {
    out.talk(`${out.paint("red", "error:")} ${out.clean(messageOf(error))}`);
    if (!isDebug) out.talk(`  ${TRACE_HINT}`);
  }
  if (isDebug && error instanceof Error) out.talk(traceOf(error));
}

const TRACE_HINT = "This was not expected. Run it again with TENANCY_DEBUG=1 for the trace, and report it.";

/** The configuration's sentence lists its problems already. */
function problemsOf(error: TenancyError) {
  return error.code === "config.invalid" ? [] : error.problems;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

function traceOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by: ${traceOf(error.cause)}` : "";
  return `${error.stack ?? error.message}${cause}`;
}
