import { defineErrors } from "../base/errors.ts";

export const { table: fleetErrors, error: fleetError } = defineErrors({
  "app.migration_name": {
    status: 422,
    sentence: "Expected a migration file to be named like `0001_tracks.sql`, got `{file}`.",
    cure: "Begin the name with a number; each number once, in the order in which they run.",
  },
  "app.migration_changed": {
    status: 409,
    sentence: "Migration {file} differs from the one that was registered.",
    cure: "Restore the file, and put the change into a new migration.",
  },
  "app.migration_missing": {
    status: 409,
    sentence: "Migration {file} is registered but its file is gone.",
    cure: "Restore the file; registered migrations stay.",
  },
  "app.migration_order": {
    status: 409,
    sentence: "Migration {file} comes before {latest}, which is registered already.",
    cure: "Give it a number above {latestNumber}.",
  },
  "app.no_migrations": {
    status: 404,
    sentence: "No migrations were found in {folder}.",
    cure: "Put numbered SQL files there, such as 0001_tracks.sql, or set `app.migrations` in tenancy.config.ts.",
  },
  "app.run_active": {
    status: 409,
    sentence: "A migration run is at work already.",
    cure: "Watch it with `tenancy app status`, or stop it first.",
  },
  "app.run_not_found": {
    status: 404,
    sentence: "There is no migration run {id}.",
    cure: "`tenancy app status` shows the runs.",
  },
  "app.trial_failed": {
    status: 422,
    sentence: "The migrations fail where they were tried: {failed} of {tried} places.",
    cure: "Mend the lines that the errors name; nothing was changed anywhere.",
  },
  "app.level_unsupported": {
    status: 409,
    sentence: "The app cannot run at {level} level: it uses several schemas.",
    cure: "Choose table or database level, or keep the app's tables in one schema.",
  },
  "cell.exists": {
    status: 409,
    sentence: "There is a cell `{cell}` already.",
    cure: "Choose another key; `tenancy cell list` shows those in use.",
  },
  "cell.input_invalid": {
    status: 422,
    sentence: "The description of the region or cell is not acceptable.",
    cure: "Mend the fields that `errors` lists.",
  },
  "cell.unreachable": {
    status: 422,
    sentence: "The cluster of cell `{cell}` cannot be reached: {reason}.",
    cure: "Check host, port, login, password and database of the URL, and that this machine may connect.",
  },
  "cell.not_admin": {
    status: 422,
    sentence: "The login `{login}` of cell `{cell}` is not a superuser.",
    cure: "Give the URL of an administrator: roles, schemas and databases of tenants are made with it.",
  },
  "cell.database_taken": {
    status: 409,
    sentence: "The database `{database}` holds {owner} already.",
    cure: "Make an empty database for the cell and name that one in the URL.",
  },
  "region.exists": {
    status: 409,
    sentence: "There is a region `{region}` already.",
    cure: "`tenancy region list` shows the regions.",
  },
});
