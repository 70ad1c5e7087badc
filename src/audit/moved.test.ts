import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { runCli } from "../../test/support/cli.ts";
import { scratch, start } from "../../test/support/embedded.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { AdminPools } from "../db/databases.ts";
import { migrateSchema } from "../db/migrate.ts";
import { withTx } from "../db/tx.ts";
import { prepareDatabase } from "../isolation/place-setup.ts";
import { createTenancy } from "../start.ts";
import { parseCheckpoint, parseNote } from "./note.ts";
import { readCheckpoint } from "./proofs.ts";
import { recordEvent } from "./record.ts";
import { verifyLive } from "./verify-live.ts";

const BY = { actor: "test" };

let house: House;
before(async () => {
  house = await openHouse({ sql: null });
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

/** What pg_dump and pg_restore do with our schema: the same tables, and every row as it stands. */
async function restoreInto(url: string): Promise<void> {
  const pools = new AdminPools(url);
  const target = pools.pool();
  await prepareDatabase(target);
  await migrateSchema(target, "control");
  const client = await target.connect();
  await client.query("set session_replication_role = replica");
  const { rows } = await house.tenancy.internals.control.query<{ name: string }>(
    `select relname as name from pg_class
     where relnamespace = 'tenancy'::regnamespace and relkind in ('r', 'p') and not relispartition`,
  );
  for (const { name } of rows) {
    const table = `tenancy.${pg.escapeIdentifier(name)}`;
    const found = await house.tenancy.internals.control.query<{ rows: string | null }>(
      `select json_agg(t)::text as rows from ${table} t`,
    );
    await client.query(`delete from ${table}`);
    if (found.rows[0]?.rows == null) continue;
    await client.query(
      `insert into ${table} overriding system value select * from json_populate_recordset(null::${table}, $1)`,
      [found.rows[0].rows],
    );
  }
  client.release();
  await pools.close();
}

test("a log that was restored into another cluster takes nothing until somebody says that it is meant, then loses nothing", async () => {
  const { control, audit } = house.tenancy.internals;
  const write = (pool: pg.Pool, n: number) =>
    withTx(pool, (tx) => recordEvent(tx, BY, "tenant.resumed", null, { n }));
  for (let n = 0; n < 20; n++) await write(control, n);
  await audit.sequencer.run();
  const kept = await readCheckpoint(control);
  await write(control, 20); // committed, and in no checkpoint when the dump is made
  using place = scratch();
  const server = await start(place.dataDir);
  try {
    await restoreInto(server.url);
    const env = { ...house.env, TENANT_DATABASE_URL: server.url };
    const tenancy = await createTenancy({ env, cwd: house.cwd, background: false });
    const { control: there, audit: log } = tenancy.internals;
    const xids = await there.query<{ is_lower: boolean }>(
      "select pg_snapshot_xmax(pg_current_snapshot()) < pg_snapshot_xmax(taken) as is_lower from tenancy.audit_log",
    );
    assert.equal(xids.rows[0]?.is_lower, true, "the other cluster counts from lower down");
    await write(there, 21);

    await assert.rejects(log.sequencer.run(), { code: "audit.moved" });
    assert.equal((await readCheckpoint(there)).size, kept.size);
    // Its counter passes the old one: that alone must not make it go on.
    await there.query("update tenancy.audit_log set taken = '3:3:'");
    await assert.rejects(log.sequencer.run(), { code: "audit.moved" });
    await write(there, 22);

    const here = { cwd: house.cwd, env };
    const asked = await runCli(["audit", "resume"], here);
    const resumed = await runCli(["audit", "resume", "--yes", "--json"], here);
    await write(there, 23);
    await log.sequencer.run();

    assert.match(asked.stderr, /Nobody is there to confirm/);
    assert.equal(resumed.code, 0, resumed.stderr);
    const older = parseCheckpoint(parseNote(kept.note)?.text ?? "");
    assert.ok(older);
    const report = await verifyLive(there, log.signer, older);
    assert.deepEqual(report.faults, []);
    const { rows } = await there.query<{ n: number }>(
      `select (body::json -> 'detail' ->> 'n')::int as n from tenancy.audit_records
       where action = 'tenant.resumed' order by id`,
    );
    assert.deepEqual(
      rows.map(({ n }) => n),
      Array.from({ length: 24 }, (_, n) => n),
    );
    const epoch = await there.query<{ body: string }>(
      "select body from tenancy.audit_records where action = 'audit.epoch_opened' and outcome = 'allowed'",
    );
    assert.match(epoch.rows[0]?.body ?? "", new RegExp(`"size":${kept.size}`));
    const again = await runCli(["audit", "resume", "--yes"], here);
    assert.match(again.stderr, /nothing to resume/);
    await tenancy.close();
  } finally {
    await server.stop();
  }
});

test("a log that stays where it was is never stopped", async () => {
  const { control, audit } = house.tenancy.internals;
  await withTx(control, (tx) => recordEvent(tx, BY, "tenant.resumed", null, {}));

  assert.ok((await audit.sequencer.run()) >= 1);
  const { rows } = await control.query(
    "select moved_at, system_identifier is not null as is_known from tenancy.audit_log",
  );
  assert.deepEqual(rows, [{ moved_at: null, is_known: true }]);
});
