import type { AuditStream, StreamChange } from "../../streams/stream.ts";
import { chainOf } from "../chain-of.ts";
import { type Call, defineCommand, type Positional } from "../command.ts";
import { confirm } from "../confirm.ts";
import { usageError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { choice, integer, label, list, mandatory, required, text } from "../options.ts";
import type { Output } from "../output.ts";
import { at } from "../tenant-view.ts";

const tenant = text("TENANT", "This tenant's streams. Default: the platform's own, of the whole log.");
const ID: Positional = { name: "ID", about: "See `tenancy audit stream list`.", isRequired: true };
const EXAMPLE_ID = "01980000-0000-7000-8000-000000000001";

const settings = {
  format: choice(["json", "ocsf"], "Of records. Default: json."),
  actions: list("ACTIONS", "Only these, such as tenant.created or user.*, with commas. Default: all."),
  recordsMax: integer("N", "Most records in one message. Default: 200.", { min: 1, max: 1_000 }),
};

const lists = defineCommand({
  path: ["audit", "stream", "list"],
  action: "audit_stream.read",
  summary: "List the streams of the audit log",
  options: { tenant },
  examples: ["tenancy audit stream list --tenant acme"],
  async run({ options, out, open }) {
    const tenancy = await open();
    const items = await tenancy.internals.streams.list(await chainOf(tenancy, options.tenant));
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Id", cell: (s: AuditStream) => s.id },
          { title: "Name", cell: (s: AuditStream) => s.name, cutTo: 10 },
          { title: "State", cell: (s: AuditStream) => s.disabledBecause ?? s.status },
          { title: "Receiver", cell: (s: AuditStream) => s.url, leaves: 1 },
          {
            title: "Arrived",
            cell: (s: AuditStream) => (s.deliveredAt ? at(s.deliveredAt) : "never"),
            leaves: 2,
          },
        ],
        items,
        "There is no stream: tenancy audit stream create --name NAME --url URL",
      ),
    );
  },
});

const create = defineCommand({
  path: ["audit", "stream", "create"],
  action: "audit.stream_created",
  summary: "Stream the audit log to a receiver by signed webhook",
  about:
    "Messages follow Standard Webhooks; servers send them. The secret that signs them is shown this once.",
  options: {
    tenant,
    name: mandatory(label("For people.")),
    url: required("URL", "Where to, https://."),
    sends: choice(["records", "checkpoints"], "Default: records."),
    ...settings,
    from: choice(["now", "start"], "start: what the log holds already comes first. Default: now."),
  },
  examples: [
    "tenancy audit stream create --tenant acme --name SIEM --url https://siem.example.com/hook --format ocsf",
  ],
  async run({ options, out, open, by }) {
    const { tenant: name, ...input } = options;
    const tenancy = await open();
    const tenantId = await chainOf(tenancy, name);
    const { stream, secret } = await tenancy.internals.streams.create(tenantId, input, by);
    out.say(`Stream ${stream.id}. The secret is shown this once.`);
    out.answer({ stream, secret }, () => `${secret}\n`);
  },
});

const show = defineCommand({
  path: ["audit", "stream", "show"],
  action: "audit_stream.read",
  summary: "Show how a stream stands",
  positionals: [ID],
  options: { tenant },
  examples: [`tenancy audit stream show ${EXAMPLE_ID}`],
  async run({ options, positionals, out, open }) {
    const tenancy = await open();
    const tenantId = await chainOf(tenancy, options.tenant);
    const stream = await tenancy.internals.streams.get(tenantId, idOf(positionals));
    out.answer(stream, () => facts(out, stream));
  },
});

const update = defineCommand({
  path: ["audit", "stream", "update"],
  action: "audit.stream_updated",
  summary: "Change, pause or activate a stream",
  about: "What waits is tried at once.",
  positionals: [ID],
  options: {
    tenant,
    name: label("For people."),
    url: text("URL", "Where to, https://."),
    ...settings,
    status: choice(["active", "paused"], "A stream that disabled itself goes on where it stopped."),
  },
  examples: [`tenancy audit stream update ${EXAMPLE_ID} --status active`],
  async run({ options, positionals, out, open, by }) {
    const { tenant: name, ...change } = options;
    const asked: StreamChange = Object.fromEntries(
      Object.entries(change).filter(([, value]) => value !== undefined),
    );
    if (Object.keys(asked).length === 0) {
      const message = "Expected something to change, such as --status paused.";
      throw usageError(["audit", "stream", "update"], [{ path: "--status", message }]);
    }
    const tenancy = await open();
    const tenantId = await chainOf(tenancy, name);
    const stream = await tenancy.internals.streams.update(tenantId, idOf(positionals), asked, by);
    out.answer(stream, () => facts(out, stream));
  },
});

const remove = defineCommand({
  path: ["audit", "stream", "remove"],
  action: "audit.stream_removed",
  summary: "Remove a stream, with all that waits",
  positionals: [ID],
  options: { tenant },
  examples: [`tenancy audit stream remove ${EXAMPLE_ID} --yes`],
  async run({ options, positionals, globals, out, open, by, ask }) {
    const id = idOf(positionals);
    const tenancy = await open();
    const tenantId = await chainOf(tenancy, options.tenant);
    const { name } = await tenancy.internals.streams.get(tenantId, id);
    await confirm(
      { globals, ask },
      `Remove the stream ${out.clean(name)}, with all that waits?`,
      `the stream ${out.clean(name)} would be removed`,
    );
    await tenancy.internals.streams.remove(tenantId, id, by);
    out.say(`${out.paint("green", "Removed")} stream ${id}.`);
    out.answer({ id, removed: true }, () => "");
  },
});

const rotate = defineCommand({
  path: ["audit", "stream", "rotate-secret"],
  action: "audit.stream_secret_rotated",
  summary: "Draw a new secret for a stream; it is shown this once",
  positionals: [ID],
  options: {
    tenant,
    overlapHours: integer("N", "So long the secret before signs too. Default: 24.", { min: 0, max: 168 }),
  },
  examples: [`tenancy audit stream rotate-secret ${EXAMPLE_ID} --overlap-hours 48`],
  async run({ options, positionals, out, open, by }) {
    const tenancy = await open();
    const tenantId = await chainOf(tenancy, options.tenant);
    const id = idOf(positionals);
    const { stream, secret } = await tenancy.internals.streams.rotateSecret(
      tenantId,
      id,
      options.overlapHours,
      by,
    );
    out.say("The secret is shown this once.");
    out.answer({ stream, secret }, () => `${secret}\n`);
  },
});

const test = defineCommand({
  path: ["audit", "stream", "test"],
  action: "audit.stream_tested",
  summary: "Send a test to the receiver of a stream",
  about: "Ends with 1 when it does not arrive.",
  positionals: [ID],
  options: { tenant },
  examples: [`tenancy audit stream test ${EXAMPLE_ID}`],
  async run({ options, positionals, out, open, by }) {
    const tenancy = await open();
    const tenantId = await chainOf(tenancy, options.tenant);
    const outcome = await tenancy.internals.streams.test(tenantId, idOf(positionals), by);
    const { status, error, durationMs } = outcome;
    const isDelivered = error === null;
    out.answer({ isDelivered, status, error, durationMs }, () => "");
    if (isDelivered) out.say(`${out.paint("green", "Arrived")}: ${status} after ${durationMs} ms.`);
    else out.talk(`${out.paint("red", "It did not arrive.")} ${error}`);
    return isDelivered ? EXIT.ok : EXIT.failed;
  },
});

const failed = defineCommand({
  path: ["audit", "stream", "failed"],
  action: "audit_stream.read",
  summary: "List messages of a stream that were given up",
  positionals: [ID],
  options: { tenant },
  examples: [`tenancy audit stream failed ${EXAMPLE_ID}`],
  async run({ options, positionals, out, open }) {
    const tenancy = await open();
    const tenantId = await chainOf(tenancy, options.tenant);
    const items = await tenancy.internals.streams.failed(tenantId, idOf(positionals));
    out.answer({ items }, () =>
      out.table(
        [
          { title: "Message", cell: (m) => m.id },
          { title: "From", cell: (m) => String(m.first) },
          { title: "To", cell: (m) => String(m.last) },
          { title: "Given up", cell: (m) => at(m.failedAt), leaves: 2 },
          { title: "Because", cell: (m) => m.error ?? "", leaves: 1 },
        ],
        items,
        "No message was given up.",
      ),
    );
  },
});

const replay = defineCommand({
  path: ["audit", "stream", "replay"],
  action: "audit.stream_replayed",
  summary: "Send messages of a stream again that were given up",
  positionals: [ID, { name: "MESSAGE", about: "Default: all.", isRequired: false, isMany: true }],
  options: { tenant },
  examples: [`tenancy audit stream replay ${EXAMPLE_ID}`],
  async run({ options, positionals, out, open, by }) {
    const tenancy = await open();
    const tenantId = await chainOf(tenancy, options.tenant);
    const [id = "", ...wanted] = positionals;
    const chosen = wanted.length > 0 ? wanted : undefined;
    const messages = await tenancy.internals.streams.replay(tenantId, id, chosen, by);
    out.say(messages === 1 ? "One message is sent again." : `${messages} messages are sent again.`);
    out.answer({ messages }, () => "");
  },
});

function facts(out: Output, stream: AuditStream): string {
  const rows: (readonly [string, string])[] = [
    ["Id", stream.id],
    ["Name", stream.name],
    ["Receiver", stream.url],
    ["Sends", stream.sends === "records" ? `records as ${stream.format}` : "checkpoints"],
    ["Actions", stream.actions.join(", ") || "all"],
    ["State", stream.disabledBecause === null ? stream.status : `disabled: ${stream.disabledBecause}`],
    ["Next", String(stream.position)],
    ["Arrived", stream.deliveredAt ? at(stream.deliveredAt) : "never"],
  ];
  if (stream.failingSince) rows.push(["Failing since", `${at(stream.failingSince)}: ${stream.lastError}`]);
  if (stream.formerSecretUntil) rows.push(["Two secrets", `until ${at(stream.formerSecretUntil)}`]);
  return out.facts(rows);
}

function idOf(positionals: Call["positionals"]): string {
  return positionals[0] ?? "";
}

export const commands = [lists, create, show, update, remove, rotate, test, failed, replay];
