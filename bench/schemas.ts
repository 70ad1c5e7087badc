import { readFile } from "node:fs/promises";
import {
  APP_SQL,
  type Bench,
  interleave,
  median,
  migrate,
  openBench,
  type Result,
  ratioText,
  times,
} from "./support.ts";

const SCHEMAS = 1_000;
const AT_ONCE = 4;
/** A backend of ours may have this much of its own: three express and eight private ones stay below 3 GiB together. */
const BACKEND_MB_MAX = 256;
const MEMORY_STEPS = [100, 5_000] as const;
const TABLES = [...APP_SQL.matchAll(/^create table (\w+)/gm)].map((match) => match[1]);
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
  await grow(MEMORY_STEPS[0]);
  const results: Result[] = [await memory(bench, tenants)];
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
  results.push(
    {
      work: `Point read at schema level, ${SCHEMAS.toLocaleString("en")} tenants at random, against bare on one table`,
      must: "≥ 0.6x",
      measured: context ? ratioText(context) : "-",
      isMet: (context?.ratio.median ?? 0) >= 0.6,
    },
    await memory(bench, tenants),
  );
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
  await grow(MEMORY_STEPS[1]);
  results.push(await memory(bench, tenants));
  return results;
}

/**
 * Private memory of the largest backend that serves tenants, after each of them had a read and a transaction over its
 * ten tables. One at a time, so that one backend of each lane meets every schema: the worst case.
 */
async function memory({ tenancy, bare }: Bench, tenants: readonly { id: string }[]): Promise<Result> {
  const everything = TABLES.map((table) => `(select count(*) from ${table})`).join(" + ");
  let largestMb = 0;
  for (const [i, { id }] of tenants.entries()) {
    await tenancy.data.run(id, async (ctx) => {
      await ctx.query({ text: `select ${COLUMNS} from tracks where id = $1`, values: [1] });
      await ctx.transaction((tx) => tx.query({ text: `select ${everything} as rows` }));
    });
    if (i % 100 === 99) largestMb = Math.max(largestMb, await largestBackendMb(bare));
  }
  return {
    work: `Largest backend after ${tenants.length.toLocaleString("en")} schema-level tenants, ten tables each`,
    must: "bounded",
    measured: largestMb > 0 ? `${largestMb.toFixed(0)} MB private` : "not readable here",
    isMet: largestMb > 0 ? largestMb <= BACKEND_MB_MAX : null,
  };
}

/** From Linux' /proc; 0 where that cannot be read. */
async function largestBackendMb(bare: Bench["bare"]): Promise<number> {
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
  return largestMb;
}
