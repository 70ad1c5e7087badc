import { defineCommand, type Positional, TENANT, tenantId } from "../command.ts";
import { usageError } from "../errors.ts";
import { flag, text } from "../options.ts";
import { at } from "../tenant-view.ts";

const DOMAIN: Positional = {
  name: "DOMAIN",
  about: "Host name, such as studio.example.com.",
  isRequired: false,
};
const domain = text("DOMAIN", "The domain, in place of DOMAIN.");

/** With --tenant-id the only word is the domain. */
function readDomain(
  verb: "add" | "remove",
  words: readonly string[],
  options: { tenantId?: string; domain?: string },
): string {
  const name = options.domain ?? (options.tenantId === undefined ? words[1] : words[0]);
  if (name !== undefined && name !== "") return name;
  throw usageError(["tenant", "domain", verb], [{ path: "DOMAIN", message: "Expected a host name." }]);
}

function readTenant(words: readonly string[], options: { tenantId?: string }, tenant: () => string): string {
  return options.tenantId !== undefined && words.length < 2 ? options.tenantId : tenant();
}

export const addTenantDomain = defineCommand({
  path: ["tenant", "domain", "add"],
  action: "domain.added",
  summary: "Lead a host name to a tenant",
  positionals: [TENANT, DOMAIN],
  options: { tenantId, domain, primary: flag("The one to link to. The first domain is, anyway.") },
  examples: ["tenancy tenant domain add acme acme.example.com --primary"],
  async run({ options, positionals, out, open, tenant }) {
    const name = readDomain("add", positionals, options);
    const id = readTenant(positionals, options, tenant);
    const { tenants } = await open();
    const record = await tenants.addDomain(id, {
      domain: name,
      ...(options.primary ? { isPrimary: true } : {}),
    });
    out.say(`${out.paint("green", "Added")} ${name} to tenant ${record.slug}.`);
    out.answer(record.domains, () => domainTable(out, record.domains));
  },
});

export const removeTenantDomain = defineCommand({
  path: ["tenant", "domain", "remove"],
  action: "domain.removed",
  summary: "Take a host name from a tenant",
  positionals: [TENANT, DOMAIN],
  options: { tenantId, domain },
  examples: ["tenancy tenant domain remove acme old.example.com"],
  async run({ options, positionals, out, open, tenant }) {
    const name = readDomain("remove", positionals, options);
    const id = readTenant(positionals, options, tenant);
    const { tenants } = await open();
    const record = await tenants.removeDomain(id, name);
    out.say(`${out.paint("green", "Removed")} ${name} from tenant ${record.slug}.`);
    out.answer(record.domains, () => domainTable(out, record.domains));
  },
});

export const listTenantDomains = defineCommand({
  path: ["tenant", "domain", "list"],
  action: "domain.read",
  summary: "List the host names of a tenant, the primary one first",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy tenant domain list acme"],
  async run({ out, open, tenant }) {
    const id = tenant();
    const { record } = await (await open()).tenants.get(id);
    out.answer(record.domains, () => domainTable(out, record.domains));
  },
});

type Domains = readonly { domain: string; ascii: string; isPrimary: boolean; createdAt: Date }[];

function domainTable(out: { table: import("../output.ts").Output["table"] }, domains: Domains): string {
  return out.table(
    [
      { title: "Domain", cell: (d) => d.domain },
      { title: "In DNS", cell: (d) => d.ascii, leaves: 1 },
      { title: "Primary", cell: (d) => (d.isPrimary ? "yes" : "") },
      { title: "Added", cell: (d) => at(d.createdAt), leaves: 2 },
    ],
    domains,
    "It has no domain: tenancy tenant domain add TENANT DOMAIN",
  );
}
