import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import pg from "pg";
import { type TestDatabase, testDatabase } from "../../test/support/db.ts";
import { assertAdopted, compile } from "./compile.ts";
import { type Lab, openLab } from "./lab.ts";
import { drawRow, drawStatement } from "./lab-queries.ts";
import { drawSchema, type LabSchema, pick } from "./lab-schemas.ts";
import { rewriteQuery } from "./rewrite.ts";

const RUNS = Number(process.env["TENANCY_PROPERTY_RUNS"] ?? 60);
const SEED = Number(process.env["TENANCY_PROPERTY_SEED"] ?? Date.now() % 2 ** 31);
const STATEMENTS = 60;
const TENANTS = ["00000000-0000-7000-8000-00000000000a", "00000000-0000-7000-8000-00000000000b"] as const;

let database: TestDatabase;
let lab: Lab;
/** Runs the original, one schema per tenant. */
let oracle: pg.Client;

before(async () => {
  database = await testDatabase();
  lab = await openLab(database.url);
  oracle = new pg.Client(database.url);
  await oracle.connect();
});

after(async () => {
  await oracle.end();
  await lab[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

interface Outcome {
  rows: string[];
  error: string | null;
}

test(`each tenant gets what the original would give it alone (seed ${SEED}, ${RUNS} schemas)`, async () => {
  let count = 0;
  const seen = { rows: 0, empty: 0, errors: 0 };
  const property = fc.asyncProperty(fc.gen(), async (draw) => {
    count += 1;
    const schema = drawSchema(draw);
    const place = `p${count}`;
    try {
      const model = await makeBoth(schema, place);
      for (let step = 0; step < STATEMENTS; step++) {
        const tenant = pick(draw, TENANTS);
        const table = schema.tables[Math.floor(step / 4)];
        const sql = table ? drawRow(draw, table) : drawStatement(draw, schema);
        const expected = await runOriginal(sql, place, tenant);
        const actual = await runAdopted(rewriteQuery(sql, model), place, tenant);
        seen[expected.error ? "errors" : expected.rows.length > 0 ? "rows" : "empty"] += 1;
        assert.deepEqual(actual, expected, `${sql}\n${rewriteQuery(sql, model)}\n${schema.files.join("\n")}`);
      }
      for (const tenant of TENANTS) {
        for (const { name } of schema.tables) {
          const sql = `select * from ${name}`;
          const expected = await runOriginal(sql, place, tenant);
          assert.deepEqual(await runAdopted(sql, place, tenant), expected, schema.files.join("\n"));
        }
      }
    } finally {
      await dropBoth(place);
    }
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });

  const total = seen.rows + seen.empty + seen.errors;
  assert.ok(
    seen.rows > total / 5 && seen.errors > total / 50,
    `the statements say little: ${JSON.stringify(seen)}`,
  );
});

function originalSchema(place: string, tenant: string): string {
  return `o_${place}_${tenant.slice(-1)}`;
}

async function makeBoth(schema: LabSchema, place: string) {
  const files = schema.files.map((sql, index) => ({ name: `${index + 1}.sql`, sql }));
  const compiled = await compile(files, { appRole: lab.appRole });
  assertAdopted(compiled);
  for (const tenant of TENANTS) {
    const name = originalSchema(place, tenant);
    await oracle.query(`create schema ${name}; set search_path = ${name}; ${schema.files.join("\n")}`);
  }
  await lab.apply({ ...compiled, model: { ...compiled.model, sharedTables: [] } }, place, []);
  return compiled.model;
}

async function dropBoth(place: string): Promise<void> {
  await lab.leave();
  await lab.client.query(`drop schema if exists ${place} cascade`);
  for (const tenant of TENANTS)
    await oracle.query(`drop schema if exists ${originalSchema(place, tenant)} cascade`);
}

async function runOriginal(sql: string, place: string, tenant: string): Promise<Outcome> {
  await oracle.query(`set search_path = ${originalSchema(place, tenant)}`);
  return run(oracle, sql, null);
}

async function runAdopted(sql: string, place: string, tenant: string): Promise<Outcome> {
  await lab.become(tenant, place);
  return run(lab.client, sql, tenant);
}

/** Rows as a sorted list; the error as its code and constraint, which the adopted schema keeps by name. */
async function run(client: pg.Client, sql: string, tenant: string | null): Promise<Outcome> {
  try {
    const { rows, fields } = await client.query<unknown[]>({ text: sql, rowMode: "array" });
    const hidden = fields.flatMap((field, index) => (field.name === "tenant_id" ? [index] : []));
    for (const row of rows) {
      for (const index of hidden)
        assert.ok(row[index] === tenant || row[index] === null, "a row of another tenant");
    }
    const shown = rows.map((row) => JSON.stringify(row.filter((_value, index) => !hidden.includes(index))));
    return { rows: shown.sort(), error: null };
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return { rows: [], error: `${error.code} ${error.constraint ?? error.column ?? ""}` };
  }
}
