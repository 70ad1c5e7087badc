import assert from "node:assert/strict";
import { test } from "node:test";
import { openHouse } from "../../test/support/house.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";

const FIRST = `
create table letters (id int primary key, person_id int not null, body text, topic text);
comment on column letters.body is '@sealed subject=person_id';
comment on column letters.topic is '@sealed search';
`;
const SECOND = "alter table letters rename column person_id to author_id;";
const THIRD = `
alter table letters drop column topic;
alter table letters add column topic text;
comment on column letters.topic is '@sealed search';
`;

test("values of a person open when the column that names the person has another name, and go with the same key", async () => {
  await using house = await openHouse({ sql: FIRST, shared: [] });
  const { tenancy } = house;
  const tenants = [];
  for (const isolation of ISOLATION_LEVELS)
    tenants.push(await tenancy.tenants.create({ name: isolation, isolation }));
  for (const { id } of tenants)
    await tenancy.data.run(id, (ctx) =>
      ctx.table("letters").insertMany([
        { id: 1, personId: 7, body: "of seven", topic: "a" },
        { id: 2, personId: 8, body: "of eight", topic: "a" },
      ]),
    );
  const files = [FIRST, SECOND].map((sql, i) => ({ version: i + 1, name: `000${i + 1}_letters.sql`, sql }));

  assert.equal((await house.migrate(files)).status, "done");

  const bodies = (id: string) =>
    tenancy.data.run(id, async (ctx) =>
      (await ctx.table("letters").findAll({ orderBy: "id" })).map(({ body }) => body),
    );
  for (const { id } of tenants) {
    await tenancy.data.run(id, (ctx) => ctx.table("letters").insert({ id: 3, authorId: 7, body: "later" }));
    assert.deepEqual(await bodies(id), ["of seven", "of eight", "later"]);
  }
  const [first, ...others] = tenants.map(({ id }) => id);
  await tenancy.internals.subjects.shred(first as string, "person_id:7", async () => undefined);
  assert.deepEqual(await bodies(first as string), [null, "of eight", null]);
  for (const id of others) assert.deepEqual(await bodies(id), ["of seven", "of eight", "later"]);

  const more = [...files, { version: 3, name: "0003_topic.sql", sql: THIRD }];
  assert.equal((await house.migrate(more)).status, "done");
  for (const { id } of tenants) {
    await tenancy.data.run(id, async (ctx) => {
      const letters = ctx.table("letters");
      assert.equal(await letters.count({ where: { topic: "a" } }), 0);
      await letters.update(2, { topic: "b" });
      assert.equal((await letters.findAll({ where: { topic: "b" } }))[0]?.["topic"], "b");
    });
  }
});
