import pg from "pg";
import { connectionConfig } from "../src/db/url.ts";
import { refillWarmPool } from "../src/lifecycle/warm-pool.ts";
import { APP_SQL, type Bench, median, openBench, percentile, type Result, times } from "./support.ts";

const COUNT = 30;
const COLD_MS: Readonly<Record<string, number>> = { table: 10, schema: 60, database: 200 };
const WARM_MS = 15;

/** What PostgreSQL itself needs for the same: a row, the ten plain tables in a schema, and in a database. */
const BARE: Readonly<Record<string, (bench: Bench, i: number) => Promise<unknown>>> = {
  table: ({ bare }) => bare.query("insert into public.bare_tenants (name) values ('Bare')"),
  schema: ({ bare }, i) =>
    bare.query(`begin; create schema bare_${i}; set local search_path = bare_${i}; ${APP_SQL}; commit`),
  database: async ({ bare, tenancy }, i) => {
    await bare.query(`create database bare_${i} template template0`);
    const url = tenancy.internals.embedded?.url as string; // No URL is configured: embedded.
    const client = new pg.Client(connectionConfig(url, { database: `bare_${i}` }));
    await client.connect();
    await client.query(APP_SQL);
    await client.end();
  },
};

/** Creating a tenant with ten app tables: cold at each level, and from the warm pool. */
export async function benchCreate(): Promise<Result[]> {
  await using bench = await openBench();
  const { tenants, internals } = bench.tenancy;
  await bench.bare.query(
    "create table public.bare_tenants (id bigint generated always as identity, name text)",
  );
  const results: Result[] = [];
  for (const isolation of ["table", "schema", "database"] as const) {
    await tenants.create({ name: "First", isolation });
    const ms: number[] = [];
    const bareMs: number[] = [];
    for (let i = 0; i < COUNT; i++) {
      bareMs.push(...(await times(1, () => BARE[isolation]?.(bench, i) ?? Promise.resolve())));
      ms.push(...(await times(1, () => tenants.create({ name: `Cold ${isolation} ${i}`, isolation }))));
    }
    const must = COLD_MS[isolation] ?? 0;
    results.push({
      work: `Create a tenant, ${isolation} level, cold`,
      must: `≤ ${must} ms`,
      measured: `${spread(ms)}; PostgreSQL alone ${median(bareMs).toFixed(1)} ms`,
      isMet: median(ms) <= must,
    });
  }
  await refillWarmPool(internals.parts, { schema: COUNT, database: COUNT });
  for (const isolation of ["schema", "database"] as const) {
    const ms = await times(COUNT, (i) => tenants.create({ name: `Warm ${isolation} ${i}`, isolation }));
    results.push({
      work: `Create a tenant, ${isolation} level, from the warm pool`,
      must: `≤ ${WARM_MS} ms`,
      measured: spread(ms),
      isMet: median(ms) <= WARM_MS,
    });
  }
  return results;
}

function spread(ms: readonly number[]): string {
  return `${median(ms).toFixed(1)} ms p50 [${Math.min(...ms).toFixed(1)}–${Math.max(...ms).toFixed(1)}], p95 ${percentile(ms, 0.95).toFixed(1)}`;
}
