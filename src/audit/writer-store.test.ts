import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import pg from "pg";
import { testDatabase } from "../../test/support/db.ts";
import { uuidv7 } from "../base/ids.ts";
import { migrateSchema } from "../db/migrate.ts";
import { composeRecord, type StoredRecord } from "./body.ts";
import { batchValues, insertRecords, repeatRecords } from "./writer-store.ts";

let pool: pg.Pool;
let drop: () => Promise<void>;
before(async () => {
  const database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 2 });
  drop = async () => {
    await pool.end();
    await database[Symbol.asyncDispose]();
  };
  await migrateSchema(pool, "control");
});
after(() => drop());

const send = (statement: { text: string }, records: readonly StoredRecord[]) =>
  pool.query(statement.text, batchValues(records));

const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.constantFrom("NULL", "{}", '"', "\\", "a,b", "\n\t", '\\"', "\u0000", "\ud800", ""),
);

test("whatever a record says is stored as it is, between its neighbours of the same batch", async () => {
  const record = fc
    .record({ actor: text, resource: text, requestId: text, session: text, value: text })
    .map(({ actor, resource, requestId, session, value }) =>
      composeRecord({
        kind: "request",
        action: "app.request",
        by: { actor, requestId, session },
        tenantId: null,
        resource,
        detail: { value },
      }),
    );
  await fc.assert(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 20 }), async (records) => {
      await send(insertRecords, records);

      const { rows } = await pool.query<Record<string, string>>(
        `select id, actor, resource, request_id, session, body from tenancy.audit_records
         where id = any ($1::uuid[]) order by id`,
        [records.map(({ id }) => id)],
      );
      assert.deepEqual(
        rows,
        records.map(({ id, actor, resource, requestId, session, body }) => ({
          id,
          actor,
          resource,
          request_id: requestId,
          session,
          body,
        })),
      );
    }),
    { numRuns: 60 },
  );
});

test("a batch whose answer was lost is repeated without adding anything twice", async () => {
  const tenantId = uuidv7();
  const by = { actor: "user:1" };
  const records = [1, 2, 3].map(() => composeRecord({ kind: "read", action: "tenant.read", by, tenantId }));
  await send(insertRecords, records.slice(0, 2));

  await send(repeatRecords, records);

  const { rows } = await pool.query("select id from tenancy.audit_records where tenant_id = $1", [tenantId]);
  assert.equal(rows.length, records.length);
});
