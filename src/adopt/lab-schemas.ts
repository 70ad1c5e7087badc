import fc from "fast-check";

/** Random single-tenant schemas and statements for the property test. */

export interface LabColumn {
  name: string;
  type: "int" | "text" | "bool" | "numeric" | "mood" | "date";
}

export interface LabReference {
  columns: string[];
  table: LabTable;
  target: string[];
}

export interface LabTable {
  name: string;
  columns: LabColumn[];
  key: string[];
  uniques: string[][];
  /** A column that is unique among rows where the other is null or true. */
  partial: { column: string; where: string } | null;
  references: LabReference[];
}

export interface LabSchema {
  tables: LabTable[];
  views: string[];
  /** Two migrations: the second changes tables of the first. */
  files: [string, string];
}

export type Draw = fc.GeneratorValue;

const TYPES = ["int", "int", "text", "text", "bool", "numeric", "mood", "date"] as const;

export function pick<T>(draw: Draw, list: readonly T[]): T {
  return list[draw(fc.nat, list.length - 1)] as T;
}

export function chance(draw: Draw, percent: number): boolean {
  return draw(fc.integer, { min: 1, max: 100 }) <= percent;
}

export function drawSchema(draw: Draw): LabSchema {
  const tables: LabTable[] = [];
  const first: string[] = ["create type mood as enum ('sad', 'ok', 'happy');"];
  const second: string[] = [];
  const count = draw(fc.integer, { min: 2, max: 4 });
  for (let index = 0; index < count; index++) {
    const table = drawColumns(draw, `t${index}`);
    const own = columnLines(draw, table);
    const lines = [
      ...own,
      ...keyLines(
        draw,
        table,
        own.some((line) => line.includes("primary key")),
      ),
    ];
    for (const parent of tables) if (chance(draw, 60)) addReference(draw, table, parent, lines, second);
    if (chance(draw, 40)) addReference(draw, table, table, lines, second);
    first.push(`create table ${table.name} (\n  ${lines.join(",\n  ")}\n);`, ...indexLines(draw, table));
    tables.push(table);
  }
  if (chance(draw, 50)) first.push(...triggerLines(tables[0] as LabTable));
  const views = drawViews(draw, tables);
  const late = pick(draw, tables);
  if (chance(draw, 70)) {
    second.push(`alter table ${late.name} add column late int default 7;`);
    late.columns.push({ name: "late", type: "int" });
  }
  const files: [string, string] = [[...first, ...views.map((view) => view)].join("\n"), second.join("\n")];
  return { tables, views: views.map((_view, index) => `v${index}`), files };
}

function drawColumns(draw: Draw, name: string): LabTable {
  const table: LabTable = { name, columns: [], key: [], uniques: [], partial: null, references: [] };
  const isComposite = chance(draw, 30);
  table.columns.push({ name: "id", type: "int" });
  table.key.push("id");
  if (isComposite) {
    table.columns.push({ name: "part", type: pick(draw, ["int", "text"] as const) });
    table.key.push("part");
  }
  const count = draw(fc.integer, { min: 1, max: 4 });
  for (let index = 0; index < count; index++)
    table.columns.push({ name: `c${index}`, type: pick(draw, TYPES) });
  return table;
}

function columnLines(draw: Draw, table: LabTable): string[] {
  return table.columns.map((column) => {
    const isKey = table.key.includes(column.name);
    const parts = [column.name, column.type];
    if (isKey && table.key.length === 1 && chance(draw, 60)) parts.push("primary key");
    else if (!isKey && chance(draw, 20)) parts.push(`default ${literal(draw, column.type)}`);
    if (!isKey && chance(draw, 15)) parts.push("not null");
    if (!isKey && column.type === "int" && chance(draw, 15)) parts.push(`check (${column.name} < 4)`);
    if (!isKey && column.type !== "bool" && chance(draw, 20)) {
      parts.push("unique");
      table.uniques.push([column.name]);
    }
    return parts.join(" ");
  });
}

function keyLines(draw: Draw, table: LabTable, hasKey: boolean): string[] {
  const lines: string[] = [];
  if (!hasKey) lines.push(`primary key (${table.key.join(", ")})`);
  if (table.key.length > 1 && chance(draw, 50)) lines.push("unique (part, id)");
  const plain = table.columns.filter((column) => !table.key.includes(column.name));
  if (plain.length > 1 && chance(draw, 40)) {
    const columns = plain.slice(0, 2).map((column) => column.name);
    table.uniques.push(columns);
    const nulls = chance(draw, 30) ? "nulls not distinct " : "";
    lines.push(`unique ${nulls}(${columns.join(", ")})`);
  }
  return lines;
}

const ON_DELETE = [
  "",
  "on delete cascade",
  "on delete set null",
  "on delete restrict",
  "on delete set default",
];
const ON_UPDATE = ["", "on update cascade", "on update restrict"];

function addReference(
  draw: Draw,
  table: LabTable,
  parent: LabTable,
  lines: string[],
  second: string[],
): void {
  const target = parent.key;
  const columns = target.map((name, index) => `${parent.name}_${name}_${table.references.length}${index}`);
  const types = target.map((name) => parent.columns.find((column) => column.name === name)?.type ?? "int");
  const actions = `${pick(draw, ON_DELETE)} ${pick(draw, ON_UPDATE)} ${chance(draw, 20) ? "deferrable" : ""}`;
  const named = chance(draw, 50) ? `(${target.join(", ")})` : "";
  columns.forEach((name, index) => {
    const type = types[index] ?? "int";
    const isInline = columns.length === 1 && chance(draw, 50);
    lines.push(`${name} ${type} ${isInline ? `references ${parent.name} ${named} ${actions}` : ""}`);
    table.columns.push({ name, type });
    if (columns.length > 1 || isInline || index > 0) return;
    const late = `foreign key (${columns.join(", ")}) references ${parent.name} ${named} ${actions}`;
    second.push(`alter table ${table.name} add ${late};`);
  });
  if (columns.length > 1) {
    const clause = `foreign key (${columns.join(", ")}) references ${parent.name} ${named} ${actions}`;
    lines.push(clause);
  }
  table.references.push({ columns, table: parent, target });
}

function indexLines(draw: Draw, table: LabTable): string[] {
  const lines: string[] = [];
  const plain = table.columns.filter((column) => !table.key.includes(column.name) && column.type !== "bool");
  const flag = table.columns.find((column) => column.type === "bool");
  const column = plain[0];
  if (column && chance(draw, 50)) lines.push(`create index on ${table.name} (${column.name});`);
  if (column && flag && chance(draw, 80)) {
    table.partial = { column: column.name, where: flag.name };
    lines.push(`create unique index on ${table.name} (${column.name}) where ${flag.name};`);
  }
  const text = table.columns.find((each) => each.type === "text" && !table.key.includes(each.name));
  if (text && chance(draw, 40)) lines.push(`create unique index on ${table.name} (lower(${text.name}));`);
  return lines;
}

function triggerLines(table: LabTable): string[] {
  const column = table.columns.find((each) => each.type === "text" && !table.key.includes(each.name));
  if (!column) return [];
  return [
    `create function stamp() returns trigger language plpgsql as $$ begin new.${column.name} := coalesce(new.${column.name}, '') || '!'; return new; end $$;`,
    `create trigger stamp before update on ${table.name} for each row execute function stamp();`,
  ];
}

function drawViews(draw: Draw, tables: readonly LabTable[]): string[] {
  const table = pick(draw, tables);
  const child = tables.find((each) => each.references.some((reference) => reference.table === table));
  const views = [`select * from ${table.name}`];
  const reference = child?.references.find((each) => each.table === table);
  if (child && reference && child !== table) {
    const on = reference.columns
      .map((name, index) => `c.${name} = p.${reference.target[index]}`)
      .join(" and ");
    const key = table.key.map((name) => `p.${name}`).join(", ");
    views.push(
      `select p.*, count(c.id) as n from ${table.name} p left join ${child.name} c on ${on} group by ${key}`,
    );
  }
  return views.map((query, index) => `create view v${index} as ${query};`);
}

/** Few values, so that keys of the two tenants collide as often as they can. */
export function literal(draw: Draw, type: LabColumn["type"]): string {
  switch (type) {
    case "int":
      return String(draw(fc.integer, { min: 1, max: 4 }));
    case "text":
      return `'${pick(draw, ["a", "b", "A", "c"])}'`;
    case "bool":
      return pick(draw, ["true", "false"]);
    case "numeric":
      return pick(draw, ["1.5", "2.5", "3"]);
    case "mood":
      return `'${pick(draw, ["sad", "ok", "happy"])}'`;
    case "date":
      return `'2026-01-0${draw(fc.integer, { min: 1, max: 4 })}'`;
  }
}
