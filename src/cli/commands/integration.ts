import { defineCommand, TENANT, tenantId } from "../command.ts";
import { at } from "../tenant-view.ts";

const list = defineCommand({
  path: ["integration", "list"],
  action: "integration.read",
  summary: "List the outside services of a tenant",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy integration list acme"],
  async run({ out, open, tenant }) {
    const tenancy = await open();
    const { record } = await tenancy.tenants.get(tenant());
    const items = await tenancy.internals.integrations.list(record.id);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (i) => i.id },
          { title: "Service", cell: (i) => i.provider },
          { title: "Account", cell: (i) => i.account.name, cutTo: 10 },
          { title: "State", cell: (i) => i.status },
          { title: "Renewed", cell: (i) => at(i.refreshedAt), leaves: 1 },
        ],
        items,
        "It has connected no service; members connect them in the console.",
      ),
    );
  },
});

const disconnect = defineCommand({
  path: ["integration", "disconnect"],
  action: "integration.disconnected",
  summary: "Disconnect an outside service from a tenant",
  positionals: [
    { ...TENANT, isRequired: true },
    { name: "ID", about: "See `tenancy integration list`.", isRequired: true },
  ],
  examples: ["tenancy integration disconnect acme 01980000-0000-7000-8000-000000000001"],
  async run({ positionals, out, open, by }) {
    const tenancy = await open();
    const [name, id] = positionals as [string, string]; // both are required
    const { record } = await tenancy.tenants.get(name);
    await tenancy.internals.integrations.disconnect(record.id, id, by);
    out.say(`${out.paint("green", "Disconnected")} ${id}.`);
    out.answer({ id, disconnected: true }, () => "");
  },
});

export const commands = [list, disconnect];
