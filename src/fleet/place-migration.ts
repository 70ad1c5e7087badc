import type pg from "pg";
import type { AppMigration, AppSchema } from "./app-migrations.ts";
import { isOwnPlace, type PlaceKind, type PlaceRef } from "./place.ts";
import { opening, type Piece, statementsFor, transactionsFor } from "./place-text.ts";

const SEPARATOR = ";\n";
const TRIES_MAX = 6;
const LOCK_NOT_AVAILABLE = "55P03";
const DEADLOCK = "40P01";
const DUPLICATE = "23505";

/**
 * Brings one place to the newest version: one transaction (one more for each file that adds to an enum), one message
 * each. The ledger rows are written first, so that two runners collide there and the second finds the work done. A
 * table that is in use is waited for briefly and tried again, so that a migration never queues the app behind itself.
 */
export async function migratePlace(
  pool: pg.Pool,
  place: PlaceRef,
  app: AppSchema,
  applied: ReadonlySet<number>,
): Promise<void> {
  const todo = migrationsFor(place.kind, app, applied);
  if (todo.length === 0) return;
  for (const pieces of transactionsFor(place, todo, app)) {
    await runTransaction(pool, [...opening(place), ...pieces, { sql: "commit", source: null }]);
  }
}

/** Versions that a place of this kind would run. */
export function pendingVersions(kind: PlaceKind, app: AppSchema, applied: ReadonlySet<number>): number[] {
  return migrationsFor(kind, app, applied).map((m) => m.version);
}

/** A tenant's own place records each version, so that its ledger tells its version; the others what touched them. */
export function migrationsFor(kind: PlaceKind, app: AppSchema, applied: ReadonlySet<number>): AppMigration[] {
  return app.migrations.filter(
    (m) => !applied.has(m.version) && (isOwnPlace(kind) || statementsFor(kind, m).length > 0),
  );
}

async function runTransaction(pool: pg.Pool, pieces: readonly Piece[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runBatch(pool, pieces);
    } catch (failure) {
      const { code, table } = failure as { code?: string; table?: string };
      if (code === DUPLICATE && table === "app_ledger") return;
      if (attempt >= TRIES_MAX || (code !== LOCK_NOT_AVAILABLE && code !== DEADLOCK))
        throw withLine(failure as Error, pieces);
      await new Promise((resolve) => setTimeout(resolve, 100 * attempt * (0.5 + Math.random())));
    }
  }
}

async function runBatch(pool: pg.Pool, pieces: readonly Piece[]): Promise<void> {
  const client = await pool.connect();
  let isBroken: Error | undefined;
  try {
    await client.query(pieces.map(({ sql }) => sql).join(SEPARATOR));
  } catch (failure) {
    await client.query("rollback").catch((error: Error) => {
      isBroken = error;
    });
    throw failure;
  } finally {
    client.release(isBroken);
  }
}

/** Puts the app's file and line before the message, where PostgreSQL says at which character of ours it failed. */
function withLine(failure: Error & { position?: string }, pieces: readonly Piece[]): Error {
  const position = Number(failure.position ?? 0);
  let end = 0;
  const blamed = pieces.find(({ sql }) => {
    end += [...sql].length + SEPARATOR.length;
    return position > 0 && position <= end;
  });
  if (blamed?.source) failure.message = `${blamed.source.file}:${blamed.source.line}: ${failure.message}`;
  return failure;
}
