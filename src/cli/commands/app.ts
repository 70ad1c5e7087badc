import { writeFile } from "node:fs/promises";
import { defineCommand } from "../command.ts";
import { cliError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { integer, text } from "../options.ts";
import { toRun } from "../run-view.ts";
import { at } from "../tenant-view.ts";
import { migrateApp } from "./app-migrate.ts";

const status = defineCommand({
  path: ["app", "status"],
  action: "migration.read",
  summary: "Show each migration with the places that have it, and the last runs",
  options: { runs: integer("N", "Most runs to show. Default: 10.", { min: 0, max: 1000 }) },
  examples: ["tenancy app status", "tenancy app status --json"],
  async run({ options, out, open }) {
    const { internals } = await open();
    const [{ countMigrations }, { listRuns }, { many }] = await Promise.all([
      import("../../fleet/migration-status.ts"),
      import("../../fleet/store.ts"),
      import("../../db/sql.ts"),
    ]);
    const app = await internals.reloadApp();
    const migrations = await countMigrations(internals, app);
    const runs = await many(internals.control, listRuns, [null, options.runs ?? 10]);
    out.answer({ version: app.version, migrations, runs: runs.map(toRun) }, () => {
      const first = out.table(
        [
          { title: "Version", cell: (m) => m.version, align: "right" },
          { title: "Name", cell: (m) => m.name, cutTo: 12 },
          { title: "Applied", cell: (m) => m.places.applied, align: "right" },
          { title: "Pending", cell: (m) => m.places.pending, align: "right" },
          { title: "Registered", cell: (m) => at(m.createdAt), leaves: 2 },
          { title: "SHA-256", cell: (m) => m.checksum.slice(0, 12), leaves: 3 },
        ],
        migrations,
        "No migration is registered yet: tenancy app migrate --folder migrations",
      );
      if (runs.length === 0) return first;
      const second = out.table(
        [
          { title: "Run", cell: (r) => r.id, leaves: 3 },
          { title: "Status", cell: (r) => r.status },
          { title: "To", cell: (r) => r.to_version, align: "right" },
          { title: "Done", cell: (r) => `${r.done} of ${r.total}`, align: "right" },
          { title: "Failed", cell: (r) => r.failed, align: "right" },
          { title: "Started", cell: (r) => at(r.started_at) },
          { title: "By", cell: (r) => r.actor, leaves: 2 },
          { title: "First error", cell: (r) => errorText(r.errors[0]), cutTo: 12, leaves: 1 },
        ],
        runs,
        "",
      );
      return `${first}\n${second}`;
    });
  },
});

function errorText(error: { place: string; message: string } | undefined): string {
  return error ? `${error.place}: ${error.message}` : "";
}

const drift = defineCommand({
  path: ["app", "drift"],
  action: "drift.read",
  summary: "Compare every place with its peers, and name what differs",
  about: "Ends with 1 when a place has drifted.",
  examples: ["tenancy app drift", "tenancy app drift --json"],
  async run({ out, open }) {
    const { internals } = await open();
    const { findDrift } = await import("../../fleet/drift.ts");
    const found = await findDrift(internals, await internals.reloadApp());
    out.answer(found, () =>
      found.drifted
        .map(
          (place) =>
            `${out.paint("yellow", out.clean(place.place), "stdout")}\n${place.differences.map((line) => `  ${out.clean(line)}\n`).join("")}`,
        )
        .join(""),
    );
    const places = `${found.checked} place${found.checked === 1 ? "" : "s"}`;
    if (found.drifted.length === 0) out.say(`${out.paint("green", "No drift:")} ${places} checked.`);
    else out.say(`${out.paint("red", "Drifted:")} ${found.drifted.length} of ${places}.`);
    return found.drifted.length === 0 ? EXIT.ok : EXIT.failed;
  },
});

const types = defineCommand({
  path: ["app", "types"],
  action: "app_schema.read",
  summary: "Generate TypeScript types of the app's tables, as registered",
  options: { out: text("FILE", "Where to write them. Default: stdout.") },
  examples: ["tenancy app types --out src/tables.gen.ts"],
  async run({ options, out, open }) {
    const { internals } = await open();
    const { generateTypes } = await import("../../adopt/types.ts");
    const app = await internals.reloadApp();
    const code = generateTypes(app.model);
    const file = options.out;
    if (file === undefined) return void out.answer({ version: app.version, code }, () => code);
    await writeFile(file, code).catch((cause: Error) => {
      throw cliError("cli.unwritable_file", { file, reason: cause.message }, { cause });
    });
    out.say(
      `${out.paint("green", "Wrote")} ${file}: ${Object.keys(app.model.tables).length} tables at version ${app.version}.`,
    );
    if (out.isJson) out.answer({ version: app.version, file }, () => "");
  },
});

const stop = defineCommand({
  path: ["app", "stop"],
  action: "app.migration_run_stop_requested",
  summary: "Stop the migration run that is at work",
  about: "Places at hand are finished; `app migrate` goes on with the others.",
  examples: ["tenancy app stop"],
  async run({ out, open }) {
    const { internals } = await open();
    const [{ workOnRun }, { findRunning, requestStop }, { exec, maybe }] = await Promise.all([
      import("../../fleet/migration-run.ts"),
      import("../../fleet/store.ts"),
      import("../../db/sql.ts"),
    ]);
    const running = await maybe(internals.control, findRunning);
    if (!running) {
      out.say("No migration run is at work.");
      return void out.answer({ run: null }, () => "");
    }
    await exec(internals.control, requestStop, [running.id]);
    // A run whose process died is ended here and now.
    const run = await workOnRun(internals, await internals.reloadApp(), running.id);
    out.say(
      run.status === "running"
        ? "It stops as soon as the places at hand are done."
        : `The run is ${run.status}.`,
    );
    out.answer({ run: toRun(run) }, () => "");
  },
});

export const commands = [migrateApp, status, drift, types, stop];
