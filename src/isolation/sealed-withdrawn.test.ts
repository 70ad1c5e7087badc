import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startVault, VAULT_TOKEN } from "../../test/support/custodian-stand-ins.ts";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";

const SQL = `
create table people (id int primary key, name text not null);
create table notes (id int primary key, person_id int not null references people (id), title text, body text, about text);
comment on column notes.body is '@sealed search';
comment on column notes.about is '@sealed subject=person_id';
`;
const BY = { actor: "test" };

let world: StudioWorld;
before(async () => {
  world = await studioWorld({ sql: SQL });
});
after(() => world[Symbol.asyncDispose]());

for (const level of ISOLATION_LEVELS) {
  test(`${level}: a customer who withdraws the key closes the sealed columns of that tenant, and nothing else`, async () => {
    await using vault = await startVault();
    const { data, internals } = world.tenancy;
    const [own, other] = pairAt(world, level).map(({ id }) => id) as [string, string];
    for (const id of [own, other])
      await data.run(id, async (ctx) => {
        await ctx.table("people").insert({ id: 1, name: "Ada" });
        await ctx.table("notes").insert({ id: 1, personId: 1, title: "t", body: "b", about: "a" });
      });
    const credentials = { VAULT_TOKEN };
    await internals.encryption.changeCustodian(
      own,
      { url: `vault+${vault.url}/transit/tenant-key`, credentials },
      BY,
    );
    const read = (id: string) => data.run(id, (ctx) => ctx.table("notes").findById(1));
    const whole = { id: 1, personId: 1, title: "t", body: "b", about: "a" };
    assert.deepEqual(await read(own), whole);

    vault.isEnabled = false;
    internals.keyring.forget(own);

    await using ctx = await data.context(own);
    const notes = ctx.table("notes");
    for (const work of [
      () => notes.findById(1),
      () => notes.findAll({ where: { body: "b" } }),
      () => notes.insert({ id: 2, personId: 1, body: "new" }),
      () => notes.update(1, { about: "new" }),
      () => ctx.db.selectFrom("notes").select("about").execute(),
    ])
      assert.equal(await codeOf(work), "key.refused");
    assert.equal(await notes.count(), 1);
    assert.deepEqual(await ctx.table("people").findAll(), [{ id: 1, name: "Ada" }]);
    assert.deepEqual(await read(other), whole);
    assert.equal(await data.run(other, (theirs) => theirs.table("notes").count({ where: { body: "b" } })), 1);

    vault.isEnabled = true;
    assert.deepEqual(await read(own), whole);
  });
}
