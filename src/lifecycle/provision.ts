import type { Actor } from "../audit/record.ts";
import { recordEvent } from "../audit/record.ts";
import { exec, many } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { bringToHead } from "../fleet/place-head.ts";
import {
  createDatabasePlace,
  createSchemaPlace,
  deleteTenantRows,
  dropDatabasePlace,
  dropSchemaPlace,
  forgetLedger,
  listTenantTables,
} from "../isolation/place-setup.ts";
import { installSeat, removeSeats } from "../isolation/seat.ts";
import { notifyTenantChanged, setStatus, wipeTenant } from "../tenants/store.ts";
import type { IsolationLevel } from "../tenants/tenant.ts";
import type { LifecycleParts } from "./parts.ts";
import type { Definition, StepInput } from "./workflow.ts";

interface ProvisionInput {
  readonly cell: string;
  readonly level: IsolationLevel;
}

/** Makes the place of a tenant whose row stands as `provisioning`, then opens it. */
export function provisionDefinition(parts: LifecycleParts): Definition {
  return {
    onFailure: "undo",
    steps: [
      {
        name: "place",
        run: (step) => createPlace(parts, placeInput(step)),
        undo: (step) => dropPlace(parts, placeInput(step)),
      },
      {
        name: "app",
        run: async (step) => bringToHead(parts.cells, await parts.appSchema(), placeInput(step)),
      },
      {
        name: "seat",
        run: (step) => openSeat(parts, placeInput(step)),
      },
      {
        name: "activate",
        run: (step) => activate(parts, step),
        undo: (step) =>
          withTx(parts.control, async (tx) => {
            await exec(tx, wipeTenant, [step.tenantId]);
            await exec(tx, notifyTenantChanged, [step.tenantId]);
          }),
      },
    ],
  };
}

export type PlaceInput = ProvisionInput & { tenantId: string };

function placeInput(step: StepInput): PlaceInput {
  // Written by `createTenant`, which knows the type.
  const input = step.input as unknown as ProvisionInput;
  return { tenantId: step.tenantId, cell: input.cell, level: input.level };
}

export async function createPlace(parts: LifecycleParts, at: PlaceInput): Promise<void> {
  if (at.level === "database") return createDatabasePlace(parts.cells, at.cell, at.tenantId);
  if (at.level === "schema") return createSchemaPlace(await parts.sharedPool(at.cell), at.tenantId);
}

export async function dropPlace(parts: LifecycleParts, at: PlaceInput): Promise<void> {
  const shared = await parts.sharedPool(at.cell);
  await removeSeats(shared, at.tenantId);
  if (at.level === "database") await dropDatabasePlace(await parts.cells.admin(at.cell), at.tenantId);
  else {
    if (at.level === "schema") await dropSchemaPlace(shared, at.tenantId);
    // A schema-level tenant can write rows of its own into the shared tables, too: SQL may name them.
    const tables = await many(shared, listTenantTables);
    await deleteTenantRows(
      shared,
      at.tenantId,
      tables.map((table) => table.name),
    );
  }
  await forgetLedger(shared, at.tenantId);
}

/** The database that holds the tenant's seat: its own at database level, else the shared one. */
export async function openSeat(parts: LifecycleParts, at: PlaceInput, epoch = 1): Promise<void> {
  await installSeat(await parts.placePool(at), parts.rootKey, at.tenantId, epoch);
}

async function activate(parts: LifecycleParts, step: StepInput): Promise<void> {
  const by: Actor = { actor: step.actor };
  await withTx(parts.control, async (tx) => {
    await exec(tx, setStatus, [step.tenantId, "active", null, null]);
    await recordEvent(tx, by, "tenant.provisioned", step.tenantId, { ...step.input });
    await exec(tx, notifyTenantChanged, [step.tenantId]);
  });
  // A migration that was registered while the place was made, by a run that did not know this tenant yet. One that
  // fails here is no fault of the tenant's: the fleet's status tells of it, and the next run tries it.
  await bringAlong(parts, placeInput(step)).catch(() => undefined);
}

async function bringAlong(parts: LifecycleParts, at: PlaceInput): Promise<void> {
  if (at.level !== "table") await bringToHead(parts.cells, await parts.appSchema(), at);
}
