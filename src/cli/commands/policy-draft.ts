import { defineCommand } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { text } from "../options.ts";
import { readInput, rulesOf } from "./role.ts";

const TENANT = { name: "TENANT", about: "Id, slug or domain of the tenant.", isRequired: true } as const;
const FILE = { name: "FILE", about: "Cedar, one policy; - reads standard input.", isRequired: true } as const;
const without = text("ID", "Policy in force that the draft replaces; see `tenancy policy list`.");

const check = defineCommand({
  path: ["policy", "check"],
  action: "policy.tried",
  summary: "Check a policy: its faults by line and column, and the tenant's tests",
  about: "Changes nothing. Ends with 1 when the policy has a fault, or a test would not pass.",
  positionals: [TENANT, FILE],
  options: { without },
  examples: ["tenancy policy check studio-xyz office-hours.cedar"],
  async run({ positionals, options, out, open, cwd, readStdin }) {
    const [tenant, file] = positionals as readonly [string, string]; // both required
    const cedar = await readInput(cwd, file, readStdin);
    const { parts, tenantId } = await rulesOf(await open(), tenant);
    const { checkDraft } = await import("../../access/check-draft.ts");
    const { faults, tests } = await checkDraft(parts, tenantId, draftOf(cedar, options.without));
    const failing = tests.filter(({ test, allowed }) => test.isAllowed !== allowed);
    out.answer({ faults, tests }, () =>
      [
        ...faults.map(
          ({ start, message, hint }) =>
            `${file}:${start.line}:${start.column} ${message}${hint === null ? "" : `\n  ${hint}`}\n`,
        ),
        ...failing.map(
          ({ test, allowed, reasons }) =>
            `test ${test.name}: expected ${verdict(test.isAllowed)}, got ${verdict(allowed)}: ${reasons.join(" ")}\n`,
        ),
      ].join(""),
    );
    const isWell = faults.length === 0 && failing.length === 0;
    if (!out.isJson && isWell)
      out.say(`${out.paint("green", "Well.")} ${tests.length} policy tests pass with it.`);
    return isWell ? EXIT.ok : EXIT.failed;
  },
});

const replay = defineCommand({
  path: ["policy", "replay"],
  action: "policy.replayed",
  summary: "Put last week's calls to a policy: which would be decided otherwise",
  about:
    "Each recorded call is decided by the rules in force and by the draft, with the roles and circumstances that were\nrecorded. Changes nothing.",
  positionals: [TENANT, FILE],
  options: { without },
  examples: ["tenancy policy replay studio-xyz office-hours.cedar"],
  async run({ positionals, options, out, open, by, cwd, readStdin }) {
    const [tenant, file] = positionals as readonly [string, string]; // both required
    const cedar = await readInput(cwd, file, readStdin);
    const { parts, tenantId } = await rulesOf(await open(), tenant);
    const { replayWeek } = await import("../../access/replay-week.ts");
    const report = await replayWeek(parts, tenantId, draftOf(cedar, options.without), by);
    out.answer(report, () =>
      out.table(
        [
          { title: "Calls", cell: (group) => String(group.calls) },
          { title: "Change", cell: (group) => (group.isAllowedNow ? "would be denied" : "would be allowed") },
          { title: "Permission", cell: (group) => group.permission },
          { title: "Who", cell: (group) => group.actor },
        ],
        report.groups,
        "Nothing would be decided otherwise.",
      ),
    );
    if (out.isJson) return undefined;
    const { replayed, allowedToDenied, deniedToAllowed, undetermined, isSample } = report;
    const sample = isSample ? ", a sample spread over the week" : "";
    out.say(
      `${replayed} calls of seven days${sample}: ${allowedToDenied} would be denied, ${deniedToAllowed} allowed.`,
    );
    if (undetermined > 0)
      out.say(`${undetermined} more ask for attributes of things, which are not recorded.`);
    return undefined;
  },
});

function draftOf(cedar: string, replaced: string | undefined) {
  return { policies: [cedar], ...(replaced === undefined ? {} : { without: [replaced] }) };
}

function verdict(isAllowed: boolean): string {
  return isAllowed ? "allow" : "deny";
}

export const commands = [check, replay];
