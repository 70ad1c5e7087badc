import type { House } from "./house.ts";

interface PageQuery {
  readonly limit?: number;
  readonly cursor?: string;
}

/**
 * One page of a list by keyset. `filters` is bound into the cursor, so that a cursor only goes on with the list it
 * came from. One row more than asked for is read: it tells whether there is a next page.
 */
export async function readPage<Row, Position>(
  house: House,
  options: {
    readonly list: string;
    readonly query: PageQuery;
    readonly filters?: unknown;
    read(limit: number, after: Position | undefined): Promise<readonly Row[]>;
    positionOf(row: Row): Position;
  },
): Promise<{ rows: readonly Row[]; nextCursor: string | null }> {
  const { list, query, filters } = options;
  const { limit = 50, cursor } = query;
  const name = `${list} ${JSON.stringify(filters) ?? ""}`;
  const after = cursor === undefined ? undefined : house.cursors.read<Position>(name, cursor);
  const found = await options.read(limit + 1, after);
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  const hasMore = found.length > limit && last !== undefined;
  return { rows, nextCursor: hasMore ? house.cursors.write(name, options.positionOf(last)) : null };
}
