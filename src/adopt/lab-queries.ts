import fc from "fast-check";
import {
  chance,
  type Draw,
  type LabColumn,
  type LabSchema,
  type LabTable,
  literal,
  pick,
} from "./lab-schemas.ts";

/** One random single-tenant statement on a random schema. */
export function drawStatement(draw: Draw, schema: LabSchema): string {
  const table = pick(draw, schema.tables);
  return pick(draw, STATEMENTS)(draw, table, schema);
}

type Statement = (draw: Draw, table: LabTable, schema: LabSchema) => string;

const STATEMENTS: readonly Statement[] = [
  insert,
  insert,
  insert,
  insertByPlace,
  upsert,
  upsert,
  upsert,
  copyRows,
  update,
  update,
  remove,
  moveKey,
  merge,
  readAll,
  readGrouped,
  readGrouped,
  readJoined,
  readWithin,
  readUnion,
  readCte,
  readView,
];

function values(draw: Draw, columns: readonly LabColumn[], nullPercent = 10): string {
  const isReference = (column: LabColumn) => /^t\d_/.test(column.name);
  return columns
    .map((column) =>
      chance(draw, isReference(column) ? 50 : nullPercent) ? "null" : literal(draw, column.type),
    )
    .join(", ");
}

/** A row that is likely to be accepted, to begin with. */
export function drawRow(draw: Draw, table: LabTable): string {
  return `insert into ${table.name} (${names(table.columns)}) values (${values(draw, table.columns, 2)}) on conflict do nothing`;
}

function names(columns: readonly LabColumn[]): string {
  return columns.map((column) => column.name).join(", ");
}

function insert(draw: Draw, table: LabTable): string {
  const columns = table.columns.filter((column) => table.key.includes(column.name) || chance(draw, 75));
  const rows = Array.from(
    { length: draw(fc.integer, { min: 1, max: 2 }) },
    () => `(${values(draw, columns)})`,
  );
  return `insert into ${table.name} (${names(columns)}) values ${rows.join(", ")} returning *`;
}

function insertByPlace(draw: Draw, table: LabTable): string {
  const columns = chance(draw, 70) ? table.columns : table.columns.slice(0, table.key.length);
  return `insert into ${table.name} ${chance(draw, 50) ? "as t " : ""}values (${values(draw, columns)})`;
}

function upsert(draw: Draw, table: LabTable): string {
  const targets = [
    `(${table.key.join(", ")})`,
    ...table.uniques.map((columns) => `(${columns.join(", ")})`),
    "",
  ];
  if (table.partial) targets.push(`(${table.partial.column}) where ${table.partial.where}`);
  const column = pick(draw, table.columns);
  const target = pick(draw, targets);
  const action =
    target === "" || chance(draw, 40)
      ? "do nothing"
      : `do update set ${column.name} = excluded.${column.name}`;
  const list = names(table.columns);
  return `insert into ${table.name} (${list}) values (${values(draw, table.columns)}) on conflict ${target} ${action} returning ${list}`;
}

function copyRows(draw: Draw, table: LabTable): string {
  const list = chance(draw, 50) ? ` (${names(table.columns)})` : "";
  return `insert into ${table.name}${list} select * from ${table.name} where ${condition(draw, table)} on conflict do nothing`;
}

function condition(draw: Draw, table: LabTable, alias = table.name): string {
  const column = pick(draw, table.columns);
  const operator = column.type === "bool" ? "=" : pick(draw, ["=", "<>", "<", ">="]);
  return chance(draw, 30) ? "true" : `${alias}.${column.name} ${operator} ${literal(draw, column.type)}`;
}

function update(draw: Draw, table: LabTable): string {
  const column = pick(draw, table.columns);
  return `update ${table.name} set ${column.name} = ${literal(draw, column.type)} where ${condition(draw, table)} returning *`;
}

function moveKey(draw: Draw, table: LabTable): string {
  return `update ${table.name} set id = ${literal(draw, "int")} where id = ${literal(draw, "int")}`;
}

function remove(draw: Draw, table: LabTable): string {
  return `delete from ${table.name} where ${condition(draw, table)} and id = ${literal(draw, "int")} returning *`;
}

/**
 * In which order a MERGE meets its rows is the planner's choice, and shows where a trigger makes one row's new value
 * another's old one. A table with a trigger gets one id at a time.
 */
function merge(draw: Draw, table: LabTable, schema: LabSchema): string {
  const other = pick(draw, schema.tables);
  const column = table.columns.at(-1) as LabColumn;
  const matched = `when matched and ${condition(draw, table, "m")} then update set ${column.name} = ${literal(draw, column.type)}`;
  const hasTrigger = schema.files.some((sql) => sql.includes(`before update on ${table.name} `));
  const where = hasTrigger ? ` where id = ${literal(draw, "int")}` : "";
  const source = `(select distinct id from ${other.name}${where}) s`;
  return `merge into ${table.name} m using ${source} on m.id = s.id ${matched} when not matched then do nothing`;
}

function readAll(draw: Draw, table: LabTable): string {
  const distinct = chance(draw, 30) ? "distinct " : "";
  return `select ${distinct}* from ${table.name} where ${condition(draw, table)}`;
}

function readGrouped(draw: Draw, table: LabTable, schema: LabSchema): string {
  const other = pick(draw, schema.tables);
  const column = pick(draw, table.columns);
  const keys = table.key.map((key) => `x.${key}`);
  const join = chance(draw, 50) ? "join" : "left join";
  const from = `${table.name} x ${join} ${other.name} y on y.id = x.id`;
  const order = chance(draw, 50) ? ` having count(*) > 0 order by x.id` : "";
  const first = keys[0] as string;
  const list = keys.length === 1 && chance(draw, 40) ? "1" : keys.join(", ");
  return `select ${first}, x.${column.name}, count(y.id) as n, min(y.id) as low from ${from} group by ${list}${order}`;
}

function readJoined(draw: Draw, table: LabTable, schema: LabSchema): string {
  const other = pick(draw, schema.tables);
  return `select ${table.name}.id, o.id as other, count(*) over () as n from ${table.name} full join ${other.name} o using (id) where ${condition(draw, table)}`;
}

function readWithin(draw: Draw, table: LabTable, schema: LabSchema): string {
  const other = pick(draw, schema.tables);
  const list = names(table.columns);
  return pick(draw, [
    `select id from ${table.name} where id in (select id from ${other.name} group by id)`,
    `select id from ${table.name} where (${list}) in (select * from ${table.name})`,
    `select id, array(select o.id from ${other.name} o order by 1) as ids from ${table.name}`,
    `select id from ${table.name} t where exists (select * from ${other.name} o where o.id = t.id)`,
    `select id, (select max(o.id) from ${other.name} o where o.id <= t.id) as low from ${table.name} t for update`,
  ]);
}

function readUnion(draw: Draw, table: LabTable): string {
  const list = names(table.columns);
  const kind = pick(draw, ["union all", "union", "except", "intersect"]);
  return `select * from ${table.name} ${kind} select ${list} from ${table.name} where ${condition(draw, table)}`;
}

function readCte(draw: Draw, table: LabTable): string {
  const list = names(table.columns);
  return pick(draw, [
    `with c as (select * from ${table.name} where ${condition(draw, table)}) select ${list} from c`,
    `with ${table.name} as (select id, count(*) as n from ${table.name} group by id) select id, n from ${table.name} group by id, n`,
    `with gone as (delete from ${table.name} where id = ${literal(draw, "int")} returning *) select ${list} from gone`,
  ]);
}

function readView(draw: Draw, _table: LabTable, schema: LabSchema): string {
  return `select * from ${pick(draw, schema.views)}`;
}
