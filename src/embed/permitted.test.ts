import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fastify from "fastify";
import { signedUser } from "../../test/support/users.ts";
import { codeOf, pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { createRole } from "../access/custom-roles.ts";
import { createPolicy } from "../access/policies.ts";
import { ISOLATION_LEVELS } from "../tenants/tenant.ts";
import { tenancyPlugin } from "./fastify.ts";

const AUTHOR = { by: { actor: "test" }, subject: null };

let world: StudioWorld;

before(async () => {
  world = await studioWorld({ tenants: 2 });
});
after(() => world[Symbol.asyncDispose]());

/** A list as an app writes it: whoever is somebody here may ask, and is shown what they may see. */
async function openApp() {
  const app = fastify();
  await app.register(tenancyPlugin(world.tenancy, { resolve: { by: "header" }, gate: {} }));
  app.get("/tracks", { config: { asks: "signed_in" } }, async ({ tenant: ctx, admission }) => {
    if (!admission) throw new Error("The gate is open.");
    const tracks = ctx.table("tracks");
    const permitted = await admission.permitted("data.read");
    const everything = await tracks.findAll({ orderBy: "title" });
    const secret = everything.find(({ title }) => title === "Secret")?.["id"] as string;
    const titlesOf = (rows: readonly { title?: unknown }[]) => rows.map(({ title }) => title);
    const may = await Promise.all(
      everything.map((row) => admission.may("data.read", tracks.resourceOf(row))),
    );
    return {
      isExact: permitted.isExact,
      listed: titlesOf(await tracks.findAll({ where: { playCount: 0 }, orderBy: "title", permitted })),
      counted: await tracks.count({ permitted }),
      byKysely: titlesOf(
        await ctx.db
          .selectFrom("tracks as t")
          .innerJoin("genres as g", "g.id", "t.genre_id")
          .select("t.title")
          .where(ctx.permitted("tracks", permitted, "t"))
          .orderBy("t.title")
          .execute(),
      ),
      inTransaction: await ctx.transaction((tx) => tx.table("tracks").count({ permitted })),
      oneByOne: titlesOf(everything.filter((_, i) => may[i])),
      secret: {
        isFound: (await tracks.findById(secret, { permitted })) !== undefined,
        update: await codeOf(tracks.update(secret, { title: "Secret" }, { permitted })),
      },
    };
  });
  const ask = async (tenantId: string, headers: Readonly<Record<string, string>>) =>
    (
      await app.inject({ url: "/tracks", headers: { ...headers, "x-tenant": tenantId, host: "app.test" } })
    ).json();
  return { app, ask };
}

async function fill(tenantId: string): Promise<void> {
  await world.tenancy.data.run(tenantId, (ctx) =>
    ctx
      .table("tracks")
      .insertMany([{ title: "Blue", genreId: 1 }, { title: "Secret", genreId: 2 }, { title: "Untagged" }]),
  );
}

async function rulesParts() {
  const { access, control, parts } = world.tenancy.internals;
  return { pool: control, clock: parts.clock, access: await access() };
}

test("at each level, what somebody may not see is neither listed, counted, found nor changed", async () => {
  const parts = await rulesParts();
  const { app, ask } = await openApp();
  for (const level of ISOLATION_LEVELS) {
    const [{ id }] = pairAt(world, level);
    await fill(id);
    const attribute = (name: string, value: string) =>
      ({ kind: "attribute", name, values: [value] }) as const;
    const grants = [
      {
        permissions: ["data.read"] as const,
        conditions: [attribute("genreId", "1"), attribute("resourceType", "tracks")],
      },
    ];
    await createRole(parts, id, { key: "jazz", name: "Jazz only", grants }, AUTHOR);
    const fan = await signedUser(world.tenancy, { tenants: { [id]: ["jazz"] } });
    const viewer = await signedUser(world.tenancy, { tenants: { [id]: ["viewer"] } });

    assert.deepEqual(await ask(id, fan.headers), {
      isExact: true,
      listed: ["Blue"],
      counted: 1,
      byKysely: ["Blue"],
      inTransaction: 1,
      oneByOne: ["Blue"],
      secret: { isFound: false, update: "context.not_found" },
    });
    const { listed, counted, secret } = await ask(id, viewer.headers);
    assert.deepEqual([listed, counted], [["Blue", "Secret", "Untagged"], 3], level);
    assert.deepEqual(secret, { isFound: true, update: "none" });
  }
  await app.close();
});

test("a forbid of the tenant's own takes rows away from everybody, and one that no condition expresses takes all", async () => {
  const parts = await rulesParts();
  const [, { id }] = pairAt(world, "table");
  await fill(id);
  const { app, ask } = await openApp();
  const owner = await signedUser(world.tenancy, { tenants: { [id]: ["owner"] } });
  const forbid = (name: string, when: string) =>
    createPolicy(
      parts,
      id,
      { name, text: `forbid (principal, action, resource is Resource) when { ${when} };` },
      AUTHOR,
    );

  await forbid("No rock", 'resource.hasTag("genre_id") && resource.getTag("genre_id") == "2"');
  const some = await ask(id, owner.headers);
  await forbid("Odd", '(if resource.hasTag("title") then resource.getTag("title") else "none") == "Blue"');
  const none = await ask(id, owner.headers);

  assert.deepEqual(
    [some.listed, some.oneByOne, some.isExact],
    [["Blue", "Untagged"], ["Blue", "Untagged"], true],
  );
  assert.deepEqual([none.listed, none.oneByOne, none.isExact], [[], ["Untagged"], false]);
  await app.close();
});

test("a filter of one tenant is refused in another, and so is one that asks for a column without one text form", async () => {
  const parts = await rulesParts();
  const [a, b] = pairAt(world, "schema");
  const subject = { kind: "user", id: crypto.randomUUID(), roles: ["owner"], scopes: null } as const;
  const facts = { now: new Date(), amr: [], mfaAt: null };
  const filter = (tenantId: string) =>
    parts.access.filter({ subject, permission: "data.read", tenantId, facts });

  const own = await filter(a.id);
  const count = (tenantId: string, permitted: typeof own) =>
    world.tenancy.data.run(tenantId, (ctx) => ctx.table("tracks").count({ permitted }));
  assert.equal(await count(a.id, own), 3);
  await assert.rejects(count(b.id, own), /was used in/);

  const text =
    'forbid (principal, action, resource) when { resource is Resource && resource.hasTag("createdAt") };';
  await createPolicy(parts, a.id, { name: "Times", text }, AUTHOR);
  assert.equal(await codeOf(count(a.id, await filter(a.id))), "context.attribute_unsupported");
});
