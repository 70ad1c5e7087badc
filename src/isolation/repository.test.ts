import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { emptyModel } from "../adopt/model.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import { tableShape, toProperty } from "./table-shape.ts";

let world: StudioWorld;
before(async () => {
  world = await studioWorld();
});
after(() => world[Symbol.asyncDispose]());

for (const level of ISOLATION_LEVELS) {
  test(`${level}: what one tenant writes its neighbour neither finds, changes, counts nor removes`, async () => {
    const [a, b] = pairAt(world, level);
    await using mine = await world.tenancy.data.context(a.id);
    await using theirs = await world.tenancy.data.context(b.id);

    const track = await mine.table("tracks").insert({ title: "Blue", genreId: 1, durationMs: 1000 });
    const key = track["id"] as string;

    assert.equal((await mine.table("tracks").findById(key))?.["title"], "Blue");
    assert.equal(await theirs.table("tracks").findById(key), undefined);
    assert.deepEqual(await theirs.table("tracks").findAll({ where: { title: "Blue" } }), []);
    assert.equal(await theirs.table("tracks").count(), 0);
    assert.equal(await codeOf(theirs.table("tracks").update(key, { title: "Taken" })), "context.not_found");
    assert.equal(await theirs.table("tracks").remove(key), false);
    assert.equal((await mine.table("tracks").findById(key))?.["title"], "Blue");
    assert.equal(await mine.table("tracks").remove(key), true);
  });

  test(`${level}: rows are found by each operator, in order, in pages`, async () => {
    const [a] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    const tracks = ctx.table("tracks");
    await tracks.insertMany(
      [
        ["Alba", 1, 10],
        ["Brisa", 2, 20],
        ["Cielo", null, 30],
        ["100%", 2, 40],
      ].map(([title, genreId, playCount]) => ({ title, genreId, playCount })),
    );
    const titles = async (where: Record<string, unknown>) =>
      (await tracks.findAll({ where, orderBy: "playCount" })).map((row) => row["title"]);

    assert.deepEqual(await titles({ title: "Alba" }), ["Alba"]);
    assert.deepEqual(await titles({ genreId: null }), ["Cielo"]);
    assert.deepEqual(await titles({ genreId: [1, 2] }), ["Alba", "Brisa", "100%"]);
    assert.deepEqual(await titles({ genreId: [] }), []);
    assert.deepEqual(await titles({ playCount: { gt: 10, lte: 30 } }), ["Brisa", "Cielo"]);
    assert.deepEqual(await titles({ playCount: { gte: 30 } }), ["Cielo", "100%"]);
    assert.deepEqual(await titles({ playCount: { lt: 20 } }), ["Alba"]);
    assert.deepEqual(await titles({ title: { ne: "Alba" }, genreId: { eq: 2 } }), ["Brisa", "100%"]);
    assert.deepEqual(await titles({ title: { in: ["Alba", "Cielo"] } }), ["Alba", "Cielo"]);
    assert.deepEqual(await titles({ title: { notIn: ["Alba"] }, playCount: { lt: 40 } }), ["Brisa", "Cielo"]);
    assert.deepEqual(await titles({ title: { like: "%i%" } }), ["Brisa", "Cielo"]);
    assert.deepEqual(await titles({ title: { ilike: "ALB%" } }), ["Alba"]);
    assert.deepEqual(await titles({ genreId: { isNull: true } }), ["Cielo"]);
    assert.deepEqual(await titles({ genreId: { isNull: false }, title: "100%" }), ["100%"]);
    assert.equal(await tracks.count({ where: { genreId: 2 } }), 2);
    assert.equal((await tracks.findOne({ orderBy: "-playCount" }))?.["title"], "100%");
    const page = await tracks.findAll({ orderBy: ["-genreId", "title"], limit: 2, offset: 1 });
    assert.deepEqual(
      page.map((row) => row["title"]),
      ["100%", "Brisa"],
    );
    assert.deepEqual(await tracks.findAll({ limit: 0 }), []);
    await ctx.query({ text: "delete from tracks" });
  });

  test(`${level}: a composite key names one row, whole`, async () => {
    const [a, b] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    await using other = await world.tenancy.data.context(b.id);
    const track = await ctx.table("tracks").insert({ title: "Duo" });
    const id = { trackId: track["id"], personName: "Ada" };
    await ctx.table("trackCredits").insert({ ...id, roleName: "piano" });

    const changed = await ctx.table("trackCredits").update(id, { sharePercent: 50 });

    assert.deepEqual(changed, { ...id, roleName: "piano", sharePercent: 50 });
    assert.deepEqual(await ctx.table("track_credits").findById(id), changed);
    assert.equal(await other.table("trackCredits").findById(id), undefined);
    for (const bad of [track["id"], { trackId: 1 }, { ...id, roleName: "x" }, { ...id, personName: null }]) {
      assert.equal(await codeOf(ctx.table("trackCredits").findById(bad as string)), "context.bad_input");
    }
    assert.equal(await ctx.table("trackCredits").remove(id), true);
    await ctx.query({ text: "delete from tracks" });
  });
}

test("a value that does not fit its column is the caller's fault, told as such: 400, not 500", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const tracks = ctx.table("tracks");

  const faults = [
    () => tracks.findById("abc"),
    () => tracks.findById("99999999999999999999"),
    () => tracks.findAll({ where: { durationMs: "1; select 1" } }),
    () => tracks.insert({ title: "x", releasedOn: "the day after" }),
    () => tracks.insert({ title: "x", durationMs: 3_000_000_000 }),
  ];

  for (const fault of faults) assert.equal(await codeOf(fault()), "context.bad_value");
  assert.equal(await tracks.findById("12345"), undefined);
});

test("an insert gives back the row as stored; defaults, json and dates come through", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const releasedOn = new Date("2026-02-03T04:05:06.007Z");

  const rows = await ctx.table("tracks").insertMany([
    { title: "One", tags: ["a", { b: null }], releasedOn },
    { title: "Two", tags: "text", play_count: 3 },
    { title: "Three", tags: null, playCount: undefined },
  ]);

  assert.deepEqual(rows[0]?.["tags"], ["a", { b: null }]);
  assert.deepEqual(rows[0]?.["releasedOn"], releasedOn);
  assert.equal(rows[1]?.["tags"], "text");
  assert.deepEqual(
    rows.map((row) => row["playCount"]),
    [0, 3, 0],
  );
  assert.equal(rows[2]?.["tags"], null);
  assert.ok(!("tenantId" in (rows[0] ?? {})) && !("tenant_id" in (rows[0] ?? {})));
  assert.deepEqual(await ctx.table("tracks").insertMany([]), []);
  const changed = await ctx.table("tracks").update(rows[1]?.["id"] as string, { tags: [1], title: "2" });
  assert.deepEqual([changed["tags"], changed["title"]], [[1], "2"]);
  await ctx.query({ text: "delete from tracks" });
});

test("faulty arguments are refused with a code before anything is sent", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const tracks = ctx.table("tracks");
  const refused: Record<string, (() => Promise<unknown>)[]> = {
    "context.unknown_column": [
      () => tracks.findAll({ where: { nope: 1 } }),
      () => tracks.findAll({ where: { tenantId: a.id } }),
      () => tracks.findAll({ where: { tenant_id: a.id } }),
      () => tracks.findAll({ orderBy: "title; drop table tracks" }),
      () => tracks.findAll({ orderBy: "" }),
      () => tracks.insert({ title: "x", tenantId: a.id }),
      () => tracks.insert(JSON.parse('{"title":"x","__proto__":1}')),
      () => tracks.update(1, { constructor: 1 }),
      () => tracks.findById({ nope: 1 }),
    ],
    "context.bad_input": [
      () => tracks.findAll({ where: { title: undefined } }),
      () => tracks.findAll({ where: { title: {} } }),
      () => tracks.findAll({ where: { title: { eq: undefined } } }),
      () => tracks.findAll({ where: { title: { ne: null } } }),
      () => tracks.findAll({ where: { title: { toString: "x" } as object } }),
      () => tracks.findAll({ where: { title: { in: ["a", null] } } }),
      () => tracks.findAll({ where: { title: { notIn: "a" as unknown as string[] } } }),
      () => tracks.findAll({ limit: -1 }),
      () => tracks.findAll({ limit: 10_001 }),
      () => tracks.findAll({ limit: "5; select 1" as unknown as number }),
      () => tracks.findAll({ offset: 0.5 }),
      () => tracks.update(1, {}),
      () => tracks.findById(undefined as unknown as string),
      () => tracks.findById({ id: 1n, title: "x" }),
    ],
    "context.unknown_table": [async () => ctx.table("tenants"), async () => ctx.table("pg_class")],
  };
  for (const [code, calls] of Object.entries(refused)) {
    for (const call of calls) assert.equal(await codeOf(call), code, String(call));
  }
});

test("several rows of defaults alone are several rows", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);

  const codes = [
    await codeOf(ctx.table("tracks").insertMany([{}, {}])),
    await codeOf(ctx.table("tracks").insert({})),
  ];

  // `title` has no default: both are the database's refusal of the null, of whole rows.
  assert.deepEqual(codes, ["23502", "23502"]);
});

test("property: no text of a caller becomes SQL, as value, key, column or table", async () => {
  const [a, b] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  await using other = await world.tenancy.data.context(b.id);
  await other.table("tracks").insert({ title: "secret" });
  const tracks = ctx.table("tracks");
  const sqlish = fc.oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      "'",
      '"',
      "\\",
      "';--",
      "' or 1=1 --",
      "$1",
      "$$",
      "secret",
      "%",
      "_",
      "{}",
      "NULL",
      '{"a"}',
      "\u0000",
    ),
    fc
      .tuple(fc.string(), fc.constantFrom("'; drop table tracks; --", '"; select 1; --'))
      .map((t) => t.join("")),
  );
  await fc.assert(
    fc.asyncProperty(sqlish, async (text) => {
      const isStorable = !text.includes("\0") && text.isWellFormed();
      if (isStorable) {
        const row = await tracks.insert({ title: text });
        assert.equal(row["title"], text);
        const found = await tracks.findAll({ where: { title: text } });
        assert.deepEqual(
          found.map((r) => r["id"]),
          [row["id"]],
        );
        assert.equal((await tracks.findAll({ where: { title: { in: [text] } } })).length, 1);
        assert.equal(await tracks.remove(row["id"] as string), true);
      }
      const code = await codeOf(async () => tracks.findById(text));
      assert.ok(["none", "context.bad_value", "08P01"].includes(code), code);
      if (!["id", "title"].includes(text)) {
        const known = await codeOf(tracks.findAll({ where: { [text]: "x" }, limit: 1 }));
        assert.ok(known === "context.unknown_column", `${JSON.stringify(text)}: ${known}`);
      }
      assert.equal(await codeOf(async () => ctx.table(text)), "context.unknown_table");
    }),
    { numRuns: 150 },
  );
  assert.equal(await other.table("tracks").count(), 1);
});

test("property names and columns map one to one", () => {
  const pairs = {
    created_at: "createdAt",
    a__b: "aB",
    _id: "_id",
    x_1: "x1",
    tail_: "tail_",
    été_fin: "étéFin",
  };
  for (const [column, property] of Object.entries(pairs)) assert.equal(toProperty(column), property);
});

test("columns that would be one property keep apart", () => {
  const names = ["genreId", "genre_id", "a_b", "a__b", "id"];
  const columns = names.map((name) => ({
    name,
    type: "int",
    nullable: true,
    hasDefault: false,
    generated: false,
    identity: null,
  }));

  const shape = tableShape(emptyModel(), {
    name: "t",
    schema: "public",
    columns,
    primaryKey: ["id"],
  } as never);

  assert.deepEqual([...shape.propertyOf.values()], ["genreId", "genre_id", "aB", "a__b", "id"]);
  for (const [column, property] of shape.propertyOf) assert.equal(shape.columnOf.get(property), column);
});
