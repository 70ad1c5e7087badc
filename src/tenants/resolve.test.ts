import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { TenantResolver } from "./resolve.ts";

let world: StudioWorld;
let asked = 0;
before(async () => {
  world = await studioWorld({ levels: ["table"] });
});
after(() => world[Symbol.asyncDispose]());

/** A resolver whose questions are counted, and the notifications it waits for in our hands. */
function open(baseDomains: readonly string[] = ["studios.test"]) {
  const { control } = world.tenancy.internals;
  let notify: (tenantId: string | null) => void = () => assert.fail("no listener");
  asked = 0;
  const counting = {
    query: (...input: Parameters<pg.Pool["query"]>) => {
      asked += 1;
      return control.query(...input);
    },
  };
  const resolver = new TenantResolver({
    control: counting as unknown as pg.Pool,
    onNotice: (listener) => {
      notify = listener;
    },
    baseDomains,
  });
  return { resolver, notify: (tenantId: string | null) => notify(tenantId) };
}

test("a host is asked for once, however many requests come at once, known or not", async () => {
  const [a] = pairAt(world, "table");
  const { resolver } = open();

  const found = await Promise.all(
    Array.from({ length: 20 }, () => resolver.byHost(`${a.slug}.studios.test`)),
  );
  const missing = await Promise.all(Array.from({ length: 20 }, () => resolver.byHost("nobody.studios.test")));

  assert.deepEqual(new Set(found), new Set([a.id]));
  assert.deepEqual(new Set(missing), new Set([undefined]));
  assert.equal(asked, 2);
});

test("what cannot be a host never reaches the database", async () => {
  const { resolver } = open();
  const hosts = [
    undefined,
    "",
    ".",
    "a..b",
    "-a.test",
    "a_b.test",
    "a b",
    "[::1]",
    "é.test",
    "a".repeat(300),
    "x\0",
    "a/b",
  ];

  for (const host of hosts) assert.equal(await resolver.byHost(host), undefined, String(host));
  for (const slug of ["", "A", "-a", "a b", "x".repeat(64)])
    assert.equal(await resolver.bySlug(slug), undefined);

  assert.equal(asked, 0);
});

test("a notification drops what was known of its tenant, and all names that were nobody's", async () => {
  const [a, b] = pairAt(world, "table");
  const { resolver, notify } = open();
  const ask = () => Promise.all([a.slug, b.slug, "nobody"].map((slug) => resolver.bySlug(slug)));
  const known = await ask();
  assert.equal(asked, 3);

  notify(a.id);

  assert.deepEqual(await ask(), known);
  assert.equal(asked, 5);
  notify(null);
  assert.deepEqual(await ask(), known);
  assert.equal(asked, 8);
});

test("an answer that a change overtook is not kept", async () => {
  const [a] = pairAt(world, "table");
  const { resolver, notify } = open();

  const early = resolver.bySlug(a.slug);
  notify(a.id);
  await early;
  await resolver.bySlug(a.slug);
  await resolver.bySlug(a.slug);

  assert.equal(asked, 2);
});

test("below a base domain only slugs count: nobody's own domain takes another's place", async () => {
  const [a, b] = pairAt(world, "table");
  const client = new pg.Client(world.url);
  await client.connect();
  const host = `${a.slug}.studios.test`;
  await client.query(
    "insert into tenancy.domains (ascii, tenant_id, domain, is_primary) values ($1, $2, $1, true)",
    [host, b.id],
  );
  await client.end();

  assert.equal(await open().resolver.byHost(host), a.id);
  assert.equal(await open([]).resolver.byHost(host), b.id);
});
