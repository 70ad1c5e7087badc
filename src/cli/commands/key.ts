import { systemClock } from "../../base/clock.ts";
import type { Tenancy } from "../../start.ts";
import { defineCommand } from "../command.ts";
import { integer, label, list, mandatory, text } from "../options.ts";
import { at } from "../tenant-view.ts";

const ofTenant = text("TENANT", "Whose key; without it, the platform's own.");
const ID = { name: "ID", about: "See `tenancy key list`.", isRequired: true } as const;

async function tenantOf({ tenants }: Tenancy, name: string | undefined): Promise<string | null> {
  return name === undefined ? null : (await tenants.get(name)).id;
}

const create = defineCommand({
  path: ["key", "create"],
  action: "api_key.created",
  summary: "Create an API key; it is shown this once",
  about: "A tenant's key needs a service account, whose roles it has, or scopes.",
  options: {
    name: mandatory(label("What it is for.")),
    expiresInDays: integer("N", "Dead after so many days. Default: never.", { min: 1, max: 3650 }),
    tenant: ofTenant,
    serviceAccount: text("ID", "Service account of the tenant: see `tenancy service-account list`."),
    scope: list("PERMISSION", "The most it may do, such as members.read; may be repeated."),
  },
  examples: [
    'tenancy key create --name "nightly export" --expires-in-days 90',
    "tenancy key create --name ci --json",
    "tenancy key create --tenant acme --name report --scope usage.read",
  ],
  async run({ options, out, open, by }) {
    const tenancy = await open();
    const { createApiKey } = await import("../../identity/api-keys.ts");
    const { name, expiresInDays, serviceAccount, scope } = options;
    const tenantId = await tenantOf(tenancy, options.tenant);
    const key = await createApiKey(
      { pool: tenancy.internals.control, clock: systemClock },
      {
        name,
        ...(expiresInDays === undefined ? {} : { expiresInDays }),
        ...(tenantId === null ? {} : { tenantId }),
        ...(serviceAccount === undefined ? {} : { serviceAccountId: serviceAccount }),
        ...(scope && scope.length > 0 ? { scopes: await known(scope) } : {}),
      },
      by,
    );
    out.say(
      `Key ${key.prefix}… is shown this once; it ${key.expiresAt ? `expires ${at(key.expiresAt)}` : "does not expire"}.`,
    );
    out.answer(key, () => `${key.key}\n`);
  },
});

const show = defineCommand({
  path: ["key", "list"],
  action: "api_key.read",
  summary: "List the API keys of the platform, or of a tenant",
  options: { tenant: ofTenant },
  examples: ["tenancy key list", "tenancy key list --tenant acme"],
  async run({ options, out, open }) {
    const tenancy = await open();
    const { readApiKeys } = await import("../../identity/api-keys.ts");
    const items = await readApiKeys(tenancy.internals.control, await tenantOf(tenancy, options.tenant));
    const time = (date: Date | null, none: string) => (date ? at(date) : none);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (k) => k.id },
          { title: "Name", cell: (k) => k.name, cutTo: 10 },
          { title: "Begins with", cell: (k) => `${k.prefix}…` },
          { title: "Created", cell: (k) => at(k.createdAt), leaves: 3 },
          { title: "Last used", cell: (k) => time(k.lastUsedAt, "never"), leaves: 1 },
          { title: "Expires", cell: (k) => time(k.expiresAt, "never"), leaves: 2 },
        ],
        items,
        "There is no API key: tenancy key create --name NAME",
      ),
    );
  },
});

const rotate = defineCommand({
  path: ["key", "rotate"],
  action: "api_key.rotated",
  summary: "Replace an API key; both work for a while, and the new one is shown this once",
  positionals: [ID],
  options: {
    tenant: ofTenant,
    overlapHours: integer("N", "So long the old key works on. Default: 24.", { min: 0, max: 720 }),
  },
  examples: ["tenancy key rotate 01980000-0000-7000-8000-000000000001 --overlap-hours 48"],
  async run({ positionals, options, out, open, by }) {
    const tenancy = await open();
    const { rotateApiKey } = await import("../../identity/api-keys.ts");
    const input = {
      id: positionals[0] as string, // required
      tenantId: await tenantOf(tenancy, options.tenant),
      overlapMs: (options.overlapHours ?? 24) * 3_600_000,
    };
    const key = await rotateApiKey({ pool: tenancy.internals.control, clock: systemClock }, input, by);
    out.say(
      `Key ${key.prefix}… is shown this once; the one before works for ${options.overlapHours ?? 24} h.`,
    );
    out.answer(key, () => `${key.key}\n`);
  },
});

const revoke = defineCommand({
  path: ["key", "revoke"],
  action: "api_key.revoked",
  summary: "Revoke an API key, for every process within a second",
  positionals: [ID],
  options: { tenant: ofTenant },
  examples: ["tenancy key revoke 01980000-0000-7000-8000-000000000001"],
  async run({ positionals, options, out, open, by }) {
    const tenancy = await open();
    const { revokeApiKey } = await import("../../identity/api-keys.ts");
    const id = positionals[0] as string; // required
    await revokeApiKey(tenancy.internals.control, id, by, await tenantOf(tenancy, options.tenant));
    out.say(`${out.paint("green", "Revoked")} key ${id}.`);
    out.answer({ id, revoked: true }, () => "");
  },
});

/** Throws api_key.scope_unknown. */
async function known(scopes: readonly string[]): Promise<readonly string[]> {
  const { isPermission, scopeOf } = await import("../../access/permissions.ts");
  const { identityError } = await import("../../identity/errors.ts");
  for (const scope of scopes)
    if (!isPermission(scope) || scopeOf(scope) !== "tenant")
      throw identityError("api_key.scope_unknown", { scope });
  return scopes;
}

export const commands = [create, show, rotate, revoke];
