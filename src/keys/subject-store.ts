import { query } from "../db/sql.ts";

export interface SubjectKeyRow {
  subject: Buffer;
  id: string;
  sealed_key: Buffer | null;
}

export const findSubjectKeys = query<SubjectKeyRow>(
  "keys.find_subject_keys",
  `select subject, id, sealed_key from tenancy.subject_keys
   where subject = any($2::bytea[]) and (tenant_id = $1::uuid or ($1::uuid is null and tenant_id is null))`,
);

/** Does nothing when another process was quicker, or the subject is shredded. */
export const insertSubjectKey = query(
  "keys.insert_subject_key",
  `insert into tenancy.subject_keys (tenant_id, subject, id, sealed_key)
   values ($1::uuid, $2::bytea, $3::uuid, $4::bytea)
   on conflict do nothing`,
);

/** Also for a subject that never had a key: it gets none any more. Says whether something changed. */
export const destroySubjectKey = query<{ had_key: boolean }>(
  "keys.destroy_subject_key",
  `insert into tenancy.subject_keys as k (tenant_id, subject, id, sealed_key, destroyed_at)
   values ($1::uuid, $2::bytea, $3::uuid, null, now())
   on conflict (tenant_id, subject) do update
   set sealed_key = null, destroyed_at = now()
   where k.sealed_key is not null
   returning k.id <> $3::uuid as had_key`,
);
