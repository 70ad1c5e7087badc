import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import { SONGS_SQL } from "../../test/support/songs.ts";
import { pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import type { AppDatabase } from "./app-tables.ts";

let world: StudioWorld;
before(async () => {
  world = await studioWorld({ sql: SONGS_SQL });
});
after(() => world[Symbol.asyncDispose]());

const open = (level: (typeof ISOLATION_LEVELS)[number] = "table") =>
  world.tenancy.data.context(pairAt(world, level)[0].id);
const clear = async (ctx: Awaited<ReturnType<typeof open>>) => {
  await ctx.query({ text: "delete from letters" });
  await ctx.query({ text: "delete from songs" });
  await ctx.query({ text: "delete from people" });
};

for (const level of ISOLATION_LEVELS) {
  test(`${level}: the query builder inserts, updates, selects and finds sealed values`, async () => {
    await using ctx = await open(level);
    const { db } = ctx;

    const inserted = await db
      .insertInto("songs")
      .values([
        { title: "One", lyrics: "la la", email: "ada@example.com", meta: { key: "c" } },
        { title: sql`upper('two')`, lyrics: "lo lo", bpm: 90 },
      ])
      .returning(["id", "title", "lyrics as words"])
      .execute();
    const [one, two] = inserted;
    await db
      .updateTable("songs")
      .set({ email: "bob@example.com", bpm: 91 })
      .where("id", "=", two?.["id"])
      .execute();
    const updated = await db
      .updateTable("songs as s")
      .set({ lyrics: "la la la", meta: '{"key":"d"}' })
      .where("s.id", "=", one?.["id"])
      .returningAll()
      .executeTakeFirst();

    assert.deepEqual(
      inserted.map(({ title, words }) => [title, words]),
      [
        ["One", "la la"],
        ["TWO", "lo lo"],
      ],
    );
    const { tenant_id, ...row } = updated ?? {};
    assert.deepEqual(row, {
      id: one?.["id"],
      title: "One",
      lyrics: "la la la",
      email: "ada@example.com",
      meta: { key: "d" },
      bpm: null,
    });
    assert.ok(tenant_id);
    const found = (condition: (eb: ExpressionBuilder<AppDatabase, "songs">) => Expression<SqlBool>) =>
      db.selectFrom("songs").select(["title", "email"]).where(condition).orderBy("id").execute();
    const email = "ada@example.com";
    assert.deepEqual(await found((eb) => eb("email", "=", email)), [{ title: "One", email }]);
    assert.equal((await found((eb) => eb("songs.email", "in", [email, "bob@example.com"]))).length, 2);
    assert.equal((await found((eb) => eb("email", "!=", email))).length, 1);
    assert.equal((await found((eb) => eb("email", "not in", [email]))).length, 1);
    assert.equal((await found((eb) => eb("email", "is", null))).length, 0);
    const either = await found((eb) =>
      eb.or([eb("email", "=", "x"), eb.not(eb("lyrics", "is", null)), eb("bpm", "=", 91)]),
    );
    assert.equal(either.length, 2);
    const deleted = await db
      .deleteFrom("songs")
      .where("email", "=", "ada@example.com")
      .returning("lyrics")
      .execute();
    assert.deepEqual(deleted, [{ lyrics: "la la la" }]);
    const { rows } = await ctx.query({ text: "select * from songs" });
    assert.equal(rows.length, 1);
    assert.equal(rows[0]["lyrics"], null);
    assert.ok(Buffer.isBuffer(rows[0]["lyrics_sealed"]));
    await clear(ctx);
  });

  test(`${level}: joins, aliases, sub-queries and streams carry sealed values of several tables`, async () => {
    await using ctx = await open(level);
    const { db } = ctx;
    const ada = await db
      .insertInto("people")
      .values({ name: "Ada" })
      .returning("id")
      .executeTakeFirstOrThrow();
    const song = await db
      .insertInto("songs")
      .values({ title: "One", lyrics: "la", email: "a@b.c" })
      .returning("id")
      .executeTakeFirstOrThrow();
    await db.insertInto("songs").values({ title: "Two", lyrics: "lo" }).execute();
    await db
      .insertInto("letters")
      .values({ song_id: song["id"], person_id: ada["id"], body: "Dear" })
      .execute();

    const joined = await db
      .selectFrom("songs as s")
      .leftJoin("letters as l", "l.song_id", "s.id")
      .select(["s.title", "s.lyrics as words", "l.body", "s.email as email"])
      .where("s.email", "=", "a@b.c")
      .unionAll(
        db
          .selectFrom("people")
          .select(["name as title", "name as words", "name as body", "name as email"])
          .where("name", "=", "nobody"),
      )
      .execute()
      .catch((error) => error);
    assert.equal(joined.code, "context.sealed_column", "a union cannot tell which rows to open");
    const rows = await db
      .selectFrom("songs as s")
      .leftJoin("letters as l", "l.song_id", "s.id")
      .select(["s.title", "s.lyrics as words", "l.body"])
      .orderBy("s.id")
      .execute();
    assert.deepEqual(rows, [
      { title: "One", words: "la", body: "Dear" },
      { title: "Two", words: "lo", body: null },
    ]);
    const stars = await db
      .selectFrom("letters as l")
      .innerJoin("songs", "songs.id", "l.song_id")
      .selectAll("l")
      .select("songs.lyrics")
      .execute();
    assert.deepEqual(Object.keys(stars[0] ?? {}).sort(), [
      "body",
      "id",
      "lyrics",
      "person_id",
      "song_id",
      "tenant_id",
    ]);
    assert.deepEqual([stars[0]?.["body"], stars[0]?.["lyrics"]], ["Dear", "la"]);
    const withLetters = await db
      .selectFrom("songs")
      .select("lyrics")
      .where(({ exists, selectFrom }) =>
        exists(selectFrom("letters").selectAll().whereRef("letters.song_id", "=", "songs.id")),
      )
      .where("id", "in", db.selectFrom("songs as t").select("t.id").where("t.email", "=", "a@b.c"))
      .execute();
    assert.deepEqual(withLetters, [{ lyrics: "la" }]);
    const streamed: unknown[] = [];
    for await (const row of db.selectFrom("songs").select("lyrics").orderBy("id").stream())
      streamed.push(row);
    assert.deepEqual(streamed, [{ lyrics: "la" }, { lyrics: "lo" }]);
    await clear(ctx);
  });

  test(`${level}: transactions of the context and of the query builder seal and open`, async () => {
    await using ctx = await open(level);

    await ctx.transaction(async (tx) => {
      await tx.db.insertInto("songs").values({ title: "One", lyrics: "la", email: "a@b.c" }).execute();
      assert.deepEqual(
        await tx.db.selectFrom("songs").select("lyrics").where("email", "=", "a@b.c").execute(),
        [{ lyrics: "la" }],
      );
    });
    await ctx.db.transaction().execute(async (trx) => {
      const { id } = await trx
        .insertInto("songs")
        .values({ title: "Two", lyrics: "lo" })
        .returning("id")
        .executeTakeFirstOrThrow();
      await trx.updateTable("songs").set({ lyrics: "lo lo" }).where("id", "=", id).execute();
    });
    const failing = ctx.db.transaction().execute(async (trx) => {
      await trx.insertInto("songs").values({ title: "Three", lyrics: "never" }).execute();
      throw new Error("stop");
    });
    await assert.rejects(failing, /stop/);

    assert.deepEqual(
      (await ctx.table("songs").findAll({ orderBy: "id" })).map(({ lyrics }) => lyrics),
      ["la", "lo lo"],
    );
    await clear(ctx);
  });
}
