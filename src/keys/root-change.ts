import type pg from "pg";
import { exec, many } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import type { Custodians } from "./custodians.ts";
import { wrappingContext } from "./key-tree.ts";
import { ROOT_BATCH } from "./limits.ts";
import type { RecordKeyEvent } from "./rotation.ts";
import { listKeptBy, rewrapWrappingKeys } from "./rotation-store.ts";
import { toScope } from "./scope.ts";
import type { WrappingKeyRow } from "./store.ts";

export interface RootChangeParts {
  readonly pool: pg.Pool;
  readonly custodians: Custodians;
  readonly record: RecordKeyEvent;
}

/**
 * After a change of the root custodian: unwraps each tenant's key with the one that it was wrapped by and wraps it
 * with the new one. Nothing below changes. Tenants with a custodian of their own are left alone. Repeatable: a batch
 * is one transaction, by compare-and-swap. A key that fails does not keep the others back.
 *
 * @returns how many keys changed hands
 * @throws what the first failing key failed with, after all others: key.refused, key.unreachable
 */
export async function replaceRoot(parts: RootChangeParts, signal?: AbortSignal): Promise<number> {
  const former = parts.custodians.former.map(({ id }) => id);
  if (former.length === 0) return 0;
  let [moved, after] = [0, NIL];
  let failure: unknown;
  while (!signal?.aborted) {
    const rows = await many(parts.pool, listKeptBy, [former, after, ROOT_BATCH]);
    const last = rows.at(-1);
    if (!last) break;
    after = last.id;
    const tried = await Promise.allSettled(rows.map((row) => wrapAnew(parts.custodians, row)));
    const done = tried.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    failure ??= tried.find((each) => each.status === "rejected")?.reason;
    if (done.length > 0) moved += await save(parts, done);
  }
  if (failure !== undefined) throw failure;
  return moved;
}

const NIL = "00000000-0000-0000-0000-000000000000";

interface Moved {
  readonly id: string;
  readonly from: string;
  readonly wrapped: Buffer;
}

async function wrapAnew(custodians: Custodians, row: WrappingKeyRow): Promise<Moved> {
  const scope = toScope(row.tenant_id);
  const context = wrappingContext(scope, row.id, row.generation);
  // The query gives only keys that are not destroyed.
  const key = await custodians.unwrap(row.custodian, scope, context, row.wrapped as Buffer);
  return {
    id: row.id,
    from: row.custodian,
    wrapped: await custodians.wrap(custodians.root, scope, context, key),
  };
}

function save({ pool, custodians, record }: RootChangeParts, moved: readonly Moved[]): Promise<number> {
  return withTx(pool, async (tx) => {
    const keys = await exec(tx, rewrapWrappingKeys, [
      custodians.root.id,
      moved.map(({ id }) => id),
      moved.map(({ from }) => from),
      moved.map(({ wrapped }) => wrapped),
    ]);
    if (keys > 0) await record(tx, "encryption.root_replaced", null, { custodian: custodians.root.id, keys });
    return keys;
  });
}
