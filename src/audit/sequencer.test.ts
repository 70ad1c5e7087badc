import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type House, openHouse } from "../../test/support/house.ts";
import { uuidv7 } from "../base/ids.ts";
import { many, maybe } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { findCheckpoint } from "./log-store.ts";
import { type Checkpoint, parseCheckpoint, parseNote, verifyNote } from "./note.ts";
import { recordEvent } from "./record.ts";
import { Sequencer } from "./sequencer.ts";
import { idsOf, verifyLive } from "./verify-live.ts";
import { listRuns } from "./verify-store.ts";

const CHILD = fileURLToPath(new URL("../../test/support/audit-child.ts", import.meta.url));
const BY = { actor: "test" };

let house: House;
beforeEach(async () => {
  house = await openHouse({ sql: null });
});
afterEach(async () => {
  await house[Symbol.asyncDispose]();
});

/** Ids in the order of the log. */
async function sequenced(): Promise<string[]> {
  const { control } = house.tenancy.internals;
  return (await many(control, listRuns, [0, 100_000])).flatMap(idsOf);
}

async function stored(): Promise<string[]> {
  const { rows } = await house.tenancy.internals.control.query<{ id: string }>(
    "select id from tenancy.audit_records order by id",
  );
  return rows.map((row) => row.id);
}

async function verified(older?: Checkpoint) {
  const { control, audit } = house.tenancy.internals;
  const report = await verifyLive(control, audit.signer, older);
  assert.deepEqual(report.faults, []);
  return report;
}

async function newest(): Promise<Checkpoint> {
  const { control, audit } = house.tenancy.internals;
  const row = await maybe(control, findCheckpoint, [null]);
  const note = parseNote(row?.note ?? "");
  assert.ok(note && verifyNote(note, audit.signer));
  return parseCheckpoint(note.text) as Checkpoint; // it was signed
}

function write(tenantId: string | null, count = 1): Promise<void> {
  return withTx(house.tenancy.internals.control, async (tx) => {
    for (let i = 0; i < count; i++) await recordEvent(tx, BY, "tenant.resumed", tenantId, { i });
  });
}

test("many writers, some of whom give up, and several sequencers at once: each committed record is in the log once", async () => {
  const { control, audit } = house.tenancy.internals;
  const tenants = [null, ...Array.from({ length: 5 }, () => uuidv7())];
  const others = [0, 1].map(
    () => new Sequencer({ pool: control, signer: audit.signer, onError: (error) => assert.fail(error) }),
  );
  let isWriting = true;
  const sequencing = [audit.sequencer, ...others].map(async (sequencer) => {
    while (isWriting) await sequencer.run();
  });

  await Promise.all(
    Array.from({ length: 8 }, async (_, worker) => {
      for (let i = 0; i < 20; i++) {
        const tenantId = tenants[(worker + i) % tenants.length] ?? null;
        const isKept = (worker * 7 + i) % 4 !== 0;
        await withTx(control, async (tx) => {
          await recordEvent(tx, BY, "tenant.resumed", tenantId, { worker, i });
          await tx.query({ text: "select pg_sleep(random() * 0.01)" });
          if (!isKept) throw new Error("given up");
        }).catch((failure: Error) => assert.equal(failure.message, "given up"));
      }
    }),
  );
  isWriting = false;
  await Promise.all(sequencing);
  await audit.sequencer.run();

  const order = await sequenced();
  assert.deepEqual(order.toSorted(), await stored());
  assert.equal(new Set(order).size, order.length);
  assert.ok(order.length >= 120);
  await verified();
});

test("a transaction that runs for long is not skipped, and holds no other up", async () => {
  const { control, audit } = house.tenancy.internals;
  const slow = await control.connect();
  await slow.query("begin");
  await slow.query("select pg_current_xact_id()");
  await write(null);
  await audit.sequencer.run();
  const before = await newest();
  await write(null, 3);

  await audit.sequencer.run();
  const during = await newest();
  await slow.query(
    "insert into tenancy.events (id, actor, action, detail) values ($1, 'slow', 'tenant.updated', '{}')",
    [uuidv7()],
  );
  await slow.query("commit");
  slow.release();
  await audit.sequencer.run();

  assert.equal(during.size, before.size + 3);
  assert.equal((await newest()).size, during.size + 1);
  assert.deepEqual((await sequenced()).toSorted(), await stored());
  await verified(before);
});

test("a backlog larger than a batch, of one transaction, is taken in several and whole", async () => {
  const { control, audit } = house.tenancy.internals;
  const tenantId = uuidv7();
  await control.query({
    text: `insert into tenancy.audit_records (id, at, tenant_id, kind, action, outcome, actor, body)
      select gen_random_uuid(), now(), $1::uuid, 'change', 'tenant.updated', 'allowed', 'bulk', '{}' from generate_series(1, 20000)`,
    values: [tenantId],
  });

  await audit.sequencer.run();

  const { rows } = await control.query<{ size: string }>(
    "select size from tenancy.audit_chains where chain = $1",
    [tenantId],
  );
  assert.equal(Number(rows[0]?.size), 20_000);
  assert.equal(new Set(await sequenced()).size, (await stored()).length);
});

test("a sequencer killed at any moment of any batch loses nothing, forks nothing, repeats nothing", async () => {
  const tenantId = uuidv7();
  const seen: Checkpoint[] = [];
  for (const moment of ["before", "after", "before", "after"]) {
    await write(tenantId, 5);
    await write(null, 5);
    const child = spawn(process.execPath, [CHILD, moment, "1"], {
      env: { PATH: process.env["PATH"], ...house.env },
      cwd: house.cwd,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const [, signal] = (await once(child, "exit")) as [number | null, string | null];
    assert.equal(signal, "SIGKILL");
    if (moment === "after") seen.push(await newest());
  }

  await house.tenancy.internals.audit.sequencer.run();

  const order = await sequenced();
  assert.deepEqual(order.toSorted(), await stored());
  for (const older of seen) await verified(older);
  assert.ok((seen[0]?.size ?? 0) < (seen[1]?.size ?? 0));
});

test("what somebody changed in the database is named", async () => {
  const { control, audit } = house.tenancy.internals;
  const tenantId = uuidv7();
  await write(tenantId, 10);
  await audit.sequencer.run();
  const before = await newest();
  const { rows } = await control.query<{ id: string }>(
    "select id from tenancy.audit_records where tenant_id = $1 order by id",
    [tenantId],
  );
  const [changed, removed, column] = [rows[2]?.id, rows[4]?.id, rows[6]?.id];
  const added = uuidv7();
  const dba = await control.connect();
  await dba.query("set session_replication_role = replica");
  await dba.query("update tenancy.audit_records set body = replace(body, 'test', 'evil') where id = $1", [
    changed,
  ]);
  await dba.query("delete from tenancy.audit_records where id = $1", [removed]);
  await dba.query("update tenancy.audit_records set actor = 'evil' where id = $1", [column]);
  await dba.query(
    `insert into tenancy.audit_records (id, at, xid, tenant_id, kind, action, outcome, actor, body)
     values ($1, now(), 5, $2, 'change', 'tenant.updated', 'allowed', 'evil', '{}')`,
    [added, tenantId],
  );
  await dba.query("set session_replication_role = origin");
  dba.release();

  const { faults } = await verifyLive(control, audit.signer);

  assert.deepEqual(
    faults.map(({ kind, recordId, seq }) => [kind, recordId, seq]),
    [
      ["changed", changed, 3],
      ["missing", removed, 5],
      ["columns", column, 7],
      ["added", added, null],
    ],
  );

  // Whoever also mends the hashes is found by the checkpoint that somebody kept.
  await control.query(
    "update tenancy.audit_runs set body_hashes = set_byte(body_hashes, 0, 1 - sign(get_byte(body_hashes, 0))::int) where first_index = 0",
  );
  const { faults: worse } = await verifyLive(control, audit.signer, before);
  assert.ok(
    worse.some(({ kind, message }) => kind === "checkpoint" && /history was rewritten/.test(message)),
  );
  assert.ok(worse.some(({ kind }) => kind === "tree"));
});
