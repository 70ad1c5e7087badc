import { query } from "../db/sql.ts";
import type { StoredRecord } from "./body.ts";

const INSERT = `insert into tenancy.audit_records
     (id, at, tenant_id, kind, action, outcome, actor, on_behalf_of, resource, request_id, ip, session, body)
   select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
     $8::text[], $9::text[], $10::text[], $11::inet[], $12::text[], $13::text[])`;

/** A batch in one statement, so one commit. */
export const insertRecords = query("audit.insert_records", INSERT);

/** The same after a lost connection: what was committed then is not added again. Asking costs a sixth, so only then. */
export const repeatRecords = query("audit.repeat_records", `${INSERT} on conflict (id) do nothing`);

/** Columns of `insertRecords` as array literals: node-postgres would quote each value by slower means. */
export function batchValues(records: readonly StoredRecord[]): string[] {
  const column = (read: (record: StoredRecord) => string) => `{${records.map(read).join(",")}}`;
  return [
    column((record) => record.id),
    column((record) => record.at),
    column((record) => record.tenantId ?? "NULL"),
    column((record) => record.kind),
    column((record) => quote(record.action)),
    column((record) => record.outcome),
    column((record) => quote(record.actor)),
    column((record) => quote(record.onBehalfOf)),
    column((record) => quote(record.resource)),
    column((record) => quote(record.requestId)),
    column((record) => record.ip ?? "NULL"),
    column((record) => quote(record.session)),
    // JSON holds no control characters, and what is left to escape is escaped alike in JSON and in an array literal.
    column((record) => JSON.stringify(record.body)),
  ];
}

function quote(text: string | null): string {
  if (text === null) return "NULL";
  if (!text.includes('"') && !text.includes("\\")) return `"${text}"`;
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

export const insertBoot = query(
  "audit.insert_boot",
  "insert into tenancy.audit_boots (boot) values ($1::uuid)",
);

export const beatBoot = query(
  "audit.beat_boot",
  "update tenancy.audit_boots set beat_at = now(), last_number = $2::bigint where boot = $1::uuid",
);

export const stopBoot = query(
  "audit.stop_boot",
  "update tenancy.audit_boots set stopped_at = now(), last_number = $2::bigint where boot = $1::uuid",
);

/** Processes that neither stopped nor said for a while that they live. */
export const claimLostBoots = query<{ boot: string; beat_at: Date; last_number: string }>(
  "audit.claim_lost_boots",
  `update tenancy.audit_boots set lost_at = now()
   where stopped_at is null and lost_at is null and beat_at < now() - make_interval(secs => $1::int)
   returning boot, beat_at, last_number`,
);

/** The newest number of a process that is durable; its last beat bounds the search. */
export const lastNumberOf = query<{ last: string | null }>(
  "audit.last_number_of",
  `select max((body::json ->> 'number')::bigint) as last
   from tenancy.audit_records
   where id >= $2::uuid and position('"boot":"' || $1::uuid::text || '"' in body) > 0`,
);

export const listRelaxed = query<{ tenant_id: string }>(
  "audit.list_relaxed",
  "select tenant_id from tenancy.audit_settings where reads = 'relaxed'",
);
