import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type House, openHouse } from "./support/house.ts";

const CHILD = fileURLToPath(new URL("./support/crash-child.ts", import.meta.url));

let house: House;
before(async () => {
  house = await openHouse();
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

/** Runs the child; true when it killed itself at the named place. */
async function dies(
  work: "create" | "erase" | "resume",
  slug: string,
  level: string,
  at: string,
): Promise<boolean> {
  const child = spawn(process.execPath, [CHILD, work, slug, level, at], {
    env: { PATH: process.env["PATH"], ...house.env },
    cwd: house.cwd,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk;
  });
  const [exitCode, signal] = (await once(child, "exit")) as [number | null, string | null];
  assert.ok(signal === "SIGKILL" || exitCode === 0, stderr);
  return signal === "SIGKILL";
}

/** Takes up what was left until nothing is. The dead process' locks go when the server notices that it is gone. */
async function settle(slug: string): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  for (;;) {
    await house.tenancy.internals.workflows.runDue();
    const found = await house.tenancy.tenants.get(slug).catch(() => null);
    if (found === null || found.record.workflowId === null) return;
    assert.ok(performance.now() < deadlineMs, `the workflow of ${slug} does not end`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const moments = (steps: string[]) => steps.flatMap((step) => [`${step}:before`, `${step}:after`]);

for (const level of ["schema", "database"] as const) {
  for (const at of moments(["place", "app", "seat", "activate"])) {
    test(`provisioning at ${level} level, killed at ${at}, ends in the same state`, async () => {
      const slug = `p-${level}-${at.replace(":", "-")}`;
      const { tenants, data } = house.tenancy;

      assert.ok(await dies("create", slug, level, `provision:${at}`));
      await settle(slug);

      const tenant = await tenants.get(slug);
      assert.equal(tenant.status, "active");
      assert.ok((await tenant.setupSecurityPolicies()).every((wall) => wall.holds));
      await data.run(tenant.id, async (ctx) => {
        await ctx.table("tracks").insert({ title: "Alive", genreId: 2 });
        assert.equal(await ctx.table("tracks").count(), 1);
      });
    });
  }
}

for (const level of ["table", "schema", "database"] as const) {
  test(`erasure at ${level} level, killed at every step in turn, still leaves nothing`, async () => {
    const slug = `e-${level}`;
    const { tenants, data, internals } = house.tenancy;
    const tenant = await tenants.create({ name: slug, slug, isolation: level });
    await data.run(tenant.id, (ctx) => ctx.table("tracks").insert({ title: "Mortal" }));
    await tenants.delete(slug, { confirm: slug, graceDays: 0 });

    assert.ok(await dies("erase", slug, level, "erase:fence:before"));
    for (const at of [
      "fence:after",
      "cache:after",
      "storage:after",
      "place:before",
      "place:after",
      "verify:after",
    ]) {
      await dies("resume", slug, level, `erase:${at}`);
    }
    await settle(slug);

    await assert.rejects(() => tenants.get(slug));
    const place = `t_${tenant.id.replaceAll("-", "")}`;
    const { rows } = await internals.control.query<{ left: number }>({
      text: `select ((select count(*) from public.tracks where tenant_id = $1) + (select count(*) from tenancy.seats where tenant_id = $1)
               + (select count(*) from pg_namespace where nspname = $2) + (select count(*) from pg_database where datname = $2)
               + (select count(*) from pg_roles where rolname = $2))::int as left`,
      values: [tenant.id, place],
    });
    assert.equal(rows[0]?.left, 0);
  });
}
