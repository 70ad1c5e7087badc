import { defineErrors } from "../base/errors.ts";

export const { table: dbErrors, error: dbError } = defineErrors({
  "db.embedded_version": {
    status: 500,
    sentence:
      "The data folder {dataDir} belongs to PostgreSQL {found}; this release runs PostgreSQL {expected}.",
    cure: "Start it once with the release that made it, copy the data over with pg_dump, or name another data folder.",
  },
  "db.embedded_foreign": {
    status: 500,
    sentence: "The data folder {dataDir} cannot be used: {reason}.",
    cure: "{cure}",
  },
  "db.embedded_full": {
    status: 507,
    sentence: "The disk that holds {dataDir} is full, so PostgreSQL cannot start there.",
    cure: "Free some space and start again; nothing that was acknowledged is lost.",
  },
  "db.embedded_unsupported": {
    status: 500,
    sentence: "The embedded PostgreSQL does not run on this machine ({platform}): {reason}.",
    cure: "Set TENANT_DATABASE_URL to a PostgreSQL 15 or newer.",
  },
  "db.embedded_failed": {
    status: 500,
    sentence: "The embedded PostgreSQL in {dataDir} did not start: {reason}.",
    cure: "Read the end of the log below (whole log: {logFile}), or set TENANT_DATABASE_URL to a PostgreSQL of your own.\n{logTail}",
  },
});
