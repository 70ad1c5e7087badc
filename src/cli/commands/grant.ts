import { GRANT_MINUTES_MAX } from "../../identity/limits.ts";
import { defineCommand, TENANT, tenantId } from "../command.ts";
import { flag, integer, list, mandatory, text } from "../options.ts";
import { at } from "../tenant-view.ts";

const give = defineCommand({
  path: ["grant", "give"],
  action: "grant.given",
  summary: "Give a member roles or permissions for a time",
  about: "It ends by the clock, in sessions that are open too.",
  positionals: [TENANT],
  options: {
    tenantId,
    email: mandatory(text("ADDRESS", "Who is given it; a member of the tenant.")),
    role: list("ROLE", "Role of the tenant; may be repeated."),
    permission: list("PERMISSION", "One permission, such as audit.read; may be repeated."),
    minutes: mandatory(integer("N", "How long it holds.", { min: 1, max: GRANT_MINUTES_MAX })),
    reason: mandatory(text("TEXT", "Why; stands in the audit log.")),
  },
  examples: [
    'tenancy grant give acme --email ada@example.com --role admin --minutes 120 --reason "Ticket 4711"',
  ],
  async run({ options, out, open, by, tenant }) {
    const { internals, tenants } = await open();
    const { giveGrant } = await import("../../identity/grants.ts");
    const { readUser } = await import("../../identity/users.ts");
    const { id } = await tenants.get(tenant());
    const user = await readUser(internals.control, options.email);
    const grant = await giveGrant(
      internals.identity.parts,
      {
        tenantId: id,
        userId: user.id,
        reason: options.reason,
        durationMinutes: options.minutes,
        ...(options.role ? { roles: options.role } : {}),
        ...(options.permission ? { permissions: options.permission } : {}),
      },
      { ...by, principal: null },
    );
    out.say(`${out.paint("green", "Given")} to ${user.email} until ${at(grant.endsAt)}: ${held(grant)}.`);
    out.answer(grant, () => `${grant.id}\n`);
  },
});

const show = defineCommand({
  path: ["grant", "list"],
  action: "member_grant.read",
  summary: "List what members were given for a time",
  positionals: [TENANT],
  options: { tenantId, live: flag("Those alone that hold now or will.") },
  examples: ["tenancy grant list acme --live"],
  async run({ options, out, open, tenant }) {
    const { internals, tenants } = await open();
    const { readGrants } = await import("../../identity/grants.ts");
    const { id } = await tenants.get(tenant());
    const items = await readGrants(internals.identity.parts, id, { isLive: options.live });
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Grant", cell: (g) => g.id, leaves: 2 },
          { title: "Member", cell: (g) => g.email, cutTo: 20 },
          { title: "Holds", cell: held, cutTo: 20 },
          { title: "State", cell: (g) => g.state },
          { title: "Until", cell: (g) => at(g.endsAt) },
          { title: "Reason", cell: (g) => g.reason, cutTo: 16, leaves: 1 },
        ],
        items,
        "Nobody was given anything for a time.",
      ),
    );
  },
});

const end = defineCommand({
  path: ["grant", "end"],
  action: "grant.ended",
  summary: "End a grant before its time; access by it ends at once",
  positionals: [TENANT, { name: "GRANT", about: "Its id.", isRequired: true }],
  options: { reason: text("TEXT", "Why; stands in the audit log.") },
  examples: ["tenancy grant end acme 01980000-0000-7000-8000-000000000001"],
  async run({ options, positionals, out, open, by }) {
    const { internals, tenants } = await open();
    const { endGrant } = await import("../../identity/grants.ts");
    const [name, grantId] = positionals as readonly [string, string]; // required
    const { id } = await tenants.get(name);
    const { reason } = options;
    const input = { tenantId: id, id: grantId, ...(reason === undefined ? {} : { reason }) };
    const grant = await endGrant(internals.identity.parts, input, { ...by, principal: null });
    out.say(`${out.paint("green", "Ended")} the grant of ${grant.email}.`);
    out.answer(grant, () => "");
  },
});

function held({ roles, permissions }: { roles: readonly string[]; permissions: readonly string[] }): string {
  return [...roles, ...permissions].join(", ");
}

export const commands = [give, show, end];
