import { query } from "../db/sql.ts";
import type { StoredRecord } from "./body.ts";

export const insertRecord = query(
  "audit.insert_record",
  `insert into tenancy.audit_records
     (id, at, tenant_id, kind, action, outcome, actor, on_behalf_of, resource, request_id, ip, session, body)
   values ($1::uuid, $2::timestamptz, $3::uuid, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text,
     $10::text, $11::inet, $12::text, $13::text)`,
);

/** Nothing, if the request has a record; it can only be newer than the request's own id. */
export const insertUnlessRecorded = query(
  "audit.insert_unless_recorded",
  `insert into tenancy.audit_records
     (id, at, tenant_id, kind, action, outcome, actor, on_behalf_of, resource, request_id, ip, session, body)
   select $1::uuid, $2::timestamptz, $3::uuid, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text,
     $10::text, $11::inet, $12::text, $13::text
   where not exists (
     select from tenancy.audit_records where id > $14::uuid and request_id = $15::text)`,
);

/** The values of `insertRecord`, in its order. */
export function recordValues(record: StoredRecord): unknown[] {
  return [
    record.id,
    record.at,
    record.tenantId,
    record.kind,
    record.action,
    record.outcome,
    record.actor,
    record.onBehalfOf,
    record.resource,
    record.requestId,
    record.ip,
    record.session,
    record.body,
  ];
}

/** Partitions for this month and the two that follow; true for each that was made. */
export const ensureMonths = query<{ is_made: boolean }>(
  "audit.ensure_months",
  `select tenancy.ensure_audit_month((now() at time zone 'UTC' + make_interval(months => ahead))::date) as is_made
   from generate_series(0, 2) as ahead`,
);
