import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request as httpRequest, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { type TenantRequest, tenancyErrors, tenancyMiddleware } from "./express.ts";

let world: StudioWorld;
let server: Server;
const failures: unknown[] = [];

/** What Express and Connect do with middleware, on node's own server. */
before(async () => {
  world = await studioWorld({ levels: ["table"] });
  const middleware = tenancyMiddleware(world.tenancy, {
    resolve: { by: "host", baseDomain: "studios.test" },
  });
  server = createServer((request: TenantRequest, response) => {
    const fail = (failure: unknown) =>
      tenancyErrors(failure, request, response, (left) => {
        failures.push(left);
        response.writeHead(500).end("{}");
      });
    const route = async () => {
      if (request.url === "/broken") throw new Error("mine");
      if (request.url === "/missing") await request.tenant?.table("tracks").update(0, { title: "x" });
      response.end(JSON.stringify({ id: request.tenant?.tenantId }));
    };
    void middleware(request, response, (failure) => (failure ? fail(failure) : void route().catch(fail)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(async () => {
  server.close();
  await world[Symbol.asyncDispose]();
});

async function ask(
  host: string,
  path = "/",
): Promise<{ status: number | undefined; body: Record<string, unknown> }> {
  const { port } = server.address() as AddressInfo;
  const sent = httpRequest({ port, host: "127.0.0.1", path, headers: { host }, agent: false }).end();
  const [response] = await once(sent, "response");
  return {
    status: response.statusCode,
    body: JSON.parse(Buffer.concat(await response.toArray()).toString()),
  };
}

test("the middleware gives each host its tenant, and refuses as problems", async () => {
  const [a, b] = pairAt(world, "table");

  assert.equal((await ask(`${a.slug}.studios.test`)).body["id"], a.id);
  assert.equal((await ask(`${b.slug}.studios.test:80`)).body["id"], b.id);
  const unknown = await ask("nobody.studios.test");
  assert.deepEqual([unknown.status, unknown.body["code"]], [404, "tenant.not_found"]);
  const missing = await ask(`${a.slug}.studios.test`, "/missing");
  assert.deepEqual([missing.status, missing.body["code"]], [404, "context.not_found"]);
  assert.equal((await ask(`${a.slug}.studios.test`, "/broken")).status, 500);
  assert.match(String(failures[0]), /mine/);
  await world.tenancy.tenants.suspend(a.id, "test");
  assert.equal((await ask(`${a.slug}.studios.test`)).status, 403);
  assert.equal((await ask(`${b.slug}.studios.test`)).status, 200);
});
