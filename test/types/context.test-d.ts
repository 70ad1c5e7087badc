/** Compiled by test/types.test.ts with the declarations that `tenancy app types` makes of a small app. */
import type { AppTransaction, Context } from "tenancy";

declare const ctx: Context;

export async function repositories() {
  const track = await ctx.tracks.insert({
    title: "Blue",
    genreId: 1,
    tags: ["late"],
    releasedOn: "2026-01-01",
  });
  const found: { title: string; genreId: number | null; createdAt: Date } = track;
  const id: string = track.id;
  await ctx.tracks.update(id, { durationMs: null });
  await ctx.tracks.findAll({ where: { title: { like: "B%" }, genreId: null }, orderBy: "-createdAt" });
  await ctx.trackCredits.findById({ trackId: id, personName: "Ada" });
  await ctx.track_credits.insertMany([{ trackId: 1, personName: "Ada", roleName: "piano" }]);
  await ctx.table("tracks").insert({ anything: 1 });
  ctx.cache.clear();

  // @ts-expect-error: no such column
  await ctx.tracks.insert({ title: "x", colour: "red" });
  // @ts-expect-error: the title is missing
  await ctx.tracks.insert({ genreId: 1 });
  // @ts-expect-error: a title is text
  await ctx.tracks.insert({ title: 7 });
  // @ts-expect-error: repositories speak camelCase
  await ctx.tracks.insert({ title: "x", genre_id: 1 });
  // @ts-expect-error: the database sets it
  await ctx.tracks.insert({ title: "x", id: 1 });
  // @ts-expect-error: the tenant is never given
  await ctx.tracks.insert({ title: "x", tenantId: "x" });
  // @ts-expect-error: no such column
  await ctx.tracks.findAll({ where: { colour: "red" } });
  // @ts-expect-error: no such column
  track.colour;
  // @ts-expect-error: no such table
  ctx.albums;
  // @ts-expect-error: a view has no repository
  ctx.titles;
  return found;
}

export async function kysely() {
  const row = await ctx.db.selectFrom("tracks").select(["id", "genre_id"]).executeTakeFirstOrThrow();
  const genre: number | null = row.genre_id;
  await ctx.db.insertInto("tracks").values({ title: "Blue" }).execute();
  await ctx.db.selectFrom("titles").select("title").execute();

  // @ts-expect-error: no such table
  ctx.db.selectFrom("nope");
  // @ts-expect-error: Kysely speaks snake_case
  ctx.db.selectFrom("tracks").select("genreId");
  // @ts-expect-error: the database sets it
  ctx.db.insertInto("tracks").values({ title: "x", tenant_id: "x" });
  return genre;
}

export async function transactions() {
  await ctx.transaction(async (tx) => {
    await tx.tracks.insert({ title: "Blue" });
    await tx.transaction(async (inner) => inner.mixes.count());
    await inTransaction(tx);
    // @ts-expect-error: no such column
    await tx.tracks.insert({ title: "x", colour: "red" });
    // @ts-expect-error: no such table
    tx.db.selectFrom("nope");
  });
}

async function inTransaction(tx: AppTransaction): Promise<number> {
  return tx.trackCredits.count();
}
