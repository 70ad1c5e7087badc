import { Readable } from "node:stream";
import type { Static } from "typebox";
import type { Permission } from "../../access/permissions.ts";
import { digestKeyOf } from "../../audit/digest.ts";
import { auditError } from "../../audit/errors.ts";
import { exportChain, exportWhole } from "../../audit/export.ts";
import { formatRecords } from "../../audit/formats.ts";
import { PLATFORM_CHAIN } from "../../audit/leaf.ts";
import { listHeads } from "../../audit/log-store.ts";
import { toVkey } from "../../audit/note.ts";
import { openPersonal } from "../../audit/personal.ts";
import { proveConsistency, proveRecord, readCheckpoint, readTile, toTlogProof } from "../../audit/proofs.ts";
import {
  type AuditRecord as Found,
  getRecord,
  type RecordFilter,
  scanAudit,
  searchAudit,
} from "../../audit/search.ts";
import { changeSettings, readPrunedBefore, readSettings } from "../../audit/settings.ts";
import { readWitnesses } from "../../audit/witnesses.ts";
import { many } from "../../db/sql.ts";
import { findTenant } from "../api-tenant.ts";
import type { House } from "../house.ts";
import { readPage } from "../page.ts";
import { type Route, route } from "../route.ts";
import {
  AuditExportQuery,
  AuditProof,
  AuditQuery,
  AuditRecord,
  AuditRecordPage,
  AuditSettings,
  AuditSettingsUpdate,
  AuditState,
  ConsistencyProof,
  ConsistencyQuery,
  DigestKey,
  PlatformAuditExportQuery,
  PlatformAuditQuery,
} from "../schemas/audit.ts";
import { toApiWitness, witnessRoutes } from "./audit-witnesses.ts";
import { TENANT } from "./tenants.ts";

interface Scope {
  readonly url: string;
  readonly of: string;
  readonly read: Permission;
  readonly export: Permission;
  readonly manage: Permission;
  readonly params: Readonly<Record<string, string>>;
  readonly query: typeof AuditQuery | typeof PlatformAuditQuery;
  readonly exportQuery: typeof AuditExportQuery | typeof PlatformAuditExportQuery;
}

const PLATFORM: Scope = {
  url: "/v1/audit",
  of: "of the whole platform",
  read: "events.read",
  export: "events.export",
  manage: "events.manage",
  params: {},
  query: PlatformAuditQuery,
  exportQuery: PlatformAuditExportQuery,
};
const OF_TENANT: Scope = {
  url: "/v1/tenants/:tenant/audit",
  of: "of a tenant",
  read: "audit.read",
  export: "audit.export",
  manage: "audit.manage",
  params: { tenant: TENANT },
  query: AuditQuery,
  exportQuery: AuditExportQuery,
};

/** The same for the whole platform and for one tenant, who sees its own records and nothing of others but hashes. */
function routesOf(scope: Scope): readonly Route[] {
  return [
    route({
      method: "GET",
      url: `${scope.url}/records`,
      tag: "Audit trail",
      action: "audit.read",
      permission: scope.read,
      summary: `Search the audit log ${scope.of}, newest first`,
      description:
        "Changes, reads and refusals. Every filter narrows; times are ranges of months' partitions.",
      params: scope.params,
      query: scope.query,
      answer: AuditRecordPage,
      handle: async ({ house, params, query }) => {
        const { limit, cursor, tenantId: chosen, ...filters }: Static<typeof PlatformAuditQuery> = query;
        const tenantId = (await tenantOf(house, params)) ?? chosen ?? null;
        const { rows, nextCursor } = await readPage(house, {
          list: "audit",
          query: { limit, cursor },
          filters: { tenantId, ...filters },
          read: (rowsMax, beforeId: string | undefined) =>
            searchAudit(poolOf(house), filterOf(tenantId, filters), { limit: rowsMax, beforeId }),
          positionOf: (record) => record.id,
        });
        return { items: await toApi(house, rows), nextCursor };
      },
    }),
    route({
      method: "GET",
      url: `${scope.url}/records/:id`,
      tag: "Audit trail",
      action: "audit.read",
      permission: scope.read,
      summary: `Show a record ${scope.of}`,
      params: { ...scope.params, id: "Id of the record." },
      answer: AuditRecord,
      handle: async ({ house, params }) => {
        const found = await getRecord(poolOf(house), recordId(params), await tenantOf(house, params));
        const [shown] = await toApi(house, [found.record]);
        return shown as Static<typeof AuditRecord>; // one for one
      },
    }),
    route({
      method: "GET",
      url: `${scope.url}/records/:id/proof`,
      tag: "Audit trail",
      action: "audit.read",
      permission: scope.read,
      summary: `Prove that a record ${scope.of} is in the log`,
      params: { ...scope.params, id: "Id of the record." },
      answer: AuditProof,
      handle: async ({ house, params }) => {
        const found = await getRecord(poolOf(house), recordId(params), await tenantOf(house, params));
        const proof = await proveRecord(poolOf(house), found);
        const base64 = (bytes: Buffer) => bytes.toString("base64");
        return {
          id: proof.id,
          body: proof.body,
          chain: proof.chain,
          seq: proof.seq,
          previous: base64(proof.previous),
          bodyHash: base64(proof.bodyHash),
          index: proof.index,
          leaf: base64(proof.leaf),
          path: proof.path.map(base64),
          checkpoint: proof.checkpoint.note,
          signedAt: proof.checkpoint.signedAt.toISOString(),
          key: toVkey(house.tenancy.internals.audit.signer),
          proof: toTlogProof(proof),
        };
      },
    }),
    route({
      method: "GET",
      url: `${scope.url}/export`,
      tag: "Audit trail",
      action: "audit_export.read",
      permission: scope.export,
      summary: `Take the audit log ${scope.of} out`,
      params: scope.params,
      query: scope.exportQuery,
      isFile: true,
      answer: null,
      handle: async ({ house, params, query, reply }) => {
        const {
          format = "proof",
          tenantId: chosen,
          ...filters
        }: Static<typeof PlatformAuditExportQuery> = query;
        const tenantId = (await tenantOf(house, params)) ?? chosen ?? null;
        // What cannot be exported is told before the first byte.
        if (format === "proof") await readCheckpoint(poolOf(house));
        const type = format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/x-ndjson";
        const name = `audit-${tenantId ?? "platform"}.${format === "csv" ? "csv" : "jsonl"}`;
        reply.header("content-type", type).header("content-disposition", `attachment; filename="${name}"`);
        const lines =
          format === "proof"
            ? provable(house, tenantId, filters)
            : formatRecords(scanAudit(poolOf(house), filterOf(tenantId, filters)), format);
        return Readable.from(lines);
      },
    }),
    route({
      method: "GET",
      url: `${scope.url}/state`,
      tag: "Audit trail",
      action: "audit.read",
      permission: scope.read,
      summary: `Show the newest checkpoint, and how many records ${scope.of} there are`,
      params: scope.params,
      answer: AuditState,
      handle: async ({ house, params }) => {
        const tenantId = await tenantOf(house, params);
        const checkpoint = await readCheckpoint(poolOf(house));
        const [head] = await many(poolOf(house), listHeads, [[tenantId ?? PLATFORM_CHAIN]]);
        return {
          size: checkpoint.size,
          root: checkpoint.root.toString("base64"),
          signedAt: checkpoint.signedAt.toISOString(),
          checkpoint: checkpoint.note,
          key: toVkey(house.tenancy.internals.audit.signer),
          records: Number(head?.size ?? 0),
          witnesses: (await readWitnesses(poolOf(house))).map(toApiWitness),
          retentionDays: house.tenancy.config.auditRetentionDays,
          prunedBefore: (await readPrunedBefore(poolOf(house)))?.toISOString() ?? null,
        };
      },
    }),
    route({
      method: "GET",
      url: `${scope.url}/log/checkpoint`,
      tag: "Audit trail",
      action: "audit.read",
      permission: scope.read,
      summary: "Fetch the newest checkpoint as a signed note (C2SP tlog-tiles)",
      params: scope.params,
      isFile: true,
      answer: null,
      handle: async ({ house, params, reply }) => {
        await tenantOf(house, params);
        const { note } = await readCheckpoint(poolOf(house));
        reply.header("content-type", "text/plain; charset=utf-8").header("cache-control", "no-store");
        return note;
      },
    }),
    route({
      method: "GET",
      url: `${scope.url}/log/tile/*`,
      tag: "Audit trail",
      action: "audit.read",
      permission: scope.read,
      summary: "Fetch hashes of the tree: `<level>/<index>[.p/<width>]` (C2SP tlog-tiles)",
      params: scope.params,
      isFile: true,
      answer: null,
      handle: async ({ house, params, reply }) => {
        await tenantOf(house, params);
        const at = parseTilePath(params["*"] ?? "");
        if (!at) throw auditError("audit.tile_not_found");
        const hashes = await readTile(poolOf(house), at, at.width);
        reply.header("content-type", "application/octet-stream");
        reply.header("cache-control", "private, max-age=31536000, immutable");
        return hashes;
      },
    }),
    route({
      method: "GET",
      url: `${scope.url}/consistency`,
      tag: "Audit trail",
      action: "audit.read",
      permission: scope.read,
      summary: "Prove that a newer tree begins with an older one",
      params: scope.params,
      query: ConsistencyQuery,
      answer: ConsistencyProof,
      handle: async ({ house, params, query: { from, to } }) => {
        await tenantOf(house, params);
        const path = await proveConsistency(poolOf(house), from, to);
        return { from, to, path: path.map((hash) => hash.toString("base64")) };
      },
    }),
    route({
      method: "GET",
      url: `${scope.url}/digest-key`,
      tag: "Audit trail",
      action: "audit_digest_key.read",
      permission: scope.export,
      summary: `Show the key of digests ${scope.of}`,
      description: "With it `tenancy audit digest` proves offline what a thing was before or after a change.",
      params: scope.params,
      answer: DigestKey,
      handle: async ({ house, params }) => ({
        key: digestKeyOf(poolOf(house), await tenantOf(house, params)),
      }),
    }),
    route({
      method: "GET",
      url: `${scope.url}/settings`,
      tag: "Audit trail",
      action: "audit_settings.read",
      permission: scope.read,
      summary: `Show how the audit log ${scope.of} is kept`,
      params: scope.params,
      answer: AuditSettings,
      handle: async ({ house, params }) =>
        toApiSettings(await readSettings(poolOf(house), await tenantOf(house, params))),
    }),
    route({
      method: "PATCH",
      url: `${scope.url}/settings`,
      tag: "Audit trail",
      action: "audit.settings_changed",
      permission: scope.manage,
      summary: `Choose strict or relaxed reads, or put a legal hold, for the audit log ${scope.of}`,
      params: scope.params,
      body: AuditSettingsUpdate,
      answer: AuditSettings,
      handle: async ({ house, params, body, by }) => {
        const settings = await changeSettings(poolOf(house), await tenantOf(house, params), body, by);
        await house.tenancy.internals.audit.writer.readSettings();
        return toApiSettings(settings);
      },
    }),
  ];
}

export const auditRoutes: readonly Route[] = [
  ...routesOf(PLATFORM),
  ...witnessRoutes,
  ...routesOf(OF_TENANT),
];

function poolOf(house: House) {
  return house.tenancy.internals.control;
}

function recordId(params: Readonly<Record<string, string>>): string {
  return params["id"] ?? "";
}

/** The tenant of the path; null: the platform. */
async function tenantOf(house: House, params: object): Promise<string | null> {
  const { tenant } = params as { tenant?: string };
  return tenant === undefined ? null : (await findTenant(house, tenant)).id;
}

async function* provable(
  house: House,
  tenantId: string | null,
  filters: Pick<Static<typeof AuditExportQuery>, "from" | "to">,
): AsyncGenerator<string> {
  const parts = { pool: poolOf(house), signer: house.tenancy.internals.audit.signer };
  const lines = tenantId === null ? exportWhole(parts) : exportChain(parts, tenantId, timesOf(filters));
  for await (const line of lines) yield `${line}\n`;
}

type Filters = Omit<Static<typeof AuditExportQuery>, "format">;

function filterOf(tenantId: string | null, filters: Filters): RecordFilter {
  const { from, to, ...rest } = filters;
  return { ...rest, tenantId, ...timesOf({ from, to }) };
}

function timesOf({ from, to }: { from?: string | undefined; to?: string | undefined }): {
  from?: Date;
  to?: Date;
} {
  return {
    ...(from === undefined ? {} : { from: new Date(from) }),
    ...(to === undefined ? {} : { to: new Date(to) }),
  };
}

async function toApi(house: House, records: readonly Found[]): Promise<Static<typeof AuditRecord>[]> {
  const opened = await openPersonal(poolOf(house), records);
  return records.map(({ personal: _, ...rest }, i) => {
    const personal = opened[i];
    // The same form; lists that nobody changes are lists.
    return { ...rest, ...(personal && { personal }) } as Static<typeof AuditRecord>;
  });
}

function toApiSettings({
  reads,
  hold,
}: Awaited<ReturnType<typeof readSettings>>): Static<typeof AuditSettings> {
  return { reads, hold: hold && { since: hold.since.toISOString(), reason: hold.reason } };
}

/** `<level>/<index>[.p/<width>]`, the index in groups of three digits, all but the last with an x before them. */
function parseTilePath(path: string): { level: number; index: number; width: number } | undefined {
  const match = /^(0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (!match) return undefined;
  const [, level = "", digits = "", width = "256"] = match;
  const index = Number(digits.replace(/[x/]/g, ""));
  if (!Number.isSafeInteger(index) || Number(width) > 256) return undefined;
  return { level: Number(level), index, width: Number(width) };
}
