import { uuidv7 } from "../base/ids.ts";
import type { Queryable } from "../db/sql.ts";
import { exec, many, query } from "../db/sql.ts";
import type { Tx } from "../db/tx.ts";

/** Who acts, and in which request. Actors: `operator:<id>`, `key:<id>`, `cli:<user>`, `library`, `system:<reason>`. */
export interface Actor {
  readonly actor: string;
  readonly requestId?: string;
}

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
  "tenant.erased",
  "domain.added",
  "domain.removed",
  "domain.made_primary",
  "operator.link_created",
  "operator.signed_in",
  "operator.signed_out",
  "api_key.created",
  "api_key.rotated",
  "api_key.revoked",
  "user.created",
  "user.updated",
  "user.disabled",
  "user.enabled",
  "user.signed_out",
  "session.revoked",
  "member.added",
  "member.updated",
  "member.removed",
  "member.left",
  "app.migration_registered",
  "app.migration_run_started",
  "app.migration_run_stop_requested",
  "app.migration_run_finished",
  "isolation.proof_started",
  "isolation.proof_finished",
  "system.entered",
  "region.added",
  "cell.added",
  "cell.updated",
  "plan.updated",
] as const;
export type Action = (typeof ACTIONS)[number];

export const insertEvent = query(
  "audit.insert",
  `insert into tenancy.events (id, actor, action, tenant_id, detail, request_id)
   values ($1::uuid, $2::text, $3::text, $4::uuid, $5::jsonb, $6::text)`,
);

/** Records an action in the transaction of the change itself: both commit, or neither. */
export async function recordEvent(
  tx: Tx,
  by: Actor,
  action: Action,
  tenantId: string | null,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await exec(tx, insertEvent, [
    uuidv7(),
    by.actor,
    action,
    tenantId,
    JSON.stringify(detail),
    by.requestId ?? null,
  ]);
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
  `select id, at, actor, action, tenant_id, detail, request_id
   from tenancy.events
   where ($1::uuid is null or tenant_id = $1::uuid)
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
