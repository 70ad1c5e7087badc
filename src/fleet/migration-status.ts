import type { AppMigration, AppSchema } from "./app-migrations.ts";
import type { FleetParts } from "./migration-run.ts";
import { ledgerKey, type PlaceRef } from "./place.ts";
import { pendingVersions } from "./place-migration.ts";
import { byDatabase, listPlaces, readLedger } from "./places.ts";

export interface MigrationStatus {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly createdAt: Date;
  /** Places that the migration has something to do in. */
  readonly places: { readonly applied: number; readonly pending: number };
}

/** How far each migration has come over the fleet; one query per database tells it. */
export async function countMigrations(parts: FleetParts, app: AppSchema): Promise<MigrationStatus[]> {
  const counts = new Map(app.migrations.map(({ version }) => [version, { applied: 0, pending: 0 }]));
  for (const places of byDatabase(await listPlaces(parts.control, parts.cells)).values()) {
    const first = places[0] as PlaceRef; // a group is never empty
    const ledger = await readLedger((await parts.cells.admin(first.cell)).pool(first.database));
    for (const place of places) {
      const applied = ledger.get(ledgerKey(place)) ?? new Set<number>();
      for (const version of pendingVersions(place.kind, app, new Set())) {
        const count = counts.get(version);
        if (count) count[applied.has(version) ? "applied" : "pending"] += 1;
      }
    }
  }
  return app.migrations.map((migration) => toStatus(migration, counts.get(migration.version)));
}

function toStatus(migration: AppMigration, places = { applied: 0, pending: 0 }): MigrationStatus {
  const { version, name, checksum, createdAt } = migration;
  return { version, name, checksum, createdAt, places };
}
