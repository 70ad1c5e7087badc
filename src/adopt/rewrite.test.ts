import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { compile } from "./compile.ts";
import { type AppModel, emptyModel } from "./model.ts";
import { rewriteQuery } from "./rewrite.ts";

const SCHEMA = `
-- tenancy: shared genres
create table genres (id int primary key, name text unique);
create table artists (id int primary key, name text not null, born date);
create table tracks (id int, side text, artist_id int references artists, title text unique, primary key (id, side));
create unique index on tracks (lower(title)) where side = 'a';
alter table tracks add column late int;
`;

let model: AppModel = emptyModel();
before(async () => {
  model = (await compile([{ name: "1.sql", sql: SCHEMA }])).model;
});

/** [query, what it becomes]; null where it stays as it is. */
const QUERIES: readonly (readonly [string, string | null])[] = [
  ["select * from tracks where id = $1", null],
  ["insert into artists (id, name) values ($1, $2)", null],
  ["insert into artists values ($1, $2, $3)", null],
  ["insert into artists default values", null],
  ["insert into tracks values ($1, $2)", "insert into tracks (id, side) values ($1, $2)"],
  [
    "insert into public.tracks as t values (1, 'a', 2, 'x', 3), (2, 'a', 2, 'y', 3)",
    "insert into tracks as t (id, side, artist_id, title, late) values (1, 'a', 2, 'x', 3), (2, 'a', 2, 'y', 3)",
  ],
  ["insert into tracks default values", null],
  [
    "insert into artists (id, name) values ($1, 'é') on conflict (id) do update set name = excluded.name",
    "insert into artists (id, name) values ($1, 'é') on conflict (tenant_id, id) do update set name = excluded.name",
  ],
  [
    "INSERT INTO \"tracks\" (title) VALUES ('ON CONFLICT (id)') /* (x) */ ON CONFLICT /* y */ (lower(title)) WHERE side = 'a' DO NOTHING",
    "INSERT INTO \"tracks\" (title) VALUES ('ON CONFLICT (id)') /* (x) */ ON CONFLICT /* y */ (tenant_id, lower(title)) WHERE side = 'a' DO NOTHING",
  ],
  ["insert into artists (id) values (1) on conflict do nothing", null],
  ["insert into artists (id) values (1) on conflict on constraint artists_pkey do nothing", null],
  ["insert into artists (id) values (1) on conflict (tenant_id, id) do nothing", null],
  ["insert into genres (id) values (1) on conflict (id) do nothing", null],
  ["insert into other (id) values (1) on conflict (id) do nothing", null],
  [
    "select a.id, a.name, count(*) from artists a group by a.id",
    "select a.id, a.name, count(*) from artists a group by a.tenant_id, a.id",
  ],
  ["select name from artists group by(id)", "select name from artists group by artists.tenant_id,(id)"],
  ["select id, name from artists group by 1", "select id, name from artists group by artists.tenant_id, 1"],
  [
    "select a.id as n, a.born from artists a group by n",
    "select a.id as n, a.born from artists a group by a.tenant_id, n",
  ],
  ["select name from artists group by name", null],
  ["select title from tracks group by id", null],
  [
    "select title, artists.name from tracks join artists on artists.id = artist_id group by tracks.id, side, artists.id",
    "select title, artists.name from tracks join artists on artists.id = artist_id group by tracks.tenant_id, artists.tenant_id, tracks.id, side, artists.id",
  ],
  ["select id, count(*) from artists group by rollup (id)", null],
  ["select name from artists group by artists.tenant_id, id", null],
  ["with artists as (select 1 as id) select id from artists group by id", null],
  ["select id from genres group by id", null],
  [
    "with x as (select id, name from artists group by id) select * from x where id in (select id from artists group by artists.id)",
    "with x as (select id, name from artists group by artists.tenant_id, id) select * from x where id in (select id from artists group by artists.tenant_id, artists.id)",
  ],
  [
    "insert into artists (id, name, born) select * from artists a",
    "insert into artists (id, name, born) select a.id, a.name, a.born from artists a",
  ],
  [
    "select * from artists union select 1, 'x', null",
    "select artists.id, artists.name, artists.born from artists union select 1, 'x', null",
  ],
  [
    "select 1 where (1, 'x', null) in (select * from artists)",
    "select 1 where (1, 'x', null) in (select artists.id, artists.name, artists.born from artists)",
  ],
  ["select 1 where exists (select * from artists)", null],
  ["select * from (select * from artists) s", null],
  ['select "public"."tracks"."id" from "public"."tracks"', 'select "tracks"."id" from "tracks"'],
  ["select public.tracks.id, 'public.x' from public . tracks", "select tracks.id, 'public.x' from tracks"],
  ["select $1::public.mood, public.f(1)", "select $1::mood, f(1)"],
  ["with tracks as (select 1) select * from public.tracks", null],
  [
    "merge into tracks t using artists a on t.id = a.id when not matched then insert values (a.id, 'a')",
    "merge into tracks t using artists a on t.id = a.id when not matched then insert (id, side) values (a.id, 'a')",
  ],
  ["select j.id from (artists a join genres g on true) as j (id) group by j.id", null],
  ["truncate tracks", null],
  ["select 1; insert into tracks values (1, 'a')", null],
  ["insert into tracks values (", null],
  ["", null],
  ["-- group", null],
];

describe("a query of the app", () => {
  for (const [sql, expected] of QUERIES) {
    test(`${expected === null ? "stays" : "is rewritten"}: ${sql}`, () => {
      const rewritten = rewriteQuery(sql, model);

      assert.equal(rewritten, expected ?? sql);
      assert.equal(rewriteQuery(rewritten, model), rewritten, "a second time changes nothing");
    });
  }
});
