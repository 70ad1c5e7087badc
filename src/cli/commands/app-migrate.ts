import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { AppSchema } from "../../fleet/app-migrations.ts";
import { fleetError } from "../../fleet/errors.ts";
import type { RunOptions } from "../../fleet/migration-run.ts";
import type { MigrationRunRow } from "../../fleet/store.ts";
import type { Internals, Tenancy } from "../../start.ts";
import { type Call, defineCommand } from "../command.ts";
import { cliError } from "../errors.ts";
import { flag, integer, text } from "../options.ts";
import { Progress } from "../progress.ts";
import { toRun } from "../run-view.ts";
import { printFindings } from "./adopt.ts";

const POLL_MS = 250;

const options = {
  folder: text("DIR", "Numbered SQL files. Default: `app.migrations` of the configuration."),
  dryRun: flag("Say what would be done, try it and roll it back."),
  canary: integer("N", "Places of the first wave. Default: 1 %, at least one.", { min: 0, max: 1_000_000 }),
  errorBudget: integer("N", "Failed places to put up with; one more stops the run. Default: 0.", {
    min: 0,
    max: 1_000_000,
  }),
  concurrency: integer("N", "Places at a time. Default: 8.", { min: 1, max: 64 }),
};

export const migrateApp = defineCommand({
  path: ["app", "migrate"],
  action: "app.migration_run_started",
  summary: "Adopt the app's migrations and apply them to every tenant",
  about:
    "Each place is one transaction and is done exactly once: after an interruption, a crash or a failure the same\ncommand goes on with what is left. A wave of canaries goes first.",
  options,
  examples: [
    "tenancy app migrate",
    "tenancy app migrate --folder migrations --dry-run",
    "tenancy app migrate --canary 5 --error-budget 2",
  ],
  onInterrupt: "Nothing was applied yet; `tenancy app migrate` starts again.",
  async run(call) {
    const tenancy = await call.open();
    const fleet = await import("../../fleet/app-migrations.ts");
    const { shared, migrations } = tenancy.config.app;
    const files = await fleet.readMigrationFolder(
      call.options.folder === undefined ? migrations : resolve(call.cwd, call.options.folder),
    );
    const { internals } = tenancy;
    if (call.options.dryRun) {
      const preview = await fleet.previewMigrations(internals.control, files, { shared });
      return dryRun(call, internals, preview);
    }
    const { added, notices } = await fleet.registerMigrations(internals.control, files, {
      shared,
      by: call.by,
    });
    printFindings(call.out, notices);
    if (added.length > 0) call.out.say(`Registered ${added.join(", ")}.`);
    const app = await internals.reloadApp();
    const started = await findOrStart(call, tenancy, app);
    if (!started) {
      call.out.say(`Nothing to do: every place is at version ${app.version}.`);
      return void call.out.answer({ version: app.version, added, run: null }, () => "");
    }
    const run = await follow(call, internals, app, started);
    call.out.answer({ version: app.version, added, run: toRun(run) }, () => "");
    report(call, run);
  },
});

type MigrateCall = Call<{
  canary: number | undefined;
  errorBudget: number | undefined;
  concurrency: number | undefined;
}>;

async function dryRun(
  call: MigrateCall,
  internals: Internals,
  preview: { added: string[]; app: AppSchema },
): Promise<undefined> {
  const { findPending } = await import("../../fleet/migration-run.ts");
  const { tryMigrations } = await import("../../fleet/try-migrations.ts");
  const { describePlace } = await import("../../fleet/place.ts");
  const pending = await findPending(internals, preview.app);
  const places = pending.map(({ place, versions }) => ({ place: describePlace(place), versions }));
  const { out } = call;
  out.say(preview.added.length > 0 ? `Would register ${preview.added.join(", ")}.` : "No new migration.");
  out.say(
    places.length > 0
      ? `Would migrate ${places.length} places:`
      : `Nothing to do: every place is at version ${preview.app.version}.`,
  );
  const tried = await tryMigrations(internals, preview.app, pending);
  for (const { place, outcome, message } of tried) {
    const verdict = { works: "works", fails: "fails", unknown: "not tried to the end" }[outcome];
    out.say(`Tried for ${place} and rolled back: ${verdict}${message ? `: ${message}` : ""}.`);
  }
  out.answer({ version: preview.app.version, wouldAdd: preview.added, pending: places, tried }, () =>
    places.length === 0
      ? ""
      : out.table(
          [
            { title: "Place", cell: (p) => p.place, cutTo: 20 },
            { title: "Versions", cell: (p) => p.versions.join(", ") },
          ],
          places,
          "",
        ),
  );
  const failed = tried.filter(({ outcome }) => outcome === "fails");
  if (failed.length === 0) return;
  const problems = failed.map(({ place, message }) => ({ path: place, message: message ?? "" }));
  throw fleetError("app.trial_failed", { failed: failed.length, tried: tried.length }, { problems });
}

/** The run to work on: one that a dead process left, else a new one, else none when all is done. */
async function findOrStart(
  call: MigrateCall,
  tenancy: Tenancy,
  app: AppSchema,
): Promise<MigrationRunRow | undefined> {
  const [{ findPending, startRun }, { findRunning }, { maybe }] = await Promise.all([
    import("../../fleet/migration-run.ts"),
    import("../../fleet/store.ts"),
    import("../../db/sql.ts"),
  ]);
  const { internals } = tenancy;
  const running = await maybe(internals.control, findRunning);
  if (running) {
    call.out.say(`Going on with run ${running.id}.`);
    return running;
  }
  if ((await findPending(internals, app)).length === 0) return undefined;
  const { canary, errorBudget, concurrency } = call.options;
  const given: RunOptions = { canary, errorBudget, concurrency };
  return startRun(internals, app, given, call.by);
}

/** Works on the run, or watches the process that does. Ctrl-C stops the own one in good order. */
async function follow(
  call: MigrateCall,
  internals: Internals,
  app: AppSchema,
  started: MigrationRunRow,
): Promise<MigrationRunRow> {
  const { workOnRun } = await import("../../fleet/migration-run.ts");
  const progress = new Progress(call.out, "Migrating");
  const onProgress = (step: Parameters<Progress["update"]>[0]) => progress.update(step);
  call.endsItself();
  try {
    for (;;) {
      // Returns at once when another process is at it.
      const run = await workOnRun(internals, app, started.id, onProgress, call.signal);
      if (run.status !== "running") return run;
      if (call.signal.aborted) throw cliError("cli.interrupted", { cure: GOES_ON });
      progress.update({ ...run, current: "" });
      await sleep(POLL_MS);
    }
  } finally {
    progress.end();
  }
}

const GOES_ON =
  "The run goes on in another process: `tenancy app status` shows it, `tenancy app stop` stops it.";

function report(call: MigrateCall, run: MigrationRunRow): void {
  const { status, total, done, failed, errors } = run;
  if (status === "done") {
    call.out.say(`${call.out.paint("green", "Done:")} ${done} places are at version ${run.to_version}.`);
    return;
  }
  if (call.signal.aborted && status === "stopped") {
    throw cliError("cli.interrupted", {
      cure: `${done} of ${total} places are done and stay so; \`tenancy app migrate\` goes on with the rest.`,
    });
  }
  const problems = errors.map(({ place, message }) => ({ path: place, message }));
  throw cliError("cli.run_failed", { status, done, total, failed }, { problems });
}
