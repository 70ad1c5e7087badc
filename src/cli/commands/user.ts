import { defineCommand } from "../command.ts";
import { text } from "../options.ts";
import { at } from "../tenant-view.ts";

const USER = { name: "USER", about: "Address or id.", isRequired: true } as const;

const show = defineCommand({
  path: ["user", "list"],
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

export const commands = [show, setter("disable"), setter("enable")];
