import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import Cursor from "pg-cursor";
import QueryStream from "pg-query-stream";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../support/world.ts";
import { eachPair, titlesOf } from "./studios.ts";

let world: StudioWorld;
before(async () => {
  world = await studioWorld();
});
after(() => world[Symbol.asyncDispose]());

test("code written for pg runs on ctx.pg: promises, callbacks, transactions", async () => {
  await eachPair(world, async (ctx, { name, level, neighbour }) => {
    const elsewhere = await titlesOf(neighbour);
    const insert = "insert into tracks (title) values ($1) returning title";

    const byPromise = await ctx.pg.query<{ title: string }>(insert, [name]);
    const byCallback = await new Promise<pg.QueryResult>((resolve, reject) =>
      ctx.pg.query({ text: insert, values: [`${name} 2`] }, (error, result) =>
        error ? reject(error) : resolve(result),
      ),
    );
    const asArrays = await ctx.pg.query({ text: "select title from tracks order by id", rowMode: "array" });

    assert.deepEqual([byPromise.rows[0]?.title, byCallback.rows[0].title], [name, `${name} 2`]);
    assert.deepEqual(asArrays.rows, [[name], [`${name} 2`]], level);
    await new Promise<void>((resolve, reject) =>
      ctx.pg.connect((error, client, done) => {
        if (error || !client) return reject(error);
        // As it was written before promises: nothing is awaited, the order of sending counts.
        client.query("BEGIN");
        client.query(insert, ["undone"]);
        client.query("ROLLBACK");
        client.query("BEGIN");
        client.query(insert, [`${name} 3`]);
        client.query("COMMIT", (failure: Error | null) => {
          done();
          failure ? reject(failure) : resolve();
        });
      }),
    );
    assert.deepEqual(await titlesOf(ctx), [name, `${name} 2`, `${name} 3`]);
    assert.deepEqual(await titlesOf(neighbour), elsewhere);
    await ctx.pg.query("delete from tracks");
  });
});

test("cursors and streams read one tenant's rows, inside a transaction", async () => {
  await eachPair(world, async (ctx, { name }) => {
    await ctx.pg.query("insert into tracks (title) select $1 || n from generate_series(1, 250) n", [name]);
    const client = await ctx.pg.connect();
    await client.query("begin");

    const cursor = client.query(new Cursor<{ title: string }>("select title from tracks order by id"));
    const first = await cursor.read(100);
    await cursor.close();
    const streamed: string[] = [];
    for await (const row of client.query(new QueryStream("select title from tracks order by id"))) {
      streamed.push(row.title);
    }
    await client.query("commit");

    assert.equal(first.length, 100);
    assert.deepEqual(
      streamed,
      Array.from({ length: 250 }, (_, i) => `${name}${i + 1}`),
    );
    assert.throws(() => client.query(new Cursor("select 1")), { code: "isolation.statement_refused" });
    assert.throws(() => client.query(new Cursor("drop table tracks")), {
      code: "isolation.statement_refused",
    });
    client.release();
    await ctx.pg.query("delete from tracks");
  });
});

test("a client is given back once, whatever happens, and errors leave it usable", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const client = await ctx.pg.connect();

  assert.equal(await codeOf(client.query("select nope")), "42703");
  assert.equal((await client.query("select 1 as n")).rows[0].n, 1);
  await client.query("begin");
  assert.equal(await codeOf(client.query("select 1 / 0")), "22012");
  assert.equal(await codeOf(client.query("select 1")), "25P02");
  await client.query("rollback");
  assert.equal((await client.query("select 2 as n")).rows[0].n, 2);
  client.release();
  client.release();
  assert.equal(await codeOf(client.query("select 1")), "context.ended");
  for (let i = 0; i < 20; i++) {
    const next = await ctx.pg.connect();
    if (i % 3 === 0) await next.query("begin");
    next.release(i % 5 === 0 ? new Error("broken") : undefined);
  }
  assert.equal(await ctx.table("counters").count(), 0);
});

test("what is sent just before the release still runs, and what comes after is refused", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const client = await ctx.pg.connect();

  const sent = client.query("insert into counters values (1, 1)");
  client.release();

  assert.equal(await codeOf(sent), "none");
  assert.equal(await codeOf(client.query("begin")), "context.ended");
  assert.equal(await ctx.table("counters").remove(1), true);
});

test("the isolation level may follow BEGIN as a statement of its own, and only there", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const client = await ctx.pg.connect();
  const show = async () => (await client.query("show transaction_isolation")).rows[0].transaction_isolation;

  await client.query("START TRANSACTION");
  const answer = await client.query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;");
  assert.equal(answer.command, "SET");
  assert.equal(await show(), "repeatable read");
  assert.equal(await codeOf(client.query("insert into counters values (2, 2)")), "25006");
  await client.query("rollback");
  await client.query("begin");
  await client.query("select 1");
  assert.equal(await codeOf(client.query("set transaction isolation level serializable")), "25001");
  await client.query("rollback");
  await client.query("begin");
  assert.equal(await codeOf(client.query("set transaction isolation level serializable; select 1")), "42601");
  await client.query("rollback");
  client.release();
});
