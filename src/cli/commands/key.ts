import { systemClock } from "../../base/clock.ts";
import { defineCommand } from "../command.ts";
import { integer, label, mandatory } from "../options.ts";
import { at } from "../tenant-view.ts";

const create = defineCommand({
  path: ["key", "create"],
  summary: "Create an API key; it is shown this once",
  options: {
    name: mandatory(label("What it is for.")),
    expiresInDays: integer("N", "Dead after so many days. Default: never.", { min: 1, max: 3650 }),
  },
  examples: [
    'tenancy key create --name "nightly export" --expires-in-days 90',
    "tenancy key create --name ci --json",
  ],
  async run({ options, out, open, by }) {
    const { internals } = await open();
    const { createApiKey } = await import("../../identity/api-keys.ts");
    const key = await createApiKey({ pool: internals.control, clock: systemClock }, options, by);
    out.say(
      `Key ${key.prefix}… is shown this once; it ${key.expiresAt ? `expires ${at(key.expiresAt)}` : "does not expire"}.`,
    );
    out.answer(key, () => `${key.key}\n`);
  },
});

const list = defineCommand({
  path: ["key", "list"],
  summary: "List the API keys",
  examples: ["tenancy key list"],
  async run({ out, open }) {
    const { internals } = await open();
    const { readApiKeys } = await import("../../identity/api-keys.ts");
    const items = await readApiKeys(internals.control);
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

const revoke = defineCommand({
  path: ["key", "revoke"],
  summary: "Revoke an API key, for every process within a second",
  positionals: [{ name: "ID", about: "See `tenancy key list`.", isRequired: true }],
  examples: ["tenancy key revoke 01980000-0000-7000-8000-000000000001"],
  async run({ positionals, out, open, by }) {
    const { internals } = await open();
    const { revokeApiKey } = await import("../../identity/api-keys.ts");
    const id = positionals[0] as string; // required
    await revokeApiKey(internals.control, id, by);
    out.say(`${out.paint("green", "Revoked")} key ${id}.`);
    out.answer({ id, revoked: true }, () => "");
  },
});

export const commands = [create, list, revoke];
