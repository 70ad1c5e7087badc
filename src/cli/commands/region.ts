import { defineCommand } from "../command.ts";
import { required } from "../options.ts";

const list = defineCommand({
  path: ["region", "list"],
  action: "region.read",
  summary: "List the regions",
  examples: ["tenancy region list"],
  async run({ out, open }) {
    const { internals } = await open();
    const [{ listRegions }, { many }] = await Promise.all([
      import("../../fleet/store.ts"),
      import("../../db/sql.ts"),
    ]);
    const items = await many(internals.control, listRegions);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Region", cell: (r) => r.key },
          { title: "Name", cell: (r) => r.name },
          { title: "Cells", cell: (r) => r.cells, align: "right" },
        ],
        items,
        "There is no region.",
      ),
    );
  },
});

const add = defineCommand({
  path: ["region", "add"],
  action: "region.added",
  summary: "Add a region, for cells to stand in",
  positionals: [{ name: "KEY", about: "Such as eu-west.", isRequired: true }],
  options: { name: required("NAME", "For people.") },
  examples: ['tenancy region add eu-west --name "Europe, west"'],
  async run({ options, positionals, out, open, by }) {
    const { internals } = await open();
    const { addRegion } = await import("../../fleet/add-cell.ts");
    const region = { key: positionals[0] as string, name: options.name }; // required
    await addRegion(internals.control, region, by);
    out.say(`${out.paint("green", "Added")} region ${region.key}.`);
    out.answer(region, () => "");
  },
});

export const commands = [list, add];
