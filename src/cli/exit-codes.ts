import { isTenancyError, type TenancyError } from "../base/errors.ts";

export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  crossed: 5,
  unreachable: 6,
  interrupted: 130,
} as const;

/** For the reference and the help. */
export const EXIT_MEANINGS: readonly (readonly [code: number, meaning: string])[] = [
  [EXIT.ok, "Done."],
  [EXIT.failed, "It failed, or a check found something wrong."],
  [EXIT.usage, "The command, its input or the configuration is not right; nothing was done."],
  [EXIT.notFound, "What the command names does not exist."],
  [EXIT.refused, "The present state does not allow it, or somebody else holds the name."],
  [EXIT.crossed, "Isolation was crossed, or one of its walls is down."],
  [EXIT.unreachable, "The database cannot be reached or did not start."],
  [EXIT.interrupted, "Interrupted. What was done stays, and the command can be run again."],
];

/** Codes whose HTTP status says something else than what a script wants to know. */
const BY_CODE: Readonly<Record<string, number>> = {
  "config.invalid": EXIT.usage,
  "config.unreadable": EXIT.usage,
  "installation.key_missing": EXIT.usage,
  "installation.wrong_key": EXIT.usage,
  "isolation.wall_down": EXIT.crossed,
  "isolation.unsafe_role": EXIT.crossed,
  "isolation.server_too_old": EXIT.crossed,
  "cell.none_open": EXIT.refused,
  "cell.unreachable": EXIT.unreachable,
  "tenant.not_ready": EXIT.refused,
  "cli.interrupted": EXIT.interrupted,
  "cli.database_unreachable": EXIT.unreachable,
};

export function exitCodeOf(error: unknown): number {
  if (!isTenancyError(error)) return EXIT.failed;
  const known = BY_CODE[error.code];
  if (known !== undefined) return known;
  if (error.code.startsWith("db.embedded_")) return EXIT.unreachable;
  return byStatus(error);
}

function byStatus({ status }: TenancyError): number {
  switch (status) {
    case 400:
    case 422:
      return EXIT.usage;
    case 404:
      return EXIT.notFound;
    case 403:
    case 409:
    case 410:
      return EXIT.refused;
    default:
      return EXIT.failed;
  }
}
