import { defineCommand } from "../command.ts";
import { text } from "../options.ts";
import { at } from "../tenant-view.ts";

const USER = { name: "USER", about: "Address or id.", isRequired: true } as const;

const show = defineCommand({
  path: ["user", "list"],
  action: "user.read",
  summary: "List users, by address",
  options: { search: text("TEXT", "Part of address or name.") },
  examples: ["tenancy user list --search ada"],
  async run({ options, out, open }) {
    const { internals } = await open();
    const { readUsers } = await import("../../identity/users.ts");
    const { search } = options;
    const items = await readUsers(internals.control, search === undefined ? {} : { search });
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (u) => u.id, leaves: 2 },
          { title: "Address", cell: (u) => u.email, cutTo: 20 },
          { title: "Name", cell: (u) => u.name, cutTo: 10, leaves: 1 },
          { title: "State", cell: (u) => u.status },
          { title: "Added", cell: (u) => at(u.createdAt), leaves: 3 },
        ],
        items,
        "There is no such user.",
      ),
    );
  },
});

function setter(verb: "disable" | "enable") {
  const isEnabled = verb === "enable";
  return defineCommand({
    path: ["user", verb],
    action: isEnabled ? "user.enabled" : "user.disabled",
    summary: isEnabled
      ? "Let a disabled user sign in again"
      : "Sign a user out everywhere and let them in nowhere, at once",
    positionals: [USER],
    examples: [`tenancy user ${verb} ada@example.com`],
    async run({ positionals, out, open, by }) {
      const { internals } = await open();
      const { readUser, setUserEnabled } = await import("../../identity/users.ts");
      const { id, email } = await readUser(internals.control, positionals[0] as string); // required
      const user = await setUserEnabled(internals.identity.parts, id, isEnabled, by);
      out.say(`${out.paint("green", isEnabled ? "Enabled" : "Disabled")} ${email}.`);
      out.answer(user, () => "");
    },
  });
}

const sessions = defineCommand({
  path: ["user", "sessions"],
  action: "session.read",
  summary: "List where a user is signed in",
  positionals: [USER],
  examples: ["tenancy user sessions ada@example.com"],
  async run({ positionals, out, open }) {
    const { internals } = await open();
    const { readUser } = await import("../../identity/users.ts");
    const { readSessions } = await import("../../identity/sessions.ts");
    const { id } = await readUser(internals.control, positionals[0] as string); // required
    const items = await readSessions(internals.identity.parts, id);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (s) => s.id, leaves: 2 },
          { title: "Device", cell: (s) => s.device || "unknown", cutTo: 10 },
          { title: "Address", cell: (s) => s.ip, leaves: 1 },
          { title: "By", cell: (s) => s.amr.join(", ") },
          { title: "Last used", cell: (s) => at(s.lastUsedAt) },
        ],
        items,
        "They are signed in nowhere.",
      ),
    );
  },
});

const signOut = defineCommand({
  path: ["user", "sign-out"],
  action: "session.revoked",
  summary: "End all sessions of a user, at once",
  positionals: [USER],
  examples: ["tenancy user sign-out ada@example.com"],
  async run({ positionals, out, open, by }) {
    const { internals } = await open();
    const { readUser } = await import("../../identity/users.ts");
    const { endSessions } = await import("../../identity/sessions.ts");
    const { id, email } = await readUser(internals.control, positionals[0] as string); // required
    const ended = await endSessions(internals.identity.parts, id, by);
    out.say(`${out.paint("green", "Ended")} ${ended} sessions of ${email}.`);
    out.answer({ userId: id, ended }, () => "");
  },
});

const recoveries = defineCommand({
  path: ["user", "recovery", "list"],
  action: "user_recovery.read",
  summary: "List people who ask to come back without a second factor, open requests first",
  examples: ["tenancy user recovery list"],
  async run({ out, open }) {
    const { internals } = await open();
    const { readRecoveries } = await import("../../identity/recovery.ts");
    const items = await readRecoveries(internals.identity.parts, null);
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (r) => r.id, leaves: 2 },
          { title: "Address", cell: (r) => r.email, cutTo: 20 },
          { title: "State", cell: (r) => r.status },
          { title: "Approvals", cell: (r) => String(r.approvals.length) },
          { title: "Asked", cell: (r) => at(r.askedAt), leaves: 3 },
          { title: "From", cell: (r) => `${r.ip} ${r.device}`, cutTo: 10, leaves: 1 },
          { title: "Ready", cell: (r) => (r.readyAt ? at(r.readyAt) : "not approved"), leaves: 4 },
        ],
        items,
        "Nobody asked.",
      ),
    );
  },
});

/** There is no command that approves: an approval is a person's, with a second factor used minutes ago. */
const cancelRecovery = defineCommand({
  path: ["user", "recovery", "cancel"],
  action: "user.recovery_cancelled",
  summary: "Cancel a person's recovery; their second factors stay as they are",
  about: "Recoveries are approved in the console, by two people who each prove a second factor.",
  positionals: [USER],
  examples: ["tenancy user recovery cancel ada@example.com"],
  async run({ positionals, out, open, by }) {
    const { internals } = await open();
    const { readUser } = await import("../../identity/users.ts");
    const { cancelRecoveryOf } = await import("../../identity/recovery.ts");
    const { id, email } = await readUser(internals.control, positionals[0] as string); // required
    await cancelRecoveryOf(internals.identity.parts, id, by, "cli");
    out.say(`${out.paint("green", "Cancelled")} the recovery of ${email}.`);
    out.answer({ userId: id, cancelled: true }, () => "");
  },
});

export const commands = [
  show,
  setter("disable"),
  setter("enable"),
  sessions,
  signOut,
  recoveries,
  cancelRecovery,
];
