import { many } from "../db/sql.ts";
import { listSeats } from "../isolation/seat.ts";
import { listCells } from "../tenants/cells.ts";
import { isServing } from "../tenants/tenant.ts";
import type { LifecycleParts } from "./parts.ts";
import { listSeatHolders, type SeatHolderRow } from "./store.ts";

interface SeatFault {
  readonly tenantId: string;
  readonly slug: string | null;
  /** missing: an open tenant is refused by the database. left: a closed one is not. */
  readonly kind: "missing" | "left" | "unreachable";
  readonly detail: string;
}

export interface SeatDrift {
  readonly checked: number;
  readonly faults: readonly SeatFault[];
}

type Seats = ReadonlyMap<string, readonly number[]>;

/** Compares the seats of every database with what the catalogue says: one per open tenant, of its epoch, else none. */
export async function findSeatDrift(parts: LifecycleParts): Promise<SeatDrift> {
  const holders = await many(parts.control, listSeatHolders);
  const faults: SeatFault[] = [];
  for (const { key } of await many(parts.control, listCells)) {
    const here = holders.filter((holder) => holder.cell === key);
    const shared = await read(() => parts.sharedPool(key));
    const known = new Set(here.map((holder) => holder.tenant_id));
    for (const tenantId of shared?.keys() ?? []) {
      if (!known.has(tenantId))
        faults.push({ tenantId, slug: null, kind: "left", detail: `Cell ${key} holds a seat of nobody's.` });
    }
    for (const holder of here) {
      const isOwn = holder.level === "database";
      const seats = isOwn
        ? await read(() => parts.placePool({ cell: key, level: "database", tenantId: holder.tenant_id }))
        : shared;
      const fault = judge(holder, seats);
      if (fault) faults.push(fault);
    }
  }
  return { checked: holders.length, faults };
}

function judge(holder: SeatHolderRow, seats: Seats | null): SeatFault | null {
  const common = { tenantId: holder.tenant_id, slug: holder.slug };
  // Being made or removed, or prepared for a tenant to come: either is right.
  if (holder.status === "provisioning" || holder.status === "erasing" || holder.status === "warm")
    return null;
  if (!seats)
    return { ...common, kind: "unreachable", detail: `Its database on cell ${holder.cell} does not answer.` };
  const epochs = seats.get(holder.tenant_id) ?? [];
  if (!isServing(holder.status)) {
    return epochs.length === 0
      ? null
      : { ...common, kind: "left", detail: `It is ${holder.status}, and has a seat.` };
  }
  const epoch = Number(holder.epoch);
  if (!epochs.includes(epoch))
    return { ...common, kind: "missing", detail: `It has no seat of epoch ${epoch}.` };
  return epochs.length === 1
    ? null
    : { ...common, kind: "left", detail: `A seat of an earlier epoch is left beside that of ${epoch}.` };
}

async function read(pool: () => ReturnType<LifecycleParts["sharedPool"]>): Promise<Seats | null> {
  try {
    const rows = await many(await pool(), listSeats);
    return new Map(rows.map((row) => [row.tenant_id, row.epochs.map(Number)]));
  } catch {
    return null; // told for each of its tenants
  }
}
