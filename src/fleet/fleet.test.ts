import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type House, openHouse, STUDIO_SQL } from "../../test/support/house.ts";
import { isTenancyError } from "../base/errors.ts";
import { createTenancy } from "../start.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import { registerMigrations } from "./app-migrations.ts";
import { findDrift } from "./drift.ts";
import { findPending, resumeRun, startRun } from "./migration-run.ts";

const code = (expected: string) => (error: unknown) => isTenancyError(error, expected);
const first = { version: 1, name: "0001_studio.sql", sql: STUDIO_SQL };

let house: House;
before(async () => {
  house = await openHouse();
  for (const isolation of ISOLATION_LEVELS) {
    for (const n of [1, 2])
      await house.tenancy.tenants.create({ name: `Fleet ${isolation} ${n}`, isolation });
  }
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

async function everyTenant(
  work: (slug: string, ctx: Awaited<ReturnType<House["tenancy"]["data"]["context"]>>) => Promise<void>,
) {
  for (const tenant of await house.tenancy.tenants.list({ limit: 100 })) {
    await house.tenancy.data.run(tenant.id, (ctx) => work(tenant.slug as string, ctx));
  }
}

test("a migration reaches every place once: structure, rows and what contexts know", async () => {
  const second = {
    version: 2,
    name: "0002_bpm.sql",
    sql: `alter table tracks add column bpm int;
          create table labels (id int primary key, name text not null);
          insert into labels (id, name) values (1, 'House label');
          update tracks set bpm = 120;`,
  };
  await everyTenant(async (slug, ctx) => {
    await ctx.table("tracks").insert({ title: `of ${slug}` });
  });

  const run = await house.migrate([first, second]);

  assert.deepEqual([run.status, run.failed], ["done", 0], JSON.stringify(run.errors));
  await everyTenant(async (slug, ctx) => {
    assert.deepEqual(
      (await ctx.table("tracks").findAll()).map((t) => [t["title"], t["bpm"]]),
      [[`of ${slug}`, 120]],
    );
    assert.deepEqual(await ctx.table("labels").findAll(), [{ id: 1, name: "House label" }]);
  });
  await everyTenant(async (slug) => {
    await (await house.tenancy.tenants.get(slug)).setupSecurityPolicies();
  });
  const again = await house.migrate([first, second]);
  assert.deepEqual([again.total, again.done], [0, 0]);
  const fresh = await house.tenancy.tenants.create({ name: "Late comer", isolation: "table" });
  await house.tenancy.data.run(fresh.id, async (ctx) => {
    assert.deepEqual(await ctx.table("labels").findAll(), [{ id: 1, name: "House label" }]);
  });
});

test("files that changed, vanished or came out of order are refused, and nothing is registered", async () => {
  const { control } = house.tenancy.internals;
  const register = (files: { version: number; name: string; sql: string }[]) =>
    registerMigrations(control, files, { shared: ["genres"], by: { actor: "test" } });
  const { rows } = await control.query<{ version: number; name: string; source: string }>(
    "select version, name, source from tenancy.app_migrations order by version",
  );
  const files = rows.map((row) => ({ version: row.version, name: row.name, sql: row.source }));

  await assert.rejects(
    () => register([{ ...first, sql: `${STUDIO_SQL} select 1;` }, ...files.slice(1)]),
    code("app.migration_changed"),
  );
  await assert.rejects(() => register(files.slice(0, 1)), code("app.migration_missing"));
  await assert.rejects(
    () =>
      register([
        { version: 0, name: "0000_early.sql", sql: "create table early (id int primary key)" },
        ...files,
      ]),
    code("app.migration_order"),
  );
  await assert.rejects(() => register([...files, { ...first, version: 1 }]), code("app.migration_name"));
  await assert.rejects(
    () =>
      register([
        ...files,
        { version: 9, name: "0009_bad.sql", sql: "create materialized view v as select 1" },
      ]),
    code("adopt.refused"),
  );

  const after = await control.query("select version from tenancy.app_migrations");
  assert.equal(after.rowCount, files.length);
});

test("the canary stops a bad migration before it reaches the fleet, and mending it goes on", async () => {
  const { control } = house.tenancy.internals;
  const { rows } = await control.query<{ version: number; name: string; source: string }>(
    "select version, name, source from tenancy.app_migrations order by version",
  );
  const before = rows.map((row) => ({ version: row.version, name: row.name, sql: row.source }));
  // Fails where a tenant has a track without a genre, which every tenant here has.
  const bad = {
    version: 3,
    name: "0003_genre.sql",
    sql: "alter table tracks alter column genre_id set not null;",
  };

  const run = await house.migrate([...before, bad], { canary: 1 });

  assert.equal(run.status, "failed");
  assert.equal(run.wave, "canary");
  assert.equal(run.done, 0);
  assert.equal(run.failed, 1);
  assert.match(run.errors[0]?.message ?? "", /null values/);
  const pending = await findPending(house.tenancy.internals, house.tenancy.internals.app());
  assert.ok(pending.every(({ versions }) => versions.includes(3)));
  // What stands in the way is mended in the data; the run goes on where it stopped.
  await everyTenant(async (_, ctx) => {
    await ctx.query({ text: "update tracks set genre_id = 1 where genre_id is null" });
  });
  const mended = await house.migrate([...before, bad]);
  assert.deepEqual([mended.status, mended.failed], ["done", 0], JSON.stringify(mended.errors));
});

test("only one run is at work, and a run whose process died is taken up", async () => {
  const { internals } = house.tenancy;
  const run = await startRun(internals, internals.app(), {}, { actor: "test" });

  await assert.rejects(
    () => startRun(internals, internals.app(), {}, { actor: "test" }),
    code("app.run_active"),
  );
  await resumeRun(internals, internals.app());

  const { rows } = await internals.control.query<{ status: string }>({
    text: "select status from tenancy.migration_runs where id = $1",
    values: [run.id],
  });
  assert.equal(rows[0]?.status, "done");
});

test("a table in use is waited for briefly, so that a migration never queues the app behind itself", async () => {
  const { control } = house.tenancy.internals;
  const { rows } = await control.query<{ version: number; name: string; source: string }>(
    "select version, name, source from tenancy.app_migrations order by version",
  );
  const before = rows.map((row) => ({ version: row.version, name: row.name, sql: row.source }));
  const blocker = await control.connect();
  await blocker.query("begin; lock table public.tracks in access share mode");
  const release = setTimeout(() => void blocker.query("commit"), 2_500);

  const run = await house.migrate([
    ...before,
    { version: 4, name: "0004_mood.sql", sql: "alter table tracks add column mood text;" },
  ]);

  clearTimeout(release);
  await blocker.query("rollback");
  blocker.release();
  assert.deepEqual([run.status, run.failed], ["done", 0], JSON.stringify(run.errors));
});

test("a file uses the enum value that it adds, at every level, also where a crash had added it already", async () => {
  const { control } = house.tenancy.internals;
  const { rows } = await control.query<{ version: number; name: string; source: string }>(
    "select version, name, source from tenancy.app_migrations order by version",
  );
  const before = rows.map((row) => ({ version: row.version, name: row.name, sql: row.source }));
  const states = {
    version: 5,
    name: "0005_state.sql",
    sql: `create type state as enum ('draft');
          alter type state add value 'done';
          alter table tracks add column state state not null default 'done';`,
  };
  const more = {
    version: 6,
    name: "0006_more.sql",
    sql: `alter type state add value 'mastered' before 'done';
          update tracks set state = 'mastered';
          alter table tracks alter column state set default 'mastered';`,
  };
  await house.migrate([...before, states]);
  const victim = (await house.tenancy.tenants.list({ level: "schema" }))[0];
  await control.query(`alter type ${victim?.placement.schema}.state add value 'mastered' before 'done'`);

  const run = await house.migrate([...before, states, more]);
  const fresh = await Promise.all(
    ISOLATION_LEVELS.map((isolation) =>
      house.tenancy.tenants.create({ name: `Enum ${isolation}`, isolation }),
    ),
  );

  assert.deepEqual([run.status, run.failed], ["done", 0], JSON.stringify(run.errors));
  assert.equal(fresh.length, 3);
  await everyTenant(async (slug, ctx) => {
    await ctx.table("tracks").insert({ title: "new", genreId: 1 });
    const { rows: found } = await ctx.query({
      text: "select array_agg(distinct state) as states, enum_range(null::state) as all from tracks",
    });
    assert.deepEqual(found, [{ states: "{mastered}", all: "{draft,mastered,done}" }], slug);
  });
  assert.equal((await house.migrate([...before, states, more])).total, 0);
});

test("a place that somebody changed by hand is named with what differs, be it a view, a type, a grant or an owner", async () => {
  const { internals, tenants } = house.tenancy;
  const { control } = internals;
  const { rows } = await control.query<{ version: number; name: string; source: string }>(
    "select version, name, source from tenancy.app_migrations order by version",
  );
  const before = rows.map((row) => ({ version: row.version, name: row.name, sql: row.source }));
  const sql = `create type mood as enum ('calm', 'loud');
    create type label as enum ('a', 'b');
    create domain stars as int check (value between 1 and 5);
    alter table tracks add column feels mood, add column rating stars;
    create table genre_labels (id serial primary key, genre_id int references genres (id), label label); -- tenancy: shared genre_labels
    create view loud_tracks as select t.title, g.name from tracks t join genres g on g.id = t.genre_id where t.feels = 'loud';
    create function loudness(f mood) returns int language sql immutable as $$ select case f when 'loud' then 2 else 1 end $$;
    create function own_tracks() returns bigint language sql stable security definer set search_path = public, pg_temp
      as $$ select count(*) from tracks $$;`;
  const next = { version: (rows.at(-1)?.version ?? 0) + 1, name: "0005_views.sql", sql };
  assert.equal((await house.migrate([...before, next])).status, "done");
  const found = await findDrift(internals, internals.app());
  assert.deepEqual(found.drifted, []);
  const victim = (await tenants.list({ level: "schema" }))[0];
  const schema = victim?.placement.schema as string;

  await control.query(`
    alter table ${schema}.tracks add column secret text; drop index ${schema}.tracks_title_idx;
    alter view ${schema}.loud_tracks set (security_invoker = false);
    alter type ${schema}.mood add value 'silent';
    alter domain ${schema}.stars drop constraint stars_check;
    revoke delete on ${schema}.mixes from tenancy_tenant;
    alter function ${schema}.loudness(${schema}.mood) security definer;
    alter table ${schema}.tracks owner to current_user`);
  const drift = await findDrift(internals, internals.app());

  assert.deepEqual(
    drift.drifted.map(({ slug }) => slug),
    [victim?.slug],
  );
  const differences = drift.drifted[0]?.differences.join("\n") ?? "";
  assert.match(differences, /column tracks\.secret text is not expected/);
  assert.match(differences, /tracks_title_idx .* is missing/);
  assert.match(differences, /view loud_tracks .*security_invoker=false/);
  assert.match(differences, /type mood calm, loud, silent is not expected/);
  assert.match(differences, /constraint stars_check on type stars .* is missing/);
  assert.match(differences, /table mixes owned by tenancy_owner, .*tenancy_tenant=arw\/.* is not expected/);
  assert.match(differences, /function loudness.* security definer/);
  assert.match(differences, /table tracks owned by (?!tenancy_owner)/);
  await control.query(`alter table ${schema}.tracks owner to tenancy_owner`);
});

test("a tenant that is made or erased while a migration spreads is neither left behind nor a failure", async () => {
  const { internals, tenants } = house.tenancy;
  const gone = await tenants.create({ name: "Gone meanwhile", isolation: "schema" });
  const { rows } = await internals.control.query<{ version: number; name: string; source: string }>(
    "select version, name, source from tenancy.app_migrations order by version",
  );
  const files = rows.map((row) => ({ version: row.version, name: row.name, sql: row.source }));
  const next = { version: 90, name: "0090_tempo.sql", sql: "alter table tracks add column tempo int;" };
  const cwd = house.cwd;
  await using other = await createTenancy({
    env: house.env,
    cwd,
    background: false,
    // The place is at the newest version when another one comes.
    onStep: async (kind, step, moment) => {
      if (kind !== "provision" || step !== "app" || moment !== "after") return;
      await gone.delete({ confirm: gone.slug as string, graceDays: 0 });
      await registerMigrations(internals.control, [...files, next], {
        shared: ["genres"],
        by: { actor: "test" },
      });
      const run = await startRun(internals, await internals.reloadApp(), {}, { actor: "test" });
      await internals.control.query(`drop schema ${gone.record.placement.schema} cascade`);
      await internals.control.query({
        text: "update tenancy.tenants set status = 'erasing' where id = $1",
        values: [gone.id],
      });
      await resumeRun(internals, internals.app());
      const { rows } = await internals.control.query({
        text: "select status, failed from tenancy.migration_runs where id = $1",
        values: [run.id],
      });
      assert.deepEqual(rows, [{ status: "done", failed: 0 }]);
    },
  });

  const made = await other.tenants.create({ name: "Made meanwhile", isolation: "schema" });

  await house.tenancy.data.run(made.id, async (ctx) => {
    await ctx.table("tracks").insert({ title: "New", tempo: 120, genreId: 1 });
  });
  assert.deepEqual(await findPending(internals, internals.app()), []);
});
