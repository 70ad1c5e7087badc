import { query } from "../db/sql.ts";

export interface FoundRow {
  id: string;
  body: string;
}

const FILTERS = `
   where ($1::uuid is null or tenant_id = $1::uuid)
     and ($2::text is null or action = $2::text)
     and ($3::text is null or actor = $3::text)
     and ($4::text is null or on_behalf_of = $4::text)
     and ($5::text is null or outcome = $5::text)
     and ($6::text is null or kind = $6::text)
     and ($7::text is null or resource = $7::text)
     and ($8::text is null or request_id = $8::text)
     and ($9::inet is null or ip = $9::inet)
     and ($10::text is null or session = $10::text)
     and ($11::uuid is null or id >= $11::uuid)
     and ($12::uuid is null or id < $12::uuid)`;

/** Newest first. Ids sort by time, so a time is a range of ids and leaves other months' partitions alone. */
export const searchRecords = query<FoundRow>(
  "audit.search_records",
  `select id, body
   from tenancy.audit_records${FILTERS}
   order by id desc
   limit $13::int`,
);

/** Oldest first, for exports: page by page from the id before. */
export const scanRecords = query<FoundRow>(
  "audit.scan_records",
  `select id, body
   from tenancy.audit_records${FILTERS}
   order by id
   limit $13::int`,
);

/** Newest first, of one tenant: every record between two ids. */
export const listRecordsBetween = query<FoundRow>(
  "audit.list_records_between",
  `select id, body
   from tenancy.audit_records
   where tenant_id = $1::uuid and id >= $2::uuid and id < $3::uuid
   order by id desc
   limit $4::int`,
);

export const findRecord = query<{ id: string; tenant_id: string | null; body: string }>(
  "audit.find_record",
  `select id, tenant_id, body from tenancy.audit_records
   where id = $1::uuid and ($2::uuid is null or tenant_id = $2::uuid)`,
);

export interface SettingsRow {
  reads: "strict" | "relaxed";
  held_at: Date | null;
  held_reason: string | null;
}

export const findSettings = query<SettingsRow>(
  "audit.find_settings",
  "select reads, held_at, held_reason from tenancy.audit_settings where tenant_id = $1::uuid",
);

/** A hold keeps the time since which it holds. */
export const upsertSettings = query<SettingsRow>(
  "audit.upsert_settings",
  `insert into tenancy.audit_settings as s (tenant_id, reads, held_at, held_reason)
   values ($1::uuid, $2::text, case when $3::text is null then null else now() end, $3::text)
   on conflict (tenant_id) do update
     set reads = excluded.reads, held_reason = excluded.held_reason, updated_at = now(),
       held_at = case when excluded.held_reason is null then null else coalesce(s.held_at, now()) end
   returning reads, held_at, held_reason`,
);

export const findPrunedBefore = query<{ pruned_before: Date | null }>(
  "audit.find_pruned_before",
  "select pruned_before from tenancy.audit_log",
);

export const listWitnesses = query<{ name: string; key: string; added_at: Date }>(
  "audit.list_witnesses",
  "select name, key, added_at from tenancy.audit_witnesses order by name",
);

export const insertWitness = query(
  "audit.insert_witness",
  `insert into tenancy.audit_witnesses (name, key) values ($1::text, $2::text)
   on conflict (name) do update set key = excluded.key`,
);

export const insertCosignature = query(
  "audit.insert_cosignature",
  `insert into tenancy.audit_cosignatures (size, witness, line, at)
   values ($1::bigint, $2::text, $3::text, to_timestamp($4::bigint))
   on conflict (size, witness) do update set line = excluded.line, at = excluded.at`,
);
