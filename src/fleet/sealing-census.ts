import type pg from "pg";
import { many } from "../db/sql.ts";
import type { AppSchema } from "./app-migrations.ts";
import { type FleetParts, findPending, type PendingPlace } from "./migration-run.ts";
import { isOwnPlace, type PlaceRef } from "./place.ts";
import { byDatabase, listPlaces } from "./places.ts";
import { listHolding, type SealedAt } from "./sealed-store.ts";

/** A place as far as one column goes. */
export interface ColumnPlace {
  readonly place: PlaceRef;
  readonly pool: pg.Pool;
  readonly at: SealedAt;
  /** Names of the column's constraints and indexes that hold there. */
  readonly holding: ReadonlySet<string>;
  readonly isDone: boolean;
  /** Its own migrations make the storage; they come first. */
  readonly isBehind: boolean;
}

/** What stands in all places at one moment: one query per database tells it, however many columns there are. */
export class SealingCensus {
  readonly #parts: FleetParts;
  readonly #app: AppSchema;
  readonly #columns: readonly SealedAt[];
  #pending: Promise<PendingPlace[]> | undefined;
  #found: Promise<Found[]> | undefined;

  constructor(parts: FleetParts, app: AppSchema, columns: readonly SealedAt[]) {
    this.#parts = parts;
    this.#app = app;
    this.#columns = columns;
  }

  /** Whether the storage of all columns is there. Rows of migrations may be pending; structure may not. */
  async hasStorageEverywhere(): Promise<boolean> {
    return (await this.#behind()).every(({ place }) => place.kind === "rows");
  }

  async places(at: SealedAt): Promise<ColumnPlace[]> {
    this.#found ??= this.#look();
    const behind = new Set((await this.#behind()).map(({ place }) => nameOf(place)));
    const names = namesOf(at);
    return (await this.#found).map(({ place, pool, rows }) => {
      const schema = at.schema === "public" ? place.schema : at.schema;
      const here = rows.filter((row) => row.schema === schema && row.holds).map(({ name }) => name);
      const holding = new Set(here.filter((name) => names.includes(name)));
      const isDone = names.every((name) => holding.has(name));
      return { place, pool, at: { ...at, schema }, holding, isDone, isBehind: behind.has(nameOf(place)) };
    });
  }

  #behind(): Promise<PendingPlace[]> {
    this.#pending ??= findPending(this.#parts, this.#app);
    return this.#pending;
  }

  async #look(): Promise<Found[]> {
    const names = this.#columns.flatMap(namesOf);
    const all = await listPlaces(this.#parts.control, this.#parts.cells);
    const places = all.filter(({ kind }) => kind === "shared" || isOwnPlace(kind));
    const found: Found[] = [];
    for (const group of byDatabase(places).values()) {
      const first = group[0] as PlaceRef; // a group is never empty
      const pool = (await this.#parts.cells.admin(first.cell)).pool(first.database);
      const rows = await many(pool, listHolding, [names]);
      found.push(...group.map((place) => ({ place, pool, rows })));
    }
    return found;
  }
}

interface Found {
  readonly place: PlaceRef;
  readonly pool: pg.Pool;
  readonly rows: readonly { schema: string; name: string; holds: boolean }[];
}

function namesOf({ column }: SealedAt): string[] {
  return [column.only, column.present, column.lookup].filter((name) => name !== null);
}

function nameOf({ cell, database, schema }: PlaceRef): string {
  return `${cell}/${database}/${schema}`;
}
