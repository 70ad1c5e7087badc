import { defineCommand, TENANT, tenantId } from "../command.ts";
import { at } from "../tenant-view.ts";

const status = defineCommand({
  path: ["encryption", "status"],
  summary: "Show the state of all keys in numbers",
  examples: ["tenancy encryption status"],
  async run({ out, open }) {
    const { internals } = await open();
    const { oldest, data_keys, kept_elsewhere, custodian, rotationDays, ...sums } =
      await internals.encryption.sums();
    const answer = {
      algorithm: internals.config.security.encryptionAlgorithm,
      custodian,
      rotationDays,
      ...sums,
      dataKeys: data_keys,
      keptElsewhere: kept_elsewhere,
      oldestAt: oldest,
    };
    out.answer(answer, () =>
      out.table(
        [
          { title: "What", cell: ([what]) => what },
          { title: "How it stands", cell: ([, how]) => how },
        ],
        [
          ["Cipher", answer.algorithm],
          ["Root key kept by", answer.custodian],
          ["Replaced every", `${answer.rotationDays} days`],
          ["Tenants with keys", String(answer.tenants)],
          ["Tenants shredded", String(answer.shredded)],
          ["Keys that seal values", String(answer.dataKeys)],
          ["Old keys that may hold values", String(answer.superseded)],
          ["Overdue", String(answer.due)],
          ["Kept by another custodian", String(answer.keptElsewhere)],
          ["Oldest key of", oldest ? at(oldest) : "none yet"],
        ] as const,
        "",
      ),
    );
  },
});

const keys = defineCommand({
  path: ["encryption", "keys"],
  summary: "List the keys of a tenant, with how many values stand under each",
  about: "Never the keys themselves. The wrapping key comes first.",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy encryption keys acme"],
  async run({ out, open, tenant }) {
    const name = tenant();
    const { tenants, internals } = await open();
    const { id } = await tenants.get(name);
    const items = await internals.encryption.keys({ tenantId: id });
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Purpose", cell: (k) => k.purpose ?? "wraps the others" },
          { title: "Epoch", cell: (k) => String(k.number), align: "right" },
          { title: "Status", cell: (k) => k.status },
          { title: "Values", cell: (k) => k.values?.toLocaleString("en") ?? "", align: "right" },
          { title: "Kept by", cell: (k) => k.custodian ?? "", leaves: 1 },
          { title: "Drawn", cell: (k) => at(k.createdAt), leaves: 2 },
        ],
        items,
        "It has no key yet: one is made when the first value is sealed.",
      ),
    );
  },
});

const rotate = defineCommand({
  path: ["encryption", "rotate"],
  summary: "Replace the keys of a tenant now",
  about:
    "New values are sealed under the new keys at once, old ones still open. A running server leads them to the new\nkeys when no process can write under the old ones any more, two minutes later.",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy encryption rotate acme"],
  async run({ out, open, tenant, by }) {
    const name = tenant();
    const { tenants, internals } = await open();
    const { id, slug } = await tenants.get(name);
    const rotated = await internals.encryption.rotate({ tenantId: id }, by);
    out.say(
      `${out.paint("green", "Replaced")} the keys of tenant ${slug}: generation ${rotated.generation}.`,
    );
    out.answer(rotated, () => "");
  },
});

export const commands = [status, keys, rotate];
