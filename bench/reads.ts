import { openPeers } from "./peers.ts";
import { type Bench, interleave, openBench, type Result, ratioText } from "./support.ts";

const TENANTS = 100;
const ROWS = 200;
const COLUMNS = "id, title, genre, artist, duration_ms, created_at";

/** Point read and 20-row list at table level: the context against bare, and against what others publish. */
export async function benchReads(): Promise<Result[]> {
  await using bench = await openBench();
  const ids = await seed(bench);
  const contexts = await Promise.all(ids.map((id) => bench.tenancy.data.context(id)));
  const context = (k: number) => contexts[k % TENANTS] as (typeof contexts)[number];
  const tenant = (k: number) => ids[k % TENANTS] as string;
  const row = (k: number) => (k % ROWS) + 1;
  const peers = await openPeers(bench, ids);
  try {
    const point = await interleave([
      {
        name: "bare",
        run: (k) =>
          bench.bare.query({
            name: "point",
            text: `select ${COLUMNS} from public.bare_tracks where tenant_id = $1 and id = $2`,
            values: [tenant(k), row(k)],
          }),
      },
      {
        name: "context",
        run: (k) =>
          context(k).query({ text: `select ${COLUMNS} from tracks where id = $1`, values: [row(k)] }),
      },
      {
        name: "repository",
        run: (k) => context(k).table("tracks").findById(row(k)),
      },
      ...peers.point(tenant, row),
    ]);
    const list = await interleave([
      {
        name: "bare",
        run: (k) =>
          bench.bare.query({
            name: "list",
            text: `select ${COLUMNS} from public.bare_tracks where tenant_id = $1 order by id limit 20`,
            values: [tenant(k)],
          }),
      },
      {
        name: "context",
        run: (k) => context(k).query({ text: `select ${COLUMNS} from tracks order by id limit 20` }),
      },
      { name: "repository", run: (k) => context(k).table("tracks").findAll({ orderBy: "id", limit: 20 }) },
      ...peers.list(tenant),
    ]);
    return [...compare("Point read", point), ...compare("20-row list", list)];
  } finally {
    await peers.close();
  }
}

function compare(work: string, measured: Awaited<ReturnType<typeof interleave>>): Result[] {
  const [, context, repository, ...others] = measured;
  if (!context || !repository) return [];
  const own: Result[] = [context, repository].map((m) => ({
    work: `${work}, ${m.name} against bare \`pg\` prepared`,
    must: "≥ 1.0x",
    measured: ratioText(m),
    isMet: m.ratio.median >= 1,
  }));
  const against = others.map((other): Result => {
    const ratio = context.perSecond / other.perSecond;
    return {
      work: `${work}, context against ${other.name}`,
      must: "≥ 2x",
      measured: `${ratio.toFixed(2)}x (${Math.round(other.perSecond).toLocaleString("en")}/s)`,
      isMet: ratio >= 2,
    };
  });
  return [...own, ...against];
}

async function seed({ tenancy, bare }: Bench): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < TENANTS; i++)
    ids.push((await tenancy.tenants.create({ name: `Bench ${i}`, isolation: "table", plan: "premium" })).id);
  await bare.query({
    text: `insert into public.tracks (id, title, genre, artist, duration_ms, tenant_id)
           select g, 'Title ' || g, 'jazz', 'Artist ' || g, g * 1000, t from unnest($1::uuid[]) t, generate_series(1, $2::int) g`,
    values: [ids, ROWS],
  });
  await bare.query(`create table public.bare_tracks as select ${COLUMNS}, tenant_id from public.tracks`);
  await bare.query("alter table public.bare_tracks add primary key (tenant_id, id)");
  // The pattern that Prisma and Drizzle publish: a setting, and a policy that reads it.
  await bare.query(`
    create table public.rls_tracks as select ${COLUMNS}, tenant_id from public.tracks;
    alter table public.rls_tracks add primary key (tenant_id, id), enable row level security, force row level security;
    create policy own on public.rls_tracks using (tenant_id = (select nullif(current_setting('app.tenant', true), '')::uuid));
    create role peer login password 'peer';
    grant connect on database tenancy to peer;
    grant usage on schema public to peer;
    grant select on public.rls_tracks to peer;`);
  for (const table of ["tracks", "bare_tracks", "rls_tracks"])
    await bare.query(`vacuum analyze public.${table}`);
  return ids;
}
