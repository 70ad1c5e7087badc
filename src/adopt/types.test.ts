import assert from "node:assert/strict";
import { test } from "node:test";
import { compile } from "./compile.ts";
import { generateTypes } from "./types.ts";

test("types say what a reader gets and what a writer may leave out", async () => {
  const sql = `
    create type mood as enum ('sad', 'ok');
    create domain email as text;
    create table track_mixes (
      id bigserial primary key, number int generated always as identity, title varchar(20) not null, feeling mood[],
      mail email, price numeric(8,2) default 0, made timestamptz not null default now(), data jsonb,
      double int generated always as (1 * 2) stored, "odd name" text
    );
    comment on table track_mixes is 'What was mixed';
    create view titles as select title, made, count(*) as n from track_mixes group by 1, 2;`;
  const { model } = await compile([{ name: "1.sql", sql }]);

  const types = generateTypes(model);

  const expected = [
    "/** What was mixed */",
    "export interface TrackMixes {",
    "  id: ColumnType<string, string | number | undefined, string | number>;",
    "  number: ColumnType<number, never, never>;",
    "  title: string;",
    '  feeling: ("sad" | "ok")[] | null;',
    "  mail: string | null;",
    "  price: ColumnType<string | null, string | number | null | undefined, string | number | null>;",
    "  made: ColumnType<Date, Date | string | undefined, Date | string>;",
    "  data: ColumnType<Json | null, unknown | null, unknown | null>;",
    "  double: ColumnType<number | null, never, never>;",
    '  "odd name": string | null;',
    "  tenant_id: ColumnType<string, never, never>;",
    "export interface TrackMixesRow {",
    "  title: string;",
    "export interface Titles {",
    "  made: ColumnType<Date | null, never, never>;",
    "  n: ColumnType<string | null, never, never>;",
    'declare module "tenancy" {',
    "  interface AppTables {",
    "    track_mixes: TrackMixes;",
    "    titles: Titles;",
  ];
  for (const line of expected) assert.ok(types.split("\n").includes(line), `${line}\n\n${types}`);
});
