import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { testDatabase } from "../../test/support/db.ts";
import { scratch } from "../../test/support/embedded.ts";
import { type House, openHouse } from "../../test/support/house.ts";

let house: House;
before(async () => {
  house = await openHouse();
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const cli = (...args: string[]) => runCli(args, house);

test("plans, regions and cells are listed, for people and for programs", async () => {
  const plans = answerOf(await cli("plan", "list", "--json"));
  const cells = await cli("cell", "list");
  const cell = answerOf(await cli("cell", "show", "local", "--json"));
  const unknown = await cli("cell", "show", "mars");

  assert.deepEqual(
    plans.items.map((plan: { key: string }) => plan.key),
    ["freemium", "premium", "enterprise"],
  );
  assert.match(cells.stdout, /^Cell +Status +Region .*\nlocal +open +local +PostgreSQL \d+/);
  assert.deepEqual(
    Object.keys(cell).sort().join(),
    "connections,databaseBytes,engine,key,name,region,status,tenants,warmPool",
  );
  assert.equal(unknown.code, 3);
});

test("a cell is added by a URL from a variable or from standard input, which nobody sees again", async () => {
  await using one = await testDatabase();
  await using two = await testDatabase();
  await cli("region", "add", "eu", "--name", "Europe");

  const byVariable = await runCli(
    ["cell", "add", "eu-1", "--region", "eu", "--name", "One", "--url-env", "CELL_URL"],
    { ...house, env: { ...house.env, CELL_URL: one.url } },
  );
  const byInput = await runCli(["cell", "add", "eu-2", "--region", "eu", "--name", "Two", "--json"], {
    ...house,
    input: `${two.url}\n`,
  });
  const twice = await runCli(["cell", "add", "eu-3", "--region", "eu", "--name", "Two", "--json"], {
    ...house,
    input: two.url,
  });

  assert.equal(byVariable.code, 0, byVariable.stderr);
  assert.match(byVariable.stderr, /^Added cell eu-1; it is open/);
  assert.equal(answerOf(byInput).status, "open");
  assert.equal(twice.code, 4);
  assert.equal(JSON.parse(twice.stderr).error.code, "cell.database_taken");
  const said = [byVariable, byInput, twice].map(({ stdout, stderr }) => stdout + stderr).join("");
  assert.ok(!said.includes(one.url) && !said.includes(two.url));
  assert.equal((await cli("cell", "close", "eu-2")).code, 0);
  const { control } = house.tenancy.internals;
  await control.query("delete from tenancy.cells where key like 'eu-%'");
});

test("a link signs an operator in once; keys are shown once, listed without themselves, and revoked", async () => {
  const link = await cli("operator", "link", "--name", "Ada", "--base-url", "https://console.example.com");
  const key = answerOf(await cli("key", "create", "--name", "ci", "--expires-in-days", "7", "--json"));
  const listed = await cli("key", "list", "--json");
  const revoked = await cli("key", "revoke", key.id);
  const again = await cli("key", "revoke", key.id);

  assert.match(link.stdout, /^https:\/\/console\.example\.com\/#link=[\w-]{40,}\n$/);
  assert.match(key.key, /^ten_[\w-]{40,}$/);
  assert.ok(!listed.stdout.includes(key.key));
  assert.deepEqual(
    answerOf(listed).items.map((each: { name: string }) => each.name),
    ["ci"],
  );
  assert.equal(revoked.code, 0);
  assert.equal(again.code, 3);
});

test("status tells where the platform is, and doctor that nothing is wrong", async () => {
  const status = answerOf(await cli("status", "--json"));
  const doctor = await cli("doctor");
  const items = answerOf(await cli("doctor", "--json")).items;

  assert.deepEqual(
    [status.database.mode, status.app.version, status.app.pendingPlaces],
    ["configured", 1, 0],
  );
  assert.equal(doctor.code, 0, doctor.stdout);
  assert.deepEqual(
    items.map((item: { check: string }) => item.check),
    [
      "configuration",
      "database",
      "key",
      "security floor",
      "role",
      "cells",
      "seats",
      "app schema",
      "workflows",
      "disk",
    ],
  );
});

test("doctor names what is wrong, with its cure, and looks no further than it can", async () => {
  const wrongKey = await runCli(["doctor", "--json"], {
    ...house,
    env: { ...house.env, TENANT_ENCRYPTION_KEY: Buffer.alloc(32, 9).toString("base64") },
  });
  const tenant = await house.tenancy.tenants.create({ name: "Seatless" });
  const { control } = house.tenancy.internals;
  await control.query("delete from tenancy.seats where tenant_id = $1", [tenant.id]);
  const seatless = await cli("doctor");
  await cli("tenant", "suspend", "seatless", "--reason", "seat");
  await cli("tenant", "resume", "seatless");

  assert.equal(wrongKey.code, 2);
  const states = answerOf(wrongKey).items.map((item: { status: string }) => item.status);
  assert.deepEqual(states.slice(0, 5), ["ok", "ok", "failed", "skipped", "skipped"]);
  assert.equal(seatless.code, 1);
  assert.match(
    seatless.stdout,
    /failed {3}seats: 1 of \d+ are wrong; the first is seatless: It has no seat of epoch 1\.\n +Draw a new seat: /,
  );
  assert.equal((await cli("doctor")).code, 0);
});

test("the proof holds and says what it tried; a wall that is down is a crossing and ends with 5", async () => {
  const { id } = await house.tenancy.tenants.create({ name: "Proved" });
  await house.tenancy.data.run(id, (ctx) => ctx.table("tracks").insert({ title: "Theirs" }));
  const { control } = house.tenancy.internals;

  const held = await cli("verify", "isolation", "--tenant-id", id);
  await control.query("drop policy tenancy_guard on public.tracks");
  const crossed = await cli("verify", "isolation", "--tenant-id", id, "--json");

  assert.equal(held.code, 0, held.stdout + held.stderr);
  assert.match(held.stderr, /Isolation held\. \d+ attempts: \d+ refused, \d+ found nothing, 0 crossed\.\n$/);
  assert.match(held.stdout, /^Way +Targets +Level +Outcome +Detail\n/);
  assert.equal(crossed.code, 5);
  assert.equal(answerOf(crossed).status, "crossed");
  assert.ok(answerOf(crossed).attempts.some((attempt: { outcome: string }) => attempt.outcome === "crossed"));
});

test("without a configured database the command runs its own for the moment, in the folder that it is told", async () => {
  using place = scratch();
  const own = { cwd: house.cwd };
  const options = ["--data-dir", place.dataDir];

  const created = await runCli(["tenant", "create", "--name", "Own", ...options, "--json"], own);
  const status = answerOf(await runCli([...options, "status", "--json"], own));

  assert.equal(created.code, 0, created.stderr);
  assert.deepEqual([status.database.mode, status.dataDir, status.tenants.table], ["own", place.dataDir, 1]);
});
