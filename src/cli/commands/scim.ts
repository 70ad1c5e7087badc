import { defineCommand, TENANT, tenantId } from "../command.ts";
import { integer, label, mandatory } from "../options.ts";
import { at } from "../tenant-view.ts";

const create = defineCommand({
  path: ["scim", "token", "create"],
  action: "scim.token_created",
  summary: "Create a SCIM token for the directory of a tenant; it is shown this once",
  positionals: [TENANT],
  options: {
    tenantId,
    name: mandatory(label("Which directory holds it.")),
    expiresInDays: integer("N", "Dead after so many days. Default: never.", { min: 1, max: 3650 }),
  },
  examples: ["tenancy scim token create acme --name Entra --expires-in-days 365"],
  async run({ options, out, open, by, tenant }) {
    const tenancy = await open();
    const { record } = await tenancy.tenants.get(tenant());
    const { createToken } = await import("../../scim/tokens.ts");
    const made = await createToken(tenancy.internals.scim.parts, record.id, options, {
      ...by,
      principal: null,
    });
    out.say(`The token is shown this once. The directory's address ends in /scim/v2/${record.id}.`);
    out.answer(made, () => `${made.token}\n`);
  },
});

const show = defineCommand({
  path: ["scim", "show"],
  action: "scim_user.read",
  summary: "Show what the directory of a tenant brought",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy scim show acme"],
  async run({ out, open, tenant }) {
    const tenancy = await open();
    const { record } = await tenancy.tenants.get(tenant());
    const { readDirectory } = await import("../../scim/directory.ts");
    const directory = await readDirectory(tenancy.internals.scim.parts, record.id);
    out.say(
      `${directory.userCount} users, ${directory.activeCount} of them active; ${directory.groupCount} groups.`,
    );
    out.answer(directory, () =>
      out.table(
        [
          { title: "Group", cell: (g) => g.name, cutTo: 10 },
          { title: "Users", cell: (g) => String(g.userCount) },
          { title: "Roles", cell: (g) => g.roles.join(", ") || "none", leaves: 1 },
        ],
        [...directory.groups],
        "Its directory brought no group.",
      ),
    );
  },
});

const list = defineCommand({
  path: ["scim", "token", "list"],
  action: "scim_token.read",
  summary: "List the SCIM tokens of a tenant",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy scim token list acme"],
  async run({ out, open, tenant }) {
    const tenancy = await open();
    const { record } = await tenancy.tenants.get(tenant());
    const { readTokens } = await import("../../scim/tokens.ts");
    const items = await readTokens(tenancy.internals.scim.parts, record.id);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (t) => t.id },
          { title: "Name", cell: (t) => t.name, cutTo: 10 },
          { title: "Created", cell: (t) => at(t.createdAt), leaves: 2 },
          { title: "Made by", cell: (t) => t.createdBy, leaves: 4 },
          { title: "Last used", cell: (t) => (t.lastUsedAt ? at(t.lastUsedAt) : "never"), leaves: 1 },
          { title: "Expires", cell: (t) => (t.expiresAt ? at(t.expiresAt) : "never"), leaves: 3 },
        ],
        items,
        "It has no SCIM token: tenancy scim token create TENANT --name NAME",
      ),
    );
  },
});

const revoke = defineCommand({
  path: ["scim", "token", "revoke"],
  action: "scim.token_revoked",
  summary: "Revoke a SCIM token, at once",
  positionals: [
    { ...TENANT, isRequired: true },
    { name: "ID", about: "See `tenancy scim token list`.", isRequired: true },
  ],
  examples: ["tenancy scim token revoke acme 01980000-0000-7000-8000-000000000001"],
  async run({ positionals, out, open, by }) {
    const tenancy = await open();
    const [name, id] = positionals as [string, string]; // both are required
    const { record } = await tenancy.tenants.get(name);
    const { revokeToken } = await import("../../scim/tokens.ts");
    await revokeToken(tenancy.internals.scim.parts, record.id, id, by);
    out.say(`${out.paint("green", "Revoked")} token ${id}.`);
    out.answer({ id, revoked: true }, () => "");
  },
});

export const commands = [create, show, list, revoke];
