import { randomBytes } from "node:crypto";
import type pg from "pg";
import type { Actor } from "../audit/record.ts";
import { isTenancyError } from "../base/errors.ts";
import { exec, many } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import type { Executor } from "../isolation/executor.ts";
import { placeName } from "../isolation/place-names.ts";
import { identifier, type Party } from "../isolation/proof/attempt.ts";
import { listProofTables, rowOf, type TableFacts } from "../isolation/proof/facts.ts";
import { seatContext } from "../isolation/seat.ts";
import { getTenant } from "../tenants/catalog.ts";
import type { IsolationLevel, TenantRecord } from "../tenants/tenant.ts";
import { eraseTenant, requestDeletion, resumeTenant, suspendTenant } from "./change-state.ts";
import { createTenant } from "./create-tenant.ts";
import type { LifecycleParts } from "./parts.ts";
import { deleteCanary, insertCanary, listCanaries } from "./proof-store.ts";
import type { Workflows } from "./workflow.ts";

export interface CanaryParts {
  readonly lifecycle: LifecycleParts;
  readonly workflows: Workflows;
  readonly executor: Executor;
}

export const PROOF_ACTOR: Actor = { actor: "system:isolation proof" };

/** A tenant of the proof's own, with a row in every table and with a first epoch that is over. */
export async function makeCanary(
  parts: CanaryParts,
  proofId: string,
  at: { level: IsolationLevel; cell?: string },
): Promise<Party> {
  const { lifecycle, workflows, executor } = parts;
  const slug = `canary-${randomBytes(8).toString("hex")}`;
  await exec(lifecycle.control, insertCanary, [slug, proofId]);
  const input = {
    name: "Isolation proof",
    slug,
    isolation: at.level,
    plan: "enterprise",
    ...(at.cell ? { cell: at.cell } : {}),
  };
  const created = await createTenant(lifecycle, workflows, input, {
    defaultLevel: at.level,
    by: PROOF_ACTOR,
  });
  await suspendTenant(lifecycle, created.id, "isolation proof", PROOF_ACTOR);
  const record = await resumeTenant(lifecycle, created.id, PROOF_ACTOR);
  executor.directory.forget(record.id);
  const party = partyOf(lifecycle, record, slug);
  return { ...party, unplanted: await plant(parts, party) };
}

export function partyOf(parts: LifecycleParts, tenant: TenantRecord, marker: string | null): Party {
  const { cell, level, database, schema, epoch } = tenant.placement;
  return {
    tenantId: tenant.id,
    level,
    cell,
    database,
    schema,
    role: level === "database" ? placeName(tenant.id) : parts.role,
    context: seatContext(parts.rootKey, tenant.id, epoch),
    oldContext: seatContext(parts.rootKey, tenant.id, epoch - 1),
    marker,
    unplanted: [],
  };
}

interface PlantedTable {
  readonly schema: string;
  readonly table: TableFacts;
}

/**
 * A row in each table, through the tenant's own door: parents first by trial. What cannot get in there, for want of a
 * reference or past a trigger, is laid in by the administrator. Returns the tables that stay empty even so.
 */
async function plant({ lifecycle, executor }: CanaryParts, party: Party): Promise<string[]> {
  const pool = await lifecycle.placePool(party);
  const { model } = await lifecycle.appSchema();
  let left: PlantedTable[] = [];
  for (const schema of [party.schema, ...model.schemas]) {
    for (const { table } of await many(pool, listProofTables, [schema]))
      if (table.isTenants) left.push({ schema, table });
  }
  for (let round = left.length; round > 0 && left.length > 0; round--) {
    const blocked: PlantedTable[] = [];
    for (const each of left) if (!(await plantRow(executor, party, each))) blocked.push(each);
    if (blocked.length === left.length) break;
    left = blocked;
  }
  const empty: string[] = [];
  for (const each of left) if (!(await forceRow(pool, party, each))) empty.push(each.table.name);
  return empty;
}

/** Lays a row into a canary's table with triggers and foreign keys off for this transaction alone. */
async function forceRow(pool: pg.Pool, party: Party, at: PlantedTable): Promise<boolean> {
  const name = `${identifier(at.schema)}.${identifier(at.table.name)}`;
  for (const isSparse of [false, true]) {
    const row = rowOf(at.table, party.marker ?? "", { tenantId: party.tenantId, isSparse });
    const isPlanted = await withTx(pool, async (tx) => {
      await tx.query({ text: "set local session_replication_role = replica" });
      await tx.query({ text: `insert into ${name} ${row}` });
      return true;
    }).catch((failure: { code?: string }) => {
      if (failure.code === undefined) throw failure;
      return false;
    });
    if (isPlanted) return true;
  }
  return false;
}

async function plantRow(executor: Executor, party: Party, at: PlantedTable): Promise<boolean> {
  const name = `${identifier(at.schema)}.${identifier(at.table.name)}`;
  for (const isSparse of [false, true]) {
    try {
      await executor.run(party.tenantId, {
        text: `insert into ${name} ${rowOf(at.table, party.marker ?? "", { isSparse })}`,
      });
      return true;
    } catch (failure) {
      // Without a SQLSTATE the platform itself failed, and with it the proof.
      if (isTenancyError(failure) || (failure as { code?: string }).code === undefined) throw failure;
    }
  }
  return false;
}

/** Erases the tenants of one proof, or those that ended proofs left behind. Repeatable. */
export async function eraseCanaries(parts: CanaryParts, proofId: string | null): Promise<void> {
  const canaries = (await many(parts.lifecycle.control, listCanaries, [proofId])).values();
  // Two at a time: each holds connections of the control pool while it works.
  const workers = [0, 1].map(async () => {
    for (const { slug } of canaries) await eraseCanary(parts, slug);
  });
  const failed = (await Promise.allSettled(workers)).find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}

async function eraseCanary({ lifecycle, workflows }: CanaryParts, slug: string): Promise<void> {
  try {
    const tenant = await getTenant(lifecycle.control, slug);
    if (tenant.workflowId) await workflows.run(tenant.workflowId).catch(() => undefined);
    await requestDeletion(lifecycle, tenant.id, { confirm: slug, graceDays: 0 }, PROOF_ACTOR);
    await eraseTenant(lifecycle, workflows, tenant.id, PROOF_ACTOR);
  } catch (failure) {
    // Erased: by an earlier pass, or by a server's keeper while we were at it.
    if (!isTenancyError(failure, "tenant.not_found")) throw failure;
  }
  await exec(lifecycle.control, deleteCanary, [slug]);
}
