import type { AuditRecord } from "./search.ts";

export type PlainFormat = "jsonl" | "csv" | "ocsf";

const COLUMNS = [
  "id",
  "at",
  "kind",
  "action",
  "outcome",
  "actor",
  "onBehalfOf",
  "tenantId",
  "resource",
  "requestId",
  "ip",
  "session",
] as const;

/** Lines of a plain export: data for other tools, without proofs. */
export async function* formatRecords(
  records: AsyncIterable<AuditRecord>,
  format: PlainFormat,
): AsyncGenerator<string> {
  if (format === "csv") yield `${[...COLUMNS, "detail"].join(",")}\r\n`;
  for await (const record of records) yield line(record, format);
}

function line(record: AuditRecord, format: PlainFormat): string {
  switch (format) {
    case "jsonl":
      return `${JSON.stringify(record)}\n`;
    case "csv":
      return `${[...COLUMNS.map((name) => cell(record[name])), cell(JSON.stringify(record.detail))].join(",")}\r\n`;
    case "ocsf":
      return `${JSON.stringify(toOcsf(record))}\n`;
    default:
      throw new TypeError(`Expected a format, got ${format satisfies never}.`);
  }
}

/** RFC 4180. What a spreadsheet would take for a formula is kept from being one. */
export function cell(value: string | null): string {
  if (value === null) return "";
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const ACTIVITIES: readonly (readonly [RegExp, number])[] = [
  [/\.(created|added|registered|provisioned|started|link_created|invited)$/, 1],
  [/\.read$/, 2],
  [/\.(updated|changed|suspended|resumed|made_primary|rotated|accepted)$/, 3],
  [/\.(removed|erased|revoked|deleted|deletion_requested)$/, 4],
];

/**
 * An event of class API Activity (6003) of the Open Cybersecurity Schema Framework 1.6.
 *
 * @param sequence its number in the log
 */
export function toOcsf(record: AuditRecord, sequence?: number): Readonly<Record<string, unknown>> {
  const activity = ACTIVITIES.find(([form]) => form.test(record.action))?.[1] ?? 99;
  const [kind = "", uid = record.actor] = record.actor.split(":", 2);
  return {
    metadata: {
      version: "1.6.0",
      uid: record.id,
      product: { name: "Tenancy", vendor_name: "Tenancy" },
      log_name: "audit",
      ...(sequence === undefined ? {} : { sequence }),
    },
    category_uid: 6,
    class_uid: 6003,
    activity_id: activity,
    type_uid: 600_300 + activity,
    severity_id: record.outcome === "allowed" ? 1 : 2,
    status_id: record.outcome === "allowed" ? 1 : 2,
    status_detail: record.outcome,
    time: Date.parse(record.at),
    actor: {
      user: { uid, type: kind },
      ...(record.session === null ? {} : { session: { uid: record.session } }),
      ...(record.onBehalfOf === null ? {} : { invoked_by: record.onBehalfOf }),
    },
    api: {
      operation: record.action,
      ...(record.requestId === null ? {} : { request: { uid: record.requestId } }),
    },
    ...(record.resource === null ? {} : { resources: [{ uid: record.resource }] }),
    src_endpoint: record.ip === null ? { name: "none" } : { ip: record.ip },
    unmapped: { kind: record.kind, tenantId: record.tenantId, detail: record.detail },
  };
}
