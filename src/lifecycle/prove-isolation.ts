import { type Actor, recordEvent } from "../audit/record.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, many, maybe } from "../db/sql.ts";
import { withAdvisoryLock, withTx } from "../db/tx.ts";
import type { Attempt, Party } from "../isolation/proof/attempt.ts";
import type { ProofFacets } from "../isolation/proof/facets.ts";
import { runPair } from "../isolation/proof/pair.ts";
import { inspectWalls } from "../isolation/walls.ts";
import { getTenant } from "../tenants/catalog.ts";
import { tenantError } from "../tenants/errors.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import { type CanaryParts, eraseCanaries, makeCanary, partyOf } from "./canaries.ts";
import { lifecycleError } from "./errors.ts";
import {
  findProof,
  finishProof,
  insertProof,
  listProofRows,
  listRunningProofs,
  type ProofCounts,
  type ProofDetailRow,
  type ProofRow,
} from "./proof-store.ts";

export interface ProofParts extends CanaryParts {
  /** Cache and files of a tenant; null where the proof runs without them. */
  readonly facets: ((tenantId: string) => ProofFacets) | null;
}

/**
 * Writes a proof down; `workOnProof` does it. With a tenant, that one is attacked by a canary of its level and
 * attacks it; without, canaries of every level attack each other.
 */
export async function startProof(
  parts: ProofParts,
  options: { tenantId?: string },
  by: Actor,
): Promise<ProofDetailRow> {
  const { control } = parts.lifecycle;
  await sweepProofs(parts);
  const tenant = options.tenantId === undefined ? null : await getTenant(control, options.tenantId);
  if (tenant && tenant.status !== "active") {
    throw tenantError("tenant.wrong_state", {
      tenant: tenant.slug ?? tenant.id,
      status: tenant.status,
      verb: "tried",
      cure: "Only an active tenant can be tried.",
    });
  }
  const id = uuidv7();
  await withTx(control, async (tx) => {
    await exec(tx, insertProof, [id, tenant?.id ?? null, by.actor]);
    await recordEvent(tx, by, "isolation.proof_started", tenant?.id ?? null, { id });
  });
  return readProof(parts, id);
}

/** Does what `startProof` wrote down, unless another process is at it; returns the proof as it stands then. */
export async function workOnProof(parts: ProofParts, id: string): Promise<ProofDetailRow> {
  await withAdvisoryLock(parts.lifecycle.control, lockOf(id), async () => {
    const proof = await readProof(parts, id);
    if (proof.status !== "running") return;
    const attempts: Attempt[] = [];
    let failure: Error | null = null;
    try {
      const pairs = await listPairs(parts, proof);
      for (const [attacker, victim] of pairs) {
        attempts.push(...(await runPair(await pairParts(parts), attacker, victim)));
      }
      for (const party of new Set(pairs.flat())) attempts.push(...(await wallAttempts(parts, party)));
    } catch (error) {
      failure = error as Error;
    }
    // A proof whose canaries stay is over all the same; the next sweep removes them.
    await eraseCanaries(parts, id).catch((error: Error) => {
      failure ??= error;
    });
    await finish(parts, proof, attempts, failure);
  });
  return readProof(parts, id);
}

/** Throws proof.not_found. */
export async function readProof(parts: Pick<ProofParts, "lifecycle">, id: string): Promise<ProofDetailRow> {
  const row = await maybe(parts.lifecycle.control, findProof, [id]);
  if (!row) throw lifecycleError("proof.not_found", { id });
  return row;
}

export async function listProofs(
  parts: Pick<ProofParts, "lifecycle">,
  filter: { tenantId?: string; beforeId?: string; limit?: number } = {},
): Promise<ProofRow[]> {
  return many(parts.lifecycle.control, listProofRows, [
    filter.tenantId ?? null,
    filter.beforeId ?? null,
    filter.limit ?? 50,
  ]);
}

/** Calls proofs failed whose process died, and erases the tenants that they left. A duty of the keeper, too. */
export async function sweepProofs(parts: ProofParts): Promise<void> {
  const { control } = parts.lifecycle;
  for (const { id, is_fresh } of await many(control, listRunningProofs)) {
    if (is_fresh) continue; // perhaps not taken up yet
    await withAdvisoryLock(control, lockOf(id), async () => {
      const proof = await readProof(parts, id);
      if (proof.status === "running")
        await finish(parts, proof, [], new Error("The process that ran it died."));
    });
  }
  await withAdvisoryLock(control, "proof-canaries", () => eraseCanaries(parts, null));
}

async function listPairs(parts: ProofParts, proof: ProofRow): Promise<(readonly [Party, Party])[]> {
  const { lifecycle } = parts;
  if (proof.tenant_id !== null) {
    const tenant = await getTenant(lifecycle.control, proof.tenant_id);
    const named = partyOf(lifecycle, tenant, null);
    const canary = await makeCanary(parts, proof.id, { level: named.level, cell: named.cell });
    return [
      [canary, named],
      [named, canary],
    ];
  }
  const { model } = await lifecycle.appSchema();
  // An app with several schemas has no schema level.
  const levels = ISOLATION_LEVELS.filter((level) => level !== "schema" || model.schemas.length === 0);
  const attackers: Party[] = [];
  const victims: Party[] = [];
  for (const level of levels) {
    const [attacker, victim] = await Promise.all([
      makeCanary(parts, proof.id, { level }),
      makeCanary(parts, proof.id, { level }),
    ]);
    attackers.push(attacker);
    victims.push(victim);
  }
  return attackers.flatMap((attacker) => victims.map((victim) => [attacker, victim] as const));
}

/** The walls as the catalogue has them: a table without its guard counts as crossed, whether or not it holds a row. */
async function wallAttempts({ lifecycle }: ProofParts, party: Party): Promise<Attempt[]> {
  const at = { level: party.level, attackerId: party.tenantId, victimId: party.tenantId };
  const walls = await inspectWalls(lifecycle, await getTenant(lifecycle.control, party.tenantId));
  return [
    ...walls.map(
      ({ key, holds, detail }): Attempt => ({
        ...at,
        way: "wall",
        target: key,
        outcome: holds ? "refused" : "crossed",
        detail,
      }),
    ),
    ...party.unplanted.map(
      (table): Attempt => ({
        ...at,
        way: "plant",
        target: table,
        outcome: "not_applicable",
        detail: "No row could be planted here: reading it was not tried, its walls were inspected.",
      }),
    ),
  ];
}

async function pairParts(parts: ProofParts) {
  const { cells, appSchema } = parts.lifecycle;
  const { model } = await appSchema();
  return { cells, executor: parts.executor, facets: parts.facets, schemas: model.schemas };
}

async function finish(
  parts: ProofParts,
  proof: ProofRow,
  attempts: readonly Attempt[],
  failure: Error | null,
): Promise<void> {
  const counts = countOutcomes(attempts);
  // A crossing stands even if the proof broke off behind it.
  const status = counts.crossed > 0 ? "crossed" : failure ? "failed" : "held";
  await withTx(parts.lifecycle.control, async (tx) => {
    const error = failure?.message ?? null;
    await exec(tx, finishProof, [
      proof.id,
      status,
      JSON.stringify(attempts).replaceAll("\\u0000", ""),
      JSON.stringify(counts),
      error,
    ]);
    await recordEvent(tx, { actor: proof.actor }, "isolation.proof_finished", proof.tenant_id, {
      id: proof.id,
      status,
      ...counts,
    });
  });
}

function countOutcomes(attempts: readonly Attempt[]): ProofCounts {
  const counts = { tried: 0, refused: 0, nothing: 0, crossed: 0 };
  for (const { outcome } of attempts) {
    if (outcome === "not_applicable") continue;
    counts.tried += 1;
    counts[outcome] += 1;
  }
  return counts;
}

function lockOf(id: string): string {
  return `proof:${id}`;
}
