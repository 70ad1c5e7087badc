import { defineCommand, TENANT, tenantId } from "../command.ts";
import { label, list, mandatory } from "../options.ts";
import { at } from "../tenant-view.ts";

const ID = { name: "ID", about: "See `tenancy service-account list`.", isRequired: true } as const;

const create = defineCommand({
  path: ["service-account", "create"],
  action: "service_account.created",
  summary: "Create an account for a program of a tenant, with roles",
  about: "It acts by API keys: tenancy key create --tenant TENANT --service-account ID --name NAME.",
  positionals: [TENANT],
  options: {
    tenantId,
    name: mandatory(label("What it does.")),
    role: mandatory(list("ROLE", "Role in the tenant, such as member; may be repeated.")),
  },
  examples: ['tenancy service-account create acme --name "nightly import" --role member'],
  async run({ options, out, open, by, tenant }) {
    const { internals, tenants } = await open();
    const { createServiceAccount } = await import("../../identity/service-accounts.ts");
    const { id } = await tenants.get(tenant());
    const account = await createServiceAccount(
      internals.identity.parts,
      { tenantId: id, name: options.name, roles: options.role },
      { ...by, principal: null },
    );
    out.say(`${out.paint("green", "Created")} service account ${account.id}.`);
    out.answer(account, () => "");
  },
});

const show = defineCommand({
  path: ["service-account", "list"],
  action: "service_account.read",
  summary: "List the service accounts of a tenant",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy service-account list acme"],
  async run({ out, open, tenant }) {
    const { internals, tenants } = await open();
    const { readServiceAccounts } = await import("../../identity/service-accounts.ts");
    const { id } = await tenants.get(tenant());
    const items = await readServiceAccounts(internals.control, id);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (a) => a.id },
          { title: "Name", cell: (a) => a.name, cutTo: 10 },
          { title: "Roles", cell: (a) => a.roles.join(", ") },
          { title: "State", cell: (a) => a.status },
          { title: "Created", cell: (a) => at(a.createdAt), leaves: 1 },
        ],
        items,
        "It has no service account: tenancy service-account create TENANT --name NAME --role ROLE",
      ),
    );
  },
});

function setter(verb: "disable" | "enable") {
  const status = verb === "enable" ? "active" : "disabled";
  return defineCommand({
    path: ["service-account", verb],
    action: "service_account.updated",
    summary:
      verb === "enable" ? "Let a service account act again" : "Refuse all keys of a service account, at once",
    positionals: [{ ...TENANT, isRequired: true }, ID],
    examples: [`tenancy service-account ${verb} acme 01980000-0000-7000-8000-000000000001`],
    async run({ positionals, out, open, by }) {
      const { internals, tenants } = await open();
      const [name, id] = positionals as [string, string]; // both are required
      const { changeServiceAccount } = await import("../../identity/service-accounts.ts");
      const { id: tenant } = await tenants.get(name);
      const account = await changeServiceAccount(
        internals.identity.parts,
        { tenantId: tenant, id, status },
        { ...by, principal: null },
      );
      out.say(
        `${out.paint("green", verb === "enable" ? "Enabled" : "Disabled")} ${out.clean(account.name)}.`,
      );
      out.answer(account, () => "");
    },
  });
}

const remove = defineCommand({
  path: ["service-account", "remove"],
  action: "service_account.removed",
  summary: "Remove a service account, with its keys",
  positionals: [{ ...TENANT, isRequired: true }, ID],
  examples: ["tenancy service-account remove acme 01980000-0000-7000-8000-000000000001"],
  async run({ positionals, out, open, by }) {
    const { internals, tenants } = await open();
    const [name, id] = positionals as [string, string]; // both are required
    const { removeServiceAccount } = await import("../../identity/service-accounts.ts");
    const { id: tenant } = await tenants.get(name);
    await removeServiceAccount(
      internals.identity.parts,
      { tenantId: tenant, id },
      { ...by, principal: null },
    );
    out.say(`${out.paint("green", "Removed")} service account ${id}.`);
    out.answer({ id, removed: true }, () => "");
  },
});

export const commands = [create, show, setter("disable"), setter("enable"), remove];
