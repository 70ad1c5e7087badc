import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";

const SQL = `
create table letters (id int primary key, person_id int not null, body text, email text);
comment on column letters.body is '@sealed subject=person_id';
comment on column letters.email is '@sealed search';
`;

let house: House;
before(async () => {
  house = await openHouse({ sql: SQL, shared: [] });
  const { id } = await house.tenancy.tenants.create({ name: "Studio" });
  await house.tenancy.data.run(id, (ctx) =>
    ctx.table("letters").insertMany([
      { id: 1, personId: 7, body: "Dear", email: "a@b.c" },
      { id: 2, personId: 8, body: "Yours" },
    ]),
  );
});
after(() => house[Symbol.asyncDispose]());

const run = (args: readonly string[], input?: string) =>
  runCli(args, { cwd: house.cwd, env: house.env, ...(input === undefined ? {} : { input }) });

test("sealed columns are listed with their stage, and counted for a tenant", async () => {
  const all = answerOf(await run(["encryption", "columns", "--json"]));
  const mine = await run(["encryption", "columns", "studio"]);

  assert.deepEqual(
    all.items.map((item: Record<string, unknown>) => [
      item["column"],
      item["subject"],
      item["search"],
      item["stage"],
    ]),
    [
      ["body", "person_id", false, "sealed"],
      ["email", null, true, "sealed"],
    ],
  );
  assert.match(mine.stdout, /letters\.body +sealed +2 +0/);
  assert.match(mine.stdout, /letters\.email +sealed +1 +0/);
});

test("what is sealed for a person is gone with the person's key, which is destroyed only when somebody says so", async () => {
  const { id } = await house.tenancy.tenants.get("studio");
  const bodies = async () => {
    const rows = await house.tenancy.data.run(id, (ctx) => ctx.table("letters").findAll({ orderBy: "id" }));
    return rows.map(({ body }) => body);
  };
  const shred = ["encryption", "shred", "person_id:7", "--tenant-id", id];

  const unasked = await run(shred);
  assert.notEqual(unasked.code, 0);
  assert.deepEqual(await bodies(), ["Dear", "Yours"]);
  const done = answerOf(await run([...shred, "--yes", "--json"]));

  assert.deepEqual(done, { hadKey: true });
  assert.deepEqual(await bodies(), [null, "Yours"]);
});

test("a root key is sealed into a new file, which a server opens with the passphrase; no file is written over", async () => {
  const words = "six random words that nobody knows\n";
  const made = await run(["encryption", "key-file", "sealed-root.key"], words);
  const again = await run(["encryption", "key-file", "sealed-root.key"], words);
  const short = await run(["encryption", "key-file", "other.key"], "short\n");
  const env = {
    ...house.env,
    TENANT_ROOT_KEY: `file://${house.cwd}/sealed-root.key`,
    ROOT_KEY_PASSPHRASE: words.trim(),
  };
  const opened = await runCli(["encryption", "status", "--json"], { cwd: house.cwd, env });
  const locked = await runCli(["encryption", "status"], {
    cwd: house.cwd,
    env: { ...env, ROOT_KEY_PASSPHRASE: "six random words that nobody knew" },
  });

  assert.equal(made.code, 0, made.stderr);
  assert.notEqual(again.code, 0);
  assert.match(short.stderr, /at least 16/);
  const before = answerOf(await run(["encryption", "status", "--json"]));
  assert.match(answerOf(opened).custodian, /^local:/);
  assert.notEqual(answerOf(opened).custodian, before.custodian);
  assert.match(locked.stderr, /passphrase does not open/);
});
