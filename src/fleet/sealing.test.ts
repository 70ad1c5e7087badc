import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type House, openHouse } from "../../test/support/house.ts";
import { codeOf } from "../../test/support/world.ts";
import { recordEvent } from "../audit/record.ts";
import { Custodians } from "../keys/custodians.ts";
import { Encryption } from "../keys/encryption.ts";
import { LocalCustodian } from "../keys/local-custodian.ts";
import { createTenancy, type Tenancy } from "../start.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import { findDrift } from "./drift.ts";
import { AppSealing } from "./sealing.ts";

const CHILD = fileURLToPath(new URL("../../test/support/sealing-child.ts", import.meta.url));
const FIRST = `
create table people (id int primary key, name text not null);
create table songs (
  id bigint generated always as identity primary key,
  person_id int not null references people (id),
  title text not null,
  lyrics text not null,
  email text,
  note timestamptz,
  changed_at timestamptz
);
create function touch() returns trigger language plpgsql as $$ begin new.changed_at = now(); return new; end $$;
create trigger touch before update on songs for each row execute function touch();
`;
const SECOND = `
comment on column songs.lyrics is '@sealed';
comment on column songs.email is '@sealed search';
comment on column songs.note is '@sealed subject=person_id';
`;
const NOTE = new Date("2026-11-26T03:00:00.123Z");
const ROWS = 620;

/** A platform whose songs are plain, at each level, with the column declared sealed but nothing done yet. */
async function filledHouse(rows = ROWS): Promise<House> {
  const house = await openHouse({ sql: FIRST, shared: [] });
  for (const isolation of ISOLATION_LEVELS) {
    const tenant = await house.tenancy.tenants.create({
      name: `Studio ${isolation}`,
      slug: `at-${isolation}`,
      isolation,
    });
    await house.tenancy.data.run(tenant.id, async (ctx) => {
      await ctx.table("people").insertMany([
        { id: 1, name: "Ada" },
        { id: 2, name: "Bob" },
      ]);
      await ctx.table("songs").insertMany(
        Array.from({ length: rows }, (_, i) => ({
          personId: 1 + (i % 2),
          title: `t${i}`,
          lyrics: `words ${i}`,
          email: i % 3 === 0 ? null : `p${i}@example.com`,
          note: NOTE,
        })),
      );
    });
  }
  await house.migrate([
    { version: 1, name: "0001_studio.sql", sql: FIRST },
    { version: 2, name: "0002_seal.sql", sql: SECOND },
  ]);
  return house;
}

function sealingOf({ internals }: Tenancy): AppSealing {
  const { control, cells, keyring, subjects, reloadApp } = internals;
  return new AppSealing({
    control,
    cells,
    keyring,
    subjects,
    appSchema: reloadApp,
    reload: reloadApp,
    drainMs: 0,
  });
}

async function everyTenant(
  { data, tenants }: Tenancy,
  work: (ctx: Awaited<ReturnType<Tenancy["data"]["context"]>>, slug: string) => Promise<void>,
): Promise<void> {
  for (const tenant of await tenants.list({ limit: 100 }))
    await data.run(tenant.id, (ctx) => work(ctx, tenant.slug as string));
}

/** Reads every value of every tenant, and finds one by search. */
async function readAll(tenancy: Tenancy, rows = ROWS): Promise<void> {
  await everyTenant(tenancy, async (ctx, slug) => {
    const songs = await ctx
      .table("songs")
      .findAll({ orderBy: "id", limit: 10_000, where: { title: { like: "t%" } } });
    assert.deepEqual(
      songs.map(({ lyrics, email, note }) => [lyrics, email, (note as Date).getTime()]),
      Array.from({ length: rows }, (_, i) => [
        `words ${i}`,
        i % 3 === 0 ? null : `p${i}@example.com`,
        NOTE.getTime(),
      ]),
      slug,
    );
    assert.equal(await ctx.table("songs").count({ where: { email: "p7@example.com" } }), 1);
    assert.equal(
      await ctx.table("songs").count({ where: { email: null, title: { like: "t%" } } }),
      Math.ceil(rows / 3),
    );
  });
}

/** Values that stand plain somewhere, counted in every place. */
async function countPlain({ data, tenants }: Tenancy): Promise<number> {
  let plain = 0;
  for (const { id } of await tenants.list({ limit: 100 })) {
    const { rows } = await data.run(id, (ctx) =>
      ctx.query({
        // As rows: the text names no column that is sealed.
        text: "select count(*)::int as n from (select to_jsonb(songs) as s from songs) x where s ->> 'lyrics' is not null or s ->> 'email' is not null or s ->> 'note' is not null",
      }),
    );
    plain += (rows[0] as { n: number }).n;
  }
  return plain;
}

test("a column of filled tables is sealed online: at every stage two processes read and write, and nothing plain is left", async () => {
  await using house = await filledHouse();
  const { tenancy } = house;
  await using other = await createTenancy({ env: house.env, cwd: house.cwd, background: false });
  const sealing = sealingOf(tenancy);
  const stages = async () => [...new Set((await sealing.columns()).map(({ stage }) => stage))];
  let written = 0;
  /** Each process writes a row, changes it, and finds the other's. */
  const work = async (expected: string) => {
    assert.deepEqual(await stages(), [expected]);
    for (const [by, reader] of [
      [tenancy, other],
      [other, tenancy],
    ] as const) {
      await by.internals.reloadApp();
      await reader.internals.reloadApp();
      await everyTenant(by, async (ctx) => {
        const songs = ctx.table("songs");
        const row = await songs.insert({
          personId: 1,
          title: `w${written}`,
          lyrics: "draft",
          email: `w${written}@x.org`,
        });
        await songs.update(row["id"] as string, { lyrics: `sung ${written}`, note: NOTE });
      });
      await everyTenant(reader, async (ctx) => {
        const [found] = await ctx.table("songs").findAll({ where: { email: `w${written}@x.org` } });
        assert.deepEqual([found?.["lyrics"], found?.["note"]], [`sung ${written}`, NOTE]);
      });
      written += 1;
    }
    await readAll(tenancy);
  };

  await work("declared");
  await everyTenant(tenancy, async (ctx) => {
    const none = "insert into songs (person_id, title) values (1, 'none')";
    assert.equal(await codeOf(ctx.query({ text: none })), "23514", "NOT NULL holds all the time");
  });
  const before = await countPlain(tenancy);
  assert.ok(before >= 3 * ROWS);
  await sealing.keep();
  await work("readable");
  await sealing.keep();
  await work("sealing");
  // While the pass is at it, everybody goes on.
  let isDone = false;
  const busy = everyTenant(other, async (ctx) => {
    const songs = ctx.table("songs");
    const [first] = await songs.findAll({ where: { title: "t1" } });
    while (!isDone) {
      await songs.update(first?.["id"] as string, { lyrics: "words 1", email: "p1@example.com" });
      assert.equal((await songs.findById(first?.["id"] as string))?.["lyrics"], "words 1");
    }
  });
  try {
    for (let pass = 0; pass < 6; pass++) await sealing.keep();
  } finally {
    isDone = true;
  }
  await busy;
  await work("sealed");

  assert.equal(await countPlain(tenancy), 0);
  await everyTenant(tenancy, async (ctx) => {
    const { rows } = await ctx.query({
      text: "select count(*)::int as n from songs where title = 't2' and changed_at is null",
    });
    assert.deepEqual(rows, [{ n: 1 }], "the app's triggers did not see it");
    const plain = "insert into songs overriding system value values (999999, 1, 'x', 'plain')";
    assert.equal(await codeOf(ctx.query({ text: plain })), "23514", "the database admits no plain value");
  });
  const late = await tenancy.tenants.create({ name: "Late", slug: "late", isolation: "schema" });
  await tenancy.data.run(late.id, async (ctx) => {
    await ctx.table("people").insert({ id: 1, name: "Eve" });
    const row = await ctx.table("songs").insert({ personId: 1, title: "t0", lyrics: "words 0" });
    assert.equal((await ctx.table("songs").findById(row["id"] as string))?.["lyrics"], "words 0");
  });
  await sealing.keep();
  const shown = await sealing.columns();
  assert.ok(
    shown.every(({ places }) => places.sealed === places.total && places.total === 4),
    JSON.stringify(shown),
  );
  assert.deepEqual((await findDrift(tenancy.internals, tenancy.internals.app())).drifted, []);
  const counted = await sealing.tenantColumns((await tenancy.tenants.get("at-schema")).id);
  assert.deepEqual(
    counted.map(({ column, plain, stage }) => [column, plain, stage]),
    [
      ["lyrics", 0, "sealed"],
      ["email", 0, "sealed"],
      ["note", 0, "sealed"],
    ],
  );
  assert.equal(counted[0]?.sealed, ROWS + written);
});

test("a rotation leads values of the app's columns to the new key, and counts that none is left under the old", async () => {
  await using house = await openHouse({
    sql: `create table songs (id bigint generated always as identity primary key, lyrics text, email text);
          comment on column songs.lyrics is '@sealed'; comment on column songs.email is '@sealed search';
          create table keyed (a text, b uuid default gen_random_uuid(), body jsonb, primary key (a, b));
          comment on column keyed.body is '@sealed';`,
    shared: [],
  });
  const { internals } = house.tenancy;
  const { control, keyring, parts } = internals;
  const encryption = new Encryption({
    ...{ pool: control, keyring, clock: parts.clock, rotationDays: 90, drainMs: 0 },
    custodians: new Custodians(new LocalCustodian(internals.rootKey)),
    places: [sealingOf(house.tenancy).place],
    record: recordEvent,
  });
  const ids: string[] = [];
  for (const isolation of ISOLATION_LEVELS) {
    const { id } = await house.tenancy.tenants.create({ name: isolation, slug: `r-${isolation}`, isolation });
    ids.push(id);
    await house.tenancy.data.run(id, async (ctx) => {
      await ctx
        .table("songs")
        .insertMany(Array.from({ length: 703 }, (_, i) => ({ lyrics: `w${i}`, email: `${i}@x.org` })));
      await ctx
        .table("keyed")
        .insertMany(Array.from({ length: 11 }, (_, i) => ({ a: `a'${i}`, body: { i } })));
    });
  }
  const [first = "", second = "", third = ""] = ids;

  for (const tenantId of [first, second, third]) await encryption.rotate({ tenantId }, { actor: "test" });

  for (const tenantId of ids) {
    const keys = (await encryption.keys({ tenantId })).filter(({ purpose }) => purpose === "columns");
    assert.deepEqual(
      keys.map(({ number, status, values }) => [number, status, values]),
      [
        [2, "current", 2 * 703 + 11],
        [1, "retired", 0],
      ],
    );
    await house.tenancy.data.run(tenantId, async (ctx) => {
      const songs = await ctx.table("songs").findAll({ orderBy: "id" });
      assert.deepEqual(
        songs.map(({ lyrics }) => lyrics),
        Array.from({ length: 703 }, (_, i) => `w${i}`),
      );
      assert.equal(await ctx.table("songs").count({ where: { email: "77@x.org" } }), 1);
      assert.equal((await ctx.table("keyed").findAll()).length, 11);
    });
  }
});

test("what a person had plain whose key is destroyed is unreadable after the pass; a withdrawn key holds up its tenant alone", async () => {
  await using house = await filledHouse(40);
  const { tenancy } = house;
  const sealing = sealingOf(tenancy);
  const [erased, refused] = [await tenancy.tenants.get("at-table"), await tenancy.tenants.get("at-schema")];
  await tenancy.internals.subjects.shred(erased.id, "person_id:1", async () => undefined);
  const seal = tenancy.internals.keyring.seal.bind(tenancy.internals.keyring);
  let isRefused = true;
  tenancy.internals.keyring.seal = async (scope, ...rest) => {
    if (isRefused && scope !== "platform" && scope.tenantId === refused.id)
      throw new Error("the key is withdrawn");
    return seal(scope, ...rest);
  };

  for (let pass = 0; pass < 4; pass++)
    await sealing.keep().catch((error) => assert.match(error.message, /withdrawn/));
  const held = await sealing.columns();
  isRefused = false;
  await sealing.keep();
  await sealing.keep();

  const lyrics = held.find(({ column }) => column === "lyrics");
  assert.deepEqual([lyrics?.stage, lyrics?.places], ["sealing", { sealed: 2, total: 3 }]);
  assert.ok((await sealing.columns()).every(({ stage }) => stage === "sealed"));
  await tenancy.data.run(erased.id, async (ctx) => {
    const notes = (await ctx.table("songs").findAll({ orderBy: "id" })).map(({ note }) => note);
    assert.deepEqual(
      notes,
      Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? null : NOTE)),
    );
  });
  await readAll({ ...tenancy, tenants: { list: async () => [refused] }, data: tenancy.data } as never, 40);
});

test("killed before any query of the sealing, every value stays readable, and the next process goes on", async () => {
  const rows = 12;
  await using house = await filledHouse(rows);
  let deaths = 0;
  for (let at = 1; ; at += 31) {
    assert.ok(at < 1_000, "the child never gets through");
    const child = spawn(process.execPath, [CHILD, String(at)], {
      cwd: house.cwd,
      env: { ...house.env, PATH: process.env["PATH"] },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    const [exitCode, signal] = (await once(child, "exit")) as [number | null, string | null];
    assert.ok(signal === "SIGKILL" || exitCode === 0, stderr);
    await house.tenancy.internals.reloadApp();
    await readAll(house.tenancy, rows);
    if (exitCode === 0) break;
    deaths += 1;
  }

  const sealing = sealingOf(house.tenancy);
  const deadlineMs = performance.now() + 20_000;
  const isSealed = async () => (await sealing.columns()).every(({ stage }) => stage === "sealed");
  while (!(await isSealed())) {
    assert.ok(performance.now() < deadlineMs, "the lock of the dead is never given back");
    await sealing.keep();
    await setTimeout(20);
  }
  assert.ok(deaths > 4, `${deaths} deaths`);
  assert.equal(await countPlain(house.tenancy), 0);
  await readAll(house.tenancy, rows);
});
