import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { RoleInput, RoleParts } from "../../access/custom-roles.ts";
import { systemClock } from "../../base/clock.ts";
import type { Tenancy } from "../../start.ts";
import { getTenant } from "../../tenants/catalog.ts";
import { defineCommand } from "../command.ts";
import { cliError } from "../errors.ts";

const TENANT = { name: "TENANT", about: "Id, slug or domain of the tenant.", isRequired: true } as const;
const ROLE = { name: "ROLE", about: "Key of the role.", isRequired: true } as const;

export async function rulesOf(
  { internals }: Tenancy,
  tenant: string,
): Promise<{ parts: RoleParts; tenantId: string }> {
  const { id } = await getTenant(internals.control, tenant);
  return {
    parts: {
      ...{ pool: internals.control, clock: systemClock, access: await internals.access() },
      onNarrowed: (await import("../../gate/role-book.ts")).endBeyondRole,
    },
    tenantId: id,
  };
}

export async function readInput(
  cwd: string,
  path: string,
  readStdin: () => Promise<string>,
): Promise<string> {
  if (path === "-") return readStdin();
  return readFile(resolve(cwd, path), "utf8").catch((cause: unknown) => {
    throw cliError("cli.unreadable_file", { file: path, reason: (cause as Error).message }, { cause });
  });
}

const list = defineCommand({
  path: ["role", "list"],
  action: "role.read",
  summary: "List the roles of a tenant, built-in and own",
  positionals: [TENANT],
  examples: ["tenancy role list studio-xyz"],
  async run({ positionals, out, open }) {
    const { parts, tenantId } = await rulesOf(await open(), positionals[0] as string); // required
    const { readTenantRoles } = await import("../../access/custom-roles.ts");
    const items = await readTenantRoles(parts, tenantId);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Key", cell: (role) => role.key },
          { title: "Name", cell: (role) => role.name, cutTo: 20 },
          { title: "Made by", cell: (role) => (role.isBuiltIn ? "built in" : "the tenant") },
          {
            title: "Permissions",
            cell: (role) => String(new Set(role.grants.flatMap((each) => each.permissions)).size),
          },
        ],
        items,
        "There are no roles.",
      ),
    );
    return undefined;
  },
});

const show = defineCommand({
  path: ["role", "show"],
  action: "role.read",
  summary: "Show what a role permits, as Cedar",
  positionals: [TENANT, ROLE],
  examples: ["tenancy role show studio-xyz mixer"],
  async run({ positionals, out, open }) {
    const [tenant, key] = positionals as readonly [string, string]; // both required
    const { parts, tenantId } = await rulesOf(await open(), tenant);
    const { readTenantRole } = await import("../../access/custom-roles.ts");
    const role = await readTenantRole(parts, tenantId, key);
    out.answer(role, () => `${role.policy}\n`);
    return undefined;
  },
});

const set = defineCommand({
  path: ["role", "set"],
  action: "role.updated",
  summary: "Make a role of a JSON form, or change the one of its key",
  about: "The form is that of `POST /v1/tenants/{tenant}/roles`: key, name, description, grants.",
  positionals: [TENANT, { name: "FILE", about: "JSON; - reads standard input.", isRequired: true }],
  examples: ["tenancy role set studio-xyz mixer.json", "tenancy role set studio-xyz -"],
  async run({ positionals, out, open, by, cwd, readStdin }) {
    const [tenant, file] = positionals as readonly [string, string]; // both required
    const input = parseRole(await readInput(cwd, file, readStdin), file);
    const { parts, tenantId } = await rulesOf(await open(), tenant);
    const { changeRole, createRole, readTenantRoles } = await import("../../access/custom-roles.ts");
    const author = { by, subject: null };
    const isKnown = (await readTenantRoles(parts, tenantId)).some(({ key }) => key === input.key);
    const role = isKnown
      ? await changeRole(parts, tenantId, input.key, input, author)
      : await createRole(parts, tenantId, input, author);
    out.say(
      `${out.paint("green", isKnown ? "Changed" : "Made")} role ${role.key}; in force within a second.`,
    );
    out.answer(role, () => `${role.policy}\n`);
    return undefined;
  },
});

const remove = defineCommand({
  path: ["role", "delete"],
  action: "role.deleted",
  summary: "Remove a role that nobody has",
  positionals: [TENANT, ROLE],
  examples: ["tenancy role delete studio-xyz mixer"],
  async run({ positionals, out, open, by }) {
    const [tenant, key] = positionals as readonly [string, string]; // both required
    const { parts, tenantId } = await rulesOf(await open(), tenant);
    const { removeRole } = await import("../../access/custom-roles.ts");
    await removeRole(parts, tenantId, key, { by, subject: null });
    out.say(`${out.paint("green", "Removed")} role ${key}.`);
    out.answer({ key, deleted: true }, () => "");
    return undefined;
  },
});

function parseRole(text: string, file: string): RoleInput {
  try {
    const { key, name, description, grants } = JSON.parse(text) as Partial<RoleInput>;
    const isGrant = (each: unknown) => {
      const { permissions, conditions } = (each ?? {}) as { permissions?: unknown; conditions?: unknown };
      return Array.isArray(permissions) && Array.isArray(conditions);
    };
    if (typeof key !== "string" || typeof name !== "string") throw new Error("`key` and `name` are text");
    if (!Array.isArray(grants) || !grants.every(isGrant))
      throw new Error("`grants` are permissions and conditions");
    return { key, name, grants, ...(description === undefined ? {} : { description: String(description) }) };
  } catch (cause) {
    throw cliError("cli.unreadable_file", { file, reason: (cause as Error).message }, { cause });
  }
}

export const commands = [list, show, set, remove];
