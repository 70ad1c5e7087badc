import { type Actor, recordEvent } from "../audit/record.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { installSeat, removeSeats } from "../isolation/seat.ts";
import { getTenant, getTenantEvenErased } from "../tenants/catalog.ts";
import { tenantError } from "../tenants/errors.ts";
import { bumpEpoch, lockTenant, notifyTenantChanged, setStatus } from "../tenants/store.ts";
import { mayBecome, type TenantRecord, type TenantStatus } from "../tenants/tenant.ts";
import type { LifecycleParts } from "./parts.ts";
import { listErasable } from "./store.ts";
import type { Workflows } from "./workflow.ts";

const DAY_MS = 86_400_000;
const GRACE_DAYS_DEFAULT = 30;

/**
 * Closes the tenant to its members. Its seat goes in the same transaction (or, with a database of its own, right
 * after), so that the database itself refuses the next statement of every process; running ones are cancelled.
 */
export async function suspendTenant(
  parts: LifecycleParts,
  id: string,
  reason: string,
  by: Actor,
): Promise<TenantRecord> {
  const tenant = await getTenant(parts.control, id);
  if (tenant.status === "suspended") return tenant;
  await withTx(parts.control, async (tx) => {
    await assertMayBecome(tx, tenant, "suspended", "suspended");
    await exec(tx, setStatus, [tenant.id, "suspended", reason, null]);
    await closeSeat(tx, parts, tenant);
    await recordEvent(tx, by, "tenant.suspended", tenant.id, { reason });
    await exec(tx, notifyTenantChanged, [tenant.id]);
  });
  parts.forget(tenant.id);
  await fenceOwnDatabase(parts, tenant);
  return getTenant(parts.control, tenant.id);
}

/** Opens a suspended tenant again, under a new epoch: tokens of before stay dead. */
export async function resumeTenant(parts: LifecycleParts, id: string, by: Actor): Promise<TenantRecord> {
  const tenant = await getTenant(parts.control, id);
  if (tenant.status === "active") return tenant;
  if (tenant.status !== "suspended") {
    throw refuse(
      tenant,
      "resumed",
      "Only a suspended tenant can be resumed; restore one that is being deleted.",
    );
  }
  return reopen(parts, tenant, "tenant.resumed", by);
}

/** First stage of deletion: closed at once, erased after the grace period, restorable until then. */
export async function requestDeletion(
  parts: LifecycleParts,
  id: string,
  input: { confirm: string; graceDays?: number },
  by: Actor,
): Promise<TenantRecord> {
  const tenant = await getTenant(parts.control, id);
  if (input.confirm !== tenant.slug) {
    throw tenantError("tenant.confirm_mismatch", { slug: tenant.slug, confirm: input.confirm });
  }
  if (tenant.status === "deleting" || tenant.status === "erasing") return tenant;
  const graceDays = input.graceDays ?? GRACE_DAYS_DEFAULT;
  if (!Number.isFinite(graceDays) || graceDays < 0 || graceDays > 365) {
    throw tenantError(
      "tenant.input_invalid",
      {},
      {
        problems: [
          {
            path: "graceDays",
            message: `Expected \`graceDays\` to be 0 to 365, got ${JSON.stringify(graceDays)}.`,
          },
        ],
      },
    );
  }
  const eraseAfter = new Date(parts.clock.now().getTime() + graceDays * DAY_MS);
  await withTx(parts.control, async (tx) => {
    await assertMayBecome(tx, tenant, "deleting", "deleted");
    await exec(tx, setStatus, [tenant.id, "deleting", tenant.suspension?.reason ?? null, eraseAfter]);
    await closeSeat(tx, parts, tenant);
    await recordEvent(tx, by, "tenant.deletion_requested", tenant.id, {
      eraseAfter: eraseAfter.toISOString(),
      graceDays,
    });
    await exec(tx, notifyTenantChanged, [tenant.id]);
  });
  parts.forget(tenant.id);
  await fenceOwnDatabase(parts, tenant);
  return getTenant(parts.control, tenant.id);
}

/** Takes a deletion back, while the grace period lasts. */
export async function cancelDeletion(parts: LifecycleParts, id: string, by: Actor): Promise<TenantRecord> {
  const tenant = await getTenant(parts.control, id);
  if (tenant.status !== "deleting")
    throw refuse(tenant, "restored", "Only a tenant in its grace period can be restored.");
  return reopen(parts, tenant, "tenant.deletion_cancelled", by);
}

/** Erases a tenant whose grace period has ended, and waits for the end when `wait`. */
export async function eraseTenant(
  parts: LifecycleParts,
  workflows: Workflows,
  id: string,
  by: Actor,
): Promise<TenantRecord> {
  const workflowId = await withTx(parts.control, async (tx) => {
    const { id: tenantId } = await getTenant(tx, id);
    const locked = await one(tx, lockTenant, [tenantId]);
    // Read behind the lock: the keeper, or a command beside it, may have begun while we waited.
    const tenant = await getTenant(tx, tenantId);
    if (locked.status === "erasing" && tenant.workflowId) return tenant.workflowId;
    if (locked.status !== "deleting") throw refuse(tenant, "erased", "Request its deletion first.");
    if (tenant.deletion && tenant.deletion.eraseAfter > parts.clock.now()) {
      throw refuse(
        tenant,
        "erased",
        `Its grace period lasts until ${tenant.deletion.eraseAfter.toISOString()}.`,
      );
    }
    if (tenant.workflowId) return tenant.workflowId;
    const { cell, level } = tenant.placement;
    return workflows.plan(tx, "erase", tenant.id, { cell, level }, by);
  });
  await workflows.run(workflowId);
  return getTenantEvenErased(parts.control, (await workflows.find(workflowId)).tenant_id);
}

/** Starts the erasure of every tenant whose grace period has ended. */
export async function eraseDue(parts: LifecycleParts, workflows: Workflows): Promise<number> {
  const due = await many(parts.control, listErasable);
  for (const { id } of due) await eraseTenant(parts, workflows, id, { actor: "system:grace period ended" });
  return due.length;
}

async function reopen(
  parts: LifecycleParts,
  tenant: TenantRecord,
  action: "tenant.resumed" | "tenant.deletion_cancelled",
  by: Actor,
): Promise<TenantRecord> {
  const isOwnDatabase = await hasOwnDatabase(parts, tenant);
  await withTx(parts.control, async (tx) => {
    await assertMayBecome(tx, tenant, "active", "opened");
    const { epoch } = await one(tx, bumpEpoch, [tenant.id]);
    // A seat elsewhere is laid first: until the commit below the directory refuses the tenant anyway.
    const place = { cell: tenant.placement.cell, level: tenant.placement.level, tenantId: tenant.id };
    await installSeat(
      isOwnDatabase ? await parts.placePool(place) : tx,
      parts.rootKey,
      tenant.id,
      Number(epoch),
    );
    await exec(tx, setStatus, [tenant.id, "active", null, null]);
    await recordEvent(tx, by, action, tenant.id);
    await exec(tx, notifyTenantChanged, [tenant.id]);
  });
  parts.forget(tenant.id);
  return getTenant(parts.control, tenant.id);
}

async function closeSeat(tx: Tx, parts: LifecycleParts, tenant: TenantRecord): Promise<void> {
  if (!(await hasOwnDatabase(parts, tenant))) await removeSeats(tx, tenant.id);
}

/**
 * The fence of a tenant whose rows are not in the control database. Should the process die before it, every process
 * still refuses the tenant by its status, and `reconcileSeats` removes the seat at the next pass.
 */
async function fenceOwnDatabase(parts: LifecycleParts, tenant: TenantRecord): Promise<void> {
  if (!(await hasOwnDatabase(parts, tenant))) return;
  const { cell, level } = tenant.placement;
  await removeSeats(await parts.placePool({ cell, level, tenantId: tenant.id }), tenant.id);
}

/** True when the seat stands in another database than the catalogue. */
async function hasOwnDatabase(parts: LifecycleParts, tenant: TenantRecord): Promise<boolean> {
  if (tenant.placement.level === "database") return true;
  return (await parts.cells.admin(tenant.placement.cell)) !== parts.cells.control;
}

async function assertMayBecome(tx: Tx, tenant: TenantRecord, to: TenantStatus, verb: string): Promise<void> {
  const locked = await maybe(tx, lockTenant, [tenant.id]);
  if (locked && mayBecome(locked.status, to)) return;
  throw refuse(
    { ...tenant, status: locked?.status ?? tenant.status },
    verb,
    "Wait for its present work to end, or look at its state.",
  );
}

function refuse(tenant: TenantRecord, verb: string, cure: string) {
  return tenantError("tenant.wrong_state", {
    tenant: tenant.slug ?? tenant.id,
    status: tenant.status,
    verb,
    cure,
  });
}
