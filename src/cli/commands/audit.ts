import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { chainOf } from "../chain-of.ts";
import { type Call, defineCommand, type Positional } from "../command.ts";
import { confirm } from "../confirm.ts";
import { usageError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { choice, flag, integer, text } from "../options.ts";
import { commands as digestCommands } from "./audit-digest.ts";
import { commands as streamCommands } from "./audit-stream.ts";

const tenant = text("TENANT", "Only this tenant's: id, slug or domain; an id also when it is erased.");
const from = text("TIME", "From this time on, such as 2026-11-01 or 2026-11-01T08:00:00Z.");
const to = text("TIME", "Before this time.");
const filters = {
  tenant,
  action: text("ACTION", "Only this action, such as tenant.read."),
  actor: text("ACTOR", "Only those of this actor, such as user:…"),
  outcome: choice(["allowed", "denied", "failed"], "Only this outcome."),
  kind: choice(["change", "read", "request"], "Only this kind."),
  resource: text("RESOURCE", "Only those done to this, such as tenant:…"),
  requestId: text("ID", "Only those of this request."),
  ip: text("ADDRESS", "Only those from this address."),
  session: text("ID", "Only those of this session."),
  from,
  to,
};

const search = defineCommand({
  path: ["audit", "search"],
  action: "audit.read",
  summary: "Search the audit log: changes, reads and refusals, newest first",
  options: { ...filters, limit: integer("N", "Most rows. Default: 50.", { min: 1, max: 10_000 }) },
  examples: [
    "tenancy audit search --tenant acme --outcome denied",
    "tenancy audit search --ip 192.0.2.7 --json",
  ],
  async run({ options, out, open }) {
    const { tenant: name, limit = 50, from: since, to: before, ...rest } = options;
    const times = { from: timeOf("--from", since), to: timeOf("--to", before) };
    const tenancy = await open();
    const [{ searchAudit }, { openPersonal }] = await Promise.all([
      import("../../audit/search.ts"),
      import("../../audit/personal.ts"),
    ]);
    const tenantId = await chainOf(tenancy, name);
    const { control } = tenancy.internals;
    const found = await searchAudit(control, { ...rest, ...times, tenantId }, { limit });
    const personal = await openPersonal(control, found);
    const items = found.map((record, i) => ({ ...record, personal: personal[i] }));
    out.answer({ items }, () =>
      out.table(
        [
          { title: "When", cell: (r) => `${r.at.slice(0, 19).replace("T", " ")}Z` },
          { title: "Action", cell: (r) => r.action },
          { title: "Outcome", cell: (r) => r.outcome },
          { title: "Actor", cell: (r) => r.actor, leaves: 3 },
          { title: "Tenant", cell: (r) => r.tenantId ?? "", leaves: 2 },
          { title: "From", cell: (r) => r.ip ?? "", leaves: 1 },
        ],
        items,
        "No record matches.",
      ),
    );
  },
});

const exporting = defineCommand({
  path: ["audit", "export"],
  action: "audit_export.read",
  summary: "Take the audit log out, as a file that proves itself or for other tools",
  about:
    "With --format proof, the default, the file is verified by `tenancy audit verify FILE` without any database. It\nholds one tenant's chain, or the whole log without --tenant.",
  options: {
    ...filters,
    format: choice(
      ["proof", "jsonl", "csv", "ocsf"],
      "Default: proof, for which only tenant and times count.",
    ),
  },
  examples: [
    "tenancy audit export --tenant acme > acme.jsonl",
    "tenancy audit export --format csv > audit.csv",
  ],
  async run({ options, out, open }) {
    const { format = "proof", tenant: name, from: since, to: before, ...rest } = options;
    const times = { from: timeOf("--from", since), to: timeOf("--to", before) };
    const tenancy = await open();
    const { control, audit } = tenancy.internals;
    const tenantId = await chainOf(tenancy, name);
    if (format === "proof") {
      await audit.sequencer.run();
      const { exportChain, exportWhole } = await import("../../audit/export.ts");
      const parts = { pool: control, signer: audit.signer };
      const lines = tenantId === null ? exportWhole(parts) : exportChain(parts, tenantId, times);
      for await (const line of lines) out.raw(`${line}\n`);
      return;
    }
    const [{ scanAudit }, { formatRecords }] = await Promise.all([
      import("../../audit/search.ts"),
      import("../../audit/formats.ts"),
    ]);
    const records = scanAudit(control, { ...rest, ...times, tenantId });
    for await (const line of formatRecords(records, format)) out.raw(line);
  },
});

const FILE: Positional = { name: "FILE", about: "An export; - is standard input.", isRequired: false };

const verify = defineCommand({
  path: ["audit", "verify"],
  action: "audit.read",
  summary: "Prove an export offline, or with --live the log in its own database",
  about:
    "An export needs no database. Give --key, the log's key as you got it from elsewhere than the file: without it the\nfile only proves that it is as whoever owns the key in it signed it. Ends with 1 when anything is wrong.",
  positionals: [FILE],
  options: {
    live: flag("Verify the database itself: an edit of one row is named."),
    key: text("KEY", "The log's verifier key, as `tenancy audit checkpoint --json` tells it."),
    checkpoint: text("FILE", "With --live: a checkpoint that you kept; history before it must be the same."),
  },
  examples: [
    "tenancy audit verify acme.jsonl --key KEY",
    "tenancy audit verify --live --checkpoint kept.txt",
  ],
  async run(call) {
    const { options, positionals } = call;
    if (options.live) return verifyLog(call, options.checkpoint);
    const [file] = positionals;
    if (file === undefined)
      throw usageError(["audit", "verify"], [{ path: "FILE", message: "Expected FILE, or --live." }]);
    return verifyFile(call, file, options.key);
  },
});

async function verifyFile({ out }: Call, file: string, key: string | undefined): Promise<number> {
  const [{ verifyExport }, { parseVkey }] = await Promise.all([
    import("../../audit/verify-export.ts"),
    import("../../audit/note.ts"),
  ]);
  const verifier = key === undefined ? undefined : parseVkey(key);
  if (key !== undefined && !verifier)
    throw usageError(
      ["audit", "verify"],
      [{ path: "--key", message: "Expected a verifier key: name+id+base64." }],
    );
  const input = file === "-" ? process.stdin : createReadStream(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  const report = await verifyExport(lines, verifier ? { key: verifier } : {});
  const { faults, records, withheld, chains, size, isWhole } = report;
  out.answer({ ...report, isKeyGiven: verifier !== undefined }, () => faultLines(faults));
  if (!out.isJson) {
    const extent = isWhole ? "the whole log" : `${chains === 1 ? "one chain" : `${chains} chains`}`;
    const hidden = withheld > 0 ? `, ${withheld} of them by their hash alone` : "";
    if (faults.length > 0)
      out.talk(`${out.paint("red", "The export does not prove itself.")} ${faults.length} faults.`);
    else out.say(`${out.paint("green", "Proved.")} ${records} records${hidden}, ${extent}, tree of ${size}.`);
    if (faults.length === 0 && !verifier)
      out.say("The key is the file's own: compare it with the one that you know, or give --key.");
  }
  return faults.length > 0 ? EXIT.failed : EXIT.ok;
}

async function verifyLog({ out, open, by }: Call, kept: string | undefined): Promise<number> {
  const { internals } = await open();
  const [{ verifyLive }, { recordVerification }, { parseCheckpoint, parseNote, verifyNote }, { readFile }] =
    await Promise.all([
      import("../../audit/verify-live.ts"),
      import("../../audit/record-verification.ts"),
      import("../../audit/note.ts"),
      import("node:fs/promises"),
    ]);
  const note = kept === undefined ? undefined : parseNote(await readFile(kept, "utf8"));
  const older = note && verifyNote(note, internals.audit.signer) && parseCheckpoint(note.text);
  if (kept !== undefined && !older) {
    const message = "Expected a checkpoint that this log signed.";
    throw usageError(["audit", "verify"], [{ path: "--checkpoint", message }]);
  }
  const report = await verifyLive(internals.control, internals.audit.signer, older ?? null);
  await recordVerification(internals.control, report, by);
  const { faults, gaps, records, pruned, size } = report;
  out.answer(report, () => faultLines(faults));
  if (!out.isJson) {
    if (faults.length > 0)
      out.talk(`${out.paint("red", "The log was tampered with.")} ${faults.length} faults.`);
    else
      out.say(
        `${out.paint("green", "The log holds.")} ${records} records, ${pruned} pruned, tree of ${size}.`,
      );
    for (const { boot, numbers } of gaps) out.say(`Process ${boot} lost ${numbers} records.`);
  }
  return faults.length > 0 ? EXIT.failed : EXIT.ok;
}

const checkpoint = defineCommand({
  path: ["audit", "checkpoint"],
  action: "audit.read",
  summary: "Print the newest signed checkpoint, to be kept elsewhere",
  examples: ["tenancy audit checkpoint > kept.txt", "tenancy audit checkpoint --json"],
  async run({ out, open }) {
    const { internals } = await open();
    const [{ readCheckpoint }, { toVkey }] = await Promise.all([
      import("../../audit/proofs.ts"),
      import("../../audit/note.ts"),
    ]);
    await internals.audit.sequencer.run();
    const { size, root, signedAt, note } = await readCheckpoint(internals.control);
    const key = toVkey(internals.audit.signer);
    out.say(`Key: ${key}`);
    out.answer({ size, root: root.toString("base64"), signedAt, key, checkpoint: note }, () => note);
  },
});

const resume = defineCommand({
  path: ["audit", "resume"],
  action: "audit.epoch_opened",
  summary: "Go on with the log of a database that was restored into another cluster",
  about:
    "Until then records are kept and none is put into the tree. It is recorded who resumed it, and from which checkpoint:\ncompare that with one that you kept.",
  examples: ["tenancy audit resume --yes"],
  async run({ globals, out, open, by, ask }) {
    const { internals } = await open();
    await confirm(
      { globals, ask },
      "Is the restore of this database meant?",
      "the audit log would go on from a restored state",
    );
    const { resumeLog } = await import("../../audit/moved.ts");
    const resumed = await resumeLog(internals.control, by);
    await internals.audit.sequencer.run();
    out.say(`Resumed from a tree of ${resumed.size}; ${resumed.adopted} records were in no checkpoint yet.`);
    out.answer(resumed, () => "");
  },
});

function faultLines(faults: readonly { readonly message: string; readonly line?: number | null }[]): string {
  return faults.map(({ line, message }) => `${line == null ? "" : `line ${line}: `}${message}\n`).join("");
}

function timeOf(path: string, value: string | undefined): Date | undefined {
  if (value === undefined) return undefined;
  const time = new Date(value);
  if (!Number.isNaN(time.getTime())) return time;
  throw usageError(
    ["audit"],
    [{ path, message: `Expected a time such as 2026-11-01T08:00:00Z, got ${value}.` }],
  );
}

export const commands = [search, exporting, verify, checkpoint, resume, ...digestCommands, ...streamCommands];
