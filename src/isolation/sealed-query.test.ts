import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from "kysely";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import type { AppDatabase } from "./app-tables.ts";

const SQL = `
create table genres (id int primary key, name text not null);
create table people (id bigint generated always as identity primary key, name text not null);
create table songs (
  id bigint generated always as identity primary key,
  title text not null unique,
  lyrics text not null,
  email text,
  meta jsonb,
  bpm int
);
comment on column songs.lyrics is '@sealed';
comment on column songs.email is '@sealed search';
comment on column songs.meta is '@sealed';
create table letters (
  id uuid primary key default gen_random_uuid(),
  song_id bigint references songs (id) on delete cascade,
  person_id bigint not null references people (id),
  body text
);
comment on column letters.body is '@sealed subject=person_id';
create table plain (id int primary key, email text);
`;

let world: StudioWorld;
before(async () => {
  world = await studioWorld({ sql: SQL });
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

test("what the database cannot do with a sealed column is refused, wherever it stands in a query", async () => {
  await using ctx = await open();
  const { db } = ctx;
  const { id } = await db
    .insertInto("songs")
    .values({ title: "One", lyrics: "la", email: "a@b.c" })
    .returning("id")
    .executeTakeFirstOrThrow();
  const refused: [string, () => Promise<unknown>][] = [
    [
      "equality without search",
      () => db.selectFrom("songs").select("id").where("lyrics", "=", "la").execute(),
    ],
    ["range", () => db.selectFrom("songs").select("id").where("email", ">", "a").execute()],
    ["like", () => db.selectFrom("songs").select("id").where("email", "like", "a%").execute()],
    [
      "column against column",
      () => db.selectFrom("songs").select("id").whereRef("email", "=", "title").execute(),
    ],
    ["on the right", () => db.selectFrom("songs").select("id").whereRef("title", "=", "email").execute()],
    ["order", () => db.selectFrom("songs").select("id").orderBy("email").execute()],
    ["group", () => db.selectFrom("songs").select("email").groupBy("email").execute()],
    ["distinct", () => db.selectFrom("songs").select("email").distinct().execute()],
    [
      "aggregate",
      () =>
        db
          .selectFrom("songs")
          .select((eb) => eb.fn.max("email").as("m"))
          .execute(),
    ],
    [
      "function",
      () =>
        db
          .selectFrom("songs")
          .select((eb) => eb.fn("upper", ["lyrics"]).as("m"))
          .execute(),
    ],
    [
      "raw reference",
      () =>
        db
          .selectFrom("songs")
          .select(sql`${sql.ref("lyrics")} || 'x'`.as("m"))
          .execute(),
    ],
    ["raw text", () => db.selectFrom("songs").select(sql`length(lyrics)`.as("m")).execute()],
    ["raw query", () => sql`select lyrics from songs`.execute(db)],
    [
      "join",
      () => db.selectFrom("songs").innerJoin("plain", "plain.email", "songs.email").select("title").execute(),
    ],
    ["nested star", () => db.selectFrom(db.selectFrom("songs").selectAll().as("s")).selectAll().execute()],
    [
      "nested value",
      () => db.selectFrom(db.selectFrom("songs").select("lyrics").as("s")).select("s.lyrics").execute(),
    ],
    [
      "cte",
      () =>
        db
          .with("s", (q) => q.selectFrom("songs").select("lyrics"))
          .selectFrom("s")
          .selectAll()
          .execute(),
    ],
    ["computed insert", () => db.insertInto("songs").values({ title: "x", lyrics: sql`'plain'` }).execute()],
    [
      "insert from select",
      () =>
        db
          .insertInto("songs")
          .columns(["title", "lyrics"])
          .expression(db.selectFrom("people").select(["name as a", "name as b"]))
          .execute(),
    ],
    [
      "computed update",
      () => db.updateTable("songs").set({ lyrics: sql`title` }).where("id", "=", id).execute(),
    ],
    ["update of many", () => db.updateTable("songs").set({ lyrics: "all" }).where("bpm", ">", 1).execute()],
    ["update without where", () => db.updateTable("songs").set({ lyrics: "all" }).execute()],
    [
      "update by or",
      () =>
        db
          .updateTable("songs")
          .set({ lyrics: "x" })
          .where((eb) => eb.or([eb("id", "=", id), eb("bpm", "=", 1)]))
          .execute(),
    ],
    [
      "upsert",
      () =>
        db
          .insertInto("songs")
          .values({ title: "One", lyrics: "x" })
          .onConflict((oc) => oc.column("title").doUpdateSet({ lyrics: "y" }))
          .execute(),
    ],
    [
      "upsert from excluded",
      () =>
        db
          .insertInto("songs")
          .values({ title: "One", lyrics: "x" })
          .onConflict((oc) => oc.column("title").doUpdateSet((eb) => ({ lyrics: eb.ref("excluded.lyrics") })))
          .execute(),
    ],
    [
      "all of two tables with a column of one name",
      () =>
        db
          .selectFrom("songs")
          .innerJoin("plain", (join) => join.onTrue())
          .selectAll()
          .execute(),
    ],
    [
      "two columns under one name",
      () =>
        db
          .selectFrom("songs")
          .innerJoin("plain", (join) => join.onTrue())
          .selectAll("songs")
          .select("plain.email")
          .execute(),
    ],
    [
      "upsert of another person",
      () =>
        db
          .insertInto("letters")
          .values({ person_id: 1, body: "x" })
          .onConflict((oc) => oc.column("id").doUpdateSet({ person_id: 2 }))
          .execute(),
    ],
    [
      "insert of what another query reads",
      () =>
        db
          .insertInto("plain")
          .columns(["id", "email"])
          .expression(db.selectFrom("songs").select(["bpm", "email"]))
          .execute(),
    ],
    ["new key", () => db.updateTable("songs").set({ id: 77 }).where("id", "=", id).execute()],
    ["another person", () => db.updateTable("letters").set({ person_id: 1 }).execute()],
  ];
  for (const [what, work] of refused) assert.equal(await codeOf(work()), "context.sealed_column", what);
  assert.equal(await codeOf(db.insertInto("songs").values({ title: "x" }).execute()), "context.bad_value");
  assert.equal(
    await codeOf(db.updateTable("songs").set({ meta: "no json" }).where("id", "=", id).execute()),
    "context.bad_value",
  );
  assert.deepEqual(await db.selectFrom("songs").select(["title", "lyrics"]).execute(), [
    { title: "One", lyrics: "la" },
  ]);
  await clear(ctx);
});

test("what does not concern sealed columns passes: counts, conflicts, nulls for many, tables of the same columns", async () => {
  await using ctx = await open();
  const { db } = ctx;
  await db
    .insertInto("songs")
    .values([
      { title: "One", lyrics: "la", email: "a" },
      { title: "Two", lyrics: "lo", email: "b" },
    ])
    .execute();

  await db
    .insertInto("songs")
    .values({ title: "One", lyrics: "x" })
    .onConflict((oc) => oc.column("title").doNothing())
    .execute();
  await db
    .insertInto("songs")
    .values({ title: "One", lyrics: "x" })
    .onConflict((oc) => oc.columns(["title"]).doUpdateSet({ bpm: 5 }))
    .execute();
  const { n } = await db
    .selectFrom("songs")
    .select((eb) => eb.fn.countAll().as("n"))
    .executeTakeFirstOrThrow();
  await db.insertInto("plain").values({ id: 1, email: "p" }).execute();
  const mixed = await db
    .selectFrom("plain")
    .innerJoin("songs", (join) => join.onTrue())
    .select(["plain.email", "songs.email as other"])
    .orderBy("plain.email")
    .where("songs.email", "=", "a")
    .execute();
  await db.updateTable("songs").set({ email: null }).execute();

  assert.equal(Number(n), 2);
  assert.deepEqual(mixed, [{ email: "p", other: "a" }]);
  assert.deepEqual(await db.selectFrom("songs").select(["email", "bpm"]).orderBy("title").execute(), [
    { email: null, bpm: 5 },
    { email: null, bpm: null },
  ]);
  assert.deepEqual(await db.selectFrom("plain").select("email").where("email", "like", "p%").execute(), [
    { email: "p" },
  ]);
  await ctx.query({ text: "delete from plain" });
  await clear(ctx);
});
