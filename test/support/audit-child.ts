/**
 * Sequences the audit log of a house and ends itself, as kill -9 would, at the named moment of the named batch.
 * argv = moment, batch. Without a moment it sequences until nothing waits.
 */
import { createTenancy } from "../../src/start.ts";

const [moment, batch] = process.argv.slice(2);
let seen = 0;
await using tenancy = await createTenancy({
  env: process.env,
  background: false,
  onAuditBatch: (at) => {
    if (at !== moment) return;
    seen += 1;
    if (seen === Number(batch)) process.kill(process.pid, "SIGKILL");
  },
});
await tenancy.internals.audit.sequencer.run();
