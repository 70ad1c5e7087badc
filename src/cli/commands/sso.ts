import type { Tenancy } from "../../start.ts";
import { defineCommand, type Positional, TENANT, tenantId } from "../command.ts";
import { at } from "../tenant-view.ts";

const DOMAIN: Positional = {
  name: "DOMAIN",
  about: "Of mail addresses, such as example.com.",
  isRequired: true,
};
const ID: Positional = { name: "ID", about: "See `tenancy sso list`.", isRequired: true };

async function recordOf(tenancy: Tenancy, name: string) {
  return (await tenancy.tenants.get(name)).record;
}

const list = defineCommand({
  path: ["sso", "list"],
  action: "sso_connection.read",
  summary: "List the identity providers of a tenant",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy sso list acme"],
  async run({ out, open, tenant }) {
    const tenancy = await open();
    const { readConnections } = await import("../../sso/connections.ts");
    const items = await readConnections(tenancy.internals.sso.parts, (await recordOf(tenancy, tenant())).id);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (c) => c.id },
          { title: "Kind", cell: (c) => c.kind },
          { title: "Name", cell: (c) => c.name, cutTo: 10 },
          { title: "State", cell: (c) => c.status },
          { title: "Made by", cell: (c) => c.createdBy ?? "unknown", leaves: 2 },
          { title: "Changed", cell: (c) => at(c.updatedAt), leaves: 1 },
        ],
        items,
        "It has no identity provider: POST /v1/tenants/{tenant}/sso-connections connects one.",
      ),
    );
  },
});

const setState = (verb: "activate" | "disable", status: "active" | "disabled", summary: string) =>
  defineCommand({
    path: ["sso", verb],
    action: "sso.connection_updated",
    summary,
    positionals: [{ ...TENANT, isRequired: true }, ID],
    examples: [`tenancy sso ${verb} acme 01980000-0000-7000-8000-000000000001`],
    async run({ positionals, out, open, by }) {
      const tenancy = await open();
      const [name, id] = positionals as [string, string]; // both are required
      const { changeConnection } = await import("../../sso/connections.ts");
      const { parts } = tenancy.internals.sso;
      const { id: tenantId } = await recordOf(tenancy, name);
      const changed = await changeConnection(parts, tenantId, id, { status }, { ...by, principal: null });
      out.say(`${out.paint("green", status === "active" ? "Activated" : "Disabled")} ${changed.name}.`);
      out.answer({ id, status }, () => "");
    },
  });

const domains = defineCommand({
  path: ["sso", "domain", "list"],
  action: "sso_domain.read",
  summary: "List the mail domains of a tenant, with the records that prove them",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy sso domain list acme"],
  async run({ out, open, tenant }) {
    const tenancy = await open();
    const { readDomains } = await import("../../sso/domains.ts");
    const items = await readDomains(tenancy.internals.sso.parts, (await recordOf(tenancy, tenant())).id);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Domain", cell: (d) => d.domain },
          { title: "Proven", cell: (d) => (d.verifiedAt ? at(d.verifiedAt) : "no") },
          { title: "TXT record", cell: (d) => `${d.record.name} ${d.record.value}`, leaves: 1 },
        ],
        items,
        "It has no mail domain: tenancy sso domain add TENANT DOMAIN",
      ),
    );
  },
});

const addMailDomain = defineCommand({
  path: ["sso", "domain", "add"],
  action: "sso.domain_added",
  summary: "Add a mail domain to a tenant",
  positionals: [{ ...TENANT, isRequired: true }, DOMAIN],
  examples: ["tenancy sso domain add acme example.com"],
  async run({ positionals, out, open, by }) {
    const tenancy = await open();
    const [name, domain] = positionals as [string, string]; // both are required
    const { addDomain } = await import("../../sso/domains.ts");
    const added = await addDomain(
      tenancy.internals.sso.parts,
      (await recordOf(tenancy, name)).id,
      domain,
      by,
    );
    out.say(`Add this TXT record, then run \`tenancy sso domain prove ${name} ${added.domain}\`.`);
    out.answer(added, () => `${added.record.name} ${added.record.value}\n`);
  },
});

const proveMailDomain = defineCommand({
  path: ["sso", "domain", "prove"],
  action: "sso.domain_proven",
  summary: "Look for the TXT record that proves a mail domain",
  positionals: [{ ...TENANT, isRequired: true }, DOMAIN],
  examples: ["tenancy sso domain prove acme example.com"],
  async run({ positionals, out, open, by }) {
    const tenancy = await open();
    const [name, domain] = positionals as [string, string]; // both are required
    const { proveDomain } = await import("../../sso/domains.ts");
    const proven = await proveDomain(
      tenancy.internals.sso.parts,
      (await recordOf(tenancy, name)).id,
      domain,
      by,
    );
    out.say(`${out.paint("green", "Proven")}: ${proven.domain}.`);
    out.answer(proven, () => "");
  },
});

export const commands = [
  list,
  setState("activate", "active", "Let members sign in through an identity provider"),
  setState("disable", "disabled", "Let nobody sign in through an identity provider; its sessions end"),
  domains,
  addMailDomain,
  proveMailDomain,
];
