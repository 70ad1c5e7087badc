import { defineCommand, TENANT, tenantId } from "../command.ts";
import { at } from "../tenant-view.ts";

const list = defineCommand({
  path: ["vault", "list"],
  action: "vault.read",
  summary: "List a tenant's end-to-end encrypted vaults: holders and sizes, nothing of what is in them",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy vault list acme", "tenancy vault list --tenant-id acme --json"],
  async run({ out, open, tenant }) {
    const { tenants, internals } = await open();
    const { readOverviews } = await import("../../vaults/vaults.ts");
    const { id } = await tenants.get(tenant());
    const items = await readOverviews(internals.control, id);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (vault) => vault.id },
          { title: "Name", cell: (vault) => vault.name, cutTo: 12 },
          { title: "Holders", cell: (vault) => String(vault.holders.length), align: "right" },
          { title: "Values", cell: (vault) => String(vault.items), align: "right" },
          { title: "To reseal", cell: (vault) => String(vault.staleItems), align: "right" },
          { title: "Changed", cell: (vault) => at(vault.updatedAt), leaves: 1 },
        ],
        items,
        "This tenant has no vault; its members make them with tenancy/client.",
      ),
    );
  },
});

export const commands = [list];
