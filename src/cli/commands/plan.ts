import { defineCommand } from "../command.ts";

const list = defineCommand({
  path: ["plan", "list"],
  action: "plan.read",
  summary: "List the plans, smallest first",
  examples: ["tenancy plan list"],
  async run({ out, open }) {
    const { internals } = await open();
    const [{ listPlans }, { many }] = await Promise.all([
      import("../../fleet/store.ts"),
      import("../../db/sql.ts"),
    ]);
    const items = await many(internals.control, listPlans);
    const limit = (value: number | undefined) => value?.toLocaleString("en") ?? "none";
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Plan", cell: (p) => p.key },
          { title: "Name", cell: (p) => p.name, leaves: 5 },
          { title: "Tenants", cell: (p) => p.tenants, align: "right" },
          { title: "Users", cell: (p) => limit(p.limits.maxUsers), align: "right" },
          { title: "At once", cell: (p) => limit(p.limits.maxConcurrentUsers), align: "right", leaves: 2 },
          { title: "Calls/hour", cell: (p) => limit(p.limits.maxApiCallsPerHour), align: "right", leaves: 3 },
          { title: "Storage GB", cell: (p) => limit(p.limits.maxStorageGb), align: "right", leaves: 4 },
          { title: "Features", cell: (p) => p.features.join(", "), cutTo: 12 },
        ],
        items,
        "There is no plan.",
      ),
    );
  },
});

export const commands = [list];
