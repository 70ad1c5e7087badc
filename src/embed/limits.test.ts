import assert from "node:assert/strict";
import { once } from "node:events";
import { ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { after, before, test } from "node:test";
import express from "express";
import fastify from "fastify";
import { signedUser } from "../../test/support/users.ts";
import { type StudioTenant, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { tenancyErrors, tenancyMiddleware } from "./express.ts";
import { tenancyPlugin } from "./fastify.ts";

const AT = { by: "header" } as const;

let world: StudioWorld;
before(async () => {
  world = await studioWorld({ levels: ["table"], tenants: 5 });
});
after(() => world[Symbol.asyncDispose]());

/** Each test has a tenant of its own, with a member. */
async function limited(at: number, limits: Readonly<Record<string, number>>) {
  const tenant = world.tenants[at] as StudioTenant; // five of them
  await world.tenancy.tenants.update(tenant.id, { limits });
  const { headers } = await signedUser(world.tenancy, { tenants: { [tenant.id]: ["member"] } });
  return { id: tenant.id, headers: { ...headers, "x-tenant": tenant.id } };
}

async function openApp() {
  const app = fastify();
  await app.register(tenancyPlugin(world.tenancy, { resolve: AT, gate: {} }));
  app.get("/tracks", async () => ({}));
  app.get("/fails", async () => {
    throw new Error("a fault of the app");
  });
  app.get("/events", async (_, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/event-stream" });
    reply.raw.write("data: hello\n\n");
  });
  app.get("/socket", async (request, reply) => {
    reply.hijack();
    const { socket } = request.raw;
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    // Whoever speaks the protocol reads, and so notices the end.
    socket.resume().once("end", () => socket.destroy());
  });
  // As the WebSocket plugins of Fastify do: an upgrade passes the same hooks.
  app.server.on("upgrade", (request, socket) => {
    const response = new ServerResponse(request);
    response.assignSocket(socket as never);
    app.routing(request, response);
  });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  return {
    url,
    port: (app.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
}

const underWay = (id: string) => world.tenancy.internals.limits.permits.countOf(`tenant:${id}`);

async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while (!(await isTrue())) {
    assert.ok(performance.now() < deadlineMs, "it does not come");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test("calls of an app's tenant are bounded by its plan, and the answers tell it", async () => {
  await using app = await openApp();
  const { headers } = await limited(0, { maxApiCallsPerHour: 60 });

  const answers: Response[] = [];
  for (let i = 0; i < 4; i++) answers.push(await fetch(`${app.url}/tracks`, { headers }));

  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 429],
  );
  assert.equal(answers[0]?.headers.get("ratelimit-policy"), '"credential";q=600;w=3, "tenant";q=3;w=180');
  assert.equal(answers[3]?.headers.get("retry-after"), "60");
  assert.equal(((await (answers[3] as Response).json()) as { code: string }).code, "request.too_many");
});

test("streams count while they last, whether they are ended or torn off", async () => {
  await using app = await openApp();
  const { id, headers } = await limited(1, { maxConcurrentRequests: 2 });
  const aborts = [new AbortController(), new AbortController()];
  await Promise.all(aborts.map(({ signal }) => fetch(`${app.url}/events`, { headers, signal })));

  const refused = await fetch(`${app.url}/tracks`, { headers });
  aborts[0]?.abort();
  await until(() => underWay(id) === 1);
  const admitted = await fetch(`${app.url}/tracks`, { headers });
  aborts[1]?.abort();

  assert.equal(refused.status, 429);
  assert.equal(((await refused.json()) as { code: string }).code, "request.too_many_at_once");
  assert.equal(refused.headers.get("retry-after"), "1");
  assert.equal(refused.headers.get("ratelimit-policy"), '"tenant-at-once";q=2;qu="concurrent-requests"');
  assert.equal(admitted.status, 200);
  await until(() => underWay(id) === 0);
});

test("sockets count until they close", async () => {
  await using app = await openApp();
  const { id, headers } = await limited(2, { maxConcurrentRequests: 1 });
  const socket = connect(app.port, "127.0.0.1");
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const head = ["GET /socket HTTP/1.1", "Host: app.test", "Connection: Upgrade", "Upgrade: echo", ...lines];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  await once(socket, "data");

  const refused = await fetch(`${app.url}/tracks`, { headers });
  socket.destroy();
  await until(() => underWay(id) === 0);
  const admitted = await fetch(`${app.url}/tracks`, { headers });

  assert.deepEqual([refused.status, admitted.status], [429, 200]);
});

test("answered, failed and refused requests leave nothing under way", async () => {
  await using app = await openApp();
  const { id, headers } = await limited(3, { maxConcurrentRequests: 5 });

  for (const path of ["/tracks", "/fails", "/none"]) await fetch(app.url + path, { headers });

  await until(() => underWay(id) === 0);
});

test("Express: the same limits", async () => {
  const app = express();
  app.use(tenancyMiddleware(world.tenancy, { resolve: AT, gate: {} }));
  app.get("/events", (_, response) => void response.writeHead(200).write("data: hello\n\n"));
  app.use(tenancyErrors);
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`;
  const { id, headers } = await limited(4, { maxConcurrentRequests: 1 });
  try {
    const abort = new AbortController();
    const stream = await fetch(url, { headers, signal: abort.signal });
    const refused = await fetch(url, { headers });
    abort.abort();
    await until(() => underWay(id) === 0);

    assert.deepEqual([stream.status, refused.status], [200, 429]);
    assert.match(stream.headers.get("ratelimit") ?? "", /"tenant";r=\d+/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
