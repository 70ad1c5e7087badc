import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DataSource, EntitySchema } from "typeorm";
import { typeormDriver } from "../../src/embed/pg.ts";
import { type StudioWorld, studioWorld } from "../support/world.ts";
import { eachPair, titlesOf } from "./studios.ts";

interface Genre {
  id: number;
  name: string;
}
interface Mix {
  id: string;
  name: string;
  track?: Track;
}
interface Track {
  id: string;
  title: string;
  genre?: Genre | null;
  mixes?: Mix[];
}

const id = { type: "bigint", primary: true, generated: "increment" } as const;
const genreEntity = new EntitySchema<Genre>({
  name: "Genre",
  tableName: "genres",
  columns: { id: { type: Number, primary: true }, name: { type: "text" } },
});
const trackEntity = new EntitySchema<Track>({
  name: "Track",
  tableName: "tracks",
  columns: { id, title: { type: "text" } },
  relations: {
    genre: { type: "many-to-one", target: "Genre", joinColumn: { name: "genre_id" }, nullable: true },
    mixes: { type: "one-to-many", target: "Mix", inverseSide: "track", cascade: true },
  },
});
const mixEntity = new EntitySchema<Mix>({
  name: "Mix",
  tableName: "mixes",
  columns: { id, name: { type: "text" } },
  relations: { track: { type: "many-to-one", target: "Track", joinColumn: { name: "track_id" } } },
});
const entities = [genreEntity, trackEntity, mixEntity];

let world: StudioWorld;
before(async () => {
  world = await studioWorld({ connections: { ownPrivateMax: 3 } });
});
after(() => world[Symbol.asyncDispose]());

test("TypeORM on a context: entities, relations and transactions of one tenant alone", async () => {
  await eachPair(world, async (ctx, { name, level, neighbour }) => {
    const elsewhere = await titlesOf(neighbour);
    const driver = typeormDriver(ctx);
    const source = await new DataSource({
      type: "postgres",
      driver,
      installExtensions: false,
      entities,
    }).initialize();
    const tracks = source.getRepository(trackEntity);
    const jazz = await source.getRepository(genreEntity).findOneByOrFail({ name: "jazz" });

    const made = await tracks.save({ title: name, genre: jazz, mixes: [{ name: "first mix" }] as Mix[] });
    await tracks.update({ id: made.id }, { title: `${name}!` });
    const found = await tracks.find({ relations: { genre: true, mixes: true } });

    assert.deepEqual(
      found.map((track) => [track.title, track.genre?.name, track.mixes?.map((mix) => mix.name)]),
      [[`${name}!`, "jazz", ["first mix"]]],
      level,
    );
    await source.transaction("SERIALIZABLE", async (manager) => {
      await manager.save(trackEntity, { title: "in transaction" });
      const level = await manager.query("show transaction_isolation");
      assert.equal(level[0].transaction_isolation, "serializable");
    });
    await assert.rejects(
      source.transaction(async (manager) => {
        await manager.save(trackEntity, { title: "lost" });
        throw new Error("no");
      }),
      /no/,
    );
    assert.deepEqual(await titlesOf(ctx), [`${name}!`, "in transaction"]);
    await tracks.delete({ title: "in transaction" });
    const counted = await tracks.createQueryBuilder("t").leftJoin("t.mixes", "m").getCount();
    assert.equal(counted, 1);
    await source.destroy();
    assert.deepEqual(await titlesOf(neighbour), elsewhere);
  });
});
