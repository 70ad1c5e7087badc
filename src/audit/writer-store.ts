import { query } from "../db/sql.ts";
import type { StoredRecord } from "./body.ts";

/** A batch in one statement, so one commit. Repeated after a lost connection it adds nothing twice. */
export const insertRecords = query(
  "audit.insert_records",
  `insert into tenancy.audit_records
     (id, at, tenant_id, kind, action, outcome, actor, on_behalf_of, resource, request_id, ip, session, body)
   select * from unnest($1::uuid[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
     $8::text[], $9::text[], $10::text[], $11::inet[], $12::text[], $13::text[])
   on conflict (id) do nothing`,
);

/** Columns of `insertRecords` as array literals: node-postgres would quote each value by slower means. */
export function batchValues(records: readonly StoredRecord[]): string[] {
  const columns: string[][] = Array.from({ length: 13 }, () => []);
  for (const record of records) {
    columns[0]?.push(record.id);
    columns[1]?.push(record.at);
    columns[2]?.push(record.tenantId ?? "NULL");
    columns[3]?.push(record.kind);
    columns[4]?.push(quote(record.action));
    columns[5]?.push(record.outcome);
    columns[6]?.push(quote(record.actor));
    columns[7]?.push(quote(record.onBehalfOf));
    columns[8]?.push(quote(record.resource));
    columns[9]?.push(quote(record.requestId));
    columns[10]?.push(record.ip ?? "NULL");
    columns[11]?.push(quote(record.session));
    columns[12]?.push(quote(record.body));
  }
  return columns.map((column) => `{${column.join(",")}}`);
}

function quote(text: string | null): string {
  if (text === null) return "NULL";
  return /["\\]/.test(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : `"${text}"`;
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
