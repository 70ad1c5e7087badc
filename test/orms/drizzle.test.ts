import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eq, relations } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { bigint, integer, pgTable, text } from "drizzle-orm/pg-core";
import { type StudioWorld, studioWorld } from "../support/world.ts";
import { eachPair, titlesOf } from "./studios.ts";

const genres = pgTable("genres", { id: integer().primaryKey(), name: text().notNull() });
const tracks = pgTable("tracks", {
  id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  title: text().notNull(),
  genreId: integer("genre_id"),
});
const mixes = pgTable("mixes", {
  id: bigint({ mode: "number" }).primaryKey().generatedAlwaysAsIdentity(),
  trackId: bigint("track_id", { mode: "number" }).notNull(),
  name: text().notNull(),
});
const trackRelations = relations(tracks, ({ one, many }) => ({
  genre: one(genres, { fields: [tracks.genreId], references: [genres.id] }),
  mixes: many(mixes),
}));
const mixRelations = relations(mixes, ({ one }) => ({
  track: one(tracks, { fields: [mixes.trackId], references: [tracks.id] }),
}));
const schema = { genres, tracks, mixes, trackRelations, mixRelations };

let world: StudioWorld;
before(async () => {
  world = await studioWorld();
});
after(() => world[Symbol.asyncDispose]());

test("Drizzle on ctx.pg: rows, relations and transactions of one tenant alone", async () => {
  await eachPair(world, async (ctx, { name, level, neighbour }) => {
    const elsewhere = await titlesOf(neighbour);
    const db = drizzle(ctx.pg, { schema });

    const [made] = await db.insert(tracks).values({ title: name, genreId: 1 }).returning();
    await db.insert(mixes).values({ trackId: made?.id as number, name: "first mix" });
    await db
      .update(tracks)
      .set({ title: `${name}!` })
      .where(eq(tracks.id, made?.id as number));
    const found = await db.query.tracks.findMany({ with: { genre: true, mixes: true } });
    const joined = await db.select().from(tracks).leftJoin(mixes, eq(mixes.trackId, tracks.id));

    assert.deepEqual(
      found.map((track) => [track.title, track.genre?.name, track.mixes.map((mix) => mix.name)]),
      [[`${name}!`, "jazz", ["first mix"]]],
      level,
    );
    assert.equal(joined.length, 1);
    await db.transaction(
      async (tx) => {
        await tx.insert(tracks).values({ title: "in transaction" });
        await assert.rejects(
          tx.transaction(async (inner) => {
            await inner.insert(tracks).values({ title: "undone" });
            inner.rollback();
          }),
        );
      },
      { isolationLevel: "serializable" },
    );
    await assert.rejects(
      db.transaction(async (tx) => {
        await tx.insert(tracks).values({ title: "lost" });
        throw new Error("no");
      }),
      /no/,
    );
    assert.deepEqual(await titlesOf(ctx), [`${name}!`, "in transaction"]);
    await db.delete(tracks).where(eq(tracks.title, "in transaction"));
    assert.deepEqual(await titlesOf(ctx), [`${name}!`]);
    assert.deepEqual(await titlesOf(neighbour), elsewhere);
  });
});
