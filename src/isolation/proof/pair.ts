import pg from "pg";
import { many, query } from "../../db/sql.ts";
import type { Cells } from "../../tenants/cells.ts";
import type { Executor } from "../executor.ts";
import { Attacker } from "./attacker.ts";
import { type Attempt, identifier, type Party, type Try } from "./attempt.ts";
import { runDoor } from "./door.ts";
import { type ProofFacets, runFacets } from "./facets.ts";
import { listProofObjects, listProofTables } from "./facts.ts";
import { identityTries } from "./identity.ts";
import { runLeftovers } from "./leftovers.ts";
import { objectTries } from "./objects.ts";
import { referenceTries } from "./references.ts";
import { rowTries } from "./rows.ts";
import { serverTries } from "./server.ts";

export interface PairParts {
  readonly cells: Cells;
  readonly executor: Executor;
  readonly facets: ((tenantId: string) => ProofFacets) | null;
  /** Schemas of the app besides its main one. */
  readonly schemas: readonly string[];
}

export const listCatalogue = query<{ name: string }>(
  "isolation.list_catalogue",
  `select format('%I.%I', n.nspname, c.relname) as name
   from pg_catalog.pg_class c
   join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where n.nspname = 'tenancy' and c.relkind in ('r', 'v', 'm', 'p')
   order by 1`,
);

/** Tries every way from one tenant to another. */
export async function runPair(parts: PairParts, attacker: Party, victim: Party): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  const connection = await parts.cells.appConnection(attacker.cell, attacker.database, attacker.role);
  const client = await Attacker.open(connection, attacker);
  try {
    for (const each of await listTries(parts, attacker, victim))
      attempts.push(await client.run(victim, each));
  } finally {
    await client.close();
  }
  if (isSameDatabase(attacker, victim))
    attempts.push(...(await runLeftovers(parts.executor, attacker, victim)));
  else attempts.push(await connectTo(connection, attacker, victim));
  if (attacker.level === victim.level) attempts.push(...(await runDoor(parts.executor, attacker, victim)));
  if (parts.facets) attempts.push(...(await runFacets(parts.facets, attacker, victim)));
  return attempts;
}

function isSameDatabase(one: Party, other: Party): boolean {
  return one.cell === other.cell && one.database === other.database;
}

/** In one database the victim's own tables are attacked, and everywhere the attacker's, with the victim's id. */
async function listTries(parts: PairParts, attacker: Party, victim: Party): Promise<Try[]> {
  const pool = (await parts.cells.admin(attacker.cell)).pool(attacker.database);
  const places = isSameDatabase(attacker, victim) ? [victim.schema, attacker.schema] : [attacker.schema];
  const schemas = [...new Set([...places, ...parts.schemas])];
  const tries: Try[] = [];
  const reads: string[] = [];
  for (const schema of schemas) {
    const tables = (await many(pool, listProofTables, [schema])).map((row) => row.table);
    const objects = await many(pool, listProofObjects, [schema]);
    tries.push(
      ...rowTries(victim, schema, tables),
      ...referenceTries(victim, schema, tables),
      ...objectTries(victim, schema, objects),
    );
    for (const table of tables) {
      if (table.isTenants) reads.push(`select * from ${identifier(schema)}.${identifier(table.name)}`);
    }
  }
  const catalogue = (await many(pool, listCatalogue)).map((row) => row.name);
  tries.push(...identityTries(attacker, victim, reads));
  // What a server shares does not depend on the victim: once per level is enough.
  if (attacker.level === victim.level) tries.push(...serverTries(attacker, victim, catalogue));
  return tries;
}

/** The attacker's own login, at the door of the victim's database. */
async function connectTo(connection: pg.ClientConfig, attacker: Party, victim: Party): Promise<Attempt> {
  const client = new pg.Client({
    ...connection,
    database: victim.database,
    application_name: "tenancy-proof",
  });
  client.on("error", () => undefined);
  const refusal = await client.connect().then(
    () => null,
    (failure: Error) => failure.message,
  );
  await client.end().catch(() => undefined);
  return {
    way: "connect",
    target: victim.database,
    level: victim.level,
    attackerId: attacker.tenantId,
    victimId: victim.tenantId,
    outcome: refusal === null ? "crossed" : "refused",
    detail: refusal?.slice(0, 300) ?? "It was let in.",
  };
}
