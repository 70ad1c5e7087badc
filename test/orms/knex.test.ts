import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import knex from "knex";
import { bindKnex } from "../../src/embed/pg.ts";
import { type StudioWorld, studioWorld } from "../support/world.ts";
import { eachPair, titlesOf } from "./studios.ts";

let world: StudioWorld;
before(async () => {
  world = await studioWorld({ connections: { ownPrivateMax: 3 } });
});
after(() => world[Symbol.asyncDispose]());

test("Knex on a context: rows, joins, streams and transactions of one tenant alone", async () => {
  await eachPair(world, async (ctx, { name, level, neighbour }) => {
    const elsewhere = await titlesOf(neighbour);
    const db = bindKnex(knex({ client: "pg" }), ctx);

    const [made] = await db("tracks").insert({ title: name, genre_id: 1 }).returning("id");
    await db("mixes").insert({ track_id: made.id, name: "first mix" });
    await db("tracks")
      .where({ id: made.id })
      .update({ title: `${name}!` });
    const joined = await db("tracks as t")
      .join("genres as g", "g.id", "t.genre_id")
      .join("mixes as m", "m.track_id", "t.id")
      .select("t.title", "g.name as genre", "m.name as mix");

    assert.deepEqual(joined, [{ title: `${name}!`, genre: "jazz", mix: "first mix" }], level);
    await db.transaction(
      async (trx) => {
        await trx("tracks").insert({ title: "in transaction" });
        await assert.rejects(
          trx.transaction(async (inner) => {
            await inner("tracks").insert({ title: "undone" });
            throw new Error("inner");
          }),
          /inner/,
        );
        const streamed: string[] = [];
        for await (const row of trx("tracks").orderBy("id").stream()) streamed.push(row.title);
        assert.deepEqual(streamed, [`${name}!`, "in transaction"]);
      },
      { isolationLevel: "repeatable read" },
    );
    await assert.rejects(
      db.transaction(async (trx) => {
        await trx("tracks").insert({ title: "lost" });
        throw new Error("no");
      }),
      /no/,
    );
    assert.deepEqual(await titlesOf(ctx), [`${name}!`, "in transaction"]);
    assert.equal(await db("tracks").where({ title: "in transaction" }).del(), 1);
    await assert.rejects(db("nope").select(), { code: "42P01" });
    assert.deepEqual(await titlesOf(neighbour), elsewhere);
    await db.destroy();
  });
});
