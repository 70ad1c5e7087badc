import { readFile, writeFile } from "node:fs/promises";
import { cpus, getPriority, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import type { Result } from "./support.ts";

const FILE = fileURLToPath(new URL("./results.md", import.meta.url));
const HEAD = `# Benchmarks

\`npm run bench\` writes this file, \`npm run bench PART\` the section of that part. Load generator, Tenancy and
PostgreSQL 18 (embedded, durable) share the same cores.
`;

export interface PartResult {
  readonly name: string;
  readonly lines: readonly Result[];
  /** What else the machine did: its load average (1 min) before the part began. */
  readonly loadBefore: number;
}

/** Writes the section of one part anew; the other parts keep theirs. `order` is that of the sections. */
export async function saveResults(part: PartResult, order: readonly string[]): Promise<void> {
  const old = await readFile(FILE, "utf8").catch(() => "");
  const sections = new Map(
    old
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.slice(0, section.indexOf("\n")), `## ${section.trim()}\n`]),
  );
  sections.set(part.name, `## ${part.name}\n\n${machine(part.loadBefore)}\n\n${render(part.lines)}`);
  await writeFile(FILE, [HEAD, ...order.flatMap((name) => sections.get(name) ?? [])].join("\n"));
}

export function render(lines: readonly Result[]): string {
  const rows = lines.map((line) => `| ${line.work} | ${line.must} | ${line.measured} | ${mark(line)} |`);
  return ["| work | must | measured | met |", "|---|---|---|---|", ...rows, ""].join("\n");
}

export function mark({ isMet }: Result): string {
  return isMet === null ? "–" : isMet ? "yes" : "no";
}

export function loadNow(): number {
  return loadavg()[0] as number; // Always three numbers.
}

function machine(loadBefore: number): string {
  const day = new Date().toISOString().slice(0, 10);
  const nice = getPriority() === 0 ? "" : `, nice ${getPriority()}`;
  return `${day}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}; load average before it: ${loadBefore.toFixed(1)}${nice}.`;
}
