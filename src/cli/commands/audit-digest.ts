import { readFile } from "node:fs/promises";
import { isUuid } from "../../base/ids.ts";
import type { Tenancy } from "../../start.ts";
import { defineCommand } from "../command.ts";
import { cliError, usageError } from "../errors.ts";
import { required, text } from "../options.ts";

const PATH = ["audit", "digest"];
const tenant = text("TENANT", "Whose records. Default: the platform's.");

const digest = defineCommand({
  path: PATH,
  action: "audit_digest_key.read",
  summary: "Digest a state, to compare with the before or after of a record",
  about:
    "FILE holds the state as JSON; - is standard input. With --key it needs no database: the tenant's key, as\n`tenancy audit digest-key` prints it.",
  positionals: [{ name: "FILE", about: "JSON; - is standard input.", isRequired: true }],
  options: {
    of: required("THING", "What it is the state of, as the record says, such as member:…"),
    tenant,
    key: text("KEY", "The key of digests, in place of the database's."),
  },
  examples: ["tenancy audit digest state.json --of sign_in_rules --tenant acme"],
  async run({ options, positionals, out, open, readStdin }) {
    const [file = "-"] = positionals;
    const state = parse(file, file === "-" ? await readStdin() : await read(file));
    const { digestState } = await import("../../audit/digest.ts");
    const key = options.key ?? (await keyOf(await open(), options.tenant));
    const made = digestState(key, options.of, state);
    out.answer({ of: options.of, digest: made }, () => `${made}\n`);
  },
});

const digestKey = defineCommand({
  path: ["audit", "digest-key"],
  action: "audit_digest_key.read",
  summary: "Print the key of digests, to prove states offline",
  options: { tenant },
  examples: ["tenancy audit digest-key --tenant acme"],
  async run({ options, out, open }) {
    const key = await keyOf(await open(), options.tenant);
    out.answer({ key }, () => `${key}\n`);
  },
});

async function keyOf(tenancy: Tenancy, name: string | undefined): Promise<string> {
  const { digestKeyOf } = await import("../../audit/digest.ts");
  const isId = name !== undefined && isUuid(name);
  const tenantId = name === undefined ? null : isId ? name : (await tenancy.tenants.get(name)).id;
  return digestKeyOf(tenancy.internals.control, tenantId);
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw cliError("cli.unreadable_file", { file, reason: (cause as Error).message }, { cause });
  }
}

function parse(file: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw usageError(PATH, [{ path: file, message: `Expected JSON: ${(cause as Error).message}.` }]);
  }
}

export const commands = [digest, digestKey];
