import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "./compile.ts";

const BASE = `
create table people (id int primary key, name text not null unique);
create table g (id int primary key, name text);
create table t (
  id int primary key, code text unique, a text, b int default 1, c money, d text check (length(d) < 9), e text,
  person_id int not null references people (id), maybe_id int, note jsonb, f text, h text, n numeric(10, 2)
);
create index on t (e);
create index t_lower on t (lower(f));
create view v as select h from t;
create table parts (id int, day date, x text, primary key (id, day)) partition by range (day);
create table keyless (x text);
create table dated (day date primary key, x text);
`;

const after = (sql: string) => `comment on column t.a is '@sealed search'; ${sql}`;

const PERSONAL = (sql: string) => `comment on column t.a is '@sealed subject=person_id'; ${sql}`;

/** [statement, what the reason says] */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["comment on column t.id is '@sealed'", /part of the key/],
  ["comment on column t.code is '@sealed'", /is unique/],
  ["comment on column t.b is '@sealed'", /filled by the database/],
  ["comment on column t.c is '@sealed'", /type money, which cannot be sealed/],
  ["comment on column t.n is '@sealed'", /type numeric\(10, ?2\), which cannot be sealed/],
  ["comment on column t.d is '@sealed'", /the check t_d_check/],
  ["comment on column t.e is '@sealed'", /in the index t_e_idx/],
  ["comment on column t.f is '@sealed'", /an index asks the database/],
  ["comment on column t.h is '@sealed'", /the view v asks the database/],
  ["comment on column t.person_id is '@sealed'", /refers to another table/],
  ["comment on column t.note is '@sealed search'", /holds JSON/],
  ["comment on column t.a is '@sealed serach'", /no option serach/],
  ["comment on column t.a is '@sealed subject=nobody'", /no column nobody/],
  ["comment on column t.a is '@sealed subject=maybe_id'", /may be null/],
  ["comment on column t.a is '@sealed search subject=person_id'", /outlive the key/],
  ["comment on column g.name is '@sealed'", /shared by all tenants/],
  ["comment on column parts.x is '@sealed'", /partitions or inherits/],
  ["comment on column keyless.x is '@sealed'", /no primary key/],
  ["comment on column dated.x is '@sealed'", /several texts for one value/],
  [
    "alter table t add column a_sealed int; comment on column t.a is '@sealed'",
    /has a column a_sealed already/,
  ],
  ["insert into t (id, a) values (1, 'x'); comment on column t.a is '@sealed'", /an INSERT in a migration/],
  ["update t set a = 'x'; comment on column t.a is '@sealed'", /an UPDATE in a migration/],
  [after("comment on column t.a is 'plain again'"), /no migration can open it/],
  [after("comment on column t.a is null"), /no migration can open it/],
  [after("comment on column t.a is '@sealed'"), /with other options/],
  [after("create index on t (a)"), /an index asks the database/],
  [after("alter table t add constraint x check (a <> '')"), /the check x/],
  [after("create view w as select a from t"), /the view w/],
  [after("create view w as select * from t"), /the view w/],
  [after("insert into t (id, person_id, a) values (1, 1, 'x')"), /an INSERT in a migration/],
  [after("insert into t values (1, 'c', 'x')"), /an INSERT in a migration/],
  [after("update t set a = 'x'"), /an UPDATE in a migration/],
  [after("update t set b = 2 where a = 'x'"), /an UPDATE in a migration/],
  [after("delete from t where a = 'x'"), /a query in a migration/],
  [after("alter table t alter column a type varchar(10)"), /cannot change what it cannot read/],
  [after("alter table t alter column a set not null"), /cannot change what it cannot read/],
  [after("alter table t alter column a set default 'x'"), /cannot change what it cannot read/],
  [after("alter table t drop column a_sealed"), /holds sealed values/],
  [after("alter table t rename column a_index to x"), /holds sealed values/],
  [after("alter table t drop constraint t_a_only_sealed"), /holds sealed values/],
  [after("alter table t drop constraint t_pkey"), /bound into the values/],
  [after("alter table t alter column id type bigint"), /bound into sealed values/],
  [after("alter table t add unique (a)"), /t_a_key asks the database to compare/],
  [after("alter table t add foreign key (a) references g (name)"), /asks the database to compare/],
  [after("alter table t add exclude using gist (a with =)"), /an exclusion constraint/],
  [after("create policy p on t using (true); alter policy p on t using (a = 'x')"), /the policy p/],
  [after("create policy p on people using (exists (select from t where t.a = people.name))"), /the policy p/],
  [after("insert into people (id, name) select id, a from t"), /an INSERT in a migration/],
  [after("create function f() returns text language sql as 'select max(a) from t'"), /the function f/],
  [
    after("create function f() returns text language sql begin atomic select max(t.a) from t; end"),
    /the function f/,
  ],
  [
    after("create procedure f() language plpgsql as $$ begin update t set a = 'x' where id = 1; end $$"),
    /the function f/,
  ],
  [after("do $$ begin update t set a = 'x' where id = 1; end $$"), /a DO block/],
  [
    `create function f() returns trigger language plpgsql as $$ begin new.a := coalesce(new.a, ''); return new; end $$;
     create trigger fill before insert on t for each row execute function f(); comment on column t.a is '@sealed'`,
    /the trigger fill/,
  ],
  [
    "create function f() returns text language sql as 'select max(a) from t'; comment on column t.a is '@sealed'",
    /the function f/,
  ],
  [PERSONAL("alter table t alter column person_id drop not null"), /bound into sealed values/],
  [
    PERSONAL("alter table t add foreign key (person_id) references people (id) on update cascade"),
    /follows another table/,
  ],
  [
    PERSONAL("alter table t add foreign key (person_id) references people (id) on delete set default"),
    /follows another table/,
  ],
  [
    after("alter table t add foreign key (id) references people (id) on update cascade"),
    /follows another table/,
  ],
  [
    `create table u (id int primary key, person_id int, x text);
     alter table u add constraint n not null person_id not valid; comment on column u.x is '@sealed subject=person_id'`,
    /may be null/,
  ],
];

for (const [sql, reason] of REFUSED) {
  test(`refused: ${sql}`, async () => {
    const compiled = await compile([{ name: "1.sql", sql: BASE + sql }], { shared: ["g"] });

    const refused = compiled.findings.filter(({ severity }) => severity === "refused");
    assert.ok(
      refused.some((each) => reason.test(each.reason)),
      JSON.stringify(refused),
    );
    assert.ok(refused.every(({ cure }) => cure.length > 10));
  });
}

test("what stood in the way and was dropped does not", async () => {
  const { findings, model } = await compile(
    [
      {
        name: "1.sql",
        sql: `${BASE}
          alter table t drop constraint t_d_check; comment on column t.d is '@sealed';
          drop index t_e_idx; comment on column t.e is '@sealed search';
          drop index t_lower; comment on column t.f is '@sealed';
          drop view v; comment on column t.h is '@sealed';
          alter table t alter column b drop default; comment on column t.b is '@sealed';
          comment on column t.note is '@sealed subject="person_id": about a person';
          insert into t (id, person_id) values (1, 1);
          alter table t drop column d;`,
      },
    ],
    { shared: ["g"] },
  );

  assert.deepEqual(
    findings.filter(({ severity }) => severity === "refused"),
    [],
  );
  const sealed = (model.tables["t"]?.columns ?? []).flatMap(({ name, sealed }) => (sealed ? [name] : []));
  assert.deepEqual(sealed, ["b", "e", "note", "f", "h"]);
});

test("what has a column of the same name elsewhere, or is gone, does not stand in the way", async () => {
  const sql = `${BASE} create table w (id int primary key, a text);
    comment on column t.a is '@sealed';
    create function of_w() returns text language sql as 'select max(a) from w';
    create function once() returns text language sql as 'select 1::text';
    create function tr() returns trigger language plpgsql as $$ begin new.a := 'x'; return new; end $$;
    create trigger fill before insert on w for each row execute function tr();
    insert into w (id, a) select id, e from t;
    do $$ begin update w set a = 'y' where id = 1; end $$;
    create policy p on w using (a is not null);
    alter table w add unique (a), add foreign key (id) references people (id) on update cascade;
    create function gone() returns text language sql as 'select max(e) from t'; drop function gone();
    comment on column t.h is 'plain'; drop view v; drop index t_e_idx; comment on column t.e is '@sealed';`;
  const { findings } = await compile([{ name: "1.sql", sql }], { shared: ["g"] });

  assert.deepEqual(
    findings.filter(({ severity }) => severity === "refused"),
    [],
  );
});

test("a sealed column is dropped with its storage, and what comes after it under its name is another", async () => {
  const first = `${BASE} comment on column t.a is '@sealed search';`;
  const ids = async (sql: string) => {
    const { model, findings } = await compile([{ name: "1.sql", sql: first + sql }], { shared: ["g"] });
    assert.deepEqual(
      findings.filter(({ severity }) => severity === "refused"),
      [],
    );
    return Object.values(model.tables).flatMap(({ columns }) =>
      columns.flatMap(({ sealed }) => sealed?.id ?? []),
    );
  };
  const again = "alter table t add column a text; comment on column t.a is '@sealed search';";

  assert.deepEqual(await ids(`alter table t drop column a; ${again}`), ["t.a#2"]);
  assert.deepEqual(
    await ids(`alter table t rename to u; create table t (id int primary key, a text);
    comment on column t.a is '@sealed'`),
    ["t.a", "t.a#2"],
  );
  assert.deepEqual(
    await ids(`drop table t cascade; create table t (id int primary key, a text);
    comment on column t.a is '@sealed'`),
    ["t.a#2"],
  );
});

test("a comment that only begins alike seals nothing", async () => {
  const sql = `${BASE} comment on column t.a is '@sealed-bid auctions'; comment on column t.h is 'is @sealed';`;
  const { model } = await compile([{ name: "1.sql", sql }], { shared: ["g"] });

  assert.ok(model.tables["t"]?.columns.every(({ sealed }) => !sealed));
});
