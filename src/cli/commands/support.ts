import { VISIT_MINUTES_MAX } from "../../visits/limits.ts";
import { defineCommand, TENANT, tenantId } from "../command.ts";
import { choice, integer, mandatory, text } from "../options.ts";
import { at } from "../tenant-view.ts";

const ask = defineCommand({
  path: ["support", "ask"],
  action: "support.requested",
  summary: "Ask a tenant to let an operator act in it",
  about: "Nothing is open before a member of the tenant consents; no command does that for them.",
  positionals: [TENANT],
  options: {
    tenantId,
    operator: mandatory(text("NAME", "Who will act.")),
    email: text("ADDRESS", "The member in whose place they act. Default: with the rights of support."),
    scope: choice(["read", "write"], "read changes nothing; write works with data. Default: read."),
    minutes: mandatory(integer("N", "How long, from the consent on.", { min: 1, max: VISIT_MINUTES_MAX })),
    reason: mandatory(text("TEXT", "Why; the tenant reads it.")),
  },
  examples: ['tenancy support ask acme --operator Ada --minutes 60 --reason "Ticket 4711"'],
  async run({ options, out, open, by, tenant }) {
    const { internals, tenants } = await open();
    const { requestVisit } = await import("../../visits/visits.ts");
    const { readOperators } = await import("../../access/settings.ts");
    const { accessError } = await import("../../access/errors.ts");
    const { readUser } = await import("../../identity/users.ts");
    const { id, name, slug } = await tenants.get(tenant());
    const operator = (await readOperators({ pool: internals.control })).find(
      (each) => each.name === options.operator,
    );
    if (!operator) throw accessError("operator.not_found");
    const user = options.email === undefined ? undefined : await readUser(internals.control, options.email);
    const { traits } = await (await internals.access()).book.rules(id);
    const visit = await requestVisit(
      internals.identity.parts,
      {
        tenant: { id, name, slug: slug ?? id, timeZone: traits.timeZone },
        operator: { id: operator.id, name: operator.name },
        scope: options.scope ?? "read",
        reason: options.reason,
        durationMinutes: options.minutes,
        ...(user ? { userId: user.id } : {}),
      },
      by,
    );
    out.say(
      visit.endsAt
        ? `${out.paint("green", "Open")} by the standing consent, until ${at(visit.endsAt)}.`
        : `${out.paint("green", "Asked")}: the tenant's owners are told by mail.`,
    );
    out.answer(visit, () => `${visit.id}\n`);
  },
});

const show = defineCommand({
  path: ["support", "list"],
  action: "support.read",
  summary: "List support visits, in one tenant or in all",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy support list", "tenancy support list acme"],
  async run({ options, positionals, out, open }) {
    const { internals, tenants } = await open();
    const { readVisits } = await import("../../visits/visits.ts");
    const name = positionals[0] ?? options.tenantId;
    const filter = name === undefined ? {} : { tenantId: (await tenants.get(name)).id };
    const items = await readVisits(internals.identity.parts, filter);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Visit", cell: (v) => v.id, leaves: 2 },
          { title: "Tenant", cell: (v) => v.tenantId, leaves: 1 },
          { title: "Operator", cell: (v) => v.operatorName, cutTo: 16 },
          { title: "Scope", cell: (v) => v.scope },
          { title: "State", cell: (v) => v.state },
          { title: "Until", cell: (v) => (v.endsAt ? at(v.endsAt) : "") },
          { title: "Reason", cell: (v) => v.reason, cutTo: 16, leaves: 3 },
        ],
        items,
        "Support asked for no visit.",
      ),
    );
  },
});

const end = defineCommand({
  path: ["support", "end"],
  action: "support.ended",
  summary: "End a support visit, or take a request back",
  positionals: [{ name: "VISIT", about: "Its id.", isRequired: true }],
  examples: ["tenancy support end 01980000-0000-7000-8000-000000000001"],
  async run({ positionals, out, open, by }) {
    const { internals } = await open();
    const { endVisit } = await import("../../visits/visits.ts");
    const input = { tenantId: null, id: positionals[0] as string }; // required
    const visit = await endVisit(internals.identity.parts, input, by);
    out.say(`${out.paint("green", "Ended")} the visit of ${visit.operatorName}.`);
    out.answer(visit, () => "");
  },
});

export const commands = [ask, show, end];
