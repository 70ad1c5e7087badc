import type pg from "pg";
import { type AuditRecord, parseRecord } from "../audit/search.ts";
import { listBodies } from "../audit/verify-store.ts";
import { many } from "../db/sql.ts";
import { toUuid } from "../keys/envelope.ts";
import { listChainIds, listTreeIds } from "./sender-store.ts";

export interface Numbered {
  /** In the tenant's chain, or the index in the tree. */
  readonly number: number;
  /** Null: retention removed it. */
  readonly record: AuditRecord | null;
  readonly bytes: number;
}

const ID_BYTES = 16;

/** What stands in the log from `first` on, in its order, without a gap; at most `limit`, and none behind `last`. */
export async function readNumbers(
  pool: pg.Pool,
  tenantId: string | null,
  range: { readonly first: number; readonly last?: number; readonly limit: number },
): Promise<Numbered[]> {
  const { first, limit } = range;
  const last = Math.min(range.last ?? Number.MAX_SAFE_INTEGER, first + limit - 1);
  const rows =
    tenantId === null
      ? await many(pool, listTreeIds, [first, last, limit])
      : await many(pool, listChainIds, [tenantId, first, last, limit]);
  const places: { number: number; id: string }[] = [];
  for (const row of rows) {
    for (let at = 0; at < row.ids.length; at += ID_BYTES) {
      const number = Number(row.number) + at / ID_BYTES;
      if (number > last) break;
      places.push({ number, id: toUuid(row.ids.subarray(at, at + ID_BYTES)) });
    }
  }
  const found = await many(pool, listBodies, [places.map(({ id }) => id)]);
  const bodies = new Map(found.map((row) => [row.id, row.body]));
  return places.map(({ number, id }) => {
    const body = bodies.get(id);
    return {
      number,
      record: body === undefined ? null : parseRecord(body),
      bytes: body?.length ?? 0,
    };
  });
}
