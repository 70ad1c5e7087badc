import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { defineCommand, TENANT, tenantId } from "../command.ts";
import { confirm } from "../confirm.ts";
import { usageError } from "../errors.ts";
import { flag, text } from "../options.ts";
import { at } from "../tenant-view.ts";

const status = defineCommand({
  path: ["encryption", "status"],
  action: "encryption.read",
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
  action: "encryption.read",
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
  action: "encryption.keys_rotated",
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
  action: "encryption.custodian_set",
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

const columns = defineCommand({
  path: ["encryption", "columns"],
  action: "encryption.read",
  summary: "List the sealed columns of the app, and how far their sealing has come",
  about:
    "With a tenant: how many of its values lie sealed, and how many still plain, counted in full. A\nrunning server seals what was there before a column was declared.",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy encryption columns", "tenancy encryption columns acme"],
  async run({ options, positionals, out, open, tenant }) {
    const name = options.tenantId === undefined && positionals.length === 0 ? undefined : tenant();
    const { tenants, internals } = await open();
    if (name !== undefined) {
      const items = await internals.sealing.tenantColumns((await tenants.get(name)).id);
      return void out.answer({ items }, () =>
        out.table(
          [
            { title: "Column", cell: (c) => `${c.table}.${c.column}` },
            { title: "Stage", cell: (c) => c.stage },
            { title: "Sealed", cell: (c) => c.sealed.toLocaleString("en"), align: "right" },
            { title: "Plain", cell: (c) => c.plain.toLocaleString("en"), align: "right" },
          ],
          items,
          NO_COLUMN,
        ),
      );
    }
    const items = (await internals.sealing.columns()).map(({ id: _, ...column }) => column);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Column", cell: (c) => `${c.table}.${c.column}` },
          { title: "Sealed for", cell: (c) => c.subject ?? "tenant" },
          { title: "Search", cell: (c) => (c.search ? "equal values" : ""), leaves: 1 },
          { title: "Stage", cell: (c) => c.stage },
          { title: "Places done", cell: (c) => `${c.places.sealed} of ${c.places.total}`, align: "right" },
          { title: "Since", cell: (c) => (c.since ? at(c.since) : "its beginning"), leaves: 2 },
        ],
        items,
        NO_COLUMN,
      ),
    );
  },
});

const NO_COLUMN = "No column of the app is sealed: comment on column people.email is '@sealed search'";

const shred = defineCommand({
  path: ["encryption", "shred"],
  action: "encryption.subject_shredded",
  summary: "Destroy the key of one person: what was sealed for them opens no more",
  about:
    "In the tenant, or without --tenant-id in the platform's own records. It cannot be undone, and no new key is made\nfor the same name.",
  positionals: [{ name: "SUBJECT", about: "The person, such as user:…", isRequired: true }],
  options: { tenantId },
  examples: ["tenancy encryption shred user:01980000-0000-7000-8000-000000000001 --yes"],
  async run({ options, positionals, globals, out, open, by, ask }) {
    const [subject = ""] = positionals;
    await confirm(
      { globals, ask },
      `Destroy the key of ${out.clean(subject)} for ever?`,
      `the key of ${out.clean(subject)} would be destroyed`,
    );
    const { tenants, internals } = await open();
    const hadKey =
      options.tenantId === undefined
        ? await (await import("../../identity/shred-person.ts")).shredPerson(internals.subjects, subject, by)
        : await shredInTenant((await tenants.get(options.tenantId)).id);
    out.say(hadKey ? `${out.paint("green", "Destroyed.")}` : "There was no key; there will be none.");
    out.answer({ hadKey }, () => "");

    async function shredInTenant(id: string): Promise<boolean> {
      const { recordEvent } = await import("../../audit/record.ts");
      // The name itself stays out of the log: it may be personal data.
      return internals.subjects.shred(id, subject, (tx) =>
        recordEvent(tx, by, "encryption.subject_shredded", id),
      );
    }
  },
});

const changeKey = defineCommand({
  path: ["encryption", "change-key"],
  action: null,
  unrecorded:
    "The change records its own beginning and end; a process that has no key of the installation cannot open the log.",
  summary: "Change TENANT_ENCRYPTION_KEY, with all processes stopped",
  about:
    "Set TENANT_ENCRYPTION_KEY to the new key and TENANT_FORMER_ENCRYPTION_KEY to that of today, and stop every\nserver first. Killed midway, it goes on when it is run again; until then no process starts. When it is done the\nformer key opens nothing but old backups.",
  examples: ["tenancy encryption change-key --yes"],
  async run({ globals, out, config, by, ask }) {
    await confirm(
      { globals, ask },
      "Change the root key of this installation? Every process must be stopped.",
      "the root key would be changed",
    );
    const { changeEncryptionKey, createTenancy } = await import("../../start.ts");
    const changed = await changeEncryptionKey({
      config: await config(),
      by,
      open: createTenancy,
      onProgress: (done, total) => {
        if (done % SAID_EACH === 0) out.say(`${done} of ${total} databases follow the new key.`);
      },
    });
    out.say(
      changed
        ? `${out.paint("green", "Changed.")} ${changed.databases} databases, ${changed.seats} seats and ${changed.wrappingKeys} tenants' keys follow the new key. Take TENANT_FORMER_ENCRYPTION_KEY out.`
        : "It is the new key already; nothing was left to do.",
    );
    out.answer(changed ?? { databases: 0, seats: 0, wrappingKeys: 0 }, () => "");
  },
});

const SAID_EACH = 100;

const keyFile = defineCommand({
  path: ["encryption", "key-file"],
  action: null,
  unrecorded: "It draws a key into a file, before there is a platform that uses it.",
  summary: "Draw a root key into a file that a passphrase opens",
  about:
    "The passphrase is read from stdin: 16 characters or more, best six random words. Every process\ngets the file as TENANT_ROOT_KEY=file:///… and the passphrase as ROOT_KEY_PASSPHRASE. Without\neither, all data are lost.",
  positionals: [{ name: "FILE", about: "A new file.", isRequired: true }],
  options: { from: text("FILE", "Seal the key of this file (32 bytes in base64) in place of a new one.") },
  examples: ["tenancy encryption key-file root.key"],
  async run({ options, positionals, out, cwd, readStdin }) {
    const [name = ""] = positionals;
    const passphrase = (await readStdin()).replace(/\r?\n$/, "");
    const { sealKeyFile } = await import("../../keys/key-file.ts");
    const from = options.from === undefined ? undefined : await readFile(resolve(cwd, options.from), "utf8");
    const key = from === undefined ? randomBytes(32) : Buffer.from(from.trim(), "base64");
    if (key.length !== 32)
      throw usageError(
        ["encryption", "key-file"],
        [{ path: "--from", message: "Expected a file of 32 bytes in base64." }],
      );
    const file = resolve(cwd, name);
    await writeFile(file, await sealKeyFile(key, passphrase), { mode: 0o600, flag: "wx" }).catch(
      (failure) => {
        if (failure.code !== "EEXIST") throw failure;
        throw usageError(
          ["encryption", "key-file"],
          [{ path: "FILE", message: "Expected a new file; it exists." }],
        );
      },
    );
    out.say(`${out.paint("green", "Sealed")} a root key into ${file}.`);
    out.answer({ file }, () => "");
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

export const commands = [status, keys, columns, rotate, custodian, shred, keyFile, changeKey];
