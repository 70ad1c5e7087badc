import { queryOptions } from "@tanstack/react-query";
import { openCheckpoint, parseVerifierKey } from "../../../../src/sdk/audit/note.ts";
import {
  type ProofFault,
  type RecordProof,
  verifyGrowth,
  verifyRecordProof,
} from "../../../../src/sdk/audit/record-proof.ts";
import { isApiError } from "../../api/api-error.ts";
import { request } from "../../api/client.ts";
import type { AuditRecord, AuditState } from "../../api/types.ts";
import { type KeptCheckpoint, keepCheckpoint, keptCheckpoint } from "./kept-checkpoint.ts";

/** What this browser found out for itself; the server only brought the numbers. */
export type RecordVerdict =
  | { readonly kind: "proved"; readonly size: number; readonly proof: RecordProof; readonly hasBody: boolean }
  | { readonly kind: "faulty"; readonly fault: ProofFault | "shown"; readonly proof: RecordProof }
  | { readonly kind: "not_sequenced" }
  | { readonly kind: "cannot_check" };

const NOT_YET_MS = 1_000;

/** Asks again while the record waits for its place in the tree. */
export function verdictQuery(path: string, record: AuditRecord) {
  return queryOptions({
    queryKey: [`${path}/records/${record.id}/proof`, "verdict"] as const,
    queryFn: ({ signal }) => judge(path, record, signal),
    refetchInterval: ({ state }) => (state.data?.kind === "not_sequenced" ? NOT_YET_MS : false),
    staleTime: 30_000,
  });
}

async function judge(path: string, record: AuditRecord, signal: AbortSignal): Promise<RecordVerdict> {
  let proof: RecordProof;
  try {
    proof = await request<RecordProof>("GET", `${path}/records/${record.id}/proof`, { signal });
  } catch (error) {
    const isEarly = isApiError(error, "audit.not_sequenced") || isApiError(error, "audit.no_checkpoint");
    if (isEarly) return { kind: "not_sequenced" };
    throw error;
  }
  const key = keptCheckpoint()?.key ?? proof.key;
  const verdict = await verifyRecordProof(proof, key).catch(cannotCheck);
  if (!verdict) return { kind: "cannot_check" };
  if (!verdict.isProved) return { kind: "faulty", fault: verdict.fault, proof };
  if (!isOf(record, proof)) return { kind: "faulty", fault: "shown", proof };
  return { kind: "proved", size: verdict.checkpoint.size, proof, hasBody: verdict.hasBody };
}

/** Everything that the screen shows of a record but `personal`: it is sealed in the log and opened on the way. */
const shown = [
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
  "policies",
  "asked",
  "of",
  "before",
  "after",
  "detail",
] as const satisfies readonly (keyof AuditRecord)[];

/** What the server says of records whose release did not write it yet. */
const unsaid = { kind: "change", outcome: "allowed", detail: {} };

/** Whether the proved bytes are those of the record on the screen. */
export function isOf(record: AuditRecord, { body }: Pick<RecordProof, "body">): boolean {
  if (body === null) return true;
  const said = { ...unsaid, ...(JSON.parse(body) as Partial<Record<keyof AuditRecord, unknown>>) };
  return shown.every((name) => canonical(said[name]) === canonical(record[name]));
}

/** JSON with sorted keys; what is absent is null. */
function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}

/** The newest checkpoint, against the one that this browser kept. */
export type CheckpointVerdict =
  | { readonly kind: "first" }
  | { readonly kind: "grew"; readonly since: KeptCheckpoint }
  | { readonly kind: "same"; readonly since: KeptCheckpoint }
  | { readonly kind: "unsigned" }
  | { readonly kind: "other_key"; readonly since: KeptCheckpoint }
  | { readonly kind: "rewritten"; readonly since: KeptCheckpoint }
  | { readonly kind: "cannot_check" };

export function checkpointVerdictQuery(path: string, state: AuditState | undefined) {
  return queryOptions({
    queryKey: [`${path}/state`, "verdict", state?.checkpoint ?? "", keptCheckpoint()?.key ?? ""] as const,
    queryFn: () => judgeCheckpoint(path, state as AuditState).catch(cannotJudge), // enabled below
    enabled: state !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

async function judgeCheckpoint(path: string, state: AuditState): Promise<CheckpointVerdict> {
  const kept = keptCheckpoint();
  if (kept && kept.key !== state.key) return { kind: "other_key", since: kept };
  const key = await parseVerifierKey(state.key);
  const newer = key && (await openCheckpoint(state.checkpoint, key));
  if (!key || !newer) return { kind: "unsigned" };
  const older = kept && (await openCheckpoint(kept.note, key));
  const keep = () => keepCheckpoint({ key: state.key, note: state.checkpoint, at: new Date().toISOString() });
  if (!kept || !older || older.size === 0) {
    keep();
    return { kind: "first" };
  }
  if (newer.size < older.size) return { kind: "rewritten", since: kept };
  const query = { from: older.size, to: newer.size };
  const { path: hashes } = await request<{ path: string[] }>("GET", `${path}/consistency`, { query });
  if (!(await verifyGrowth(older, newer, hashes))) return { kind: "rewritten", since: kept };
  if (newer.size === older.size) return { kind: "same", since: kept };
  keep();
  return { kind: "grew", since: kept };
}

/** Without WebCrypto (plain HTTP) or its Ed25519 nothing can be checked here; that is said, never passed over. */
function cannotCheck(error: unknown): undefined {
  if (isApiError(error)) throw error;
}

function cannotJudge(error: unknown): CheckpointVerdict {
  cannotCheck(error);
  return { kind: "cannot_check" };
}
