import { resolve } from "node:path";
import type { TenantUsage } from "../../lifecycle/usage.ts";
import type { TenantRecord } from "../../tenants/tenant.ts";
import { type Call, defineCommand, TENANT, tenantId } from "../command.ts";
import { cliError } from "../errors.ts";
import { flag, integer, required, text } from "../options.ts";
import type { Output } from "../output.ts";
import { at, bytes, tenantFacts } from "../tenant-view.ts";

export const suspendTenant = defineCommand({
  path: ["tenant", "suspend"],
  action: "tenant.suspended",
  summary: "Close a tenant to its members, at once and everywhere",
  about: "The database itself refuses its next statement. Its data stay; `tenant resume` opens it again.",
  positionals: [TENANT],
  options: { tenantId, reason: required("TEXT", "Why; it is recorded and shown.") },
  examples: ['tenancy tenant suspend acme --reason "unpaid since May"'],
  async run(call) {
    const id = call.tenant();
    const { tenants } = await call.open();
    report(call.out, "Suspended", await tenants.suspend(id, call.options.reason));
  },
});

export const resumeTenant = defineCommand({
  path: ["tenant", "resume"],
  action: "tenant.resumed",
  summary: "Open a suspended tenant again",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy tenant resume acme"],
  async run(call) {
    const id = call.tenant();
    const { tenants } = await call.open();
    report(call.out, "Resumed", await tenants.resume(id));
  },
});

export const deleteTenant = defineCommand({
  path: ["tenant", "delete"],
  action: "tenant.deletion_requested",
  summary: "Close a tenant and erase it after a grace period",
  about:
    "Until the grace period is over `tenant restore` takes it back. Asks for the slug, unless --confirm or --yes says it.",
  positionals: [TENANT],
  options: {
    tenantId,
    graceDays: integer("N", "Days until it is erased; 0 is at once. Default: 30.", { min: 0, max: 365 }),
    confirm: text("SLUG", "The slug of the tenant, to show that you mean this one."),
    dryRun: flag("Say what would be lost and do nothing."),
  },
  examples: [
    "tenancy tenant delete acme --dry-run",
    "tenancy tenant delete acme --confirm acme --grace-days 7",
  ],
  async run(call) {
    const { options, out } = call;
    const id = call.tenant();
    const { tenants, internals } = await call.open();
    const { record } = await tenants.get(id);
    if (options.dryRun) {
      const { measureTenant } = await import("../../lifecycle/usage.ts");
      const usage = await measureTenant(internals.parts, record);
      out.say(`Deleting tenant ${record.slug} would, after its grace period, erase:`);
      return void out.answer({ tenant: record, wouldLose: usage }, () => lossTable(out, usage));
    }
    const confirm = await confirmation(call, record);
    const graceDays = options.graceDays;
    const deleted = await tenants.delete(record.id, {
      confirm,
      ...(graceDays === undefined ? {} : { graceDays }),
    });
    const until = deleted.deletion && at(deleted.deletion.eraseAfter);
    out.say(
      `Tenant ${deleted.slug} is closed and will be erased after ${until}. Until then \`tenancy tenant export ${deleted.slug} --to FOLDER\` keeps a copy, and \`tenancy tenant restore ${deleted.slug}\` takes it back.`,
    );
    out.answer(deleted, () => tenantFacts(out, deleted));
  },
});

export const exportTenant = defineCommand({
  path: ["tenant", "export"],
  action: "tenant.exported",
  summary: "Write all rows and files of a tenant into a new folder",
  about:
    "rows/TABLE.ndjson, files/PATH, and manifest.json with counts and hashes, written last. Works while the tenant is\nsuspended, and after its deletion until it is erased.",
  positionals: [TENANT],
  options: { tenantId, to: required("FOLDER", "A new folder, or an empty one.") },
  examples: ["tenancy tenant export acme --to acme-export"],
  onInterrupt: "The export is not complete: it has no manifest.json. Remove the folder and run it again.",
  async run(call) {
    const { out, options } = call;
    const id = call.tenant();
    const { tenants, internals } = await call.open();
    const { record } = await tenants.get(id);
    const { exportTenant: write } = await import("../../lifecycle/export-tenant.ts");
    const folder = resolve(call.cwd, options.to);
    const done = await write(internals.parts, internals.storage, record, folder, call.by);
    const rows = done.tables.reduce((sum, table) => sum + table.rows, 0);
    const sizeBytes = [...done.tables, ...done.files].reduce((sum, file) => sum + file.sizeBytes, 0);
    const summary = { folder, tables: done.tables.length, rows, files: done.files.length, sizeBytes };
    out.say(`${out.paint("green", "Exported")} tenant ${record.slug}.`);
    out.answer(summary, () =>
      out.facts([
        ["Folder", folder],
        ["Rows", `${rows.toLocaleString("en")} in ${done.tables.length} tables`],
        ["Files", `${done.files.length.toLocaleString("en")}`],
        ["Size", bytes(sizeBytes)],
      ]),
    );
  },
});

export const restoreTenant = defineCommand({
  path: ["tenant", "restore"],
  action: "tenant.deletion_cancelled",
  summary: "Take back a deletion during its grace period",
  positionals: [TENANT],
  options: {
    tenantId,
    toTime: text("TIME", "A moment to go back to; comes with backups in a later release."),
  },
  examples: ["tenancy tenant restore acme"],
  async run(call) {
    if (call.options.toTime !== undefined) {
      throw cliError("cli.later_release", {
        what: "Restoring a tenant to an earlier moment (--to-time)",
        cure: "Without --to-time the command takes back a deletion.",
      });
    }
    const id = call.tenant();
    const { tenants } = await call.open();
    report(call.out, "Restored", await tenants.restore(id));
  },
});

export const eraseTenant = defineCommand({
  path: ["tenant", "erase"],
  action: "tenant.erased",
  summary: "Erase a deleted tenant whose grace period is over",
  about:
    "Servers do it by themselves. Tables, schema, database, role, cache and files are looked for again at the end.",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy tenant erase acme"],
  onInterrupt:
    "The erasure is on record: `tenancy workflow resume ID` or a running server goes on; `tenancy tenant show` names the ID.",
  async run(call) {
    const id = call.tenant();
    const { tenants } = await call.open();
    const erased = await tenants.erase(id);
    call.out.say(
      `${call.out.paint("green", "Erased")} tenant ${erased.id}; nothing of it was found any more.`,
    );
    call.out.answer(erased, () => tenantFacts(call.out, erased));
  },
});

function report(out: Output, verb: string, tenant: TenantRecord): void {
  out.say(`${out.paint("green", verb)} tenant ${tenant.slug}.`);
  out.answer(tenant, () => tenantFacts(out, tenant));
}

async function confirmation(
  call: Call<{ confirm: string | undefined }>,
  tenant: TenantRecord,
): Promise<string> {
  const slug = tenant.slug ?? "";
  if (call.options.confirm !== undefined) return call.options.confirm;
  if (call.globals.yes) return slug;
  call.out.talk(
    `Tenant ${slug} (${call.out.clean(tenant.name)}) will be closed at once and erased after its grace period.\n\`tenancy tenant export ${slug} --to FOLDER\` keeps a copy, now and until then.`,
  );
  const answer = await call.ask(`Type its slug to delete it (${slug}): `);
  if (answer === undefined) {
    throw cliError("cli.confirmation_missing", {
      what: `tenant ${slug} would be deleted`,
      cure: `Add --confirm ${slug}; --dry-run says what would be lost.`,
    });
  }
  if (answer.trim() !== slug) throw cliError("cli.not_confirmed", {});
  return slug;
}

function lossTable(out: Output, usage: TenantUsage): string {
  const rows = [...usage.tables].sort((a, b) => b.rows - a.rows || (a.name < b.name ? -1 : 1));
  const table = out.table(
    [
      { title: "Table", cell: (t) => t.name, cutTo: 12 },
      { title: "Rows", cell: (t) => t.rows.toLocaleString("en"), align: "right" },
      { title: "Size", cell: (t) => (t.bytes === null ? "" : bytes(t.bytes)), align: "right" },
    ],
    rows,
    "No tables.",
  );
  const files = `${usage.storageObjects.toLocaleString("en")} files, ${bytes(usage.storageBytes)}`;
  return `${table}\n${usage.totalRows.toLocaleString("en")} rows in ${rows.length} tables; ${files}\n`;
}
