/**
 * Sequences the audit log and serves its streams, over and over, until the test kills it. argv = milliseconds by which
 * its clock is ahead, so that what a dead process held is free at once.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createTenancy } from "../../src/start.ts";

const aheadMs = Number(process.argv[2]);
const clock = { now: () => new Date(Date.now() + aheadMs) };
const tenancy = await createTenancy({ env: process.env, cwd: process.cwd(), background: false, clock });
process.stdout.write("ready\n");
for (;;) {
  await tenancy.internals.audit.sequencer.run();
  await tenancy.internals.sender.run();
  await sleep(5);
}
