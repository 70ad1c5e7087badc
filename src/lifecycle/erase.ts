import { recordEvent } from "../audit/record.ts";
import { exec, many, maybe, one, query } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { placeName } from "../isolation/place-names.ts";
import {
  countPlaceObjects,
  countTenantRows,
  findDatabase,
  listTenantTables,
} from "../isolation/place-setup.ts";
import { removeSeats } from "../isolation/seat.ts";
import { notifyTenantChanged, setStatus, wipeTenant } from "../tenants/store.ts";
import type { IsolationLevel } from "../tenants/tenant.ts";
import { lifecycleError } from "./errors.ts";
import type { LifecycleParts } from "./parts.ts";
import { dropPlace, type PlaceInput } from "./provision.ts";
import type { Definition, StepInput } from "./workflow.ts";

export const deleteDomains = query(
  "lifecycle.delete_domains",
  `delete from tenancy.domains where tenant_id = $1::uuid`,
);

/** Removes a tenant for good and proves that nothing is left. Repeated until it holds. */
export function eraseDefinition(parts: LifecycleParts): Definition {
  return {
    onFailure: "retry",
    steps: [
      { name: "fence", run: (step) => fence(parts, step) },
      { name: "cache", run: (step) => parts.cache.erase(step.tenantId) },
      { name: "storage", run: (step) => parts.storage.erase(step.tenantId) },
      { name: "place", run: (step) => dropPlace(parts, placeInput(step)) },
      // After all that a step could still have to read; before the proof, which counts keys as well.
      { name: "keys", run: (step) => parts.keys.erase(step.tenantId, { actor: step.actor }) },
      { name: "verify", run: (step) => verify(parts, step) },
      { name: "wipe", run: (step) => wipe(parts, step) },
    ],
  };
}

function placeInput(step: StepInput): PlaceInput {
  // Written by `requestErasure`, which knows the type.
  const input = step.input as unknown as { cell: string; level: IsolationLevel };
  return { tenantId: step.tenantId, cell: input.cell, level: input.level };
}

async function fence(parts: LifecycleParts, step: StepInput): Promise<void> {
  const at = placeInput(step);
  await withTx(parts.control, async (tx) => {
    await exec(tx, setStatus, [step.tenantId, "erasing", null, null]);
    await exec(tx, notifyTenantChanged, [step.tenantId]);
  });
  parts.forget(step.tenantId);
  // Nobody is a member from here on, and none of its keys opens anything.
  await parts.identity.erase(step.tenantId);
  const admin = await parts.cells.admin(at.cell);
  const isThere =
    at.level !== "database" || (await maybe(admin.pool(), findDatabase, [placeName(at.tenantId)]));
  if (isThere) await removeSeats(await parts.placePool(at), at.tenantId);
  if (at.level === "database") await parts.connections.forget(at.cell, placeName(at.tenantId));
}

/** Counts what is left anywhere; anything at all fails the step, which is then tried again. */
async function verify(parts: LifecycleParts, step: StepInput): Promise<void> {
  const at = placeInput(step);
  const shared = await parts.sharedPool(at.cell);
  const tables = await many(shared, listTenantTables);
  const remains = {
    rows: await countTenantRows(
      shared,
      at.tenantId,
      tables.map((table) => table.name),
    ),
    objects: (await one(shared, countPlaceObjects, [placeName(at.tenantId), at.tenantId])).n,
    cacheKeys: await parts.cache.count(at.tenantId),
    files: await parts.storage.count(at.tenantId),
    members: await parts.identity.count(at.tenantId),
    keys: await parts.keys.count(at.tenantId),
  };
  const left = Object.entries(remains).filter(([, count]) => count > 0);
  if (left.length === 0) return;
  throw lifecycleError("lifecycle.remains", {
    tenantId: at.tenantId,
    remains: left.map(([what, count]) => `${count} ${what}`).join(", "),
  });
}

async function wipe(parts: LifecycleParts, step: StepInput): Promise<void> {
  await withTx(parts.control, async (tx) => {
    await exec(tx, deleteDomains, [step.tenantId]);
    await exec(tx, wipeTenant, [step.tenantId]);
    await recordEvent(tx, { actor: step.actor }, "tenant.erased", step.tenantId, {
      verified: [
        "rows",
        "schema",
        "database",
        "role",
        "seats",
        "ledger",
        "cache",
        "files",
        "members",
        "keys",
      ],
    });
    await exec(tx, notifyTenantChanged, [step.tenantId]);
  });
}
