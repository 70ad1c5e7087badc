import { ISOLATION_LEVELS, TENANT_STATUSES, type TenantRecord } from "../../tenants/tenant.ts";
import { defineCommand, TENANT, tenantId } from "../command.ts";
import { choice, flag, integer, list, numbers, required, text } from "../options.ts";
import { at, tenantFacts } from "../tenant-view.ts";
import { addTenantDomain, listTenantDomains, removeTenantDomain } from "./tenant-domain.ts";
import {
  deleteTenant,
  eraseTenant,
  exportTenant,
  restoreTenant,
  resumeTenant,
  suspendTenant,
} from "./tenant-state.ts";

const create = defineCommand({
  path: ["tenant", "create"],
  action: "tenant.created",
  summary: "Create a tenant, ready to use and already safe",
  about:
    "At table level, or from the pool of prepared places, it is ready at once; otherwise its schema or database is made\nfirst, by a workflow that any process finishes should this one end.",
  options: {
    name: required("NAME", "Display name."),
    slug: text("SLUG", "Short name for URLs and commands. Default: made from the name."),
    domain: text("DOMAIN", "Host name that leads to it."),
    plan: text("PLAN", "See `tenancy plan list`. Default: freemium."),
    isolation: choice(ISOLATION_LEVELS, "How it is kept apart. Default: TENANT_ISOLATION_LEVEL."),
    region: text("REGION", "Its home region. Default: that of the first open cell."),
    cell: text("CELL", "A certain cell, even a closed one."),
    maxUsers: integer("N", "Most users, over the plan's limit.", { min: 1, max: 1_000_000_000 }),
    feature: list("KEY", "A feature beyond those of the plan; repeated, or with commas."),
    noWait: flag("Answer as soon as it is on record; a server, or `workflow resume`, makes its place."),
  },
  examples: [
    'tenancy tenant create --name "Music Studio XYZ" --plan premium',
    'tenancy tenant create --name "Studio" --domain studio.example.com --feature ai_mixing,collaboration',
    "tenancy tenant create --name Big --isolation database --json",
  ],
  onInterrupt:
    "If `tenancy tenant list --status provisioning` shows the tenant, `tenancy workflow resume ID` goes on with it.",
  async run({ options, out, open }) {
    const { feature, noWait, ...input } = options;
    const { tenants } = await open();
    const tenant = await tenants.create(
      { ...defined(input), name: options.name, ...(feature ? { features: feature } : {}) },
      { wait: !noWait },
    );
    const { record } = tenant;
    out.say(
      record.status === "active"
        ? `${out.paint("green", "Created")} tenant ${record.slug}.`
        : `Tenant ${record.slug} is on record; \`tenancy workflow resume ${record.workflowId}\` makes its place if no server runs.`,
    );
    out.answer(record, () => tenantFacts(out, record));
  },
});

const SORTS = ["-createdAt", "createdAt", "name", "-name"] as const;
const PAGE = 200;

const listAll = defineCommand({
  path: ["tenant", "list"],
  action: "tenants.read",
  summary: "List tenants, newest first",
  options: {
    q: text("TEXT", "Part of name, slug or domain, or an id."),
    status: choice(TENANT_STATUSES, "Only those in this state."),
    plan: text("PLAN", "Only those on this plan."),
    level: choice(ISOLATION_LEVELS, "Only those at this isolation level."),
    cell: text("CELL", "Only those on this cell."),
    sort: choice(SORTS, "Order; - is downwards. Default: -createdAt."),
    limit: integer("N", "Most rows. Default: 50.", { min: 1, max: 100_000 }),
    all: flag("All rows, however many."),
  },
  examples: [
    "tenancy tenant list",
    "tenancy tenant list --q studio --status active --sort name",
    "tenancy tenant list --all --json",
  ],
  async run({ options, out, open }) {
    const { all, limit, sort = "-createdAt", ...filter } = options;
    const { tenants } = await open();
    const rowsMax = all ? Number.POSITIVE_INFINITY : (limit ?? 50);
    const items: TenantRecord[] = [];
    let hasMore = true;
    while (hasMore && items.length < rowsMax) {
      const last = items.at(-1);
      const value = last && (sort.endsWith("name") ? last.name : last.createdAt.toISOString());
      const wanted = Math.min(PAGE, rowsMax - items.length);
      const page = await tenants.list({
        ...defined(filter),
        sort,
        limit: wanted + 1,
        ...(last && value ? { after: { value, id: last.id } } : {}),
      });
      hasMore = page.length > wanted;
      items.push(...page.slice(0, wanted));
    }
    const isFiltered = Object.values(filter).some((each) => each !== undefined);
    out.answer({ items, hasMore }, () => tenantTable(out, items, isFiltered));
    if (hasMore) out.say(`There are more; --limit N or --all shows them.`);
  },
});

function tenantTable(
  out: Parameters<typeof tenantFacts>[0],
  items: readonly TenantRecord[],
  isFiltered: boolean,
): string {
  const none = isFiltered
    ? "No tenant matches."
    : 'There is no tenant yet: tenancy tenant create --name "Studio"';
  return out.table(
    [
      { title: "Slug", cell: (t) => t.slug ?? "" },
      { title: "Name", cell: (t) => t.name, cutTo: 12 },
      { title: "Status", cell: (t) => t.status },
      { title: "Plan", cell: (t) => t.plan, leaves: 3 },
      { title: "Level", cell: (t) => t.placement.level, leaves: 2 },
      { title: "Cell", cell: (t) => t.placement.cell, leaves: 5 },
      { title: "Domain", cell: (t) => t.domains[0]?.domain ?? "", leaves: 4 },
      { title: "Created", cell: (t) => at(t.createdAt), leaves: 6 },
      { title: "Id", cell: (t) => t.id, leaves: 7 },
    ],
    items,
    none,
  );
}

const show = defineCommand({
  path: ["tenant", "show"],
  action: "tenant.read",
  summary: "Show one tenant",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy tenant show acme", "tenancy tenant show studio-xyz.example.com --json"],
  async run(call) {
    const id = call.tenant();
    const { tenants } = await call.open();
    const { record } = await tenants.get(id);
    call.out.answer(record, () => tenantFacts(call.out, record));
  },
});

const update = defineCommand({
  path: ["tenant", "update"],
  action: "tenant.updated",
  summary: "Change name, plan, features or limits of a tenant",
  about: "Features and limits that are given replace the tenant's own; those of its plan stay.",
  positionals: [TENANT],
  options: {
    tenantId,
    name: text("NAME", "Display name."),
    plan: text("PLAN", "See `tenancy plan list`."),
    features: list("KEY,…", "Features beyond those of the plan; an empty text takes them all away."),
    limit: numbers(
      "KEY=N",
      "maxUsers, maxApiCallsPerHour, maxStorageGb, maxConcurrentUsers, maxConcurrentRequests; repeated, or with commas.",
    ),
  },
  examples: [
    "tenancy tenant update acme --plan enterprise",
    "tenancy tenant update acme --limit maxUsers=50 --limit maxStorageGb=20",
  ],
  async run(call) {
    const { name, plan, features, limit } = call.options;
    const patch = defined({ name, plan, features, limits: limit });
    const id = call.tenant();
    const { tenants } = await call.open();
    const record =
      Object.keys(patch).length === 0 ? (await tenants.get(id)).record : await tenants.update(id, patch);
    call.out.say(
      Object.keys(patch).length === 0
        ? "Nothing to change was given."
        : `${call.out.paint("green", "Updated")} tenant ${record.slug}.`,
    );
    call.out.answer(record, () => tenantFacts(call.out, record));
  },
});

/** Without what was not given. */
function defined<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  // The entries that are left are those of T that are not undefined.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

export const commands = [
  create,
  listAll,
  show,
  update,
  suspendTenant,
  resumeTenant,
  deleteTenant,
  exportTenant,
  restoreTenant,
  eraseTenant,
  addTenantDomain,
  removeTenantDomain,
  listTenantDomains,
];
