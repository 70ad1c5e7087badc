import { DEVICES } from "../../access/device.ts";
import type { DraftQuestion } from "../../access/question.ts";
import { defineCommand } from "../command.ts";
import { usageError } from "../errors.ts";
import { choice, integer, label, mandatory, required, text } from "../options.ts";
import { readInput, rulesOf } from "./role.ts";

const TENANT = { name: "TENANT", about: "Id, slug or domain of the tenant.", isRequired: true } as const;

const list = defineCommand({
  path: ["policy", "list"],
  action: "policy.read",
  summary: "List the policies that a tenant wrote",
  positionals: [TENANT],
  examples: ["tenancy policy list studio-xyz"],
  async run({ positionals, out, open }) {
    const { parts, tenantId } = await rulesOf(await open(), positionals[0] as string); // required
    const { readPolicies } = await import("../../access/policies.ts");
    const items = await readPolicies(parts, tenantId);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (policy) => policy.id },
          { title: "Name", cell: (policy) => policy.name, cutTo: 20 },
          { title: "In force", cell: (policy) => (policy.isEnabled ? "yes" : "no") },
        ],
        items,
        "The tenant wrote no policy: tenancy policy add TENANT FILE --name NAME",
      ),
    );
    return undefined;
  },
});

const add = defineCommand({
  path: ["policy", "add"],
  action: "policy.created",
  summary: "Add a Cedar policy to a tenant's rules",
  positionals: [
    TENANT,
    { name: "FILE", about: "Cedar, one policy; - reads standard input.", isRequired: true },
  ],
  options: { name: mandatory(label("What it is for.")) },
  examples: ['tenancy policy add studio-xyz office-hours.cedar --name "Office hours"'],
  async run({ positionals, options, out, open, by, cwd, readStdin }) {
    const [tenant, file] = positionals as readonly [string, string]; // both required
    const cedar = await readInput(cwd, file, readStdin);
    const { parts, tenantId } = await rulesOf(await open(), tenant);
    const { createPolicy } = await import("../../access/policies.ts");
    const policy = await createPolicy(
      parts,
      tenantId,
      { name: options.name, text: cedar },
      { by, subject: null },
    );
    out.say(`${out.paint("green", "Added")} policy ${policy.name}; in force within a second.`);
    out.answer(policy, () => `${policy.id}\n`);
    return undefined;
  },
});

const remove = defineCommand({
  path: ["policy", "delete"],
  action: "policy.deleted",
  summary: "Remove a policy of a tenant",
  positionals: [TENANT, { name: "ID", about: "See `tenancy policy list`.", isRequired: true }],
  examples: ["tenancy policy delete studio-xyz 01980000-0000-7000-8000-000000000001"],
  async run({ positionals, out, open, by }) {
    const [tenant, id] = positionals as readonly [string, string]; // both required
    const { parts, tenantId } = await rulesOf(await open(), tenant);
    const { removePolicy } = await import("../../access/policies.ts");
    await removePolicy(parts, tenantId, id, { by, subject: null });
    out.say(`${out.paint("green", "Removed")} policy ${id}.`);
    out.answer({ id, deleted: true }, () => "");
    return undefined;
  },
});

const tryIt = defineCommand({
  path: ["policy", "try"],
  action: "policy.tried",
  summary: "Ask what a member with some roles may do, and why",
  positionals: [TENANT],
  options: {
    roles: required("KEYS", "Roles of the member, separated by commas."),
    permission: required("NAME", "Such as audit.read."),
    at: text("TIME", "RFC 3339. Default: now."),
    ip: text("ADDRESS", "Where the request comes from."),
    device: choice(DEVICES, "What it comes from. Default: unknown."),
    mfaAgeMinutes: integer("N", "Minutes since a second factor was used. Default: never.", {
      min: 0,
      max: 525_600,
    }),
  },
  examples: [
    "tenancy policy try studio-xyz --roles admin,billing --permission audit.read --mfa-age-minutes 3",
  ],
  async run({ positionals, options, out, open, by }) {
    const { isPermission } = await import("../../access/permissions.ts");
    const { roles, permission, at, ip, device, mfaAgeMinutes } = options;
    const problems = [];
    if (!isPermission(permission))
      problems.push({ path: "--permission", message: `There is no permission \`${permission}\`.` });
    if (at !== undefined && Number.isNaN(Date.parse(at)))
      problems.push({ path: "--at", message: `Expected a time, got \`${at}\`.` });
    if (!isPermission(permission) || problems.length > 0) throw usageError(["policy", "try"], problems);
    const question: DraftQuestion = {
      roles: roles.split(",").map((role) => role.trim()),
      permission,
      ...(at === undefined ? {} : { at }),
      ...(ip === undefined ? {} : { ip }),
      ...(device === undefined ? {} : { device }),
      ...(mfaAgeMinutes === undefined ? {} : { mfaAgeMinutes }),
    };
    const { parts, tenantId } = await rulesOf(await open(), positionals[0] as string); // required
    const { tryQuestion } = await import("../../access/try-question.ts");
    const decision = await tryQuestion(parts, tenantId, { question }, by);
    const step = decision.needs ? [`A second factor within ${decision.needs.maxAgeS} s would do.`] : [];
    out.answer(
      decision,
      () => `${[decision.allowed ? "allowed" : "denied", ...decision.reasons, ...step].join("\n")}\n`,
    );
    return undefined;
  },
});

export const commands = [list, add, remove, tryIt];
