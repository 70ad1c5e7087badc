import { isIP } from "node:net";
import type pg from "pg";
import { isUuid } from "../base/ids.ts";
import { many, maybe } from "../db/sql.ts";
import type { Asked, Outcome, RecordKind } from "./body.ts";
import { auditError } from "./errors.ts";
import { lowId } from "./export.ts";
import { EXPORT_PAGE } from "./limits.ts";
import type { SealedPersonal } from "./personal.ts";
import { type FoundRow, findRecord, scanRecords, searchRecords } from "./search-store.ts";

/** A record as it was written, parsed. */
export interface AuditRecord {
  readonly id: string;
  readonly at: string;
  readonly kind: RecordKind;
  readonly action: string;
  readonly outcome: Outcome;
  readonly actor: string;
  readonly onBehalfOf: string | null;
  readonly tenantId: string | null;
  readonly resource: string | null;
  readonly requestId: string | null;
  readonly ip: string | null;
  readonly session: string | null;
  readonly policies?: readonly string[];
  /** What `before` and `after` are digests of. */
  readonly of?: string;
  readonly asked?: Asked;
  readonly before?: string;
  readonly after?: string;
  /** Of a person, sealed. `openPersonal` opens it. */
  readonly personal?: SealedPersonal;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface RecordFilter {
  /** Null: of all tenants and of the platform. */
  readonly tenantId: string | null;
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly onBehalfOf?: string | undefined;
  readonly outcome?: string | undefined;
  readonly kind?: string | undefined;
  readonly resource?: string | undefined;
  readonly requestId?: string | undefined;
  readonly ip?: string | undefined;
  readonly session?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Newest first. `beforeId` goes on where a page ended. */
export async function searchAudit(
  pool: pg.Pool,
  filter: RecordFilter,
  page: { readonly limit: number; readonly beforeId?: string | undefined },
): Promise<AuditRecord[]> {
  // What is no address is nobody's.
  if (filter.ip !== undefined && isIP(filter.ip) === 0) return [];
  const to = [lowId(filter.to), page.beforeId ?? null].filter((id) => id !== null).sort()[0] ?? null;
  const rows = await many(pool, searchRecords, [...values(filter, lowId(filter.from)), to, page.limit]);
  return rows.map(toRecord);
}

/** Everything that matches, oldest first, in constant memory. */
export async function* scanAudit(pool: pg.Pool, filter: RecordFilter): AsyncGenerator<AuditRecord> {
  if (filter.ip !== undefined && isIP(filter.ip) === 0) return;
  let from = lowId(filter.from);
  let last: string | undefined;
  for (;;) {
    const rows = await many(pool, scanRecords, [...values(filter, from), lowId(filter.to), EXPORT_PAGE + 1]);
    for (const row of rows) if (row.id !== last) yield toRecord(row);
    if (rows.length <= EXPORT_PAGE) return;
    last = rows.at(-1)?.id;
    from = last ?? from;
  }
}

/** Throws audit.record_not_found, also for one of another tenant. */
export async function getRecord(
  pool: pg.Pool,
  id: string,
  tenantId: string | null,
): Promise<{ readonly id: string; readonly tenantId: string | null; readonly record: AuditRecord }> {
  const row = isUuid(id) ? await maybe(pool, findRecord, [id, tenantId]) : undefined;
  if (!row) throw auditError("audit.record_not_found");
  return { id: row.id, tenantId: row.tenant_id, record: toRecord(row) };
}

function values(filter: RecordFilter, from: string | null): unknown[] {
  return [
    filter.tenantId,
    filter.action ?? null,
    filter.actor ?? null,
    filter.onBehalfOf ?? null,
    filter.outcome ?? null,
    filter.kind ?? null,
    filter.resource ?? null,
    filter.requestId ?? null,
    filter.ip ?? null,
    filter.session ?? null,
    from,
  ];
}

function toRecord({ body }: FoundRow): AuditRecord {
  return parseRecord(body);
}

/** Records of the release before lack what it did not know. */
export function parseRecord(text: string): AuditRecord {
  const body = JSON.parse(text) as Partial<AuditRecord> & Pick<AuditRecord, "id" | "at" | "actor" | "action">;
  return {
    kind: "change",
    outcome: "allowed",
    onBehalfOf: null,
    tenantId: null,
    resource: null,
    requestId: null,
    ip: null,
    session: null,
    detail: {},
    ...body,
  };
}
