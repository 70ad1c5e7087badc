import { interleave, openBench, type Result } from "./support.ts";

/** Point reads of one tenant, alone and beside another that runs statements of a second each. */
export async function benchNeighbour(): Promise<Result[]> {
  await using bench = await openBench();
  const { tenants, data } = bench.tenancy;
  const quiet = await data.context((await tenants.create({ name: "Quiet", isolation: "table" })).id);
  const loud = await data.context((await tenants.create({ name: "Loud", isolation: "table" })).id);
  await quiet.table("tracks").insert({ title: "One" });
  let isLoud = false;
  let isOver = false;
  // Four at a time; the text is known and quick at first, so that it starts out in the express lane.
  const noise = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      if (!isLoud) await new Promise((resolve) => setTimeout(resolve, 5));
      else
        await loud.query({
          text: "select count(*) from generate_series(1, $1::bigint)",
          values: [7_000_000],
        });
    }
  });
  for (let i = 0; i < 5; i++)
    await loud.query({ text: "select count(*) from generate_series(1, $1::bigint)", values: [1] });
  const read = (k: number) =>
    quiet.query({ text: "select id, title from tracks where id = $1", values: [(k % 5) + 1] });
  const readBeside = (noisy: boolean, k: number) => {
    isLoud = noisy;
    return read(k);
  };
  const measured = await interleave(
    [
      { name: "alone", run: (k) => readBeside(false, k) },
      { name: "beside 1 s statements", run: (k) => readBeside(true, k) },
    ],
    { concurrency: 8, roundMs: 1_500, rounds: 5 },
  );
  isOver = true;
  await Promise.all(noise);
  const [alone, beside] = measured;
  return [
    {
      work: "p99 of point reads beside a tenant that runs 1 s statements, four at a time on two cores",
      must: "not held up",
      measured: `${beside?.p99Ms.toFixed(1)} ms (alone ${alone?.p99Ms.toFixed(1)} ms)`,
      isMet: (beside?.p99Ms ?? 1e9) < 100,
    },
  ];
}
