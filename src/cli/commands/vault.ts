import { defineCommand, TENANT, tenantId } from "../command.ts";
import { confirm } from "../confirm.ts";
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

const remove = defineCommand({
  path: ["vault", "delete"],
  action: "vault.deleted",
  summary: "Delete a vault with everything in it, for every holder",
  positionals: [TENANT, { name: "VAULT", about: "Its id, as `vault list` shows it.", isRequired: true }],
  examples: ["tenancy vault delete acme 01980000-0000-7000-8000-000000000001 --yes"],
  async run({ positionals, globals, out, open, tenant, by, ask }) {
    const [, vault = ""] = positionals;
    const { tenants, internals } = await open();
    const { readOverviews, removeVault } = await import("../../vaults/vaults.ts");
    const { vaultError } = await import("../../vaults/errors.ts");
    const { id } = await tenants.get(tenant());
    const found = (await readOverviews(internals.control, id)).find((each) => each.id === vault);
    if (!found) throw vaultError("vault.not_found", { id: vault });
    const what = `the vault ${out.clean(found.name)} with ${found.items} values`;
    await confirm({ globals, ask }, `Delete ${what} for every holder?`, `${what} would be deleted`);
    await removeVault({ pool: internals.control, clock: internals.parts.clock }, id, vault, by);
    out.say(`${out.paint("green", "Deleted")} ${what}.`);
    out.answer({ id: vault, deleted: true }, () => "");
  },
});

export const commands = [list, remove];
