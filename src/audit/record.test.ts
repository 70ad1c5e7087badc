import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import pg from "pg";
import { testDatabase } from "../../test/support/db.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { uuidv7 } from "../base/ids.ts";
import { migrateSchema } from "../db/migrate.ts";
import { withTx } from "../db/tx.ts";
import { composeRecord } from "./body.ts";
import { digestKeyOf, digestOf, digestState } from "./digest.ts";
import { BODY_BYTES_MAX } from "./limits.ts";
import { readEvents, recordEvent } from "./record.ts";

let house: House;
before(async () => {
  house = await openHouse({ sql: null });
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

/** An id of another time; `uuidv7` never goes back. */
function idOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, "0");
  return `${hex.slice(0, 8)}-${hex.slice(8)}${uuidv7().slice(13)}`;
}

test("a record keeps who, for whom, from where, why, before and after, in the bytes that are hashed", async () => {
  const { control } = house.tenancy.internals;
  const tenantId = uuidv7();
  const by = {
    actor: "operator:1",
    onBehalfOf: "user:2",
    requestId: uuidv7(),
    ip: "192.0.2.7",
    session: "s-1",
  };
  const states = { of: "thing:1", before: { a: 1 }, after: { a: 2 } };
  const key = digestKeyOf(control, tenantId);

  await withTx(control, (tx) =>
    recordEvent(tx, by, "tenant.resumed", tenantId, { plan: "premium" }, { policies: ["policy-1"], states }),
  );

  const { rows } = await control.query<{ body: string; ip: string; on_behalf_of: string; at: Date }>(
    "select body, host(ip) as ip, on_behalf_of, at from tenancy.audit_records where tenant_id = $1",
    [tenantId],
  );
  const body = JSON.parse(rows[0]?.body ?? "") as Record<string, unknown>;
  assert.deepEqual(
    { ...body, id: "", at: "" },
    {
      v: 1,
      id: "",
      at: "",
      kind: "change",
      action: "tenant.resumed",
      outcome: "allowed",
      tenantId,
      resource: `tenant:${tenantId}`,
      ...by,
      policies: ["policy-1"],
      of: "thing:1",
      before: digestState(key, "thing:1", { a: 1 }),
      after: digestState(key, "thing:1", { a: 2 }),
      detail: { plan: "premium" },
    },
  );
  assert.equal(rows[0]?.ip, by.ip);
  assert.equal(rows[0]?.on_behalf_of, by.onBehalfOf);
  assert.equal(rows[0]?.at.toISOString(), body["at"]);
});

test("texts that PostgreSQL or JSON would refuse are recorded, and listed afterwards", async () => {
  const { control } = house.tenancy.internals;
  const tenantId = uuidv7();
  const odd = '\u0000 \ud800 \n {"a":1}\' --';

  await withTx(control, (tx) =>
    recordEvent(tx, { actor: odd, requestId: odd, ip: "fe80::1%eth0" }, "tenant.resumed", tenantId, {
      [odd]: odd,
    }),
  );

  const [event] = await readEvents(control, { tenantId, limit: 1 });
  assert.equal(event?.actor, '\ufffd \ufffd \n {"a":1}\' --');
  assert.deepEqual(Object.keys(event?.detail ?? {}).length, 1);
  const { rows } = await control.query("select detail::text from tenancy.events where tenant_id = $1", [
    tenantId,
  ]);
  assert.equal(rows.length, 1);
  const { body } = composeRecord({
    kind: "read",
    action: "tenant.read",
    by: { actor: "x" },
    tenantId: null,
    detail: { text: "\\u0000 \\ud800" },
  });
  assert.equal(JSON.parse(body).detail.text, "\\u0000 \\ud800", "a backslash and letters are no escape");
});

test("a detail beyond all measure becomes its digest; the record is not refused", () => {
  const detail = { text: "é".repeat(BODY_BYTES_MAX) };

  const record = composeRecord({
    kind: "read",
    action: "tenant.read",
    by: { actor: "x" },
    tenantId: null,
    detail,
  });

  assert.ok(Buffer.byteLength(record.body) < 1_000);
  assert.deepEqual(JSON.parse(record.body).detail, { isTooLarge: true, digest: digestOf(detail) });
});

test("a digest is the same for the same thing, whatever the order of its keys", () => {
  assert.equal(digestOf({ a: [1, { b: 2, c: 3 }] }), digestOf({ a: [1, { c: 3, b: 2 }] }));
  assert.notEqual(digestOf({ a: 1 }), digestOf({ a: 2 }));
});

test("records cannot be changed or removed by mistake", async () => {
  const { control } = house.tenancy.internals;
  await withTx(control, (tx) => recordEvent(tx, { actor: "test" }, "tenant.resumed", null));

  for (const text of [
    "update tenancy.audit_records set actor = 'other'",
    "delete from tenancy.audit_records",
  ]) {
    await assert.rejects(control.query(text), { code: "TE002" });
  }
});

test("each record lies in the partition of its month, and the months ahead are there", async () => {
  const { control } = house.tenancy.internals;
  await withTx(control, (tx) => recordEvent(tx, { actor: "test" }, "tenant.resumed", null));

  const { rows } = await control.query<{ part: string; n: number }>(
    "select tableoid::regclass::text as part, count(*)::int as n from tenancy.audit_records group by 1",
  );
  const { rows: ahead } = await control.query<{ is_there: boolean }>(
    `select to_regclass('tenancy.audit_records_' || to_char((now() at time zone 'UTC') + make_interval(months => m), 'YYYY_MM')) is not null as is_there
     from generate_series(0, 2) m`,
  );

  const month = new Date().toISOString().slice(0, 7).replace("-", "_");
  assert.deepEqual(
    rows.map((row) => row.part),
    [`tenancy.audit_records_${month}`],
  );
  assert.ok(ahead.every((row) => row.is_there));
});

test("a month that was not there in time takes its rows over from the rest", async () => {
  const { control } = house.tenancy.internals;
  const id = idOf(Date.UTC(2031, 4, 17));
  await control.query({
    text: "insert into tenancy.events (id, at, actor, action, detail) values ($1, '2031-05-17', 'test', 'tenant.updated', '{}')",
    values: [id],
  });

  await control.query("select tenancy.ensure_audit_month('2031-05-01')");

  const { rows } = await control.query<{ part: string }>(
    "select tableoid::regclass::text as part from tenancy.audit_records where id = $1",
    [id],
  );
  assert.equal(rows[0]?.part, "tenancy.audit_records_2031_05");
});

test("events of the release before are kept by the migration, and its processes may go on adding theirs", async () => {
  await using db = await testDatabase();
  const pool = new pg.Pool({ connectionString: db.url });
  try {
    const dir = new URL("../../sql/", import.meta.url);
    const older = readdirSync(dir)
      .filter((file) => /^\d{4}_/.test(file) && Number(file.slice(0, 4)) < 40)
      .sort();
    await pool.query(
      "create schema tenancy; create table tenancy.migrations (set text, number int, file text, applied_at timestamptz default now(), primary key (set, number))",
    );
    for (const file of older) {
      await pool.query(readFileSync(new URL(file, dir), "utf8"));
      await pool.query("insert into tenancy.migrations (set, number, file) values ('control', $1, $2)", [
        Number(file.slice(0, 4)),
        file,
      ]);
    }
    const ids = [idOf(Date.UTC(2024, 1, 29)), uuidv7()];
    const insert =
      "insert into tenancy.events (id, at, actor, action, tenant_id, detail, request_id) values ($1, $2, 'cli:root', 'tenant.created', $1, '{\"name\": \"A\"}', 'r')";
    await pool.query(insert, [ids[0], "2024-02-29T12:00:00.123456Z"]);

    await migrateSchema(pool, "control");
    await pool.query(insert, [ids[1], "2026-01-01T00:00:00Z"]);

    const events = await readEvents(pool, { limit: 10 });
    assert.deepEqual(
      events.map((event) => [event.id, event.tenantId, event.actor, event.detail, event.requestId]),
      [ids[1], ids[0]].map((id) => [id, id, "cli:root", { name: "A" }, "r"]),
    );
    const { rows } = await pool.query<{ part: string }>(
      "select tableoid::regclass::text as part from tenancy.audit_records where id = $1",
      [ids[0]],
    );
    assert.match(rows[0]?.part ?? "", /audit_records_2024_02$/);
  } finally {
    await pool.end();
  }
});
