import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { assertAdopted, compile } from "./compile.ts";

const BASE = `create table t (id int primary key, a int, b int);
create table g (id int primary key);`;

/** [statement, what the reason says] */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["create table x (id int, tenant_id int)", /column tenant_id of its own/],
  ["create table x (id int, tenant_id uuid not null)", /column tenant_id of its own/],
  ["alter table t add column tenant_id uuid", /tenant_id is Tenancy's/],
  ["alter table t rename column a to tenant_id", /tenant_id is Tenancy's/],
  ["alter table t rename column tenant_id to x", /tenant_id is Tenancy's/],
  ["alter table t drop column tenant_id", /tenant_id of t is Tenancy's/],
  ["alter table t alter column tenant_id drop not null", /tenant_id of t is Tenancy's/],
  ["alter table t alter column tenant_id set default gen_random_uuid()", /tenant_id of t is Tenancy's/],
  ["create temp table x (id int)", /temporary table/],
  ["create temp view v as select 1", /temporary view/],
  ["create table x as select a + b as n from t", /type of n cannot be told/],
  ["create temp table x as select * from t", /connections are shared/],
  ["select * into x from t", /SELECT INTO/],
  ["create materialized view v as select * from t", /hold rows without their tenant/],
  ["refresh materialized view v", /materialized view/],
  ["alter table t disable row level security", /keeps tenants apart/],
  ["drop policy tenancy_guard on t", /keeps tenants apart/],
  ["alter policy tenancy_guard on t using (true)", /tenancy_guard is Tenancy's/],
  ["alter policy tenancy_guard on t rename to x", /The policy is Tenancy's/],
  ["create policy p on t to someone using (true)", /for a role/],
  ["alter table t set schema other", /found by its schema/],
  ["alter table t set unlogged", /unlogged/],
  ["alter table t disable trigger all", /turns off foreign keys/],
  ["alter table t replica identity nothing", /replica identity/],
  ["create table x (id int primary key, t_id int references t on update set null)", /ON UPDATE SET NULL/],
  [
    "create table x (id int primary key, t_id int references t on update set default)",
    /ON UPDATE SET DEFAULT/,
  ],
  ["create table x (id int references unknown)", /not in these files/],
  ["create table x (exclude using hash (id with =))", /./],
  ["create table x (like unknown)", /not in these files/],
  ["create table x of sometype", /OF a type/],
  ["alter table unknown add column x int", /not in these files/],
  ["create index on unknown (x)", /not in these files/],
  ["create view v with (security_invoker = false) as select * from t", /owner's rights/],
  ["create function f() returns int language sql security definer as 'select 1'", /pinned search_path/],
  ["create function f() returns int language plpython3u as 'return 1'", /plpython3u/],
  ["create function f() returns int language c as 'lib', 'sym'", /in c/],
  ["create function f(tenant_id int) returns int language sql as 'select 1'", /mistaken for the column/],
  [
    "create function f() returns int language plpgsql as 'declare tenant_id int; begin return 1; end'",
    /mistaken/,
  ],
  [
    "create function f() returns void language plpgsql security definer set search_path = public as $$ begin execute 'x'; end $$",
    /rights of the tables' owner/,
  ],
  [
    "create function f() returns void language plpgsql security definer set search_path = public as $$ begin truncate t; end $$",
    /rights of the tables' owner/,
  ],
  [
    "create function f() returns void language sql security definer set search_path = public as 'alter table t no force row level security'",
    /rights of the tables' owner/,
  ],
  [
    "create function f() returns void language sql security definer set search_path = public as 'select g()'; create function g() returns void language plpgsql as $$ begin execute 'x'; end $$",
    /lend the owner's rights/,
  ],
  [
    "create function f() returns int language sql set row_security = off as 'select 1'",
    /may not set row_security/,
  ],
  [
    "create function f() returns int language sql set tenancy.context = 'x' as 'select 1'",
    /may not set tenancy/,
  ],
  ["alter function f() security definer", /SECURITY DEFINER after/],
  ["alter function f() set search_path = x", /after it was checked/],
  ["create aggregate a (int) (sfunc = int4pl, stype = int)", /aggregate/],
  ["create operator === (leftarg = int, rightarg = int, function = int4eq)", /operator/],
  ["create cast (int as text) with inout", /cast/],
  ["create rule r as on insert to t do nothing", /rule/],
  ["create publication p for all tables", /publication/],
  ["create subscription s connection 'x' publication p", /subscription/],
  ["create extension dblink", /not known to stay/],
  ["create foreign data wrapper w", /outside the tenant/],
  ["create server s foreign data wrapper w", /outside the tenant/],
  ["create foreign table x (id int) server s", /row security/],
  ["create event trigger e on ddl_command_start execute function f()", /whole database/],
  ["create language plperl", /not known to stay/],
  ["create extension pg_partman", /not known to stay/],
  ["create schema tenancy", /reserved/],
  ["create schema pg_x", /reserved/],
  ["drop schema public cascade", /not the app's/],
  ["do $$ begin execute 'drop table t'; end $$", /DO block/],
  ["do $$ begin if true then drop table t; end if; end $$", /DO block/],
  ["do $$ begin create type x as enum ('a'); insert into t values (1); end $$", /DO block/],
  ["do $$ begin perform set_config('a', 'b', false); end $$", /DO block/],
  ["do language plpython3u 'pass'", /language/],
  ["do $$ begin alter table t disable row level security; end $$", /keeps tenants apart/],
  ["grant all on t to public", /everyone who reaches/],
  ["grant truncate on t to tenancy_tenant", /around row security/],
  ["grant someone to other", /Roles/],
  ["alter role someone bypassrls", /Roles/],
  ["alter system set x = 1", /settings/],
  ["alter database d set x = 1", /settings/],
  ["set role postgres", /who acts/],
  ["set session authorization postgres", /who acts/],
  ["set session_replication_role = replica", /foreign keys off/],
  ["truncate t cascade", /not named/],
  ["truncate t restart identity", /sequence that tenants share/],
  ["copy t from '/etc/passwd'", /file/],
  ["copy t to stdout", /file/],
  ["select setval('s', (select max(id) from t))", /once per place/],
  ["insert into unknown values (1)", /not in these files/],
  ["insert into tenancy.seats values (1)", /keeps tenants apart/],
  [
    "create or replace function tenancy.current_tenant() returns uuid language sql as 'select null::uuid'",
    /not the app's/,
  ],
  ["drop function tenancy.current_tenant()", /not the app's/],
  ["alter function tenancy.current_tenant() volatile", /not the app's/],
  ["create table tenancy.x (id int primary key)", /not the app's/],
  ["create table extensions.x (id int primary key)", /not the app's/],
  ["create view v as select * from tenancy.seats", /keeps tenants apart/],
  ["comment on table tenancy.seats is 'x'", /not the app's/],
  ["grant select on tenancy.seats to someone", /./],
  ["alter table tenancy.seats add column x int", /not the app's/],
  ["create trigger x before insert on tenancy.seats for each row execute function f()", /not the app's/],
  ["prepare p as select 1", /prepared/],
  ["listen x", /LISTEN/],
  ["load 'x'", /library/],
  ["checkpoint", /not known to be safe/],
  ["security label on table t is 'x'", /label/],
  ["drop owned by someone", /every tenant/],
];

const NOTICED: readonly (readonly [string, RegExp])[] = [
  ["create database x", /makes the databases/],
  ["create role someone", /roles hold all rights/],
  ["begin", /one transaction/],
  ["set search_path = x", /Settings/],
  ["select pg_catalog.set_config('search_path', '', false)", /Settings/],
  ["alter table t owner to someone", /owns the app's/],
  ["create index concurrently on t (a)", /CONCURRENTLY/],
  ["create unlogged table x (id int primary key)", /unlogged/],
  ["create table x (id int)", /without a primary key/],
  ["create schema app2", /schema level/],
  ["grant select on t to someone", /grants what/],
  ["revoke all on t from someone", /grants what/],
  ["truncate t", /every tenant/],
  ["lock table t", /locks/],
  ["vacuum t", /Upkeep/],
  ["comment on extension citext is 'x'", /belongs to the database/],
  ["drop extension citext", /stays/],
  ["create extension pg_stat_statements", /watches the server/],
  ["drop table if exists unknown", /does not exist/],
  ["drop view if exists unknown", /does not exist/],
  ["\\connect x", /psql/],
  [
    "create function f() returns void language plpgsql as $$ begin execute 'x'; end $$",
    /builds SQL at run time/,
  ],
];

describe("what cannot be made safe", () => {
  for (const [sql, reason] of REFUSED) {
    test(`is refused: ${sql}`, async () => {
      const compiled = await compile([{ name: "1.sql", sql: `${BASE}\n${sql};` }]);

      const refused = compiled.findings.filter((finding) => finding.severity === "refused");
      assert.equal(refused.length, 1, JSON.stringify(compiled.findings));
      assert.match(refused[0]?.reason ?? "", reason);
      assert.deepEqual([refused[0]?.file, refused[0]?.line], ["1.sql", 3]);
      assert.ok(refused[0]?.statement.startsWith(sql.slice(0, 20)));
      assert.notEqual(refused[0]?.cure, "");
      assert.throws(() => assertAdopted(compiled), { code: "adopt.refused" });
      const written = compiled.files[0]?.statements.filter((statement) =>
        statement.sql.includes(sql.slice(0, 40)),
      );
      assert.deepEqual(written, [], "nothing of it is written");
    });
  }

  test("what follows from a refused statement is told as such", async () => {
    const sql =
      "create materialized view totals as select 1 as n from pg_class; create unique index on totals (n);";

    const { findings } = await compile([{ name: "1.sql", sql }]);

    assert.match(findings[0]?.reason ?? "", /materialized views/);
    assert.equal(findings[1]?.reason, "totals is missing, since the statement that makes it was refused.");
  });

  test("an enum value may not be added ahead of the file that first renames one", async () => {
    const first = { name: "1.sql", sql: "create type state as enum ('a');" };
    const sql = "alter type state rename value 'a' to 'b'; alter type state add value 'a';";

    const { findings } = await compile([first, { name: "2.sql", sql }]);

    assert.deepEqual([findings[0]?.severity, findings[0]?.file], ["refused", "2.sql"]);
    assert.match(findings[0]?.reason ?? "", /ahead of its file/);
  });

  test("a shared table may not refer to a tenant's", async () => {
    const sql = "create table t (id int primary key); create table s (id int references t);";

    const { findings } = await compile([{ name: "1.sql", sql }], { shared: ["s"] });

    assert.match(findings[0]?.reason ?? "", /belongs to tenants/);
  });

  test("a statement may not write a shared table from a tenant's rows", async () => {
    const sql =
      "create table t (id int primary key); create table s (id int primary key); insert into s select id from t;";

    const { findings } = await compile([{ name: "1.sql", sql }], { shared: ["s"] });

    assert.match(findings[0]?.reason ?? "", /shared table's rows/);
  });
});

describe("what is dropped or changed", () => {
  for (const [sql, reason] of NOTICED) {
    test(`is noticed: ${sql}`, async () => {
      const compiled = await compile([{ name: "1.sql", sql: `${BASE}\n${sql};` }]);

      assert.doesNotThrow(() => assertAdopted(compiled));
      assert.ok(
        compiled.findings.some(
          (finding) => finding.severity === "notice" && reason.test(finding.reason + finding.cure),
        ),
        JSON.stringify(compiled.findings),
      );
    });
  }
});

describe("text that PostgreSQL cannot read", () => {
  test("is an error with file, line and column", async () => {
    await assert.rejects(
      compile([{ name: "2.sql", sql: "select 'é';\n\n  selct 1;" }]),
      (error: Error & { code: string; details: object }) => {
        assert.equal(error.code, "adopt.syntax");
        assert.deepEqual(error.details, {
          file: "2.sql",
          line: 3,
          column: 3,
          message: 'syntax error at or near "selct"',
        });
        return true;
      },
    );
  });

  test("an empty file and a file of comments are nothing", async () => {
    const { files, findings } = await compile([
      { name: "1.sql", sql: "" },
      { name: "2.sql", sql: "-- nothing\n/* here */\n" },
    ]);

    assert.deepEqual(files, [
      { name: "1.sql", statements: [] },
      { name: "2.sql", statements: [] },
    ]);
    assert.deepEqual(findings, []);
  });
});
