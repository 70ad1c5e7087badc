import { query } from "../db/sql.ts";
import type { Attempt } from "../isolation/proof/attempt.ts";

export interface ProofCounts {
  tried: number;
  refused: number;
  nothing: number;
  crossed: number;
}

export interface ProofRow {
  id: string;
  tenant_id: string | null;
  status: "running" | "held" | "crossed" | "failed";
  counts: ProofCounts;
  error: string | null;
  actor: string;
  started_at: Date;
  finished_at: Date | null;
}

export interface ProofDetailRow extends ProofRow {
  attempts: Attempt[];
}

const COLUMNS = "id, tenant_id, status, counts, error, actor, started_at, finished_at";

export const insertProof = query(
  "lifecycle.insert_proof",
  `insert into tenancy.proofs (id, tenant_id, actor) values ($1::uuid, $2::uuid, $3::text)`,
);

export const findProof = query<ProofDetailRow>(
  "lifecycle.find_proof",
  `select ${COLUMNS}, attempts from tenancy.proofs where id = $1::uuid`,
);

/** Newest first; ids sort by time. */
export const listProofRows = query<ProofRow>(
  "lifecycle.list_proofs",
  `select ${COLUMNS} from tenancy.proofs
   where ($1::uuid is null or tenant_id = $1::uuid) and ($2::uuid is null or id < $2::uuid)
   order by id desc
   limit $3::int`,
);

/** A proof ends once: one that was called failed by a sweep stays so. */
export const finishProof = query(
  "lifecycle.finish_proof",
  `update tenancy.proofs
   set status = $2::text, attempts = $3::jsonb, counts = $4::jsonb, error = $5::text, finished_at = now()
   where id = $1::uuid and status = 'running'`,
);

export const listRunningProofs = query<{ id: string; is_fresh: boolean }>(
  "lifecycle.list_running_proofs",
  `select id, started_at > now() - interval '5 seconds' as is_fresh from tenancy.proofs where status = 'running' order by id`,
);

export const insertCanary = query(
  "lifecycle.insert_canary",
  `insert into tenancy.proof_canaries (slug, proof_id) values ($1::text, $2::uuid)`,
);

/** Tenants of a proof; those of proofs that ended when none is named. */
export const listCanaries = query<{ slug: string }>(
  "lifecycle.list_canaries",
  `select c.slug from tenancy.proof_canaries c
   join tenancy.proofs p on p.id = c.proof_id
   where c.proof_id = $1::uuid or ($1::uuid is null and p.status <> 'running')
   order by c.slug`,
);

export const deleteCanary = query(
  "lifecycle.delete_canary",
  `delete from tenancy.proof_canaries where slug = $1::text`,
);
