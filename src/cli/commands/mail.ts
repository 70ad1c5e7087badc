import { defineCommand } from "../command.ts";
import { text } from "../options.ts";
import { at } from "../tenant-view.ts";

const show = defineCommand({
  path: ["mail", "list"],
  action: "mail.read",
  summary: "List mails of the last week, newest first",
  options: { to: text("ADDRESS", "Only those to this address.") },
  examples: ["tenancy mail list", "tenancy mail list --to ada@example.com"],
  async run({ options, out, open }) {
    const { internals } = await open();
    const items = await internals.mail.list(options.to);
    if (!internals.mail.isSending) out.say("No mail server is configured (mail.url): mails wait here.");
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (m) => m.id },
          { title: "To", cell: (m) => m.to, cutTo: 16 },
          { title: "Subject", cell: (m) => m.subject, cutTo: 16, leaves: 1 },
          { title: "State", cell: (m) => m.status },
          { title: "Written", cell: (m) => at(m.createdAt), leaves: 2 },
        ],
        items,
        "There is no mail.",
      ),
    );
  },
});

const read = defineCommand({
  path: ["mail", "show"],
  action: "mail.read",
  summary: "Show a mail that waits, with its text and its one-time link",
  about: "For development, without a mail server; a mail that was sent has no text any more.",
  positionals: [{ name: "ID", about: "See `tenancy mail list`.", isRequired: true }],
  examples: ["tenancy mail show 01980000-0000-7000-8000-000000000001"],
  async run({ positionals, out, open }) {
    const { internals } = await open();
    const mail = await internals.mail.read(positionals[0] as string); // required
    out.answer(
      mail,
      () => `To: ${mail.to}\nSubject: ${mail.subject}\n\n${mail.text ?? "(sent, and gone)\n"}`,
    );
  },
});

export const commands = [show, read];
