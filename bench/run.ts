/**
 * The published numbers: `npm run bench [reads policy sessions schemas create growth neighbour http keys sealed audit]`. Ratios against the bare
 * alternative in the same interleaved run; medians and spread. Prints each part's table and keeps it in bench/results.md.
 */
import { benchAudit } from "./audit.ts";
import { benchCreate } from "./create.ts";
import { benchGrowth } from "./growth.ts";
import { benchHttp } from "./http.ts";
import { benchKeys } from "./keys.ts";
import { benchNeighbour } from "./neighbour.ts";
import { benchPolicy } from "./policy.ts";
import { benchReads } from "./reads.ts";
import { loadNow, render, saveResults } from "./results.ts";
import { benchSchemas } from "./schemas.ts";
import { benchSealed } from "./sealed.ts";
import { benchSessions } from "./sessions.ts";
import type { Result } from "./support.ts";

const PARTS: Readonly<Record<string, () => Promise<Result[]>>> = {
  reads: benchReads,
  policy: benchPolicy,
  sessions: benchSessions,
  http: benchHttp,
  neighbour: benchNeighbour,
  create: benchCreate,
  growth: benchGrowth,
  schemas: benchSchemas,
  keys: benchKeys,
  sealed: benchSealed,
  audit: benchAudit,
};

const order = Object.keys(PARTS);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !order.includes(name));
if (unknown.length > 0)
  throw new Error(`Expected parts to be of ${order.join(", ")}, got ${unknown.join(", ")}.`);
for (const [name, part] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  const loadBefore = loadNow();
  const lines = await part();
  process.stdout.write(`${render(lines)}\n`);
  await saveResults({ name, lines, loadBefore }, order);
}
