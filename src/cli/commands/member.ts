import { defineCommand, TENANT, tenantId } from "../command.ts";
import { choice, list, mandatory, text } from "../options.ts";
import { at } from "../tenant-view.ts";

const invite = defineCommand({
  path: ["member", "invite"],
  action: "member.invited",
  summary: "Invite somebody to a tenant by mail, or send the invitation again",
  about: "Without a mail server the mail waits in the outbox: tenancy mail list.",
  positionals: [TENANT],
  options: {
    tenantId,
    email: mandatory(text("ADDRESS", "Who is invited.")),
    role: mandatory(list("ROLE", "Role in the tenant, such as owner; may be repeated.")),
    locale: choice(["en", "fr"], "Language of the mail. Default: en."),
  },
  examples: ["tenancy member invite acme --email ada@example.com --role owner"],
  async run({ options, out, open, by, tenant }) {
    const { internals, tenants } = await open();
    const { invite: send } = await import("../../identity/invitations.ts");
    const { id, name } = await tenants.get(tenant());
    const invitation = await send(
      internals.identity.parts,
      {
        tenantId: id,
        tenantName: name,
        email: options.email,
        roles: options.role,
        ...(options.locale ? { locale: options.locale } : {}),
      },
      { ...by, principal: null },
    );
    out.say(`${out.paint("green", "Invited")} ${invitation.email}, until ${at(invitation.expiresAt)}.`);
    out.answer(invitation, () => "");
  },
});

const show = defineCommand({
  path: ["member", "list"],
  action: "member.read",
  summary: "List the members of a tenant",
  positionals: [TENANT],
  options: { tenantId },
  examples: ["tenancy member list acme"],
  async run({ out, open, tenant }) {
    const { internals, tenants } = await open();
    const { readMembers } = await import("../../identity/members.ts");
    const { id } = await tenants.get(tenant());
    const items = await readMembers(internals.control, id);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "User", cell: (m) => m.userId, leaves: 2 },
          { title: "Address", cell: (m) => m.email, cutTo: 20 },
          { title: "Roles", cell: (m) => m.roles.join(", ") },
          { title: "State", cell: (m) => m.status },
          { title: "Joined", cell: (m) => at(m.joinedAt), leaves: 1 },
        ],
        items,
        "There is no member: tenancy member invite TENANT --email ADDRESS --role owner",
      ),
    );
  },
});

const setRoles = defineCommand({
  path: ["member", "set-roles"],
  action: "member.updated",
  summary: "Give a member other roles, in place of those that they have",
  about: "The last owner stays one.",
  positionals: [TENANT],
  options: {
    tenantId,
    email: mandatory(text("ADDRESS", "Whose roles.")),
    role: mandatory(list("ROLE", "Role in the tenant, such as admin; may be repeated.")),
  },
  examples: ["tenancy member set-roles acme --email ada@example.com --role admin --role billing"],
  async run({ options, out, open, by, tenant }) {
    const { internals, tenants } = await open();
    const { changeMember } = await import("../../identity/members.ts");
    const { readUser } = await import("../../identity/users.ts");
    const { id } = await tenants.get(tenant());
    const user = await readUser(internals.control, options.email);
    const member = await changeMember(
      internals.identity.parts,
      { tenantId: id, userId: user.id, roles: options.role },
      { ...by, principal: null },
    );
    out.say(`${out.paint("green", "Changed")} the roles of ${member.email}: ${member.roles.join(", ")}.`);
    out.answer(member, () => "");
  },
});

const remove = defineCommand({
  path: ["member", "remove"],
  action: "member.removed",
  summary: "Remove a member; their access ends at once",
  positionals: [TENANT],
  options: { tenantId, email: mandatory(text("ADDRESS", "Who is removed.")) },
  examples: ["tenancy member remove acme --email ada@example.com"],
  async run({ options, out, open, by, tenant }) {
    const { internals, tenants } = await open();
    const { removeMember } = await import("../../identity/members.ts");
    const { readUser } = await import("../../identity/users.ts");
    const { id } = await tenants.get(tenant());
    const user = await readUser(internals.control, options.email);
    await removeMember(
      internals.identity.parts,
      { tenantId: id, userId: user.id },
      { ...by, principal: null },
    );
    out.say(`${out.paint("green", "Removed")} ${user.email}.`);
    out.answer({ userId: user.id, removed: true }, () => "");
  },
});

export const commands = [invite, show, setRoles, remove];
