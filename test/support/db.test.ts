import assert from "node:assert/strict";
import { test } from "node:test";
import pg from "pg";
import { databaseUrl, testCluster, testDatabase } from "./db.ts";

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on("error", () => {});
  await client.connect();
  return client;
}

test("a test database is the test's own and gone at the end, with whoever is connected", async () => {
  const { url: admin } = await testCluster();
  let name: string;
  {
    await using db = await testDatabase();
    name = db.name;
    const client = await connect(db.url);
    await client.query("create table notes (id int)");
  }

  const observer = await connect(admin);
  const { rows } = await observer.query("select 1 from pg_database where datname = $1", [name]);
  await observer.end();

  assert.deepEqual(rows, []);
});

test("databases made from one template at the same time all hold its tables", async () => {
  await using template = await testDatabase();
  const author = await connect(template.url);
  await author.query("create table notes (id int)");
  await author.end();

  const copies = await Promise.all([1, 2, 3, 4].map(() => testDatabase({ template: template.name })));

  for (const copy of copies) {
    const client = await connect(copy.url);
    assert.deepEqual((await client.query("select id from notes")).rows, []);
    await client.end();
    await copy[Symbol.asyncDispose]();
  }
});

test("a database with a replication slot can be dropped", async () => {
  const db = await testDatabase();
  const client = await connect(db.url);
  const { rows } = await client.query("show wal_level");
  const slot = `slot_${db.name}`;
  await client.query("select pg_create_logical_replication_slot($1, 'pgoutput')", [slot]);
  await client.end();

  await db[Symbol.asyncDispose]();

  assert.deepEqual(rows, [{ wal_level: "logical" }]);
  await assert.rejects(connect(db.url), { code: "3D000" });
});

test("the url of another database keeps server and login", () => {
  const url = databaseUrl("postgresql://me:secret@localhost:5432/one?host=%2Frun", "two");

  assert.equal(url, "postgresql://me:secret@localhost:5432/two?host=%2Frun");
});
