import { defineCommand, TENANT, tenantId } from "../command.ts";
import { usageError } from "../errors.ts";
import { flag, text } from "../options.ts";
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

const custodian = defineCommand({
  path: ["encryption", "custodian"],
  summary: "Put a tenant's keys under a key of its own, or back under the platform's",
  about:
    'The key is tried first. From then on nothing of the tenant opens without it. With --credentials, a JSON object\nsuch as {"VAULT_TOKEN": "…"} is read from stdin and kept sealed; without it those of the environment are used.',
  positionals: [TENANT],
  options: {
    tenantId,
    url: text("URL", "aws-kms://region/key or vault+https://host/mount/key; `platform` for the root key."),
    credentials: flag("Read the custodian's credentials from stdin."),
  },
  examples: [
    "tenancy encryption custodian acme --url aws-kms://eu-west-1/1234abcd-12ab-34cd-56ef-1234567890ab",
    "tenancy encryption custodian acme --url platform",
  ],
  async run({ options, out, open, tenant, by, readStdin }) {
    const name = tenant();
    const { url } = options;
    if (url === undefined)
      throw usageError(["encryption", "custodian"], [{ path: "--url", message: "Expected a URL." }]);
    const credentials = options.credentials ? parseCredentials(await readStdin()) : null;
    const { tenants, internals } = await open();
    const { id, slug } = await tenants.get(name);
    const to = { url: url === "platform" ? null : url, credentials };
    const rotated = await internals.encryption.changeCustodian(id, to, by);
    out.say(`${out.paint("green", "Changed")} who keeps the keys of tenant ${slug}.`);
    out.answer(rotated, () => "");
  },
});

function parseCredentials(input: string): Record<string, string> {
  const refuse = () =>
    usageError(
      ["encryption", "custodian"],
      [{ path: "--credentials", message: "Expected a JSON object of texts on stdin." }],
    );
  let parsed: unknown;
  try {
    parsed = JSON.parse(input);
  } catch {
    throw refuse();
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw refuse();
  if (!Object.values(parsed).every((value) => typeof value === "string")) throw refuse();
  return parsed as Record<string, string>; // just looked at
}

export const commands = [status, keys, rotate, custodian];
