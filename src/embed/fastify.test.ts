import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fastify, { type FastifyInstance } from "fastify";
import { pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import type { Context } from "../isolation/data-manager.ts";
import { type TenancyPluginOptions, tenancyPlugin } from "./fastify.ts";

let world: StudioWorld;
const contexts: Context[] = [];
before(async () => {
  world = await studioWorld({ levels: ["table"], tenants: 3 });
});
after(() => world[Symbol.asyncDispose]());

async function openApp(resolve: TenancyPluginOptions["resolve"]): Promise<FastifyInstance> {
  const app = fastify();
  await app.register(tenancyPlugin(world.tenancy, { resolve }));
  app.get("/health", { config: { tenant: false } }, async (request) => ({ tenant: request.tenant }));
  app.get("/*", async (request) => {
    contexts.push(request.tenant);
    return { id: request.tenant.tenantId, tracks: await request.tenant.table("tracks").count() };
  });
  app.get("/missing", (request) => request.tenant.table("tracks").update(0, { title: "x" }));
  app.get("/broken", (request) => request.tenant.table("nope").findAll());
  return app;
}

async function ask(app: FastifyInstance, url: string, headers: Record<string, string | string[]> = {}) {
  const response = await app.inject({ url, headers });
  return { status: response.statusCode, type: response.headers["content-type"], body: response.json() };
}

test("each host is its tenant, by slug below the base domain and by its own domain", async () => {
  const [a, b] = pairAt(world, "table");
  await using app = await openApp({ by: "host", baseDomain: "studios.test" });
  const domain = `${b.slug}.example.com`;
  const at = async (host: string) => (await ask(app, "/", { host })).body.id;
  assert.equal((await ask(app, "/", { host: domain })).status, 404);

  await world.tenancy.tenants.addDomain(b.id, { domain });

  await eventually(async () => (await at(domain)) === b.id);
  assert.equal(await at(`${a.slug}.studios.test`), a.id);
  assert.equal(await at(`${b.slug.toUpperCase()}.Studios.Test.:7100`), b.id);
  await world.tenancy.tenants.removeDomain(b.id, domain);
  await eventually(async () => (await ask(app, "/", { host: domain })).status === 404);
});

test("a host that is nobody's is a 404 that says nothing", async () => {
  const [a] = pairAt(world, "table");
  await using app = await openApp({ by: "host", baseDomain: "studios.test" });
  const hosts = [
    "nobody.studios.test",
    "studios.test",
    "a.b.studios.test",
    "x".repeat(300),
    "[::1]:80",
    "a b",
    "'--",
  ];
  hosts.push(a.slug, `${a.slug}.other.test`, `${a.slug}.studios.test.evil.test`, `x${a.slug}.studios.test`);

  for (const host of hosts) {
    const { status, type, body } = await ask(app, "/", { host });
    assert.equal(status, 404, host);
    assert.match(String(type), /^application\/problem\+json/);
    const { requestId, ...rest } = body;
    assert.deepEqual(rest, {
      type: "urn:tenancy:tenant.not_found",
      title: "There is nothing at this address.",
      status: 404,
      code: "tenant.not_found",
    });
    assert.ok(requestId);
  }
});

test("a tenant is also found by header, by path and by a function", async () => {
  const [a, b] = pairAt(world, "table");
  await using byHeader = await openApp({ by: "header", name: "X-Studio" });
  await using byPath = await openApp({ by: "path", prefix: "/t/" });
  await using byFunction = await openApp((request) => (request.query as { t?: string }).t);

  assert.equal((await ask(byHeader, "/", { "x-studio": a.slug })).body.id, a.id);
  assert.equal((await ask(byHeader, "/", { "x-studio": b.id })).body.id, b.id);
  assert.equal((await ask(byHeader, "/")).status, 404);
  assert.equal((await ask(byHeader, "/", { "x-studio": `${a.slug}, ${b.slug}` })).status, 404);
  assert.equal((await ask(byPath, `/t/${a.slug}/tracks?x=1`)).body.id, a.id);
  assert.equal((await ask(byPath, `/t/${b.slug}`)).body.id, b.id);
  for (const url of ["/t/", "/tracks", "/t//x", "/t/..%2f"])
    assert.equal((await ask(byPath, url)).status, 404);
  assert.equal((await ask(byFunction, `/?t=${a.slug}`)).body.id, a.id);
  assert.equal((await ask(byFunction, "/")).status, 404);
});

test("a suspended tenant is 403 within a second, a closed one 410, and both name nothing", async () => {
  const [, , tenant] = world.at("table");
  assert.ok(tenant);
  await using app = await openApp({ by: "host", baseDomain: "studios.test" });
  const host = `${tenant.slug}.studios.test`;
  assert.equal((await ask(app, "/", { host })).status, 200);
  const startedMs = performance.now();

  await world.tenancy.tenants.suspend(tenant.id, "unpaid");

  const { status, body } = await ask(app, "/", { host });
  assert.ok(performance.now() - startedMs < 1_000);
  assert.deepEqual([status, body.code], [403, "tenant.suspended"]);
  assert.ok(!JSON.stringify(body).includes(tenant.id) && !JSON.stringify(body).includes("unpaid"));
  assert.equal((await ask(app, "/health", { host })).status, 200);
  await world.tenancy.tenants.delete(tenant.id, { confirm: tenant.slug });
  assert.equal((await ask(app, "/", { host })).status, 410);
});

test("a context ends with its response; errors of the app stay the app's", async () => {
  const [a] = pairAt(world, "table");
  await using app = await openApp({ by: "host", baseDomain: "studios.test" });
  const host = `${a.slug}.studios.test`;
  contexts.length = 0;

  await ask(app, "/", { host });

  await assert.rejects(async () => contexts[0]?.query({ text: "select 1" }), { code: "context.ended" });
  const missing = await ask(app, "/missing", { host });
  assert.deepEqual([missing.status, missing.body.code], [404, "context.not_found"]);
  const broken = await ask(app, "/broken", { host });
  assert.equal(broken.status, 500);
  assert.ok(!String(broken.type).includes("problem"));
  assert.equal((await ask(app, "/health", { host: "nobody.test" })).body.tenant, null);
});

/** A notification arrives soon, and not at once. */
async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 1_000;
  while (!(await holds())) {
    assert.ok(performance.now() < untilMs, "not within a second");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
