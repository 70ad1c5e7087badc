import type pg from "pg";
import { isTenancyError } from "../base/errors.ts";
import { exec, many, maybe } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { columnContext } from "../isolation/sealed-columns.ts";
import { sealedTableOf } from "../isolation/sealed-shape.ts";
import { fromUuid } from "../keys/envelope.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { SealedPlace, SweepStep } from "../keys/sealed-place.ts";
import { keepToIndexes } from "../keys/sealed-table-store.ts";
import type { Cells } from "../tenants/cells.ts";
import type { AppSchema } from "./app-migrations.ts";
import {
  countUnder,
  countValuesOf,
  findTenantPlace,
  listUnder,
  type SealedAt,
  swapUnder,
} from "./sealed-store.ts";

export interface AppColumnsParts {
  readonly control: pg.Pool;
  readonly cells: Cells;
  readonly keyring: Keyring;
  /** The newest: a column that is not known is not counted. */
  readonly appSchema: () => Promise<AppSchema>;
}

/** SQLSTATEs of a table or a column that a place does not have yet: its migrations are pending, and it has no values. */
const NOT_THERE = new Set(["42P01", "42703"]);

/** Sealed columns of an app, in its own schemas or as `schema` says. */
export function sealedColumnsOf(app: AppSchema, schema: (own: string) => string = (own) => own): SealedAt[] {
  return Object.values(app.model.tables).flatMap((table) => {
    const sealed = sealedTableOf(app.model, table, new Map());
    return (sealed?.columns ?? []).map((column) => ({
      schema: schema(table.schema),
      column,
      key: sealed?.key ?? [],
    }));
  });
}

/** Sealed columns of the app as the rotation sees them: in the tenant's place, wherever that is. */
export function appColumnsPlace(parts: AppColumnsParts): SealedPlace {
  return {
    name: "columns of the app",
    purpose: "columns",
    count: async (tenantId, keyIds) => {
      let count = 0;
      const found = await columnsOfTenant(parts, tenantId);
      for (const at of found.columns) {
        const rows = await ifThere(many(found.pool, countUnder(at), [tenantId, keyIds.map(fromUuid)]));
        count += rows?.[0]?.n ?? 0;
      }
      return count;
    },
    sweep: async (tenantId, keyIds, cursor, limit): Promise<SweepStep> => {
      const { pool, columns } = await columnsOfTenant(parts, tenantId);
      const [id, ...after] = cursor ?? [];
      const position = id === undefined ? 0 : columns.findIndex(({ column }) => column.id === id);
      const at = columns[position];
      if (tenantId === null || !at) return { resealed: Promise.resolve(0), cursor: null };
      const step = await sweepColumn(parts.keyring, pool, at, { tenantId, keyIds, after, limit });
      const next = columns[position + 1];
      if (step.last) return { resealed: step.resealed, cursor: [at.column.id, ...step.last] };
      return { resealed: step.resealed, cursor: next ? [next.column.id] : null };
    },
  };
}

export interface TenantColumn {
  readonly id: string;
  readonly table: string;
  readonly column: string;
  readonly sealed: number;
  readonly plain: number;
}

/** What a tenant has in each sealed column, counted in full. */
export async function countTenantColumns(parts: AppColumnsParts, tenantId: string): Promise<TenantColumn[]> {
  const { pool, columns } = await columnsOfTenant(parts, tenantId, { ofPersons: true });
  const counted: TenantColumn[] = [];
  for (const at of columns) {
    const [row] = (await ifThere(many(pool, countValuesOf(at), [tenantId]))) ?? [];
    const { id, table, column } = at.column;
    counted.push({ id, table, column, sealed: row?.sealed ?? 0, plain: row?.plain ?? 0 });
  }
  return counted;
}

/** Values of persons are sealed with these persons' keys, which the rotation leads over; the values stay. */
async function columnsOfTenant(
  { control, cells, appSchema }: AppColumnsParts,
  tenantId: string | null,
  { ofPersons = false } = {},
): Promise<{ pool: pg.Pool; columns: SealedAt[] }> {
  const place = tenantId === null ? undefined : await maybe(control, findTenantPlace, [tenantId]);
  if (!place) return { pool: control, columns: [] };
  const pool = (await cells.admin(place.cell)).pool(place.database_name);
  const columns = sealedColumnsOf(await appSchema(), (own) => (own === "public" ? place.schema_name : own));
  return { pool, columns: columns.filter(({ column }) => ofPersons || column.subject === null) };
}

interface Sweep {
  readonly tenantId: string;
  readonly keyIds: readonly string[];
  readonly after: readonly string[];
  readonly limit: number;
}

async function sweepColumn(
  keyring: Keyring,
  pool: pg.Pool,
  at: SealedAt,
  { tenantId, keyIds, after, limit }: Sweep,
): Promise<{ resealed: Promise<number>; last: readonly string[] | null }> {
  const cursor = at.key.map((_, i) => after[i] ?? null);
  const wanted = [tenantId, keyIds.map(fromUuid), limit, ...cursor];
  const rows = (await ifThere(withoutTriggers(pool, (tx) => many(tx, listUnder(at), wanted)))) ?? [];
  if (rows.length === 0) return { resealed: Promise.resolve(0), last: null };
  const anew = await Promise.all(rows.map((row) => reseal(keyring, at, tenantId, row)));
  const done = rows.flatMap((row, i) => (anew[i] ? [{ ...row, anew: anew[i] }] : []));
  const resealed = withoutTriggers(pool, (tx) =>
    exec(tx, swapUnder(at), [
      tenantId,
      done.map((row) => row.sealed),
      done.map((row) => row.anew),
      ...at.key.map((_, i) => done.map((row) => row.key[i])),
    ]),
  );
  return { resealed, last: rows.length < limit ? null : (rows.at(-1)?.key ?? null) };
}

/** Undefined for a damaged value: it stays, is counted, and keeps its key from being retired. */
async function reseal(
  keyring: Keyring,
  { column }: SealedAt,
  tenantId: string,
  row: { key: string[]; sealed: Buffer },
): Promise<Buffer | undefined> {
  try {
    return await keyring.reseal({ tenantId }, "columns", columnContext(column.id, row.key), row.sealed);
  } catch (error) {
    if (isTenancyError(error, "sealed.unreadable")) return undefined;
    throw error;
  }
}

/** Sealing anew changes nothing that an app would want to hear of, such as the time of the last change. */
export function withoutTriggers<T>(pool: pg.Pool, work: Parameters<typeof withTx<T>>[1]): Promise<T> {
  return withTx(pool, async (tx) => {
    await tx.query({ text: "set local session_replication_role = replica" });
    await exec(tx, keepToIndexes);
    return work(tx);
  });
}

async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch((failure) => {
    if (NOT_THERE.has((failure as { code?: string }).code ?? "")) return undefined;
    throw failure;
  });
}
