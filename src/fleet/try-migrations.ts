import type pg from "pg";
import { uuidv7 } from "../base/ids.ts";
import { placeOf } from "../isolation/place-names.ts";
import { createSchemaPlace } from "../isolation/place-setup.ts";
import type { AppSchema } from "./app-migrations.ts";
import type { FleetParts, PendingPlace } from "./migration-run.ts";
import { describePlace, type PlaceRef } from "./place.ts";
import { migrationsFor } from "./place-migration.ts";
import { opening, type Piece, transactionsFor } from "./place-text.ts";

/** What came of running migrations in one place and rolling them back. */
export interface Trial {
  readonly place: string;
  /** unknown: it was broken off before its end, and `message` says why. */
  readonly outcome: "works" | "fails" | "unknown";
  /** Begins with file and line where one statement is to blame. */
  readonly message: string | null;
}

/** The tables of the tenant that it is tried on are locked for no longer than this. */
const TRIAL_MS_MAX = 10_000;
/** No verdict on the SQL: it took too long, a table was in use, or it uses an enum value before the commit that it needs. */
const UNDECIDED = new Set(["57014", "55P03", "55P04", "40P01"]);
const NEW_TENANT = "a new tenant";

/**
 * Runs what is pending and rolls it back: for a tenant that would be made now, in an empty schema, and in the first
 * tenant's own schema and own database that are behind, with their rows. The tables that table-level tenants share
 * are left alone: a statement that rewrites them would hold all of these tenants up.
 */
export async function tryMigrations(
  parts: FleetParts,
  app: AppSchema,
  pending: readonly PendingPlace[],
): Promise<Trial[]> {
  const trials: Trial[] = [];
  const shared = pending.find(({ place }) => place.kind !== "database" && place.tenantId === null)?.place;
  const isBehind = (kind: PlaceRef["kind"]) =>
    pending.find(({ place }) => place.kind === kind && place.slug !== null);
  const atSchema = isBehind("schema");
  const atDatabase = isBehind("database");
  const home = shared ?? atSchema?.place;
  if (home && app.model.schemas.length === 0) {
    const tenantId = uuidv7();
    const at = placeOf("schema", tenantId, home.database);
    const place: PlaceRef = { kind: "schema", cell: home.cell, ...at, tenantId, slug: null };
    trials.push(await tryPlace(parts, app, pending, { place, applied: new Set(), versions: [] }, NEW_TENANT));
  }
  for (const own of [atSchema, atDatabase]) {
    if (own) trials.push(await tryPlace(parts, app, pending, own, describePlace(own.place)));
  }
  return trials;
}

async function tryPlace(
  parts: FleetParts,
  app: AppSchema,
  pending: readonly PendingPlace[],
  { place, applied }: PendingPlace,
  name: string,
): Promise<Trial> {
  const { cell, database } = place;
  const common = pending.find((each) => {
    const { kind, cell: itsCell, database: itsDatabase } = each.place;
    return kind === "common" && itsCell === cell && itsDatabase === database;
  });
  const piecesOf = (at: PlaceRef, done: ReadonlySet<number>) => [
    ...opening(at).slice(1), // one BEGIN is enough
    ...transactionsFor(at, migrationsFor(at.kind, app, done), app).flat(),
  ];
  const pieces = [
    ...(common ? piecesOf(common.place, common.applied) : []),
    ...piecesOf(place, applied),
    { sql: "set constraints all immediate", source: null },
  ];
  const client = await (await parts.cells.admin(cell)).pool(database).connect();
  try {
    await client.query("begin");
    if (name === NEW_TENANT) await createSchemaPlace(client, place.tenantId as string); // it has an id of its own
    return { place: name, ...(await runPieces(client, pieces)) };
  } finally {
    await client.query("rollback").then(
      () => client.release(),
      (failure: Error) => client.release(failure),
    );
  }
}

async function runPieces(client: pg.PoolClient, pieces: readonly Piece[]): Promise<Omit<Trial, "place">> {
  const deadlineMs = performance.now() + TRIAL_MS_MAX;
  for (const { sql, source } of pieces) {
    const leftMs = Math.max(1, Math.round(deadlineMs - performance.now()));
    try {
      await client.query(`set local statement_timeout = ${leftMs}`);
      await client.query(sql);
    } catch (failure) {
      const { code, message } = failure as { code?: string; message: string };
      const where = source ? `${source.file}:${source.line}: ` : "";
      return { outcome: UNDECIDED.has(code ?? "") ? "unknown" : "fails", message: `${where}${message}` };
    }
  }
  return { outcome: "works", message: null };
}
