/**
 * A process that dies: argv = work (create | erase | resume), a tenant's slug, level, and where to die (`kind:step:moment`).
 * It kills itself with SIGKILL there, as an out-of-memory killer would.
 */
import { createTenancy } from "../../src/start.ts";
import type { IsolationLevel } from "../../src/tenants/tenant.ts";

const [work, slug, level, at] = process.argv.slice(2) as [string, string, IsolationLevel, string];
const tenancy = await createTenancy({
  background: false,
  onStep: (kind, step, moment) => {
    if (`${kind}:${step}:${moment}` === at) process.kill(process.pid, "SIGKILL");
  },
});
if (work === "create") await tenancy.tenants.create({ name: slug, slug, isolation: level });
else if (work === "erase") await tenancy.tenants.erase(slug);
else await tenancy.internals.workflows.runDue();
await tenancy.close();
