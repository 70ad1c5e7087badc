import { refillWarmPool } from "../src/lifecycle/warm-pool.ts";
import { median, openBench, percentile, type Result, times } from "./support.ts";

const COUNT = 30;
const COLD_MS: Readonly<Record<string, number>> = { table: 10, schema: 60, database: 200 };
const WARM_MS = 15;

/** Creating a tenant with ten app tables: cold at each level, and from the warm pool. */
export async function benchCreate(): Promise<Result[]> {
  await using bench = await openBench();
  const { tenants, internals } = bench.tenancy;
  const results: Result[] = [];
  for (const isolation of ["table", "schema", "database"] as const) {
    await tenants.create({ name: "First", isolation });
    const ms = await times(COUNT, (i) => tenants.create({ name: `Cold ${isolation} ${i}`, isolation }));
    const must = COLD_MS[isolation] ?? 0;
    results.push({
      work: `Create a tenant, ${isolation} level, cold`,
      must: `≤ ${must} ms`,
      measured: spread(ms),
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
