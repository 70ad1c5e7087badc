import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type House, openHouse } from "./support/house.ts";

/** TENANCY_KILL_ROUNDS=50 for the whole of it. */
const ROUNDS = Number(process.env["TENANCY_KILL_ROUNDS"] ?? 4);
const CHILD = fileURLToPath(new URL("./support/audit-load-child.ts", import.meta.url));

let house: House;
before(async () => {
  house = await openHouse({ sql: null });
  await house.tenancy.internals.control.query("create table public.marks (id uuid primary key)");
});
after(() => house[Symbol.asyncDispose]());

test(`the audit writer killed mid-batch under load, ${ROUNDS} rounds: committed is audited and audited is committed, no strict read was answered unaudited`, async () => {
  const { control, audit } = house.tenancy.internals;
  const answered: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const child = spawn(process.execPath, [CHILD], {
      env: { PATH: process.env["PATH"], ...house.env },
      cwd: house.cwd,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const gone = once(child, "exit");
    let said = "";
    let isKilled = false;
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      said += chunk;
      // From the first answer on, at any moment.
      if (!isKilled) setTimeout(() => child.kill("SIGKILL"), Math.random() * 300);
      isKilled = true;
    }
    await gone;
    answered.push(...said.split("\n").slice(0, -1));
  }
  const { rows: unaudited } = await control.query(
    `select a.id from unnest($1::text[]) as a (id)
     where not exists (select from tenancy.audit_records r where r.request_id = a.id and r.action = 'tenant.read')`,
    [answered],
  );
  const { rows: apart } = await control.query(
    `select m.id::text, r.request_id from public.marks m
     full join (select request_id from tenancy.audit_records where actor = 'test:load' and action = 'plan.updated') r
       on r.request_id = m.id::text
     where m.id is null or r.request_id is null`,
  );
  const { rows: marks } = await control.query("select id from public.marks");
  await audit.sequencer.run();
  const { rows: left } = await control.query(
    "select count(*)::int as twice from (select request_id from tenancy.audit_records where actor = 'test:load' group by 1 having count(*) > 1) d",
  );

  assert.ok(answered.length > ROUNDS * 20, `only ${answered.length} reads were answered`);
  assert.ok(marks.length > ROUNDS, `only ${marks.length} changes were committed`);
  assert.deepEqual(unaudited, []);
  assert.deepEqual(apart, []);
  assert.deepEqual(left, [{ twice: 0 }]);
});
