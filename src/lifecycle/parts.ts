import type pg from "pg";
import type { Actor } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import type { AppSchema } from "../fleet/app-migrations.ts";
import type { Connections } from "../isolation/connections.ts";
import { placeName } from "../isolation/place-names.ts";
import type { SealedColumns } from "../isolation/sealed-columns.ts";
import type { RootKey } from "../keys/derive.ts";
import type { Cells } from "../tenants/cells.ts";
import type { IsolationLevel } from "../tenants/tenant.ts";

/** A part of a tenant outside its place, as far as erasing them goes. */
export interface Remnants {
  /** Removes all of it; repeatable. */
  erase(tenantId: string): Promise<void>;
  /** What is left. */
  count(tenantId: string): Promise<number>;
}

/** What the workflows work with; joined by the composition root. */
export interface LifecycleParts {
  readonly control: pg.Pool;
  readonly cells: Cells;
  readonly rootKey: RootKey;
  readonly clock: Clock;
  readonly connections: Connections;
  /** Login role of table and schema level. */
  readonly role: string;
  readonly cache: Remnants;
  readonly storage: Remnants;
  /** Memberships, invitations, service accounts and keys. */
  readonly identity: Remnants;
  /** Destroys the tenant's keys; `count` is what could still open something. */
  readonly keys: {
    erase(tenantId: string, by: Actor): Promise<void>;
    count(tenantId: string): Promise<number>;
  };
  /** Forgets at once what this process knew of the tenant; the others hear it by NOTIFY. */
  readonly forget: (tenantId: string) => void;
  appSchema(): Promise<AppSchema>;
  /** Opens values of sealed columns, as the tenant. */
  sealedColumns(tenantId: string): SealedColumns;
  sharedPool(cell: string): Promise<pg.Pool>;
  placePool(at: { cell: string; level: IsolationLevel; tenantId: string }): Promise<pg.Pool>;
}

export function poolsOf(cells: Cells): Pick<LifecycleParts, "sharedPool" | "placePool"> {
  const sharedPool = async (cell: string) => (await cells.admin(cell)).pool();
  return {
    sharedPool,
    placePool: async ({ cell, level, tenantId }) =>
      level === "database" ? (await cells.admin(cell)).pool(placeName(tenantId)) : sharedPool(cell),
  };
}
