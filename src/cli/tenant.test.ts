import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOf, runCli, startCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";

let house: House;
before(async () => {
  house = await openHouse();
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

async function cli(...args: string[]) {
  const ran = await runCli(args, house);
  return { ...ran, json: () => answerOf(ran), error: () => JSON.parse(ran.stderr).error };
}

const TENANT_KEYS =
  "createdAt,deletion,domains,features,id,limits,name,placement,plan,region,slug,status,suspension,updatedAt,workflowId";

test("a tenant is created, shown, suspended, resumed, deleted, restored, deleted again and erased", async () => {
  const created = await cli(
    "tenant",
    "create",
    "--name",
    "Round Trip",
    "--plan",
    "premium",
    "--domain",
    "round.example.com",
    "--feature",
    "a_one,b_two",
    "--feature",
    "c_three",
    "--max-users",
    "9",
    "--json",
  );
  assert.equal(created.code, 0, created.stderr);
  assert.equal(created.stderr, "");
  const tenant = created.json();
  assert.equal(Object.keys(tenant).sort().join(), TENANT_KEYS);
  assert.equal(tenant.status, "active");
  assert.equal(tenant.limits.maxUsers, 9);
  assert.deepEqual(tenant.features, ["a_one", "ai_mixing", "analytics", "b_two", "c_three", "collaboration"]);

  const byDomain = await cli("tenant", "show", "round.example.com", "--json");
  assert.equal(byDomain.json().id, tenant.id);
  const byOption = await cli("tenant", "show", "--tenant-id", tenant.id);
  assert.match(
    byOption.stdout,
    /^Id {9}[0-9a-f-]{36}\nSlug {7}round-trip\nName {7}Round Trip\nStatus {5}active\n/,
  );

  const suspended = await cli("tenant", "suspend", "round-trip", "--reason", "unpaid", "--json");
  assert.equal(suspended.json().suspension.reason, "unpaid");
  const resumed = await cli("tenant", "resume", "round-trip");
  assert.match(resumed.stderr, /^Resumed tenant round-trip\.\n$/);

  const unconfirmed = await cli("tenant", "delete", "round-trip");
  assert.equal(unconfirmed.code, 2);
  assert.match(
    unconfirmed.stderr,
    /Nobody is there to confirm: tenant round-trip would be deleted\.\n {2}Add --confirm round-trip/,
  );
  const mistaken = await cli("tenant", "delete", "round-trip", "--confirm", "other", "--json");
  assert.equal(mistaken.error().code, "tenant.confirm_mismatch");
  assert.equal(mistaken.code, 2);

  const deleted = await cli(
    "tenant",
    "delete",
    "round-trip",
    "--confirm",
    "round-trip",
    "--grace-days",
    "7",
    "--json",
  );
  assert.equal(deleted.json().status, "deleting");
  const early = await cli("tenant", "erase", "round-trip", "--json");
  assert.equal(early.error().code, "tenant.wrong_state");
  assert.equal(early.code, 4);
  const restored = await cli("tenant", "restore", "round-trip", "--json");
  assert.equal(restored.json().status, "active");

  await cli("tenant", "delete", "round-trip", "--yes", "--grace-days", "0");
  const erased = await cli("tenant", "erase", "round-trip", "--json");
  assert.equal(erased.code, 0, erased.stderr);
  assert.equal(erased.json().status, "erased");
  const gone = await cli("tenant", "show", "round-trip");
  assert.equal(gone.code, 3);
  assert.equal(
    gone.stderr,
    "error: There is no tenant round-trip.\n  Check the id, slug or domain; `tenancy tenant list` shows what exists.\n",
  );

  const events = (await cli("events", "--tenant", tenant.id, "--json")).json().items;
  assert.deepEqual(events.map((event: { action: string }) => event.action).reverse(), [
    "tenant.created",
    "tenant.suspended",
    "tenant.resumed",
    "tenant.deletion_requested",
    "tenant.deletion_cancelled",
    "tenant.deletion_requested",
    "tenant.erased",
  ]);
  assert.ok(events.every((event: { actor: string }) => /^cli:./.test(event.actor)));
});

for (const isolation of ["table", "schema", "database"]) {
  test(`a dry run at ${isolation} level says what would be lost and does nothing`, async () => {
    const { id } = (
      await cli("tenant", "create", "--name", `Loss ${isolation}`, "--isolation", isolation, "--json")
    ).json();
    await house.tenancy.data.run(id, async (ctx) => {
      await ctx.table("tracks").insertMany([{ title: "One" }, { title: "Two" }]);
    });

    const dry = await cli("tenant", "delete", id, "--dry-run", "--json");

    assert.equal(dry.code, 0, dry.stderr);
    const { wouldLose } = dry.json();
    assert.equal(wouldLose.totalRows, 2);
    assert.deepEqual(
      wouldLose.tables.map((t: { name: string; rows: number }) => [t.name, t.rows]),
      [
        ["mixes", 0],
        ["tracks", 2],
      ],
    );
    assert.equal(
      wouldLose.tables.every((t: { bytes: number | null }) => (t.bytes === null) === (isolation === "table")),
      true,
    );
    assert.equal((await cli("tenant", "show", id, "--json")).json().status, "active");
  });
}

test("creation reports every fault of the input at once", async () => {
  const ran = await cli(
    "tenant",
    "create",
    "--name",
    " ",
    "--slug",
    "Über",
    "--plan",
    "gold",
    "--feature",
    "No",
    "--json",
  );

  assert.equal(ran.code, 2);
  const { code, problems } = ran.error();
  assert.equal(code, "tenant.input_invalid");
  assert.deepEqual(
    problems.map((p: { path: string }) => p.path),
    ["name", "slug", "plan", "features[0]"],
  );
});

test("a slug that is taken is a conflict", async () => {
  await cli("tenant", "create", "--name", "Taken", "--slug", "taken");
  const again = await cli("tenant", "create", "--name", "Taken", "--slug", "taken");

  assert.equal(again.code, 4);
  assert.equal(
    again.stderr,
    "error: The slug `taken` belongs to another tenant.\n  Choose another slug, such as `taken-2`.\n",
  );
});

test("domains are added, listed and removed; another tenant's are refused", async () => {
  await cli("tenant", "create", "--name", "Hosts", "--slug", "hosts");
  await cli("tenant", "create", "--name", "Rival", "--slug", "rival", "--domain", "rival.example.com");

  const added = await cli("tenant", "domain", "add", "hosts", "One.Example.com", "--json");
  await cli("tenant", "domain", "add", "--tenant-id", "hosts", "two.example.com", "--primary");
  const taken = await cli("tenant", "domain", "add", "hosts", "rival.example.com");
  const listed = (await cli("tenant", "domain", "list", "hosts", "--json")).json();
  const removed = await cli("tenant", "domain", "remove", "hosts", "two.example.com", "--json");
  const missing = await cli("tenant", "domain", "remove", "hosts", "two.example.com");

  assert.equal(added.json()[0].ascii, "one.example.com");
  assert.equal(taken.code, 4);
  assert.deepEqual(
    listed.map((d: { ascii: string; isPrimary: boolean }) => [d.ascii, d.isPrimary]),
    [
      ["two.example.com", true],
      ["one.example.com", false],
    ],
  );
  assert.equal(removed.json()[0].isPrimary, true);
  assert.equal(missing.code, 3);
});

test("an update changes what is given and nothing else", async () => {
  await cli(
    "tenant",
    "create",
    "--name",
    "Before",
    "--slug",
    "changing",
    "--plan",
    "premium",
    "--max-users",
    "7",
  );

  const ran = await cli(
    "tenant",
    "update",
    "changing",
    "--name",
    "After",
    "--limit",
    "maxStorageGb=2.5",
    "--features",
    "extra",
    "--json",
  );
  const faulty = await cli(
    "tenant",
    "update",
    "changing",
    "--limit",
    "maxSpace=1",
    "--plan",
    "gold",
    "--json",
  );

  const tenant = ran.json();
  assert.deepEqual(
    [tenant.name, tenant.plan, tenant.limits.maxStorageGb, tenant.features.includes("extra")],
    ["After", "premium", 2.5, true],
  );
  assert.equal(faulty.code, 2);
  assert.deepEqual(
    faulty
      .error()
      .problems.map((p: { path: string }) => p.path)
      .sort(),
    ["limits.maxSpace", "plan"],
  );
});

test("what was left half made is finished by workflow resume", async () => {
  const made = await cli(
    "tenant",
    "create",
    "--name",
    "Later",
    "--isolation",
    "schema",
    "--no-wait",
    "--json",
  );
  const { id, status, workflowId } = made.json();
  assert.equal(status, "provisioning");

  const shown = (await cli("workflow", "show", workflowId, "--json")).json();
  const resumed = await cli("workflow", "resume", workflowId, "--json");

  assert.deepEqual([shown.status, shown.kind, shown.tenantId], ["running", "provision", id]);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.ok(resumed.json().steps.every((step: { status: string }) => step.status === "done"));
  assert.equal((await cli("tenant", "show", id, "--json")).json().status, "active");
  assert.equal((await cli("workflow", "show", id, "--json")).code, 3);
});

test("whoever stops reading ends the command quietly", async () => {
  const { child, ended } = startCli(["tenant", "list", "--all"], house);
  child.stdout?.destroy();

  const ran = await ended;

  assert.equal(ran.stderr, "");
  assert.equal(ran.code, 0);
});

test("control characters that were stored do not reach the terminal", async () => {
  await cli("tenant", "create", "--name", "Escape", "--slug", "escape");
  await house.tenancy.tenants.suspend("escape", "\u001B[2J\u202Egone");

  const shown = await cli("tenant", "show", "escape");

  assert.match(shown.stdout, /Suspended {2}.*Z: \uFFFD\[2J\uFFFDgone\n/);
});
