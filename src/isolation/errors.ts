import { defineErrors } from "../base/errors.ts";

export const { table: isolationErrors, error: isolationError } = defineErrors({
  "context.ended": {
    status: 500,
    sentence: "The context of tenant {tenantId} has ended and was used again.",
    cure: "Open a new context; await all work on a context before it ends.",
  },
  "context.idle": {
    status: 500,
    sentence:
      "A transaction of tenant {tenantId} waited {idleMs} ms for its next statement and was rolled back.",
    cure: "Do slow work before or after the transaction, not inside it.",
  },
  "context.unknown_table": {
    status: 500,
    sentence: "The app schema has no table `{table}`.",
    cure: "Run `tenancy app migrate`, or name one of: {tables}.",
  },
  "context.unknown_column": {
    status: 500,
    sentence: "Table `{table}` has no column `{column}`.",
    cure: "Name one of: {columns}.",
  },
  "context.attribute_unsupported": {
    status: 500,
    sentence: "A policy asks for `{column}` of `{table}`, whose values have no one text form.",
    cure: "Ask for a text, number, boolean, uuid or enum column; or decide row by row with `may`.",
  },
  "context.bad_input": {
    status: 500,
    sentence: "A repository call has faulty arguments.",
    cure: "Mend what `problems` lists.",
  },
  "context.bad_value": {
    status: 400,
    sentence: "A value does not fit its column in `{table}`: {reason}.",
    cure: "Send a value of the column's type and size.",
  },
  "context.sealed_column": {
    status: 500,
    sentence: "Column `{column}` of `{table}` is sealed: {reason}.",
    cure: "{cure}.",
  },
  "context.not_found": {
    status: 404,
    sentence: "No row of `{table}` has the id {id}.",
    cure: "Check the id; rows of other tenants do not exist here.",
  },
  "context.result_too_large": {
    status: 500,
    sentence: "A result takes more than {maxBytes} bytes of memory.",
    cure: "Read it with ctx.stream(), or ask for fewer rows or columns.",
  },
  "context.several_statements": {
    status: 500,
    sentence: "A context runs one statement at a time.",
    cure: "Send the statements one by one, inside ctx.transaction() when they belong together.",
  },
  "context.transaction_failed": {
    status: 500,
    sentence: "A statement of the transaction failed and its error was caught, so all of it was rolled back.",
    cure: "Let the error end the transaction, or run the part that may fail in tx.transaction(), a savepoint.",
  },
  "isolation.statement_refused": {
    status: 500,
    sentence: "A tenant's statement may not be or begin with {found}.",
    cure: "Structure, roles, locks on tables and EXPLAIN belong to migrations and operators; see docs/decisions/0020-channels.md.",
  },
  "system.reason_missing": {
    status: 500,
    sentence: "Work across tenants needs a reason of 1 to {max} characters.",
    cure: 'Say what it is for: tenancy.system("nightly digest"). It stands in the audit trail.',
  },
  "isolation.seat_refused": {
    status: 503,
    sentence: "The database refused the seat of tenant {tenantId}.",
    cure: "Try again; if it stays, run `tenancy verify isolation --tenant-id {tenantId}`.",
  },
  "isolation.wall_down": {
    status: 500,
    sentence: "A wall of tenant {tenantId} does not hold: {walls}.",
    cure: "Stop the app, run `tenancy verify isolation --tenant-id {tenantId}`, and mend what it names.",
  },
  "isolation.busy": {
    status: 503,
    sentence: "No database connection became free within {waitedMs} ms.",
    cure: "Try again; shorten transactions, or raise the connections of the cell.",
  },
  "isolation.transaction_left_open": {
    status: 500,
    sentence: "A single statement left a transaction open; it was rolled back.",
    cure: "Use ctx.transaction() instead of sending BEGIN.",
  },
  "isolation.unsafe_role": {
    status: 500,
    sentence: "The app's login role `{role}` could get around isolation: {reason}.",
    cure: "Take that from the role; Tenancy does not start with it.",
  },
  "isolation.server_too_old": {
    status: 500,
    sentence: "PostgreSQL {version} is below the security floor {floor} for row-level security.",
    cure: "Update the server: CVE-2023-2455 and CVE-2025-8713 break row-level security below it.",
  },
  "isolation.connection_limit": {
    status: 503,
    sentence: "This process holds its {max} database connections and all are at work.",
    cure: "Try again; start more server processes, or raise the limit.",
  },
  "cache.bad_key": {
    status: 500,
    sentence: "Expected a cache key of well-formed text, 1 to {max} bytes long, got {got}.",
    cure: "Shorten the key, or hash it.",
  },
  "cache.bad_value": {
    status: 500,
    sentence: "The cache cannot hold the value: {reason}.",
    cure: "Cache plain data: JSON, dates, bigints, bytes, maps and sets.",
  },
  "cache.bad_ttl": {
    status: 500,
    sentence: "Expected a cache `ttl` of 0.001 to {max} seconds, got {got}.",
    cure: "Give `ttl` in seconds, or leave it out.",
  },
  "cache.not_a_counter": {
    status: 500,
    sentence: "The cache key `{key}` does not hold a whole number that can grow by {by}.",
    cure: "Use a key of its own for each counter, and steps within 2^53.",
  },
  "cache.unavailable": {
    status: 503,
    sentence: "The cache cannot count now: {reason}.",
    cure: "Try again; check the server that TENANT_CACHE_URL names.",
  },
  "cache.acl_refused": {
    status: 500,
    sentence: "The cache refused to make a user of its own for each tenant: {reason}.",
    cure: "Let the login of TENANT_CACHE_URL manage ACL users (+acl) on Redis 7 or Valkey, or unset it.",
  },
  "cache.too_large": {
    status: 500,
    sentence: "A cache value of {bytes} bytes is larger than the {max} that one value may have.",
    cure: "Store it with ctx.storage, or split it.",
  },
  "storage.bad_path": {
    status: 400,
    sentence: "Storage path {path} is not acceptable: {reason}.",
    cure: "Use a relative path such as `mixes/2026/final.wav`.",
  },
  "storage.not_found": {
    status: 404,
    sentence: "There is no file at {path}.",
    cure: "List the files with ctx.storage.list().",
  },
  "storage.quota_exceeded": {
    status: 413,
    sentence: "The file would take the tenant over its {maxBytes} bytes of storage.",
    cure: "Remove files, or change to a plan with more storage.",
  },
  "storage.write_lost": {
    status: 503,
    sentence: "The write of {path} stood still for so long that it was given up.",
    cure: "Write it again; the old content is untouched.",
  },
  "storage.stalled": {
    status: 408,
    sentence: "The stream for {path} gave nothing for {waitedMs} ms.",
    cure: "Write it again from a stream that flows; the old content is untouched.",
  },
  "storage.bad_range": {
    status: 416,
    sentence: "Expected a range within the {sizeBytes} bytes of the file, got {first} to {last}.",
    cure: "Give `first` and `last` as whole numbers from 0 to one less than the size, `first` not after `last`.",
  },
  "storage.bad_expiry": {
    status: 400,
    sentence: "Expected `expiresIn` to be 1 to {max} seconds, got {got}.",
    cure: "Sign a shorter time and sign again when it has passed.",
  },
  "storage.sdk_missing": {
    status: 500,
    sentence: "TENANT_STORAGE_URL names S3 and its SDK is not installed.",
    cure: "Run `npm install @aws-sdk/client-s3 @aws-sdk/s3-request-presigner`.",
  },
  "storage.bad_url": {
    status: 500,
    sentence: "The storage URL is not acceptable: {reason}.",
    cure: "Use `file:///var/lib/tenancy/storage` or `s3://bucket/prefix?region=eu-west-1`.",
  },
  "storage.signature_invalid": {
    status: 403,
    sentence: "The signed URL is not valid or has expired.",
    cure: "Ask the app for a new one.",
  },
});
