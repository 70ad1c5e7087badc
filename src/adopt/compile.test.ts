import assert from "node:assert/strict";
import { test } from "node:test";
import { assertAdopted, compile } from "./compile.ts";
import { printAdopted } from "./print.ts";

test("a table without a key gets its replica identity, and loses it when a later file adds the key", async () => {
  const compiled = await compile([
    {
      name: "1.sql",
      sql: "create table notes (id int, body text); create table other (id int primary key);",
    },
    { name: "2.sql", sql: "alter table notes add primary key (id);" },
  ]);

  const [first, second] = compiled.files.map((file) => file.statements.map((statement) => statement.sql));
  assert.deepEqual(first?.slice(-2), [
    "create index if not exists notes_tenant_id_idx on notes (tenant_id)",
    "alter table notes replica identity full",
  ]);
  assert.equal(second?.at(-1), "alter table notes replica identity default");
});

test("printed files are told apart again, with their names and lines", async () => {
  const compiled = await compile([
    { name: "1 first.sql", sql: "\n\ncreate table notes (id int);" },
    { name: "2.sql", sql: "-- nothing\n" },
    { name: "3.sql", sql: "create view v as\nselect * from notes;\ninsert into notes values (1);" },
  ]);

  const again = await compile([{ name: "all.sql", sql: printAdopted(compiled) }]);

  assert.deepEqual(again.files, compiled.files);
  assert.deepEqual(again.model, compiled.model);
});

test("statements say where they run", async () => {
  const sql = `create extension citext; create table genres (id int primary key); create table tracks (id int primary key);
    insert into genres values (1); insert into tracks values (1);`;

  const { files, model } = await compile([{ name: "1.sql", sql }], { shared: ["genres"] });

  const scopes = files[0]?.statements
    .filter((statement) => /^(create extension|create table|insert)/i.test(statement.sql))
    .map(
      (statement) => `${statement.scope}: ${statement.sql.split(" ").slice(0, 3).join(" ").toLowerCase()}`,
    );
  assert.deepEqual(scopes, [
    "database: create extension if",
    "database: create table genres",
    "place: create table tracks",
    "database: insert into genres",
    "tenant: insert into tracks",
  ]);
  assert.deepEqual(model.sharedTables, ["genres"]);
});

test("several schemas rule the schema level out", async () => {
  const one = await compile([
    { name: "1.sql", sql: "create schema public; create table t (id int primary key);" },
  ]);
  const two = await compile([{ name: "1.sql", sql: "create schema billing;" }]);

  assert.deepEqual(one.levels, { table: true, schema: true, database: true });
  assert.deepEqual(two.levels, { table: true, schema: false, database: true });
});

test("the app role is an option", async () => {
  const { files } = await compile([{ name: "1.sql", sql: "create table t (id int primary key);" }], {
    appRole: "my app",
  });

  const grant = files[0]?.statements.at(-1)?.sql;
  assert.equal(grant, 'grant select, insert, update, delete on t to "my app"');
});

test("all refusals are reported together", async () => {
  const compiled = await compile([
    { name: "1.sql", sql: "create temp table a (id int);\ncreate rule r as on insert to a do nothing;" },
  ]);

  assert.throws(
    () => assertAdopted(compiled),
    (error: Error & { problems: { path: string }[] }) => {
      assert.deepEqual(
        error.problems.map((problem) => problem.path),
        ["1.sql:1", "1.sql:2"],
      );
      return true;
    },
  );
});

test("the model is plain data", async () => {
  const { model } = await compile([
    { name: "1.sql", sql: "create table t (id int primary key, constructor text);" },
  ]);

  assert.deepEqual(JSON.parse(JSON.stringify(model)), model);
});
