import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import express from "express";
import fastify, { type FastifyInstance } from "fastify";
import { exportJWK, SignJWT } from "jose";
import { signedUser } from "../../test/support/users.ts";
import { pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { createApiKey } from "../identity/api-keys.ts";
import { changeMember, removeMember } from "../identity/members.ts";
import { endSession } from "../identity/sessions.ts";
import { changeSignInRules } from "../identity/sign-in-rules.ts";
import { tenancyErrors, tenancyMiddleware } from "./express.ts";
import { type TenancyPluginOptions, tenancyPlugin } from "./fastify.ts";

const BY = { actor: "test", principal: null };
const AT = { by: "header" } as const;

let world: StudioWorld;
let idp: { server: Server; key: KeyObject; url: string };

before(async () => {
  world = await studioWorld({ levels: ["table"], tenants: 2 });
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...(await exportJWK(publicKey)), kid: "1", alg: "ES256", use: "sig" };
  const server = createServer((_, response) => void response.end(JSON.stringify({ keys: [jwk] })));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  idp = { server, key: privateKey, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks` };
});
after(async () => {
  idp.server.closeAllConnections();
  idp.server.close();
  await world[Symbol.asyncDispose]();
});

async function openApp(gate: TenancyPluginOptions["gate"] = {}): Promise<FastifyInstance> {
  const app = fastify();
  await app.register(tenancyPlugin(world.tenancy, { resolve: AT, gate }));
  app.get("/tracks", async (request) => ({
    tenant: request.tenant.tenantId,
    who: request.admission?.principal.actor ?? null,
    tracks: await request.tenant.table("tracks").count(),
  }));
  app.post("/tracks", async (request) => ({ who: request.admission?.principal.actor }));
  app.get("/open", { config: { asks: "anyone" } }, async (request) => ({ admission: request.admission }));
  app.get("/members", { config: { asks: "members.manage" } }, async () => ({}));
  return app;
}

async function ask(
  app: FastifyInstance,
  url: string,
  tenant: string,
  headers: Readonly<Record<string, string>> = {},
  method: "GET" | "POST" = "GET",
) {
  const response = await app.inject({
    method,
    url,
    headers: { ...headers, "x-tenant": tenant, host: "app.test" },
  });
  return {
    status: response.statusCode,
    headers: response.headers,
    body: response.json(),
    text: response.body,
  };
}

const member = (tenantId: string, role = "member", options = {}) =>
  signedUser(world.tenancy, { tenants: { [tenantId]: [role] }, ...options });

test("a member is let into their tenant; into another it is the same 404 as into none", async () => {
  const [a, b] = pairAt(world, "table");
  await using app = await openApp();
  const ana = await member(a.id);

  const own = await ask(app, "/tracks", a.id, ana.headers);
  const foreign = await ask(app, "/tracks", b.id, ana.headers);
  const unknown = await ask(app, "/tracks", crypto.randomUUID(), ana.headers);

  assert.deepEqual([own.status, own.body.who], [200, `user:${ana.user.id}`]);
  assert.equal(foreign.status, 404);
  const plain = (text: string) => text.replace(/"requestId":"[^"]*"/, "");
  assert.equal(plain(foreign.text), plain(unknown.text));
});

test("without a credential, with a made-up one and with one sent twice there is a 401 that names the scheme", async () => {
  const [a] = pairAt(world, "table");
  await using app = await openApp();

  for (const headers of [
    {},
    { authorization: `Bearer ten_${"x".repeat(43)}` },
    { authorization: "Bearer eyJ.eyJ.x" },
    { authorization: "Basic YTpi" },
    { cookie: "tenancy_session=nonsense" },
  ] as Record<string, string>[]) {
    const { status, body, headers: answered } = await ask(app, "/tracks", a.id, headers);
    assert.deepEqual([status, body.code], [401, "session.required"], JSON.stringify(headers));
    assert.equal(answered["www-authenticate"], 'Bearer realm="tenancy"');
  }
});

test("a viewer reads and does not write; the refusal is in the tenant's audit log", async () => {
  const [a] = pairAt(world, "table");
  await using app = await openApp();
  const viewer = await member(a.id, "viewer");

  const read = await ask(app, "/tracks", a.id, viewer.headers);
  const write = await ask(app, "/tracks", a.id, viewer.headers, "POST");
  const manage = await ask(app, "/members", a.id, viewer.headers);

  assert.equal(read.status, 200);
  assert.deepEqual([write.status, write.body.code], [403, "access.denied"]);
  assert.deepEqual([manage.status, manage.body.code], [403, "access.denied"]);
  const { rows } = await world.tenancy.internals.control.query<{ detail: { permission: string } }>(
    `select body::json -> 'detail' as detail from tenancy.audit_records
     where tenant_id = $1 and actor = $2 and action = 'access.denied' order by id`,
    [a.id, `user:${viewer.user.id}`],
  );
  assert.deepEqual(
    rows.map(({ detail }) => detail.permission),
    ["data.write", "members.manage"],
  );
});

test("the record of an app's request keeps what the policies were asked, of denials too, without the app's data", async () => {
  const [a] = pairAt(world, "table");
  await using app = await openApp({
    resource: () => ({ id: "track:7", type: "tracks", attributes: { title: "Secret" } }),
  });
  const viewer = await member(a.id, "viewer");

  await ask(app, "/tracks", a.id, viewer.headers);
  await ask(app, "/tracks", a.id, viewer.headers, "POST");

  const { rows } = await world.tenancy.internals.control.query<{
    asked: Record<string, unknown>;
    body: string;
  }>(
    `select body::json -> 'asked' as asked, body from tenancy.audit_records
     where tenant_id = $1 and actor = $2 order by id`,
    [a.id, `user:${viewer.user.id}`],
  );
  const asked = (permission: string) => ({
    permission,
    kind: "user",
    id: viewer.user.id,
    roles: ["viewer"],
    amr: rows[0]?.asked["amr"],
    device: "program",
    resource: { id: "track:7", type: "tracks", hasAttributes: true },
  });
  assert.deepEqual(
    rows.map((row) => row.asked),
    [asked("data.read"), asked("data.write")],
  );
  assert.ok(rows.every(({ body }) => !body.includes("Secret")));
});

test("a cookie is not enough for a write that another site makes the browser send", async () => {
  const [a] = pairAt(world, "table");
  await using app = await openApp();
  const { headers } = await member(a.id);

  const crossed = await ask(app, "/tracks", a.id, { ...headers, "sec-fetch-site": "cross-site" }, "POST");
  const { cookie = "" } = headers;
  const unproven = await ask(app, "/tracks", a.id, { cookie }, "POST");
  const own = await ask(app, "/tracks", a.id, headers, "POST");

  assert.deepEqual([crossed.status, unproven.status, own.status], [403, 403, 200]);
});

test("a tenant's API key opens its tenant within its scopes, and no other", async () => {
  const [a, b] = pairAt(world, "table");
  await using app = await openApp();
  const { parts } = world.tenancy.internals.identity;
  const { key } = await createApiKey(parts, { name: "robot", tenantId: a.id, scopes: ["data.read"] }, BY);
  const headers = { authorization: `Bearer ${key}` };

  assert.equal((await ask(app, "/tracks", a.id, headers)).status, 200);
  assert.equal((await ask(app, "/tracks", a.id, headers, "POST")).status, 403);
  assert.equal((await ask(app, "/tracks", b.id, headers)).status, 404);
});

test("a token of the app's own provider opens the tenant that it names, with the roles of its claims", async () => {
  const [a, b] = pairAt(world, "table");
  await using app = await openApp({
    outside: {
      issuer: "https://id.example.com",
      audience: "studio",
      jwksUrl: idp.url,
      tenantClaim: "org",
      roles: [{ claim: "groups", equals: "listeners", roles: ["viewer"] }],
    },
  });
  const token = (claims: Record<string, unknown>) =>
    new SignJWT({ groups: ["listeners"], ...claims })
      .setProtectedHeader({ alg: "ES256", kid: "1" })
      .setIssuer("https://id.example.com")
      .setAudience("studio")
      .setSubject("ada")
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(idp.key);
  const headersOf = async (claims: Record<string, unknown>) => ({
    authorization: `Bearer ${await token(claims)}`,
  });

  const bySlug = await ask(app, "/tracks", a.id, await headersOf({ org: a.slug }));
  const byId = await ask(app, "/tracks", a.id, await headersOf({ org: a.id }));
  const foreign = await ask(app, "/tracks", b.id, await headersOf({ org: a.slug }));
  const write = await ask(app, "/tracks", a.id, await headersOf({ org: a.slug }), "POST");
  const stranger = await ask(app, "/tracks", a.id, await headersOf({ org: a.slug, groups: [] }));

  const { parts } = world.tenancy.internals.identity;
  /** A change of the rules counts within a second. */
  const askedUntil = async (status: number) => {
    const headers = await headersOf({ org: a.slug });
    for (const endMs = Date.now() + 1_000; ; ) {
      const answer = await ask(app, "/tracks", a.id, headers);
      if (answer.status === status || Date.now() > endMs) return answer;
    }
  };
  await changeSignInRules(parts, a.id, { mfaRequired: true }, BY);
  const weak = await askedUntil(401);
  const strong = await ask(app, "/tracks", a.id, await headersOf({ org: a.slug, amr: ["pwd", "mfa"] }));
  await changeSignInRules(parts, a.id, { mfaRequired: false }, BY);
  const weakAgain = await askedUntil(200);
  assert.deepEqual([weak.status, weak.body.code, strong.status], [401, "session.mfa_required", 200]);
  assert.equal(weakAgain.status, 200);
  assert.deepEqual([bySlug.status, bySlug.body.who], [200, "outside:id.example.com/ada"]);
  assert.deepEqual([byId.status, foreign.status, write.status, stranger.status], [200, 404, 403, 401]);
});

test("a route that says so is open to anyone, and tells the app that nobody was asked", async () => {
  const [a] = pairAt(world, "table");
  await using app = await openApp();

  assert.deepEqual((await ask(app, "/open", a.id)).body, { admission: null });
});

test("what lasts ends within a second of a sign-out, a removal, a lesser role or a suspension", async () => {
  const [a, b] = pairAt(world, "table");
  const { internals, tenants } = world.tenancy;
  const { parts } = internals.identity;
  const app = fastify();
  await app.register(tenancyPlugin(world.tenancy, { resolve: AT, gate: {} }));
  app.get("/events", { config: { asks: "data.write" } }, async (request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { "content-type": "text/event-stream" });
    reply.raw.write("data: hello\n\n");
    const stop = request.admission?.watch((refusal) => {
      reply.raw.end(`event: refused\ndata: ${(refusal as { code?: string }).code}\n\n`);
    });
    reply.raw.once("close", () => stop?.());
  });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  const listen = async (tenantId: string, headers: Readonly<Record<string, string>>) => {
    const response = await fetch(`${url}/events`, { headers: { ...headers, "x-tenant": tenantId } });
    assert.equal(response.status, 200);
    return response;
  };
  const people = await Promise.all([member(a.id), member(a.id), member(a.id), member(b.id)]);
  const [signedOut, removed, lessened, suspended] = people;
  try {
    const streams = await Promise.all(
      people.map(({ headers }, at) => listen(at === 3 ? b.id : a.id, headers)),
    );

    await endSession(parts, signedOut.user.id, signedOut.sessionId, BY);
    await removeMember(parts, { tenantId: a.id, userId: removed.user.id }, BY);
    await changeMember(parts, { tenantId: a.id, userId: lessened.user.id, roles: ["viewer"] }, BY);
    await tenants.suspend(b.id, "unpaid");
    const startedMs = performance.now();
    const ends = await Promise.all(streams.map((stream) => stream.text()));

    assert.deepEqual(
      ends.map((text) => /event: refused\ndata: (\S+)/.exec(text)?.[1]),
      ["session.required", "tenant.not_found", "access.denied", "tenant.suspended"],
    );
    assert.ok(suspended);
    assert.ok(performance.now() - startedMs < 10_000, "a busy machine may be slow, but not for ever");
  } finally {
    await tenants.resume(b.id);
    app.server.closeAllConnections();
    await app.close();
  }
});

test("Express: the same gate", async () => {
  const [a, b] = pairAt(world, "table");
  const app = express();
  app.use(tenancyMiddleware(world.tenancy, { resolve: AT, gate: {} }));
  app.get("/tracks", (request, response) => {
    response.json({
      who: (request as { admission?: { principal: { actor: string } } }).admission?.principal.actor,
    });
  });
  app.use(tenancyErrors);
  const server = app.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tracks`;
  const ana = await member(a.id);
  const at = async (tenant: string, headers: Readonly<Record<string, string>>) => {
    const response = await fetch(url, { headers: { ...headers, "x-tenant": tenant } });
    return {
      status: response.status,
      challenge: response.headers.get("www-authenticate"),
      body: await response.json(),
    };
  };
  try {
    const own = await at(a.id, ana.headers);
    const foreign = await at(b.id, ana.headers);
    const nobody = await at(a.id, {});

    assert.deepEqual([own.status, own.body], [200, { who: `user:${ana.user.id}` }]);
    assert.equal(foreign.status, 404);
    assert.deepEqual([nobody.status, nobody.challenge], [401, 'Bearer realm="tenancy"']);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
