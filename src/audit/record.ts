import type { Queryable } from "../db/sql.ts";
import { exec, many, query } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";
import { type Actor, composeRecord, type RecordInput } from "./body.ts";
import { digestStates, type States } from "./digest.ts";
import { type Personal, sealPersonal } from "./personal.ts";
import { insertRecord, recordValues } from "./store.ts";

export type { Actor } from "./body.ts";

export interface AuditEvent {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly tenantId: string | null;
  readonly detail: Record<string, unknown>;
  readonly requestId: string | null;
}

/** Every action that the platform records. A new one is declared here, or it does not compile. */
export const ACTIONS = [
  "tenant.created",
  "tenant.provisioned",
  "tenant.updated",
  "tenant.suspended",
  "tenant.resumed",
  "tenant.deletion_requested",
  "tenant.deletion_cancelled",
  "tenant.exported",
  "tenant.erased",
  "domain.added",
  "domain.removed",
  "domain.made_primary",
  "operator.link_created",
  "operator.updated",
  "operator.signed_in",
  "operator.signed_out",
  "operator.factor_changed",
  "operator.stepped_up",
  "api_key.created",
  "api_key.rotated",
  "api_key.revoked",
  "user.created",
  "user.updated",
  "user.disabled",
  "user.enabled",
  "user.signed_in",
  "user.sign_in_refused",
  "user.link_mailed",
  "user.stepped_up",
  "user.signed_out",
  "user.password_changed",
  "user.factor_changed",
  "user.recovery_asked",
  "user.recovery_approved",
  "user.recovery_ready",
  "user.recovery_cancelled",
  "user.recovery_expired",
  "user.recovered",
  "session.revoked",
  "tenant.sign_in_rules_changed",
  "member.invited",
  "member.invitation_withdrawn",
  "service_account.created",
  "service_account.updated",
  "service_account.removed",
  "member.added",
  "member.updated",
  "member.removed",
  "member.left",
  "support.requested",
  "support.consented",
  "support.declined",
  "support.ended",
  "support.settings_changed",
  "review.started",
  "review.decided",
  "review.closed",
  "grant.given",
  "grant.ended",
  "access.evaluated",
  "access.denied",
  "access.engines_disagreed",
  "access.settings_updated",
  "role.created",
  "role.updated",
  "role.deleted",
  "policy.created",
  "policy.updated",
  "policy.deleted",
  "policy.tried",
  "policy.replayed",
  "policy_test.saved",
  "policy_test.deleted",
  "operator.role_changed",
  "workflow.resumed",
  "app.migration_registered",
  "app.migration_run_started",
  "app.migration_run_stop_requested",
  "app.migration_run_finished",
  "app.column_sealing",
  "isolation.proof_started",
  "isolation.proof_finished",
  "system.entered",
  "region.added",
  "cell.added",
  "cell.updated",
  "plan.updated",
  "encryption.keys_rotated",
  "encryption.key_retired",
  "encryption.root_replaced",
  "encryption.key_change_began",
  "encryption.key_changed",
  "encryption.keys_destroyed",
  "encryption.subject_shredded",
  "encryption.custodian_set",
  "vault_key.registered",
  "vault_key.locks_changed",
  "vault.created",
  "vault.changed",
  "vault.deleted",
  "vault_item.written",
  "vault_item.deleted",
  "vault_recovery.set",
  "vault_recovery.requested",
  "vault_recovery.approved",
  "audit.settings_changed",
  "audit.witness_added",
  "audit.checkpoint_cosigned",
  "audit.pruned",
  "audit.epoch_opened",
  "audit.verified",
  "audit.stream_created",
  "audit.stream_updated",
  "audit.stream_removed",
  "audit.stream_secret_rotated",
  "audit.stream_tested",
  "audit.stream_replayed",
  "audit.stream_message_failed",
  "audit.stream_disabled",
  "process.lost",
  "sso.connection_created",
  "sso.connection_updated",
  "sso.connection_removed",
  "sso.connection_tested",
  "sso.domain_added",
  "sso.domain_proven",
  "sso.domain_removed",
  "sso.rules_updated",
  "sso.sign_in_started",
  "sso.signed_in",
  "sso.sign_in_refused",
  "scim.token_created",
  "scim.token_revoked",
  "scim.user_created",
  "scim.user_updated",
  "scim.user_removed",
  "scim.group_created",
  "scim.group_updated",
  "scim.group_removed",
  "integration.connect_started",
  "integration.connected",
  "integration.disconnected",
  "integration.failed",
] as const;
export type Action = (typeof ACTIONS)[number];

/** What a read leaves in the audit log: the noun that was read, such as `tenant.read`. */
export type ReadAction = `${string}.read`;

/** Actions that change what is there: their records prove what it was and what it became. */
const UPDATES = [
  "tenant.updated",
  "tenant.sign_in_rules_changed",
  "user.updated",
  "member.updated",
  "service_account.updated",
  "support.settings_changed",
  "access.settings_updated",
  "role.created",
  "role.updated",
  "role.deleted",
  "policy.created",
  "policy.updated",
  "policy.deleted",
  "operator.updated",
  "operator.role_changed",
  "sso.connection_updated",
  "sso.rules_updated",
  "scim.user_updated",
  "scim.group_updated",
  "cell.updated",
  "vault_key.locks_changed",
  "audit.settings_changed",
  "audit.stream_updated",
  "vault.created",
  "vault.changed",
] as const satisfies readonly Action[];
type Update = (typeof UPDATES)[number];

/** What a change may say besides its detail. */
export type RecordMore = Pick<RecordInput, "resource" | "outcome" | "policies"> & {
  readonly states?: States;
  /** Addresses, names, devices: sealed with the person's key, and unreadable when that is shredded. */
  readonly personal?: Personal;
};

/** One of UPDATES without its states does not compile. */
type MoreOf<A extends Action> = A extends Update ? [RecordMore & { readonly states: States }] : [RecordMore?];

/** Records an action in the transaction of the change itself: both commit, or neither. */
export async function recordEvent<A extends Action>(
  tx: Tx,
  by: Actor,
  action: A,
  tenantId: string | null,
  detail: Record<string, unknown> = {},
  ...[more]: MoreOf<A>
): Promise<void> {
  const { states, personal, ...rest } = more ?? {};
  const record = composeRecord({
    ...{ kind: "change", by, action, tenantId, detail, ...rest },
    ...(states && { states: digestStates(tx.pool, tenantId, states) }),
    ...(personal && { personal: await sealPersonal(tx.pool, tenantId, action, personal) }),
  });
  await exec(tx, insertRecord, recordValues(record));
}

interface EventRow {
  id: string;
  at: Date;
  actor: string;
  action: string;
  tenant_id: string | null;
  detail: Record<string, unknown>;
  request_id: string | null;
}

/** Newest first, by id (ids sort by time); the cursor is the last id of the page before. */
export const listEvents = query<EventRow>(
  "audit.list",
  `select id, at, actor, action, tenant_id, body::json -> 'detail' as detail, request_id
   from tenancy.audit_records
   where kind = 'change' and outcome = 'allowed'
     and ($1::uuid is null or tenant_id = $1::uuid)
     and ($2::text is null or action = $2::text)
     and ($3::text is null or actor = $3::text)
     and ($4::uuid is null or id < $4::uuid)
   order by id desc
   limit $5::int`,
);

export interface EventFilter {
  readonly tenantId?: string;
  readonly action?: string;
  readonly actor?: string;
  readonly beforeId?: string;
  readonly limit: number;
}

export async function readEvents(db: Queryable, filter: EventFilter): Promise<AuditEvent[]> {
  const rows = await many(db, listEvents, [
    filter.tenantId ?? null,
    filter.action ?? null,
    filter.actor ?? null,
    filter.beforeId ?? null,
    filter.limit,
  ]);
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    actor: row.actor,
    action: row.action,
    tenantId: row.tenant_id,
    detail: row.detail,
    requestId: row.request_id,
  }));
}
