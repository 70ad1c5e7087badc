import type { Static } from "typebox";
import { recordEvent } from "../../audit/record.ts";
import { isUuid, uuidv7 } from "../../base/ids.ts";
import { exec, many, maybe } from "../../db/sql.ts";
import { withTx } from "../../db/tx.ts";
import type { AppSchema } from "../../fleet/app-migrations.ts";
import { findDrift } from "../../fleet/drift.ts";
import { fleetError } from "../../fleet/errors.ts";
import { type FleetParts, findPending, startRun, workOnRun } from "../../fleet/migration-run.ts";
import { type MigrationStatus as Counted, countMigrations } from "../../fleet/migration-status.ts";
import { findRun, listRuns, type MigrationRunRow, requestStop } from "../../fleet/store.ts";
import { tryMigrations } from "../../fleet/try-migrations.ts";
import type { House } from "../house.ts";
import { readPage } from "../page.ts";
import { route } from "../route.ts";
import { ListQuery } from "../schemas/common.ts";
import {
  Drift,
  MigrationList,
  MigrationRun,
  MigrationRunCreate,
  MigrationRunPage,
} from "../schemas/fleet.ts";

const RUN = { id: "Id of the run." };

export const migrationRoutes = [
  route({
    method: "GET",
    url: "/v1/migrations",
    tag: "Migrations",
    permission: "migrations.read",
    action: "migration.read",
    summary: "List the app's migrations and how far each has come over the fleet",
    answer: MigrationList,
    handle: async ({ house }) => {
      const { internals } = house.tenancy;
      const counted = await countMigrations(internals, await internals.parts.appSchema());
      const [latest] = await many(internals.control, listRuns, [null, 1]);
      return { items: withFailures(counted, latest) };
    },
  }),
  route({
    method: "GET",
    url: "/v1/migrations/runs",
    tag: "Migrations",
    permission: "migrations.read",
    action: "migration_run.read",
    summary: "List the runs of migrations over the fleet, newest first",
    query: ListQuery,
    answer: MigrationRunPage,
    handle: async ({ house, query }) => {
      const { rows, nextCursor } = await readPage(house, {
        list: "migration runs",
        query,
        read: (limit, beforeId: string | undefined) =>
          many(house.tenancy.internals.control, listRuns, [beforeId ?? null, limit]),
        positionOf: (row) => row.id,
      });
      return { items: rows.map(toApiRun), nextCursor };
    },
  }),
  route({
    method: "POST",
    url: "/v1/migrations/runs",
    tag: "Migrations",
    permission: "migrations.run",
    action: "app.migration_run_started",
    summary: "Bring every tenant to the newest registered migration",
    description:
      "Answers at once with the run, which goes on in the server; follow it by its id. With `dryRun` nothing is changed or stored: `total` tells how many places are behind, and the migrations are run for a new tenant and in the first tenants' own places that are behind, and rolled back. `status` is then `failed` if one of them failed, and `errors` tells which line.",
    body: MigrationRunCreate,
    isBodyOptional: true,
    status: 202,
    answer: MigrationRun,
    handle: async ({ house, body, by }) => {
      const { internals } = house.tenancy;
      const app = await internals.parts.appSchema();
      const { dryRun, ...options } = body;
      if (dryRun) return dryRunOf(internals, app, house.clock.now());
      const run = await startRun(internals, app, options, by);
      house.inBackground("A migration run broke off", () => workOnRun(internals, app, run.id));
      return toApiRun(run);
    },
  }),
  route({
    method: "GET",
    url: "/v1/migrations/runs/:id",
    tag: "Migrations",
    permission: "migrations.read",
    action: "migration_run.read",
    summary: "Show a run",
    params: RUN,
    answer: MigrationRun,
    handle: async ({ house, params }) => toApiRun(await readRun(house, params.id)),
  }),
  route({
    method: "POST",
    url: "/v1/migrations/runs/:id/stop",
    tag: "Migrations",
    permission: "migrations.run",
    action: "app.migration_run_stop_requested",
    summary: "Stop a run after the places at work",
    description: "What is done stays done; the next run goes on with what is left.",
    params: RUN,
    status: 202,
    answer: MigrationRun,
    handle: async ({ house, params, by }) => {
      const { id } = await readRun(house, params.id);
      await withTx(house.tenancy.internals.control, async (tx) => {
        const stopped = await exec(tx, requestStop, [id]);
        if (stopped > 0) await recordEvent(tx, by, "app.migration_run_stop_requested", null, { id });
      });
      return toApiRun(await readRun(house, id));
    },
  }),
  route({
    method: "GET",
    url: "/v1/drift",
    tag: "Migrations",
    permission: "migrations.read",
    action: "drift.read",
    summary: "Compare the schemas of all tenants and name what differs",
    answer: Drift,
    handle: async ({ house }) => {
      const { internals } = house.tenancy;
      const drift = await findDrift(internals, await internals.parts.appSchema());
      return {
        ...drift,
        checkedAt: drift.checkedAt.toISOString(),
        drifted: drift.drifted.map((place) => ({ ...place, differences: [...place.differences] })),
      };
    },
  }),
];

async function readRun(house: House, id: string): Promise<MigrationRunRow> {
  const row = isUuid(id) ? await maybe(house.tenancy.internals.control, findRun, [id]) : undefined;
  if (!row) throw fleetError("app.run_not_found", { id });
  return row;
}

/** A place fails at the first migration that it lacks: that one is shown as failed, the later ones as pending. */
function withFailures(counted: readonly Counted[], latest: MigrationRunRow | undefined) {
  const behind = counted.find(({ places }) => places.pending > 0)?.version;
  return counted.map(({ createdAt, places, ...migration }) => {
    const isFailing = latest?.status === "failed" && migration.version === behind;
    const failed = isFailing ? Math.min(latest.failed, places.pending) : 0;
    return {
      ...migration,
      createdAt: createdAt.toISOString(),
      places: { applied: places.applied, pending: places.pending - failed, failed },
    };
  });
}

function toApiRun(row: MigrationRunRow): Static<typeof MigrationRun> {
  return {
    id: row.id,
    status: row.status,
    toVersion: row.to_version,
    wave: row.wave,
    total: row.total,
    done: row.done,
    failed: row.failed,
    errors: row.errors,
    startedAt: row.started_at.toISOString(),
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}

async function dryRunOf(parts: FleetParts, app: AppSchema, now: Date): Promise<Static<typeof MigrationRun>> {
  const pending = await findPending(parts, app);
  const errors = (await tryMigrations(parts, app, pending))
    .filter(({ outcome }) => outcome !== "works")
    .map(({ place, outcome, message }) => ({ place, message: message ?? "", outcome }));
  const failed = errors.filter(({ outcome }) => outcome === "fails").length;
  const at = now.toISOString();
  return {
    id: uuidv7(),
    status: failed > 0 ? "failed" : "done",
    toVersion: app.version,
    wave: null,
    total: pending.length,
    done: 0,
    failed,
    errors: errors.map(({ place, message }) => ({ place, message })),
    startedAt: at,
    finishedAt: at,
  };
}
