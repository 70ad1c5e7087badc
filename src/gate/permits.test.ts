import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type House, openHouse } from "../../test/support/house.ts";
import { STORE_TIMEOUT_MS } from "./limits.ts";
import { SharedPermits } from "./permits.ts";
import { Holders } from "./share-store.ts";

let house: House;
before(async () => {
  house = await openHouse({ sql: null });
});
after(() => house[Symbol.asyncDispose]());

const KEYS = ["a", "b", "c", "d", "e", "f"];
const MOST = 10;

function permitsOf(processId: string) {
  const holders = new Holders(house.tenancy.internals.control, processId);
  return new SharedPermits({ holders, company: () => ({ isAlone: false, processes: 2 }) });
}

/** Resolves when a beat is answered again. */
async function answering(permits: SharedPermits): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    try {
      return await permits.beat();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  assert.fail("No beat is answered.");
}

test("while the database does not answer, a beat and all who wait for it go by their share after one timeout", async () => {
  const { control } = house.tenancy.internals;
  const permits = permitsOf("one");
  for (const key of KEYS) assert.equal(await permits.take(key, MOST), true);
  const client = await control.connect();
  try {
    await client.query("begin");
    await client.query("lock table tenancy.gate_holders in access exclusive mode");
    const sentMs = performance.now();
    const beat = assert.rejects(permits.beat(), /No answer/);
    const taken = await Promise.all(
      KEYS.flatMap((key) => Array.from({ length: MOST }, () => permits.take(key, MOST))),
    );
    await beat;
    const tookMs = performance.now() - sentMs;

    assert.ok(tookMs < 3 * STORE_TIMEOUT_MS, `${tookMs} ms`);
    assert.equal(taken.filter(Boolean).length, KEYS.length * (MOST / 2 - 1));
    const inUse = control.totalCount - control.idleCount;
    await permits.beat().catch(() => undefined);
    await permits.beat().catch(() => undefined);
    assert.ok(control.totalCount - control.idleCount <= inUse + 2, "hung statements pile up");
    await client.query("commit");
  } finally {
    client.release();
  }
  await answering(permits);
  const other = permitsOf("two");
  assert.equal(await other.take("a", MOST), true, "what the first holds beyond its use is free again");
});
