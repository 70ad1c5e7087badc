import { many, one } from "../db/sql.ts";
import { type CellRow, listCells } from "../tenants/cells.ts";
import { tenantError } from "../tenants/errors.ts";
import type { FleetParts } from "./migration-run.ts";
import { cellUse, serverFacts, warmUse } from "./store.ts";

export interface CellStatus {
  readonly key: string;
  readonly name: string;
  readonly region: string;
  /** open takes new tenants; closed serves those it has; unreachable does not answer. */
  readonly status: "open" | "closed" | "unreachable";
  /** Such as `PostgreSQL 18.4`; empty when unreachable. */
  readonly engine: string;
  readonly tenants: Readonly<Record<"table" | "schema" | "database", number>>;
  readonly databaseBytes: number;
  readonly connections: { readonly used: number; readonly max: number };
  readonly warmPool: Readonly<
    Record<"schema" | "database", { readonly ready: number; readonly target: number }>
  >;
}

export interface WarmTarget {
  readonly schemas: number;
  readonly databases: number;
}

const ANSWER_TIMEOUT_MS = 3_000;

/** Every cell with what it holds. A cell that does not answer in time is told as such; the others are not held up. */
export async function describeCells(parts: FleetParts, target: WarmTarget): Promise<CellStatus[]> {
  const [cells, use, warm] = [
    await many(parts.control, listCells),
    await many(parts.control, cellUse),
    await many(parts.control, warmUse),
  ];
  return Promise.all(
    cells.map(async (cell) => {
      const tenants = (level: string) =>
        use.find((row) => row.cell === cell.key && row.level === level)?.tenants ?? 0;
      const ready = (level: string) =>
        warm.find((row) => row.cell === cell.key && row.level === level)?.ready ?? 0;
      return {
        key: cell.key,
        name: cell.name,
        region: cell.region,
        ...(await askServer(parts, cell)),
        tenants: { table: tenants("table"), schema: tenants("schema"), database: tenants("database") },
        warmPool: {
          schema: { ready: ready("schema"), target: target.schemas },
          database: { ready: ready("database"), target: target.databases },
        },
      };
    }),
  );
}

export async function describeCell(parts: FleetParts, key: string, target: WarmTarget): Promise<CellStatus> {
  const cells = await describeCells(parts, target);
  const found = cells.find((cell) => cell.key === key);
  if (!found)
    throw tenantError("cell.not_found", { cell: key, cells: cells.map((cell) => cell.key).join(", ") });
  return found;
}

async function askServer(parts: FleetParts, cell: CellRow) {
  const { promise: tooLate, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("no answer in time")), ANSWER_TIMEOUT_MS);
  try {
    const facts = await Promise.race([one((await parts.cells.admin(cell.key)).pool(), serverFacts), tooLate]);
    return {
      status: cell.status,
      engine: `PostgreSQL ${facts.version.split(" ")[0]}`,
      databaseBytes: Number(facts.bytes),
      connections: { used: facts.used, max: facts.max },
    };
  } catch {
    // What is wrong with it is for `doctor` to say; a list shows that it is.
    return { status: "unreachable" as const, engine: "", databaseBytes: 0, connections: { used: 0, max: 0 } };
  } finally {
    clearTimeout(timer);
  }
}
