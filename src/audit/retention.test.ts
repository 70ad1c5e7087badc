import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type House, openHouse } from "../../test/support/house.ts";
import { uuidv7 } from "../base/ids.ts";
import { withTx } from "../db/tx.ts";
import { exportWhole } from "./export.ts";
import { recordEvent } from "./record.ts";
import { keepAudit, pruneRecords } from "./retention.ts";
import { changeSettings } from "./settings.ts";
import { verifyExport } from "./verify-export.ts";
import { verifyLive } from "./verify-live.ts";

let house: House;
before(async () => {
  house = await openHouse({ sql: null });
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const BY = { actor: "test" };

async function countOf(tenantId: string): Promise<number> {
  const { rowCount } = await house.tenancy.internals.control.query(
    "select 1 from tenancy.audit_records where tenant_id = $1",
    [tenantId],
  );
  return rowCount ?? 0;
}

test("old records go, those under a legal hold and those not in the tree yet stay, and every proof still holds", async () => {
  const { control, audit } = house.tenancy.internals;
  const [plain, held] = [uuidv7(), uuidv7()];
  for (const tenantId of [plain, held]) {
    await withTx(control, (tx) => recordEvent(tx, BY, "tenant.resumed", tenantId, { n: 1 }));
  }
  await changeSettings(control, held, { holdReason: "Case 7" }, BY);
  await audit.sequencer.run();
  await withTx(control, (tx) => recordEvent(tx, BY, "tenant.resumed", plain, { n: 2 }));

  const removed = await pruneRecords(control, new Date(Date.now() + 1_000));

  assert.ok(removed > 0);
  assert.deepEqual([await countOf(plain), await countOf(held)], [1, 2]);
  await audit.sequencer.run();
  const live = await verifyLive(control, audit.signer);
  assert.deepEqual([live.faults, live.pruned > 0], [[], true]);
  const lines: string[] = [];
  for await (const line of exportWhole({ pool: control, signer: audit.signer })) lines.push(line);
  const report = await verifyExport(lines, { key: audit.signer });
  assert.deepEqual([report.faults, report.withheld, report.isWhole], [[], live.pruned, true]);
});

test("a process that died leaves a record of where its numbers end; one that stopped does not", async () => {
  const { control, audit } = house.tenancy.internals;
  await audit.writer.write({ kind: "request", action: "app.request", by: BY, tenantId: null });
  await control.query("update tenancy.audit_boots set beat_at = now() - interval '1 minute'");

  await keepAudit(control, new Date(), 365);
  await keepAudit(control, new Date(), 365);

  const { rows } = await control.query<{ body: string }>(
    "select body from tenancy.audit_records where action = 'process.lost'",
  );
  assert.deepEqual(
    rows.map((row) => JSON.parse(row.body).detail),
    [{ boot: audit.writer.boot, lastNumber: 1 }],
  );
});
