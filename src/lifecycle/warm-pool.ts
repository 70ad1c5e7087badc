import { uuidv7 } from "../base/ids.ts";
import { exec, many, one } from "../db/sql.ts";
import { withAdvisoryLock } from "../db/tx.ts";
import { bringToHead } from "../fleet/place-head.ts";
import { listCells } from "../tenants/cells.ts";
import type { LifecycleParts } from "./parts.ts";
import { createPlace, dropPlace, openSeat } from "./provision.ts";
import {
  countWarmPlaces,
  deleteWarmPlace,
  insertWarmPlace,
  listAbandonedWarmPlaces,
  setWarmReady,
} from "./store.ts";

export interface WarmPoolSize {
  readonly schema: number;
  readonly database: number;
}

/**
 * Fills the pool of prepared places. A place is prepared under the id that its tenant will have, seat included, so
 * that creating the tenant is one transaction on the catalogue. One process of the fleet fills at a time.
 */
export async function refillWarmPool(parts: LifecycleParts, size: WarmPoolSize): Promise<number> {
  const outcome = await withAdvisoryLock(parts.control, "warm-pool", async () => {
    for (const row of await many(parts.control, listAbandonedWarmPlaces)) {
      await dropPlace(parts, { tenantId: row.tenant_id, cell: row.cell, level: row.level });
      await exec(parts.control, deleteWarmPlace, [row.tenant_id]);
    }
    let made = 0;
    const app = await parts.appSchema();
    for (const cell of await many(parts.control, listCells)) {
      if (cell.status !== "open") continue;
      for (const level of ["schema", "database"] as const) {
        if (level === "schema" && app.model.schemas.length > 0) continue;
        const { ready } = await one(parts.control, countWarmPlaces, [cell.key, level]);
        for (let i = ready; i < size[level]; i++) {
          await prepare(parts, { cell: cell.key, level, tenantId: uuidv7() }, app.version);
          made += 1;
        }
      }
    }
    return made;
  });
  return outcome.isHeld ? outcome.result : 0;
}

async function prepare(
  parts: LifecycleParts,
  at: { cell: string; level: "schema" | "database"; tenantId: string },
  version: number,
): Promise<void> {
  await exec(parts.control, insertWarmPlace, [at.tenantId, at.cell, at.level, version]);
  await createPlace(parts, at);
  await bringToHead(parts.cells, await parts.appSchema(), at);
  await openSeat(parts, at);
  await exec(parts.control, setWarmReady, [at.tenantId, version]);
}
