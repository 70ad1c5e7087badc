/**
 * Reads and changes without end, each with its record. A read is acknowledged (a line on stdout) when its record is
 * durable, as an answer would go out; a change inserts a row of its own in the transaction of its record. The test
 * ends this process at any moment.
 */
import { recordEvent } from "../../src/audit/record.ts";
import { uuidv7 } from "../../src/base/ids.ts";
import { withTx } from "../../src/db/tx.ts";
import { createTenancy } from "../../src/start.ts";

const tenancy = await createTenancy({ env: process.env, cwd: process.cwd(), background: false });
const { audit, control } = tenancy.internals;
const by = (requestId: string) => ({ actor: "test:load", requestId });

await Promise.all([...Array.from({ length: 24 }, read), ...Array.from({ length: 4 }, change)]);

async function read(): Promise<void> {
  for (;;) {
    const id = uuidv7();
    await audit.writer.write(
      { kind: "read", action: "tenant.read", by: by(id), outcome: "allowed", tenantId: null, detail: {} },
      { mayRelax: true },
    );
    process.stdout.write(`${id}\n`);
  }
}

async function change(): Promise<void> {
  for (;;) {
    const id = uuidv7();
    await withTx(control, async (tx) => {
      await tx.query({ text: "insert into public.marks (id) values ($1)", values: [id] });
      await recordEvent(tx, by(id), "plan.updated", null, { id });
    });
  }
}
