import type { CellStatus } from "../../fleet/cell-status.ts";
import { type Call, defineCommand, type Positional } from "../command.ts";
import { usageError } from "../errors.ts";
import { required, text } from "../options.ts";
import type { Output } from "../output.ts";
import { bytes } from "../tenant-view.ts";

const CELL: Positional = { name: "CELL", about: "Its key.", isRequired: true };

const list = defineCommand({
  path: ["cell", "list"],
  action: "cell.read",
  summary: "List the cells with what they hold",
  examples: ["tenancy cell list", "tenancy cell list --json"],
  async run({ out, open }) {
    const { internals } = await open();
    const { describeCells } = await import("../../fleet/cell-status.ts");
    const items = await describeCells(internals, internals.config.pool);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Cell", cell: (c) => c.key },
          { title: "Status", cell: (c) => c.status },
          { title: "Region", cell: (c) => c.region },
          { title: "Engine", cell: (c) => c.engine, leaves: 3 },
          {
            title: "Tenants",
            cell: (c) => c.tenants.table + c.tenants.schema + c.tenants.database,
            align: "right",
          },
          { title: "Size", cell: (c) => bytes(c.databaseBytes), align: "right" },
          {
            title: "Connections",
            cell: (c) => `${c.connections.used} of ${c.connections.max}`,
            align: "right",
            leaves: 2,
          },
          { title: "Name", cell: (c) => c.name, leaves: 4 },
        ],
        items,
        "There is no cell.",
      ),
    );
  },
});

const show = defineCommand({
  path: ["cell", "show"],
  action: "cell.read",
  summary: "Show one cell",
  positionals: [CELL],
  examples: ["tenancy cell show local"],
  run: (call) => showCell(call),
});

async function showCell({ out, open, positionals }: Call): Promise<undefined> {
  const { internals } = await open();
  const { describeCell } = await import("../../fleet/cell-status.ts");
  const cell = await describeCell(internals, positionals[0] as string, internals.config.pool); // required
  out.answer(cell, () => cellFacts(out, cell));
}

function cellFacts(out: Output, cell: CellStatus): string {
  const warm = ({ ready, target }: { ready: number; target: number }) => `${ready} of ${target}`;
  const { table, schema, database } = cell.tenants;
  return out.facts([
    ["Cell", cell.key],
    ["Name", cell.name],
    ["Region", cell.region],
    ["Status", cell.status],
    ["Engine", cell.engine],
    ["Tenants", `${table} at table level, ${schema} at schema level, ${database} at database level`],
    ["Size", bytes(cell.databaseBytes)],
    ["Connections", `${cell.connections.used} of ${cell.connections.max}`],
    ["Prepared", `${warm(cell.warmPool.schema)} schemas, ${warm(cell.warmPool.database)} databases`],
  ]);
}

const changeStatus = (verb: "open" | "close", status: "open" | "closed", summary: string) =>
  defineCommand({
    path: ["cell", verb],
    action: "cell.updated",
    summary,
    positionals: [CELL],
    examples: [`tenancy cell ${verb} local`],
    async run(call) {
      const { internals } = await call.open();
      const { changeCellStatus } = await import("../../fleet/add-cell.ts");
      await changeCellStatus(internals.control, call.positionals[0] as string, status, call.by); // required
      call.out.say(`Cell ${call.positionals[0]} is ${status}.`);
      return showCell(call);
    },
  });

const add = defineCommand({
  path: ["cell", "add"],
  action: "cell.added",
  summary: "Add a PostgreSQL cluster that can hold tenants",
  about:
    "The admin URL names an empty database of a PostgreSQL 15 or newer. It comes from an environment variable or from\nstandard input, never from the command line, where other users could see it; it is kept sealed.",
  positionals: [{ name: "KEY", about: "Such as eu-west-1.", isRequired: true }],
  options: {
    region: required("REGION", "The region it stands in; see `tenancy region list`."),
    name: required("NAME", "For people."),
    urlEnv: text("VARIABLE", "The environment variable that holds the URL. Default: standard input."),
  },
  examples: [
    'tenancy cell add eu-west-1 --region eu-west --name "Frankfurt 1" --url-env FRANKFURT_URL',
    'pass show frankfurt | tenancy cell add eu-west-1 --region eu-west --name "Frankfurt 1"',
  ],
  onInterrupt: "If `tenancy cell list` shows it as closed, the same command goes on.",
  async run(call) {
    const { options, out } = call;
    const key = call.positionals[0] as string; // required
    const url = await readUrl(call);
    const { internals } = await call.open();
    const { addCell } = await import("../../fleet/add-cell.ts");
    const { control, cells, rootKey, parts } = internals;
    const app = await internals.reloadApp();
    await addCell(
      { control, cells, rootKey, app, role: parts.role },
      { key, region: options.region, name: options.name, url },
      call.by,
    );
    out.say(`${out.paint("green", "Added")} cell ${key}; it is open for tenants.`);
    return showCell(call);
  },
});

async function readUrl({ options, env, readStdin }: Call<{ urlEnv: string | undefined }>): Promise<string> {
  const { urlEnv } = options;
  const url =
    urlEnv === undefined ? (process.stdin.isTTY ? "" : (await readStdin()).trim()) : (env[urlEnv] ?? "");
  if (url !== "") return url;
  const message =
    urlEnv === undefined
      ? "Expected the name of a variable with the URL, or the URL on standard input."
      : `The variable ${urlEnv} is not set.`;
  throw usageError(["cell", "add"], [{ path: "--url-env", message }]);
}

export const commands = [
  list,
  show,
  changeStatus("open", "open", "Let a cell take new tenants"),
  changeStatus("close", "closed", "Let a cell take no new tenants; it serves those it has"),
  add,
];
