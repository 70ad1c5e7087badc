import type { Config } from "../../base/config.ts";
import type { Tenancy } from "../../start.ts";
import { defineCommand } from "../command.ts";
import { readVersion } from "../version.ts";

const status = defineCommand({
  path: ["status"],
  action: "status.read",
  summary: "Show where the platform is and how it stands",
  examples: ["tenancy status", "tenancy status --json"],
  async run({ out, open }) {
    const found = await gather(await open());
    const { database, tenants, app, warmPool } = found;
    out.answer(found, () =>
      out.facts([
        ["Version", `tenancy ${found.version} on Node ${found.node}`],
        ["Database", `${database.where} (${database.engine}, ${MODES[database.mode]})`],
        ["Data folder", found.dataDir],
        [
          "Tenants",
          `${tenants.table} at table level, ${tenants.schema} at schema level, ${tenants.database} at database level`,
        ],
        [
          "App schema",
          app.version === 0
            ? "no migration yet"
            : `version ${app.version}, ${app.pendingPlaces} places pending${app.isRunning ? ", a run is at work" : ""}`,
        ],
        [
          "Prepared",
          `${warmPool.schema.ready} of ${warmPool.schema.target} schemas, ${warmPool.database.ready} of ${warmPool.database.target} databases`,
        ],
        ["Cells", found.cells.map(({ key, status: state }) => `${key} (${state})`).join(", ")],
      ]),
    );
  },
});

const MODES = {
  joined: "embedded, run by another process",
  own: "embedded, started for this command",
  configured: "configured",
} as const;

async function gather({ internals, config }: Tenancy) {
  const [{ describeCells }, { findPending }, { findRunning }, { maybe }] = await Promise.all([
    import("../../fleet/cell-status.ts"),
    import("../../fleet/migration-run.ts"),
    import("../../fleet/store.ts"),
    import("../../db/sql.ts"),
  ]);
  const cells = await describeCells(internals, config.pool);
  const app = await internals.reloadApp();
  const sum = (pick: (cell: (typeof cells)[number]) => number) =>
    cells.reduce((total, cell) => total + pick(cell), 0);
  const warm = (level: "schema" | "database") => ({
    ready: sum((cell) => cell.warmPool[level].ready),
    target: sum((cell) => cell.warmPool[level].target),
  });
  const { embedded } = internals;
  const mode = embedded === null ? "configured" : embedded.joined ? "joined" : "own";
  return {
    version: await readVersion(),
    node: process.version,
    database: {
      where: whereOf(config, internals.control.options),
      engine: cells[0]?.engine ?? "",
      mode,
    } as const,
    dataDir: config.dataDir,
    tenants: {
      table: sum((c) => c.tenants.table),
      schema: sum((c) => c.tenants.schema),
      database: sum((c) => c.tenants.database),
    },
    app: {
      version: app.version,
      pendingPlaces: (await findPending(internals, app)).length,
      isRunning: (await maybe(internals.control, findRunning)) !== undefined,
    },
    warmPool: { schema: warm("schema"), database: warm("database") },
    cells: cells.map(({ key, region, status: state }) => ({ key, region, status: state })),
  };
}

/** Host, port and database; never the login. */
function whereOf(config: Config, pool: { host?: string; port?: number; database?: string }): string {
  if (!config.databaseUrl) return `in the data folder, port ${pool.port}`;
  return `${pool.host ?? "localhost"}:${pool.port ?? 5432}/${pool.database ?? ""}`;
}

export const commands = [status];
