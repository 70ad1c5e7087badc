/**
 * The published numbers: `npm run bench [reads schemas create growth neighbour http]`. Ratios against the bare
 * alternative in the same interleaved run; medians and spread. Prints the table and writes bench/results.md.
 */
import { writeFile } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { benchCreate } from "./create.ts";
import { benchGrowth } from "./growth.ts";
import { benchHttp } from "./http.ts";
import { benchNeighbour } from "./neighbour.ts";
import { benchReads } from "./reads.ts";
import { benchSchemas } from "./schemas.ts";
import type { Result } from "./support.ts";

const PARTS: Readonly<Record<string, () => Promise<Result[]>>> = {
  reads: benchReads,
  http: benchHttp,
  neighbour: benchNeighbour,
  create: benchCreate,
  growth: benchGrowth,
  schemas: benchSchemas,
};

const wanted = process.argv.slice(2);
const results: Result[] = [];
for (const [name, part] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  const lines = await part();
  for (const line of lines)
    process.stderr.write(`  ${mark(line)} ${line.work}: ${line.measured} (${line.must})\n`);
  results.push(...lines);
}
const table = render(results);
process.stdout.write(table);
if (wanted.length === 0) await writeFile(fileURLToPath(new URL("./results.md", import.meta.url)), table);

function render(lines: readonly Result[]): string {
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, PostgreSQL 18 embedded; load generator and database on the same cores.`;
  const rows = lines.map((line) => `| ${line.work} | ${line.must} | ${line.measured} | ${mark(line)} |`);
  return [
    "# Benchmarks",
    "",
    machine,
    "",
    "| work | must | measured | met |",
    "|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function mark({ isMet }: Result): string {
  return isMet === null ? "–" : isMet ? "yes" : "no";
}
