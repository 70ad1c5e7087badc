import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { type House, openHouse } from "../../test/support/house.ts";
import { uuidv7 } from "../base/ids.ts";
import { withTx } from "../db/tx.ts";
import { exportChain, exportWhole } from "./export.ts";
import { leafOf } from "./leaf.ts";
import { sha256 } from "./merkle.ts";
import { noteSigner } from "./note.ts";
import { recordEvent } from "./record.ts";
import { type ExportReport, verifyExport } from "./verify-export.ts";

const tenantId = uuidv7();
const otherId = uuidv7();
const COUNT = 40;

let house: House;
const own: string[] = [];
const whole: string[] = [];
before(async () => {
  house = await openHouse({ sql: null });
  const { control, audit } = house.tenancy.internals;
  for (let i = 0; i < COUNT; i++) {
    await withTx(control, async (tx) => {
      await recordEvent(tx, { actor: "test" }, "tenant.resumed", tenantId, { i, name: "Aurora" });
      await recordEvent(tx, { actor: "test" }, "tenant.resumed", otherId, { i, name: "Borealis" });
      await recordEvent(tx, { actor: "test" }, "plan.updated", null, { i });
    });
    if (i % 7 === 0) await audit.sequencer.run();
  }
  await audit.sequencer.run();
  for await (const line of exportChain({ pool: control, signer: audit.signer }, tenantId)) own.push(line);
  for await (const line of exportWhole({ pool: control, signer: audit.signer })) whole.push(line);
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const check = (lines: readonly string[]): Promise<ExportReport> =>
  verifyExport(lines, { key: house.tenancy.internals.audit.signer });

/** Line numbers of records, by number in the chain. */
const lineOf = (seq: number) => own.findIndex((line) => JSON.parse(line).seq === seq);

test("an export proves itself with nothing but the log's key", async () => {
  const report = await check(own);

  assert.deepEqual(report.faults, []);
  assert.equal(report.records, COUNT);
  assert.equal(report.chains, 1);
  assert.equal(report.isWhole, false);
});

test("an export of a tenant holds not a word of another tenant or of the platform", () => {
  const text = own.join("\n");

  assert.ok(text.includes("Aurora"));
  assert.ok(!text.includes("Borealis") && !text.includes(otherId) && !text.includes("plan.updated"));
});

test("an export of the whole log says that it is whole, and stops saying it when a chain is taken out", async () => {
  const report = await check(whole);
  const start = whole.findIndex((line) => JSON.parse(line).chain === tenantId);
  const end = whole.findIndex((line, i) => i > start && "extent" in JSON.parse(line));

  const without = await check(whole.toSpliced(start, end - start + 1));
  const unsigned = await check(whole.slice(0, -1));

  assert.deepEqual([report.faults, report.isWhole, report.chains >= 3], [[], true, true]);
  assert.deepEqual(
    without.faults.map((fault) => [fault.kind, fault.message]),
    [["missing", `The log has ${report.chains} chains, the file ${report.chains - 1}.`]],
  );
  assert.deepEqual([unsigned.faults, unsigned.isWhole], [[], false]);
});

const seqs = fc.integer({ min: 1, max: COUNT });

test("a record that was changed is named, whatever was changed in it", async () => {
  await fc.assert(
    fc.asyncProperty(seqs, fc.nat(10_000), fc.integer({ min: 1, max: 255 }), async (seq, at, xor) => {
      const record = JSON.parse(own[lineOf(seq)] as string) as { body: string };
      const bytes = Buffer.from(record.body);
      bytes[at % bytes.length] = ((bytes[at % bytes.length] as number) ^ xor) & 0x7f;
      fc.pre(bytes.toString() !== record.body);

      const { faults } = await check(
        own.with(lineOf(seq), JSON.stringify({ ...record, body: bytes.toString() })),
      );

      assert.deepEqual(
        faults.map((fault) => [fault.kind, fault.seq, fault.line]),
        [["changed", seq, lineOf(seq) + 1]],
      );
    }),
    { numRuns: 60 },
  );
});

test("a record that was dropped is named", async () => {
  await fc.assert(
    fc.asyncProperty(seqs, async (seq) => {
      const { faults } = await check(own.toSpliced(lineOf(seq), 1));

      assert.deepEqual(
        faults.map((fault) => [fault.kind, fault.seq]),
        [["missing", seq]],
      );
    }),
    { numRuns: COUNT },
  );
});

test("a record that was put in is named, whether it copies one or is made up", async () => {
  await fc.assert(
    fc.asyncProperty(seqs, seqs, fc.boolean(), async (seq, at, isMadeUp) => {
      const record = JSON.parse(own[lineOf(seq)] as string) as Record<string, string>;
      const body = isMadeUp ? `${record["body"]} ` : (record["body"] as string);
      const previous = Buffer.from(record["previous"] as string, "base64");
      const leaf = leafOf({ chain: tenantId, seq, previous, bodyHash: sha256(body) }).toString("base64");
      const line = JSON.stringify({ ...record, body, leaf });

      const { faults } = await check(own.toSpliced(lineOf(at), 0, line));

      assert.ok(faults.some((fault) => fault.seq === seq && ["added", "reordered"].includes(fault.kind)));
    }),
    { numRuns: 60 },
  );
});

test("records that changed places are named", async () => {
  await fc.assert(
    fc.asyncProperty(seqs, seqs, async (a, b) => {
      fc.pre(a !== b);
      const lines = own.with(lineOf(a), own[lineOf(b)] as string).with(lineOf(b), own[lineOf(a)] as string);

      const { faults } = await check(lines);

      assert.ok(faults.some((fault) => fault.kind === "reordered" && fault.seq === Math.min(a, b)));
      assert.ok(
        faults.every(
          (fault) => (fault.seq as number) >= Math.min(a, b) && (fault.seq as number) <= Math.max(a, b),
        ),
      );
    }),
    { numRuns: 60 },
  );
});

test("whoever changes a record and chains all that follow anew is found by the checkpoint", async () => {
  let previous: string | undefined;
  const lines = own.map((line) => {
    const record = JSON.parse(line) as Record<string, string>;
    if (!("seq" in record)) return line;
    const seq = Number(record["seq"]);
    const body =
      seq === 5 ? (record["body"] as string).replace("Aurora", "Nobody") : (record["body"] as string);
    const from = previous ?? (record["previous"] as string);
    const leaf = leafOf({
      chain: tenantId,
      seq,
      previous: Buffer.from(from, "base64"),
      bodyHash: sha256(body),
    }).toString("base64");
    previous = leaf;
    return JSON.stringify({ ...record, body, previous: from, leaf });
  });

  const { faults } = await check(lines);

  assert.deepEqual(
    faults.map((fault) => [fault.kind, fault.message]),
    [["changed", `Records 1 to ${COUNT} were changed and chained anew: the checkpoint is over others.`]],
  );
});

test("a cut export, one of another key and one with a forged extent are refused", async () => {
  const cut = await check(own.slice(0, -5));
  const other = await verifyExport(own, { key: noteSigner("other.log", Buffer.alloc(32, 1)) });
  const forged = await check(own.map((line) => line.replace(`1 ${COUNT} 0`, `1 ${COUNT - 1} 0`)));
  const empty = await check([]);
  const noise = await check([
    "{",
    "[]",
    "7",
    '{"seq":1}',
    '{"proof":1}',
    '{"extent":3}',
    '{"format":1}',
    '{"x":1}',
  ]);

  assert.match(cut.faults.at(-1)?.message ?? "", /breaks off/);
  assert.ok(other.faults.some((fault) => fault.kind === "signature"));
  assert.ok(forged.faults.some((fault) => fault.kind === "signature"));
  assert.equal(empty.faults[0]?.kind, "form");
  assert.ok(noise.faults.length >= 8);
});

test("no file makes the verification throw, and none but the signed one passes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(fc.constantFrom(...own), fc.json(), fc.string())), async (lines) => {
      const { faults } = await check(lines);

      assert.ok(faults.length > 0);
    }),
    { numRuns: 200 },
  );
});
