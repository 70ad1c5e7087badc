import { readFile } from "node:fs/promises";
import { APP_SQL, interleave, median, migrate, openBench, type Result, ratioText, times } from "./support.ts";

const SCHEMAS = 1_000;
const AT_ONCE = 4;
const COLUMNS = "id, title, genre, artist, duration_ms, created_at";

/** Schema level with a thousand tenants: reads, memory of a backend, and a column added to all. */
export async function benchSchemas(): Promise<Result[]> {
  await using bench = await openBench();
  const { tenancy, bare } = bench;
  const tenants: { id: string; schema: string }[] = [];
  let started = 0;
  const grow = async (count: number) => {
    const workers = Array.from({ length: AT_ONCE }, async () => {
      while (started < count) {
        const { record } = await tenancy.tenants.create({
          name: `S ${started++}`,
          isolation: "schema",
          plan: "premium",
        });
        tenants.push({ id: record.id, schema: record.placement.schema });
      }
    });
    await Promise.all(workers);
  };
  await grow(SCHEMAS);
  for (const { id, schema } of tenants) {
    await bare.query(
      `insert into ${schema}.tracks (id, title, genre, tenant_id) select g, 'T' || g, 'jazz', '${id}' from generate_series(1, 20) g`,
    );
  }
  const one = tenants[0] as { id: string; schema: string };
  const contexts = await Promise.all(tenants.map(({ id }) => tenancy.data.context(id)));
  const pick = (k: number) => (k * 7919) % SCHEMAS;
  const reads = await interleave([
    {
      name: "bare",
      run: (k) =>
        bare.query({
          name: "schema_point",
          text: `select ${COLUMNS} from ${one.schema}.tracks where tenant_id = $1 and id = $2`,
          values: [one.id, (k % 20) + 1],
        }),
    },
    {
      name: "context",
      run: (k) =>
        (contexts[pick(k)] as (typeof contexts)[number]).query({
          text: `select ${COLUMNS} from tracks where id = $1`,
          values: [(k % 20) + 1],
        }),
    },
  ]);
  const context = reads[1];
  const results: Result[] = [
    {
      work: `Point read at schema level, ${SCHEMAS.toLocaleString("en")} tenants at random, against bare on one table`,
      must: "≥ 0.6x",
      measured: context ? ratioText(context) : "-",
      isMet: (context?.ratio.median ?? 0) >= 0.6,
    },
  ];
  results.push(await memory(bench, 100), await memory(bench, SCHEMAS));
  await grow(2_000);
  const addMs =
    (await times(1, () => migrate(tenancy, [APP_SQL, "alter table tracks add column bpm int;"])))[0] ?? 0;
  const idleMs = median(
    await times(5, () => migrate(tenancy, [APP_SQL, "alter table tracks add column bpm int;"])),
  );
  results.push(
    {
      work: "Add a column over 2,000 schemas",
      must: "≥ 500 tenants/s",
      measured: `${Math.round(2_000 / (addMs / 1_000)).toLocaleString("en")} tenants/s (${(addMs / 1_000).toFixed(2)} s)`,
      isMet: 2_000 / (addMs / 1_000) >= 500,
    },
    {
      work: "The same run again, nothing to do",
      must: "≤ 0.5 s",
      measured: `${(idleMs / 1_000).toFixed(2)} s`,
      isMet: idleMs <= 500,
    },
  );
  await grow(5_000);
  results.push(
    await memory(
      bench,
      5_000,
      tenants.map(({ id }) => id),
    ),
  );
  return results;
}

/** Private memory of this process' busiest tenant backend after each of `count` tenants was read. */
async function memory(
  { tenancy, bare }: Awaited<ReturnType<typeof openBench>>,
  count: number,
  ids?: readonly string[],
): Promise<Result> {
  const tenants =
    ids ?? (await tenancy.tenants.list({ limit: count, sort: "createdAt" })).map(({ id }) => id);
  for (const id of tenants.slice(0, count)) {
    await tenancy.data.run(id, (ctx) =>
      ctx.query({ text: `select ${COLUMNS} from tracks where id = $1`, values: [1] }),
    );
  }
  const { rows } = await bare.query<{ pid: number }>(
    "select pid from pg_stat_activity where application_name = 'tenancy'",
  );
  let largestMb = 0;
  for (const { pid } of rows) {
    const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
    const kb = [...text.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm)].reduce(
      (sum, match) => sum + Number(match[1]),
      0,
    );
    largestMb = Math.max(largestMb, kb / 1_024);
  }
  return {
    work: `Largest backend after reads of ${count.toLocaleString("en")} schema-level tenants`,
    must: "bounded",
    measured: largestMb > 0 ? `${largestMb.toFixed(0)} MB private` : "not readable here",
    isMet: null,
  };
}
