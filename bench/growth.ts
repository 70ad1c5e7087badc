import { interleave, median, openBench, type Result, times } from "./support.ts";

const STEPS = [10, 1_000, 10_000];
const COLUMNS = "id, title, genre, artist, duration_ms, created_at";
const FLAT = 0.2;
const AT_ONCE = 3;
/** Creations that are timed at each step, one after the other. */
const CREATIONS = 150;

/** How cost grows with the number of tenants at table level: reads per second, against bare in the same run, and creation. */
export async function benchGrowth(): Promise<Result[]> {
  await using bench = await openBench();
  const { tenancy, bare } = bench;
  const ids: string[] = [];
  await bare.query(
    "create table public.commits (id bigint generated always as identity); create table public.still (id bigint primary key, title text); insert into public.still select g, 'T' || g from generate_series(1, 1000) g",
  );
  const figures: { tenants: number; ratio: number; createMs: number; createRatio: number }[] = [];
  const create = async () => {
    const { id } = await tenancy.tenants.create({
      name: `G ${ids.length}`,
      isolation: "table",
      plan: "premium",
    });
    ids.push(id);
  };
  const grow = async (count: number) => {
    while (ids.length < count) await create();
  };
  for (const step of STEPS) {
    await Promise.all(Array.from({ length: AT_ONCE }, () => grow(step)));
    const createMs: number[] = [];
    const commitMs: number[] = [];
    for (let i = 0; i < CREATIONS; i++) {
      commitMs.push(...(await times(1, () => bare.query("insert into public.commits default values"))));
      createMs.push(...(await times(1, create)));
    }
    await bare.query({
      text: `insert into public.tracks (id, title, tenant_id) select g, 'T' || g, t from unnest($1::uuid[]) t, generate_series(1, 20) g on conflict do nothing`,
      values: [ids],
    });
    await bare.query("vacuum analyze public.tracks");
    const contexts = await Promise.all(ids.map((id) => tenancy.data.context(id)));
    const [still, read] = await interleave([
      {
        name: "bare on a table that does not grow",
        run: (k) =>
          bare.query({
            name: "still",
            text: "select id, title from public.still where id = $1",
            values: [(k % 1_000) + 1],
          }),
      },
      {
        name: "context",
        run: (k) =>
          (contexts[(k * 7919) % ids.length] as (typeof contexts)[number]).query({
            text: `select ${COLUMNS} from tracks where id = $1`,
            values: [(k % 20) + 1],
          }),
      },
    ]);
    if (still && read)
      figures.push({
        tenants: step,
        ratio: read.ratio.median,
        createMs: median(createMs),
        createRatio: median(createMs) / median(commitMs),
      });
  }
  const base = figures[0];
  if (!base) return [];
  const worstRead = Math.min(...figures.map((f) => f.ratio / base.ratio));
  // From the first step to the last. A machine that has become busier shows in one of the two, growth in both.
  const last = figures.at(-1) ?? base;
  const createGrowth = Math.min(last.createRatio / base.createRatio, last.createMs / base.createMs);
  const text = (pick: (f: (typeof figures)[number]) => string) =>
    figures.map((f) => `${f.tenants.toLocaleString("en")}: ${pick(f)}`).join(", ");
  return [
    {
      work: "Point reads as tenants grow (ratio to bare)",
      must: "flat within 20 %",
      measured: text((f) => `${f.ratio.toFixed(2)}x`),
      isMet: worstRead >= 1 - FLAT,
    },
    {
      work: "Creation as tenants grow (and against one durable insert beside it)",
      must: "flat within 20 %",
      measured: text((f) => `${f.createMs.toFixed(1)} ms (${f.createRatio.toFixed(1)}x)`),
      isMet: createGrowth <= 1 + FLAT,
    },
  ];
}
