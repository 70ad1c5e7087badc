import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";

const SQL = `
create table people (id bigint generated always as identity primary key, name text not null);
create table songs (
  id bigint generated always as identity primary key,
  title text not null unique,
  email text
);
comment on column songs.email is '@sealed search';
create table letters (
  id uuid primary key default gen_random_uuid(),
  person_id bigint not null references people (id),
  body text
);
comment on column letters.body is '@sealed subject=person_id';
create table "Notes" (id int primary key, "Text" text);
comment on column "Notes"."Text" is '@sealed';
create table plain (id int primary key, email text);
`;

let world: StudioWorld;
before(async () => {
  world = await studioWorld({ sql: SQL });
});
after(() => world[Symbol.asyncDispose]());

const open = () => world.tenancy.data.context(pairAt(world, "table")[0].id);

/** Each names a sealed column, changes what its values are bound to, or cannot be read without its value. */
const REFUSED = [
  "select EMAIL from songs",
  'select "email" from SONGS',
  'select U&"em\\0061il" from songs',
  'select email from U&"s\\006fngs"',
  'select "Text" from "Notes"',
  "select (songs).email from songs",
  "select (s).email from songs s",
  "select email(songs) from songs",
  "select s.email(s) from songs s",
  "select a, c from songs as s (a, b, c)",
  "select s.email from (select * from songs) s",
  "select s.email from (select x.* from songs x) as s",
  "with s as (select * from songs) select s.email from s",
  "with s as (select * from songs) select t.email from s as t",
  "with s as (table songs) select email from s",
  "select j.email from (songs join people using (id)) as j",
  "select plain.id from plain join songs using (email)",
  "select 1 from plain natural join songs",
  "insert into plain (id, email) select 1, email from songs",
  "insert into songs (title, EMAIL) values ('x', 'plain')",
  "insert into songs (title) values ('x') on conflict (title) do update set email = 'plain'",
  "update songs set (title, email) = ('a', 'b')",
  "merge into songs s using plain p on p.id = s.id when matched then update set email = 'x'",
  "merge into songs s using plain p on p.id = s.id when matched and s.email = 'x' then delete",
  "merge into songs s using plain p on p.id = s.id when not matched then insert (title, email) values ('x', 'y')",
  "select 1 from plain p where exists (select 1 from songs where songs.email = p.email)",
  "insert into songs (title) values ('x') on conflict (title) do update set title = excluded.email",
  "with s (a, b, c, d, e) as (select * from songs) select d from s",
  "select d from (select * from songs) as s (a, b, c, d, e)",
  "insert into plain select * from songs",
  "update songs set id = 9",
  "insert into songs (title) values ('x') on conflict (title) do update set id = 9",
  "merge into songs s using plain p on p.id = s.id when matched then update set id = 9",
  "update letters set person_id = 2",
  "insert into letters (person_id) values (1) on conflict (id) do update set person_id = excluded.person_id",
  "with moved as (update letters set person_id = 2 returning id) select count(*) from moved",
];

const PASSED = [
  "with s (a, b) as (select id, title from songs) select b from s",
  "select count(*) from (select * from songs) as s",
  "select id, title, email_sealed is not null as sealed from songs",
  "select * from songs",
  "select email from plain",
  "select p.email from plain p join (select id from songs) s on s.id = p.id",
  "select s.email from (select p.email from plain p) s, songs",
  "with songs_of as (select id from songs) select count(*) from songs_of",
  "select people.name from people join songs using (id)",
  "update songs set title = title",
  "update letters set person_id = person_id, body_sealed = null",
  "insert into songs (title) values ('kept') on conflict (title) do update set title = excluded.title",
];

test("SQL that names a sealed column in any way, or unbinds its values, is refused", async () => {
  await using ctx = await open();
  for (const text of REFUSED) assert.equal(await codeOf(ctx.query({ text })), "context.sealed_column", text);
});

test("SQL that leaves sealed columns alone passes", async () => {
  await using ctx = await open();
  for (const text of PASSED) assert.equal(await codeOf(ctx.query({ text })), "none", text);
  await ctx.query({ text: "delete from songs" });
});
