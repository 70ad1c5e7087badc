import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { failure } from "../../test/support/config.ts";
import { testDatabase } from "../../test/support/db.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { addCell, addRegion, changeCellStatus } from "./add-cell.ts";
import { describeCell, describeCells } from "./cell-status.ts";

const BY = { actor: "test" };
const TARGET = { schemas: 2, databases: 1 };

let house: House;
before(async () => {
  house = await openHouse();
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

function add(input: { key: string; url: string; region?: string; name?: string }) {
  const { control, cells, rootKey, parts, app } = house.tenancy.internals;
  return addCell(
    { control, cells, rootKey, app: app(), role: parts.role },
    { region: "local", name: "A cell", ...input },
    BY,
  );
}

async function keys(): Promise<string[]> {
  return (await describeCells(house.tenancy.internals, TARGET)).map(({ key }) => key);
}

test("a cell that was added takes tenants, and its URL is kept sealed", async () => {
  await using db = await testDatabase();
  const { internals, tenants, data } = house.tenancy;

  await add({ key: "second", url: db.url });
  const shared = await tenants.create({ name: "Shared elsewhere", cell: "second", isolation: "table" });
  await data.run(shared.id, async (ctx) => assert.equal(await ctx.table("tracks").count(), 0));
  const tenant = await tenants.create({ name: "Elsewhere", cell: "second", isolation: "schema" });
  await data.run(tenant.id, async (ctx) => {
    await ctx.table("tracks").insert({ title: "There" });
    assert.equal(await ctx.table("tracks").count(), 1);
  });

  const described = await describeCell(internals, "second", TARGET);
  assert.deepEqual([described.status, described.tenants.schema], ["open", 1]);
  const { rows } = await internals.control.query(
    "select sealed_url, encode(sealed_url, 'escape') as text from tenancy.cells where key = 'second'",
  );
  assert.ok(!rows[0].text.includes(db.name));
  assert.equal(internals.rootKey.open("cell:second", rows[0].sealed_url), db.url);
});

test("what cannot be reached, is not an administrator's, or is somebody's already is refused and not stored", async () => {
  await using db = await testDatabase();
  const admin = new pg.Client(db.url);
  await admin.connect();
  const login = `plain_${db.name}`;
  await admin.query(`create role ${login} login password 'secret'`);
  const plain = new URL(db.url);
  [plain.username, plain.password] = [login, "secret"];
  const lost = new URL(db.url);
  lost.pathname = "/no_such_database";

  const unreachable = await failure(add({ key: "lost", url: lost.href }));
  const notAdmin = await failure(add({ key: "plain", url: plain.href }));
  const taken = await failure(add({ key: "taken", url: house.url }));
  const known = await failure(add({ key: "local", url: db.url }));
  const faulty = await failure(add({ key: "No", url: "mysql://x:hunter2@y", region: "mars", name: " " }));
  await admin.query(`drop role ${login}`);
  await admin.end();

  assert.deepEqual(
    [unreachable.code, notAdmin.code, taken.code, known.code],
    ["cell.unreachable", "cell.not_admin", "cell.database_taken", "cell.exists"],
  );
  assert.deepEqual(
    faulty.problems.map(({ path }) => path),
    ["key", "name", "region", "url"],
  );
  for (const error of [unreachable, notAdmin, taken, faulty]) {
    assert.doesNotMatch(JSON.stringify([error.message, error.problems]), /hunter2|secret/);
  }
  assert.ok((await keys()).every((key) => ["local", "second"].includes(key)));
});

test("a cell that a crash left closed is taken up by the same call", async () => {
  await using db = await testDatabase();
  const { control, rootKey } = house.tenancy.internals;
  await control.query(
    "insert into tenancy.cells (key, region, name, status, sealed_url) values ('half', 'local', 'Half', 'closed', $1)",
    [rootKey.seal("cell:half", db.url)],
  );

  await add({ key: "half", url: db.url, name: "Whole" });

  const cell = await describeCell(house.tenancy.internals, "half", TARGET);
  assert.deepEqual([cell.status, cell.name], ["open", "Whole"]);
  assert.equal((await failure(add({ key: "half", url: db.url }))).code, "cell.exists");
});

test("a closed cell takes no new tenants, and an unknown one is told", async () => {
  const { control } = house.tenancy.internals;
  await addRegion(control, { key: "moon", name: "Moon" }, BY);
  await changeCellStatus(control, "local", "closed", BY);
  const refused = await failure(house.tenancy.tenants.create({ name: "Nowhere", region: "moon" }));
  await changeCellStatus(control, "local", "open", BY);

  assert.equal(refused.code, "cell.none_open");
  assert.equal((await failure(changeCellStatus(control, "mars", "open", BY))).code, "cell.not_found");
  assert.equal((await failure(addRegion(control, { key: "moon", name: "Again" }, BY))).code, "region.exists");
});
