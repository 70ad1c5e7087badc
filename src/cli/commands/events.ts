import { ACTIONS, type AuditEvent } from "../../audit/record.ts";
import { nearest } from "../../base/nearest.ts";
import { defineCommand } from "../command.ts";
import { usageError } from "../errors.ts";
import { integer, text } from "../options.ts";

const events = defineCommand({
  path: ["events"],
  action: "event.read",
  summary: "List who did what, newest first",
  options: {
    tenant: text("TENANT", "Only those about this tenant: id, slug or domain; an id also when it is erased."),
    action: text("ACTION", "Only this action, such as tenant.suspended."),
    actor: text("ACTOR", "Only those of this actor, such as cli:root."),
    limit: integer("N", "Most rows. Default: 50.", { min: 1, max: 10_000 }),
  },
  examples: ["tenancy events --tenant acme", "tenancy events --action tenant.suspended --limit 5 --json"],
  async run({ options, out, open }) {
    const { tenant, action, actor, limit = 50 } = options;
    if (action !== undefined) checkAction(action);
    const { tenants, internals } = await open();
    const [{ readEvents }, { isUuid }] = await Promise.all([
      import("../../audit/record.ts"),
      import("../../base/ids.ts"),
    ]);
    const tenantId = tenant === undefined || isUuid(tenant) ? tenant : (await tenants.get(tenant)).id;
    const items = await readEvents(internals.control, { tenantId, action, actor, limit });
    out.answer({ items }, () =>
      out.table(
        [
          { title: "When", cell: (e) => `${e.at.toISOString().slice(0, 19).replace("T", " ")}Z` },
          { title: "Action", cell: (e) => e.action },
          { title: "Actor", cell: (e) => e.actor, leaves: 2 },
          { title: "Tenant", cell: (e) => e.tenantId ?? "", leaves: 3 },
          { title: "Detail", cell: detailText, cutTo: 20, leaves: 1 },
        ],
        items,
        "No event matches.",
      ),
    );
  },
});

function checkAction(action: string): void {
  if ((ACTIONS as readonly string[]).includes(action)) return;
  const near = nearest(action, ACTIONS);
  const message = `There is no action ${JSON.stringify(action)}${near === undefined ? "." : `; did you mean ${near}?`}`;
  throw usageError(["events"], [{ path: "--action", message }]);
}

function detailText({ detail }: AuditEvent): string {
  return Object.entries(detail)
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
}

export const commands = [events];
