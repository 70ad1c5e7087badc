import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import type { Repository } from "./repository.ts";

const KINDS = [
  "text",
  "varchar(20)",
  "json",
  "jsonb",
  "bytea",
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "double precision",
  "boolean",
  "date",
  "timestamptz",
  "uuid",
] as const;
const name = (kind: string) => kind.replace(/\W+/g, "_");

const SQL = `
create table genres (id int primary key, name text not null);
create table people (id bigint generated always as identity primary key, name text not null);
create table songs (
  id bigint generated always as identity primary key,
  title text not null,
  lyrics text not null,
  email text,
  bpm int
);
comment on column songs.lyrics is '@sealed: what is sung';
comment on column songs.email is '@sealed search: of who wrote it';
create table letters (
  person_id bigint not null references people (id),
  place text not null,
  body text,
  primary key (person_id, place)
);
comment on column letters.body is '@sealed subject=person_id';
create table tokens (id uuid primary key default gen_random_uuid(), secret bytea);
comment on column tokens.secret is '@sealed';
create table twins (
  id serial primary key,
  ${KINDS.map((kind) => `plain_${name(kind)} ${kind}, hidden_${name(kind)} ${kind}`).join(",\n  ")}
);
${KINDS.map((kind) => `comment on column twins.hidden_${name(kind)} is '@sealed${/json/.test(kind) ? "" : " search"}';`).join("\n")}
`;

let world: StudioWorld;
before(async () => {
  world = await studioWorld({ sql: SQL });
});
after(() => world[Symbol.asyncDispose]());

const songs = (ctx: { table(name: string): Repository }) => ctx.table("songs");

for (const level of ISOLATION_LEVELS) {
  test(`${level}: sealed values are written and read like others, and lie as envelopes`, async () => {
    const [a] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);

    const [first, second] = await songs(ctx).insertMany([
      { title: "One", lyrics: "la la", email: "ada@example.com" },
      { title: "Two", lyrics: "lo lo" },
    ]);
    const updated = await songs(ctx).update(first?.["id"] as string, { lyrics: "la la la", bpm: 90 });

    assert.equal(first?.["lyrics"], "la la");
    assert.deepEqual(Object.keys(first ?? {}), ["id", "title", "lyrics", "email", "bpm"]);
    assert.equal(second?.["email"], null);
    assert.deepEqual({ ...updated }, { ...first, lyrics: "la la la", bpm: 90 });
    assert.deepEqual(await songs(ctx).findById(first?.["id"] as string), updated);
    assert.deepEqual(
      (await songs(ctx).findAll({ orderBy: "title" })).map(({ lyrics }) => lyrics),
      ["la la la", "lo lo"],
    );
    const { rows } = await ctx.pg.query("select * from songs order by title");
    for (const row of rows) {
      assert.equal(row.lyrics, null);
      assert.equal(row.lyrics_sealed.subarray(0, 2).toString(), "TE");
      assert.equal(row.lyrics_sealed.includes("la la"), false);
    }
    assert.equal(rows[0].email_index.length, 32);
    await ctx.query({ text: "delete from songs" });
  });

  test(`${level}: equal values are found by their blind index, in a transaction too`, async () => {
    const [a, b] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    await using other = await world.tenancy.data.context(b.id);
    for (const each of [ctx, other]) {
      await songs(each).insertMany([
        { title: "One", lyrics: "x", email: "ada@example.com" },
        { title: "Two", lyrics: "x", email: "bob@example.com" },
        { title: "Three", lyrics: "x" },
      ]);
    }
    const titles = async (where: Record<string, unknown>, at = songs(ctx)) =>
      (await at.findAll({ where, orderBy: "id" })).map(({ title }) => title);

    assert.deepEqual(await titles({ email: "ada@example.com" }), ["One"]);
    assert.deepEqual(await titles({ email: "ADA@example.com" }), []);
    assert.deepEqual(await titles({ email: { eq: "ada@example.com" }, title: "One" }), ["One"]);
    assert.deepEqual(await titles({ email: { ne: "ada@example.com" } }), ["Two"]);
    assert.deepEqual(await titles({ email: ["ada@example.com", "bob@example.com"] }), ["One", "Two"]);
    assert.deepEqual(await titles({ email: { notIn: ["ada@example.com"] } }), ["Two"]);
    assert.deepEqual(await titles({ email: { notIn: [] } }), ["One", "Two", "Three"]);
    assert.deepEqual(await titles({ email: null }), ["Three"]);
    assert.deepEqual(await titles({ email: { isNull: false } }), ["One", "Two"]);
    assert.equal(await songs(ctx).count({ where: { email: "ada@example.com" } }), 1);
    await ctx.transaction(async (tx) => {
      const at = tx.table("songs");
      await at.insert({ title: "Four", lyrics: "in", email: "cid@example.com" });
      assert.deepEqual(await titles({ email: "cid@example.com" }, at), ["Four"]);
      assert.deepEqual(await titles({ email: "cid@example.com" }), []);
    });
    assert.deepEqual(await titles({ email: "cid@example.com" }), ["Four"]);
    const indexes = await Promise.all(
      [ctx, other].map(
        async (each) =>
          (await each.pg.query("select email_index from songs where title = 'One'")).rows[0].email_index,
      ),
    );
    assert.notDeepEqual(indexes[0], indexes[1], "each tenant has an index of its own");
    for (const each of [ctx, other]) await each.query({ text: "delete from songs" });
  });

  test(`${level}: a value that is moved to another row, column or tenant does not open`, async () => {
    const [a, b] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    await using other = await world.tenancy.data.context(b.id);
    const one = await songs(ctx).insert({ title: "One", lyrics: "mine", email: "ada@example.com" });
    const two = await songs(ctx).insert({ title: "Two", lyrics: "mine too", email: "bob@example.com" });
    const read = (id: unknown) => codeOf(songs(ctx).findById(id as string));
    const sealed = async (id: unknown) =>
      (await ctx.pg.query("select lyrics_sealed from songs where id = $1", [id])).rows[0].lyrics_sealed;
    const put = (on: typeof ctx, id: unknown, bytes: Buffer, column = "lyrics_sealed") =>
      on.pg.query(`update songs set ${column} = $2 where id = $1`, [id, bytes]);
    const [mine, mineToo] = [await sealed(one["id"]), await sealed(two["id"])];

    await put(ctx, one["id"], mineToo);
    assert.equal(await read(one["id"]), "sealed.unreadable");
    await put(ctx, one["id"], mine);
    assert.equal(await read(one["id"]), "none");
    await put(ctx, one["id"], mine, "email_sealed");
    assert.equal(await read(one["id"]), "sealed.unreadable");
    const theirs = await songs(other).insert({ title: "T", lyrics: "theirs" });
    await put(other, theirs["id"], mine);
    assert.equal(await codeOf(songs(other).findById(theirs["id"] as string)), "sealed.unreadable");
    for (const each of [ctx, other]) await each.query({ text: "delete from songs" });
  });

  test(`${level}: a person's letters are gone with the person's key, and nobody else's`, async () => {
    const [a] = pairAt(world, level);
    await using ctx = await world.tenancy.data.context(a.id);
    const [ada, bob] = await ctx.table("people").insertMany([{ name: "Ada" }, { name: "Bob" }]);
    const letters = ctx.table("letters");
    const at = (person: unknown, place: string) => ({ personId: (person as { id: string }).id, place });
    await letters.insertMany([
      { ...at(ada, "Rome"), body: "Dear Bob" },
      { ...at(bob, "Oslo"), body: "Dear Ada" },
      { ...at(ada, "Bonn") },
    ]);
    await letters.update(at(ada, "Bonn"), { body: "Dear you" });
    assert.equal((await letters.findById(at(ada, "Rome")))?.["body"], "Dear Bob");
    assert.equal((await letters.findById(at(ada, "Bonn")))?.["body"], "Dear you");

    const person = `person_id:${(ada as { id: string }).id}`;
    await world.tenancy.internals.subjects.shred(a.id, person, async () => undefined);

    assert.deepEqual(
      (await letters.findAll({ orderBy: "place" })).map(({ body }) => body),
      [null, "Dear Ada", null],
    );
    assert.equal(await codeOf(letters.update(at(ada, "Bonn"), { body: "Again" })), "key.subject_destroyed");
    await letters.update(at(ada, "Bonn"), { body: null });
    await ctx.query({ text: "delete from letters" });
  });
}

test("every type that can be sealed comes back as its plain twin does, and is found again", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const twins = ctx.table("twins");
  const text = fc
    .string({ unit: "binary", maxLength: 20 })
    .filter((each) => !each.includes("\0") && [...each].length <= 20 && each.isWellFormed());
  const json = fc
    .jsonValue({ maxDepth: 2 })
    .filter(
      (each) =>
        !JSON.stringify(each).includes("\\u0000") &&
        JSON.stringify(each).isWellFormed() &&
        !/\\ud/i.test(JSON.stringify(each)),
    );
  const date = fc.date({
    min: new Date("0100-01-02T00:00:00Z"),
    max: new Date("9990-01-01T00:00:00Z"),
    noInvalidDate: true,
  });
  const whole = (bits: number) => fc.bigInt(-(2n ** BigInt(bits)), 2n ** BigInt(bits) - 1n);
  const values: Record<(typeof KINDS)[number], fc.Arbitrary<unknown>> = {
    text,
    "varchar(20)": text,
    json,
    jsonb: json,
    bytea: fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each)),
    smallint: whole(15).map(Number),
    integer: whole(31).map(Number),
    bigint: whole(63),
    numeric: fc.oneof(
      fc.tuple(whole(70), fc.nat(12)).map(([digits, scale]) => `${digits}e-${scale}`),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e20, max: 1e20 }),
    ),
    "double precision": fc.double(),
    boolean: fc.boolean(),
    date,
    timestamptz: fc.oneof(
      date,
      date.map((each) => each.toISOString().replace("Z", "456+02:00")),
    ),
    uuid: fc.uuid().map((each) => each.toUpperCase()),
  };
  for (const kind of KINDS) {
    const [plain, hidden] = [`plain_${name(kind)}`, `hidden_${name(kind)}`];
    await fc.assert(
      fc.asyncProperty(fc.array(values[kind], { minLength: 1, maxLength: 30 }), async (list) => {
        const rows = await twins.insertMany(list.map((value) => ({ [plain]: value, [hidden]: value })));
        for (const row of rows) {
          const [shown, sealed] = [plain, hidden].map(
            (each) => row[each.replace(/_(\w)/g, (_, c) => c.toUpperCase())],
          );
          assert.deepEqual(sealed, shown, kind);
        }
        if (/json/.test(kind)) return;
        const [value] = list;
        const [found, expected] = await Promise.all([
          twins.count({ where: { [hidden]: value } }),
          twins.count({ where: { [plain]: value } }),
        ]);
        assert.equal(found, expected, kind);
      }),
      { numRuns: 12 },
    );
  }
});

test("a value that the plain column would refuse is refused, and is not in the message", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const unfit: [string, unknown][] = [
    ["varchar_20_", "x".repeat(21)],
    ["text", "a\0b"],
    ["text", { a: 1 }],
    ["integer", 2 ** 31],
    ["integer", "1.5"],
    ["smallint", 40_000],
    ["bigint", "9223372036854775808"],
    ["numeric", "a lot"],
    ["double_precision", ""],
    ["boolean", "maybe"],
    ["date", "2026-02-30"],
    ["timestamptz", "yesterday"],
    ["timestamptz", "2026-01-01T00:00:00"],
    ["uuid", "1234"],
    ["bytea", "secret"],
  ];
  for (const [kind, value] of unfit) {
    const failure = await ctx
      .table("twins")
      .insert({ [`hidden_${kind}`]: value })
      .catch((error) => error);
    assert.equal(failure.code, "context.bad_value", kind);
    assert.ok(
      typeof value !== "string" || value.length < 5 || !failure.message.includes(value),
      failure.message,
    );
  }
  assert.equal(await codeOf(songs(ctx).insert({ title: "x" })), "context.bad_value");
  assert.equal(await codeOf(songs(ctx).insert({ title: "x", lyrics: null })), "context.bad_value");
});

test("what the database cannot do with a sealed column is refused, not answered wrongly", async () => {
  const [a] = pairAt(world, "table");
  await using ctx = await world.tenancy.data.context(a.id);
  const song = await songs(ctx).insert({ title: "x", lyrics: "y" });
  const refused: [string, () => Promise<unknown>][] = [
    ["order", () => songs(ctx).findAll({ orderBy: "-email" })],
    ["like", () => songs(ctx).findAll({ where: { email: { like: "a%" } } })],
    ["range", () => songs(ctx).count({ where: { email: { gt: "a" } } })],
    ["equality without search", () => songs(ctx).findAll({ where: { lyrics: "y" } })],
    ["key", () => songs(ctx).update(song["id"] as string, { id: 5 })],
    ["sql: select", () => ctx.query({ text: "select lyrics from songs" })],
    ["sql: where", () => ctx.pg.query("select title from songs s where s.email = $1", ["x"])],
    ["sql: insert", () => ctx.pg.query("insert into songs (title, lyrics) values ('a', 'b')")],
    ["sql: update", () => ctx.query({ text: "update songs set lyrics = 'plain'" })],
    ["sql: function", () => ctx.query({ text: "select max(length(lyrics)) from public.songs" })],
    [
      "sql: stream",
      async () => {
        for await (const _ of ctx.stream("select lyrics from songs"));
      },
    ],
    ["sql: transaction", () => ctx.transaction((tx) => tx.query({ text: "select email from songs" }))],
  ];
  for (const [what, work] of refused) assert.equal(await codeOf(work()), "context.sealed_column", what);
  const { rows } = await ctx.query({ text: "select title, lyrics_sealed is not null as sealed from songs" });
  assert.deepEqual(rows, [{ title: "x", sealed: true }]);
  await assert.rejects(
    ctx.query({ text: "insert into songs values (default, 'a', 'plain')" }),
    (error: { code?: string }) => ["23514", "42601", "428C9"].includes(error.code ?? ""),
    "the database itself admits no plain value",
  );
  await songs(ctx).remove(song["id"] as string);
});

test("SQL of one's own finds, opens and writes envelopes through ctx.sealed, bound to row and tenant", async () => {
  const [a, b] = pairAt(world, "schema");
  await using ctx = await world.tenancy.data.context(a.id);
  await using other = await world.tenancy.data.context(b.id);
  const song = await songs(ctx).insert({ title: "x", lyrics: "y", email: "ada@example.com" });
  const id = song["id"] as string;

  const { rows } = await ctx.pg.query("select id, email_sealed from songs where email_index = $1", [
    await ctx.sealed.index("songs.email", "ada@example.com"),
  ]);
  const { sealed, index } = await ctx.sealed.seal("songs.email", id, "eve@example.com");
  await ctx.pg.query("update songs set email_sealed = $1, email_index = $2 where id = $3", [
    sealed,
    index,
    id,
  ]);

  assert.equal(await ctx.sealed.open("songs.email", id, rows[0].email_sealed), "ada@example.com");
  assert.equal(
    (await songs(ctx).findOne({ where: { email: "eve@example.com" } }))?.["email"],
    "eve@example.com",
  );
  const unreadable = [
    () => ctx.sealed.open("songs.email", "999", sealed),
    () => ctx.sealed.open("songs.lyrics", id, sealed),
    () => other.sealed.open("songs.email", id, sealed),
  ];
  for (const work of unreadable) assert.equal(await codeOf(work()), "sealed.unreadable");
  assert.equal(
    await codeOf(async () => ctx.sealed.open("songs.title", id, sealed)),
    "context.unknown_column",
  );
  assert.equal(await codeOf(async () => ctx.sealed.index("songs.lyrics", "y")), "context.sealed_column");
  assert.equal(
    await codeOf(ctx.sealed.seal("letters.body", { personId: 1, place: "x" }, "b")),
    "context.sealed_column",
  );
  await songs(ctx).remove(id);
});

test("when a tenant's keys are destroyed its values are gone, and its neighbour's are not", async () => {
  const { tenants, data, internals } = world.tenancy;
  const gone = await tenants.create({ name: "Gone", slug: "gone-keys" });
  const [a] = pairAt(world, "table");
  await using ctx = await data.context(gone.id);
  await using other = await data.context(a.id);
  for (const each of [ctx, other])
    await songs(each).insert({ title: "x", lyrics: "y", email: "z@example.com" });

  await internals.encryption.destroy(gone.id, { actor: "test" });

  for (const work of [
    () => songs(ctx).findAll(),
    () => songs(ctx).count({ where: { email: "z@example.com" } }),
    () => songs(ctx).insert({ title: "x", lyrics: "new" }),
  ])
    assert.equal(await codeOf(work), "key.destroyed");
  assert.equal((await songs(other).findOne({ where: { email: "z@example.com" } }))?.["lyrics"], "y");
  await other.query({ text: "delete from songs" });
});
