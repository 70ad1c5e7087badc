import { query } from "../db/sql.ts";

export interface IntegrationRow {
  tenant_id: string;
  id: string;
  provider: string;
  account_id: string;
  account_name: string;
  scopes: string[];
  status: "connected" | "expired";
  tokens: Buffer;
  expires_at: Date | null;
  created_by: string;
  created_at: Date;
  refreshed_at: Date;
  failure: string | null;
}

const COLUMNS =
  "tenant_id, id, provider, account_id, account_name, scopes, status, tokens, expires_at, created_by, created_at, refreshed_at, failure";

/** The id that an account has, or the one given. */
export const findAccount = query<{ id: string }>(
  "integrations.find_account",
  `select id from tenancy.integrations where tenant_id = $1::uuid and provider = $2::text and account_id = $3::text for update`,
);

/** The same account again gets new tokens. */
export const upsertIntegration = query<IntegrationRow>(
  "integrations.upsert",
  `insert into tenancy.integrations (tenant_id, id, provider, account_id, account_name, scopes, tokens, expires_at, created_by, created_at, refreshed_at)
   values ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::text[], $7::bytea, $8::timestamptz, $9::text, $10::timestamptz, $10::timestamptz)
   on conflict (tenant_id, id) do update
   set account_name = excluded.account_name, scopes = excluded.scopes, tokens = excluded.tokens, status = 'connected',
     expires_at = excluded.expires_at, refreshed_at = excluded.refreshed_at, failure = null
   returning ${COLUMNS}`,
);

export const listIntegrations = query<IntegrationRow>(
  "integrations.list",
  `select ${COLUMNS} from tenancy.integrations where tenant_id = $1::uuid order by id`,
);

export const findIntegration = query<IntegrationRow>(
  "integrations.find",
  `select ${COLUMNS} from tenancy.integrations where tenant_id = $1::uuid and id = $2::uuid`,
);

/** One refresher at a time, whatever process it is in: the next one finds new tokens. */
export const lockIntegration = query<IntegrationRow>(
  "integrations.lock",
  `select ${COLUMNS} from tenancy.integrations where tenant_id = $1::uuid and id = $2::uuid for update`,
);

export const renewIntegration = query(
  "integrations.renew",
  `update tenancy.integrations set tokens = $3::bytea, scopes = $4::text[], expires_at = $5::timestamptz, refreshed_at = $6::timestamptz, failure = null
   where tenant_id = $1::uuid and id = $2::uuid`,
);

export const expireIntegration = query(
  "integrations.expire",
  `update tenancy.integrations set status = 'expired', failure = $3::text where tenant_id = $1::uuid and id = $2::uuid`,
);

export const noteFailure = query(
  "integrations.note_failure",
  `update tenancy.integrations set failure = $3::text where tenant_id = $1::uuid and id = $2::uuid`,
);

export const deleteIntegration = query<{ provider: string }>(
  "integrations.delete",
  `delete from tenancy.integrations where tenant_id = $1::uuid and id = $2::uuid returning provider`,
);

/** Those whose access token ends before $1, soonest first. */
export const listEnding = query<{ tenant_id: string; id: string }>(
  "integrations.list_ending",
  `select tenant_id, id from tenancy.integrations
   where status = 'connected' and expires_at < $1::timestamptz order by expires_at limit $2::int`,
);

export const insertAttempt = query(
  "integrations.insert_attempt",
  `insert into tenancy.integration_attempts (state_hash, tenant_id, actor, checks, expires_at)
   values ($1::bytea, $2::uuid, $3::text, $4::bytea, $5::timestamptz)`,
);

/** Ends an attempt, for whoever began it. */
export const takeAttempt = query<{ checks: Buffer }>(
  "integrations.take_attempt",
  `delete from tenancy.integration_attempts
   where state_hash = $1::bytea and tenant_id = $2::uuid and actor = $3::text and expires_at > $4::timestamptz
   returning checks`,
);

export const deleteOldAttempts = query(
  "integrations.delete_old_attempts",
  `delete from tenancy.integration_attempts where expires_at < $1::timestamptz`,
);

export const deleteTenantIntegrations = query(
  "integrations.delete_tenant",
  `with attempts as (delete from tenancy.integration_attempts where tenant_id = $1::uuid)
   delete from tenancy.integrations where tenant_id = $1::uuid`,
);

export const countTenantIntegrations = query<{ n: number }>(
  "integrations.count_tenant",
  `select count(*)::int as n from tenancy.integrations where tenant_id = $1::uuid`,
);
