import { identifier, literal, type Party, type Try } from "./attempt.ts";
import { rowOf, sampleValue, type TableFacts, variant } from "./facts.ts";

/** Stands in for the marker where nothing was planted. */
const STRANGER = "canary-stranger-of-all";

/** Keys answer questions about rows that one may not see: references and unique keys, pointed at the victim's. */
export function referenceTries(victim: Party, schema: string, tables: readonly TableFacts[]): Try[] {
  return tables
    .filter((table) => table.isTenants)
    .flatMap((table) => [
      ...table.references.flatMap((reference) => pointAt(victim, schema, table, reference)),
      ...uniqueOracle(victim, schema, table),
    ]);
}

function pointAt(
  victim: Party,
  schema: string,
  table: TableFacts,
  reference: TableFacts["references"][number],
): Try[] {
  const { columns } = reference;
  if (columns.length === 0) return [];
  const name = `${identifier(schema)}.${identifier(table.name)}`;
  const target = `${schema}.${table.name} (${reference.name})`;
  const marker = victim.marker ?? STRANGER;
  const child = variant(STRANGER, "c");
  const pointing = (to: string) =>
    `insert into ${name} ${rowOf(table, child, { refer: { columns, marker: to } })}`;
  return [
    {
      way: "foreign_key",
      target,
      claim: "refused",
      statements: [
        `insert into ${name} ${rowOf(table, child, { tenantId: victim.tenantId, refer: { columns, marker } })}`,
      ],
    },
    { way: "foreign_key", target, claim: "untouched", statements: [pointing(marker)] },
    {
      way: "foreign_key",
      target,
      claim: "alike",
      statements: [pointing(marker), pointing(variant(marker, "n"))],
    },
  ];
}

/** Inserting a key of the victim's must not answer otherwise than inserting one that nobody has. */
function uniqueOracle(victim: Party, schema: string, table: TableFacts): Try[] {
  const keys = table.primaryKey.map((key) => table.columns.find((column) => column.name === key));
  if (keys.length === 0 || keys.some((column) => !column || sampleValue(column, "x") === null)) return [];
  const name = `${identifier(schema)}.${identifier(table.name)}`;
  const marker = victim.marker ?? STRANGER;
  const theirs = rowOf(table, marker, { tenantId: victim.tenantId });
  const nobodys = rowOf(table, variant(marker, "n"), { tenantId: victim.tenantId });
  const insert = (row: string) => `insert into ${name} ${row} on conflict do nothing`;
  return [
    {
      way: "unique_key",
      target: `${schema}.${table.name}`,
      claim: "alike",
      statements: [insert(theirs), insert(nobodys)],
    },
    // As rows of its own: a unique key that leaves the tenant out would tell.
    {
      way: "unique_key",
      target: `${schema}.${table.name}`,
      claim: "alike",
      statements: [marker, variant(marker, "n")].map((text) => `insert into ${name} ${rowOf(table, text)}`),
    },
    {
      way: "unique_key",
      target: `${schema}.${table.name}`,
      claim: "unseen",
      statements: [
        `select * from ${name} where ${keys.map((column) => `${identifier(column?.name ?? "")} = ${sampleValue(column as NonNullable<typeof column>, marker)}`).join(" and ")} and tenant_id = ${literal(victim.tenantId)}`,
      ],
    },
  ];
}
