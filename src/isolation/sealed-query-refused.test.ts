import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sql } from "kysely";
import { SONGS_SQL } from "../../test/support/songs.ts";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import type { ISOLATION_LEVELS } from "../tenants/tenant.ts";

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
