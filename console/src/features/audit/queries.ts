import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { queryString } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { AuditRecord, AuditRecordPage, AuditSettings, AuditState } from "../../api/types.ts";
import { oneOf, textOf } from "../../url/search.ts";

export const outcomes = ["allowed", "denied", "failed"] as const;
export const kinds = ["change", "read", "request"] as const;
export const formats = ["proof", "csv", "jsonl", "ocsf"] as const;

/** Everything that the log can be searched by. */
export interface AuditFilters {
  readonly tenantId?: string;
  readonly action?: string;
  readonly actor?: string;
  readonly onBehalfOf?: string;
  readonly outcome?: (typeof outcomes)[number];
  readonly kind?: (typeof kinds)[number];
  readonly resource?: string;
  readonly requestId?: string;
  readonly ip?: string;
  readonly session?: string;
  readonly from?: string;
  readonly to?: string;
}

export interface AuditSearch extends AuditFilters {
  readonly cursor?: string;
  /** The record that stands open. */
  readonly record?: string;
}

export function parseAuditFilters(raw: Readonly<Record<string, unknown>>): AuditFilters {
  return {
    tenantId: textOf(raw["tenantId"], 36),
    action: textOf(raw["action"], 100),
    actor: textOf(raw["actor"]),
    onBehalfOf: textOf(raw["onBehalfOf"]),
    outcome: oneOf(outcomes, raw["outcome"]),
    kind: oneOf(kinds, raw["kind"]),
    resource: textOf(raw["resource"]),
    requestId: textOf(raw["requestId"]),
    ip: textOf(raw["ip"], 45),
    session: textOf(raw["session"]),
    from: timeOf(raw["from"]),
    to: timeOf(raw["to"]),
  };
}

export function parseAuditSearch(raw: Readonly<Record<string, unknown>>): AuditSearch {
  return { ...parseAuditFilters(raw), cursor: textOf(raw["cursor"]), record: textOf(raw["record"], 36) };
}

/** The log of the whole platform, or of one tenant. */
export function auditPath(tenantId: string | null): string {
  return tenantId === null ? "/v1/audit" : `/v1/tenants/${tenantId}/audit`;
}

export function recordsQuery(path: string, search: AuditFilters & { cursor?: string }, limit: number) {
  return queryOptions({
    ...getQuery<AuditRecordPage>(`${path}/records`, { ...search, limit }),
    placeholderData: keepPreviousData,
  });
}

export function recordQuery(path: string, id: string) {
  return queryOptions({ ...getQuery<AuditRecord>(`${path}/records/${id}`), staleTime: 60_000 });
}

export function stateQuery(path: string) {
  return getQuery<AuditState>(`${path}/state`);
}

export function settingsQuery(path: string) {
  return getQuery<AuditSettings>(`${path}/settings`);
}

/** A file that proves itself takes only a tenant and times: a choice of records could not be proved to be whole. */
export function exportUrl(path: string, format: (typeof formats)[number], filters: AuditFilters): string {
  const { tenantId, from, to } = filters;
  const query = format === "proof" ? { tenantId, from, to } : filters;
  return `${path}/export${queryString({ format, ...query })}`;
}

function timeOf(value: unknown): string | undefined {
  const text = textOf(value, 40);
  return text && !Number.isNaN(Date.parse(text)) ? text : undefined;
}
