import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { call, signInWith } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { isPermission, scopeOf } from "../access/permissions.ts";
import { createApiKey } from "../identity/api-keys.ts";
import { createOperatorLink } from "../identity/operators.ts";
import { route } from "./route.ts";
import { routes } from "./routes.ts";
import { createServer, listen } from "./server.ts";

// A signed URL is its own credential: files.test.ts.
const OPEN = [
  "POST /v1/sessions",
  "POST /v1/sign-in/password",
  "POST /v1/sign-in/link",
  "POST /v1/sign-in/link/complete",
  "POST /v1/sign-in/passkey",
  "POST /v1/sign-in/passkey/challenge",
  "POST /v1/sign-in/invitation",
  "POST /v1/sign-in/invitation/show",
  "POST /v1/sign-in/second-factor",
  "POST /v1/sign-in/second-factor/challenge",
  "POST /v1/sign-in/recovery",
  "POST /v1/sign-in/recovery/cancel",
  "POST /v1/sign-in/recovery/complete",
  "POST /v1/sign-in/recovery/passkey",
  "POST /v1/sign-in/recovery/totp",
  "POST /v1/sign-in/discover",
  "POST /v1/sign-in/sso",
  "POST /v1/sign-in/sso/finish",
  "GET /.well-known/authzen-configuration/v1/tenants/:tenant",
  "GET /health",
  "GET /v1/files/:token",
];
/** What is no API: openapi.json, the page of errors, what identity providers call, and SCIM (scim.test.ts). */
const APART = 20;
const BY = { actor: "test" };
let platform: Platform;
let seen: { method: string; url: string }[];

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  seen = routes.map(({ method, url }) => ({ method, url }));
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

const pathOf = (url: string) => url.replace(/:\w+/g, "00000000-0000-7000-8000-000000000001");

test("every route is closed without a credential, but the few that are named", async () => {
  const open: string[] = [];
  for (const { method, url } of seen) {
    for (const key of [null, "ten_wrong", `ten_${"x".repeat(43)}`]) {
      let answer = await call(platform, method, pathOf(url), { key });
      // So many wrong credentials from one address are paced; what a route says we hear a moment later.
      for (; answer.status === 429; answer = await call(platform, method, pathOf(url), { key }))
        await sleep(250);
      const { status, body } = answer;
      const isClosed = status === 401 && body.code === "session.required";
      if (!isClosed && !open.includes(`${method} ${url}`)) open.push(`${method} ${url}`);
    }
  }

  assert.deepEqual(open.sort(), OPEN.toSorted());
  assert.ok(seen.length > 25);
});

test("the router knows no other route than the declared ones, openapi.json and the page of errors", () => {
  const known = platform.app.printRoutes({ commonPrefix: false });
  const leaves = [...known.matchAll(/(\S+) \(([A-Z, ]+)\)/g)].length;
  const urls = new Set(routes.map(({ url }) => url));

  assert.ok(leaves <= urls.size + APART, known);
});

test("what has no route below /v1 asks for a credential first; elsewhere it is not found", async () => {
  assert.equal((await call(platform, "GET", "/v1/secrets", { key: null })).status, 401);
  assert.equal((await call(platform, "GET", "/v1/secrets")).body.code, "request.no_route");
  assert.equal((await call(platform, "GET", "/secrets", { key: null })).body.code, "request.no_route");
});

test("a session cookie changes things only when the browser says that the request is the console's own", async () => {
  const cookie = await signInWith(platform);
  const send = (headers: Record<string, string>) =>
    call(platform, "PATCH", "/v1/cells/local", {
      body: { status: "open" },
      headers: { cookie, ...headers },
      key: null,
    });
  const { host } = new URL(platform.url);

  for (const headers of [
    {},
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: `http://${host}.evil.example` },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site", origin: platform.url },
    { "sec-fetch-site": "same-origin", origin: "https://evil.example" },
  ]) {
    const { status, body } = await send(headers as Record<string, string>);
    assert.deepEqual([status, body.code], [403, "auth.cross_site"], JSON.stringify(headers));
  }
  assert.equal((await send({ origin: platform.url })).status, 200);
  assert.equal((await send({ "sec-fetch-site": "same-origin" })).status, 200);
  const read = await call(platform, "GET", "/v1/session", { headers: { cookie }, key: null });
  assert.equal(read.status, 200);
});

test("another site cannot sign a browser in to a session of its own", async () => {
  const answer = await call(platform, "POST", "/v1/sessions", {
    body: { token: "x".repeat(43) },
    headers: { origin: "https://evil.example" },
    key: null,
  });

  assert.equal(answer.body.code, "auth.cross_site");
});

test("the cookies of session and device are out of reach of scripts and other sites, and Secure with HTTPS", async () => {
  const link = async () => (await createOperatorLink(platform.tenancy.internals.identity.parts, BY)).token;
  const signIn = async (headers: Record<string, string>) =>
    (
      await call(platform, "POST", "/v1/sessions", { body: { token: await link() }, headers, key: null })
    ).headers.getSetCookie();
  const { host } = new URL(platform.url);

  const [plain, secure] = [await signIn({}), await signIn({ origin: `https://${host}` })];

  for (const [i, name] of ["tenancy_session", "tenancy_device"].entries()) {
    const rest = "=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Expires=[^;]+";
    assert.match(plain[i] ?? "", new RegExp(`^${name}${rest}$`));
    assert.match(secure[i] ?? "", new RegExp(`^__Host-${name}${rest}; Secure$`));
  }
  assert.deepEqual([plain.length, secure.length], [2, 2]);
});

test("a link signs in once; after signing out the session is dead", async () => {
  const { token } = await createOperatorLink(platform.tenancy.internals.identity.parts, BY);
  const cookie = await signInWith(platform, `${platform.url}/#link=${token}`);
  const again = await call(platform, "POST", "/v1/sessions", { body: { token }, key: null });
  assert.equal(again.body.code, "session.link_invalid");
  const headers = { cookie, origin: platform.url };

  assert.equal((await call(platform, "DELETE", "/v1/session", { headers, key: null })).status, 204);

  const after = await call(platform, "GET", "/v1/session", { headers, key: null });
  assert.equal(after.body.code, "session.required");
  const byKey = await call(platform, "GET", "/v1/session");
  assert.equal(byKey.body.code, "session.none");
});

test("a key revoked in one server is refused by another within a second", async () => {
  const { control, parts } = platform.tenancy.internals;
  const other = await createServer({ tenancy: platform.tenancy, host: "127.0.0.1" });
  try {
    const url = await listen(other, { host: "127.0.0.1", port: 0 });
    const { key, id } = await createApiKey({ pool: control, clock: parts.clock }, { name: "doomed" }, BY);
    const there = () => call({ url, apiKey: key }, "GET", "/v1/plans");
    assert.equal((await there()).status, 200);

    assert.equal((await call(platform, "DELETE", `/v1/api-keys/${id}`)).status, 204);
    assert.equal((await call(platform, "GET", "/v1/plans", { key })).status, 401, "here at once");
    const revokedMs = Date.now();
    while ((await there()).status === 200) {
      assert.ok(Date.now() - revokedMs < 1_000);
      await sleep(20);
    }
  } finally {
    await other.close();
  }
});

test("on loopback only loopback names are answered", async () => {
  const { port } = new URL(platform.url);
  const ask = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { host };
      httpRequest({ host: "127.0.0.1", port, path: "/health", headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on("error", reject)
        .end();
    });

  assert.equal(await ask("rebound.example"), 421);
  assert.equal(await ask(`rebound.example:${port}`), 421);
  assert.equal(await ask("127.0.0.1.nip.io"), 421);
  assert.equal(await ask(`localhost:${port}`), 200);
  assert.equal(await ask(`127.0.0.1:${port}`), 200);
});

test("each answer has its security headers and a request id of ours", async () => {
  const given = "01980000-0000-7000-8000-000000000001";
  for (const path of ["/health", "/v1/tenants", "/nowhere", "/%zz"]) {
    const { headers } = await call(platform, "GET", path, { key: null, headers: { "x-request-id": given } });
    assert.match(
      headers.get("content-security-policy") ?? "",
      /script-src 'self';.*frame-ancestors 'none'/,
      path,
    );
    assert.ok(!/script-src[^;]*unsafe/.test(headers.get("content-security-policy") ?? ""));
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.equal(headers.get("cache-control"), "no-store");
    assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    assert.notEqual(headers.get("x-request-id"), given);
  }
});

test("what is not HTTP gets a problem document, not a stack", async () => {
  const { port } = new URL(platform.url);
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), "127.0.0.1", () => socket.write("nonsense\r\n\r\n"));
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    socket.on("close", () => resolve(text));
  });

  assert.match(answer, /^HTTP\/1.1 400 /);
  assert.match(answer, /"code":"request.bad_http"/);
});

test("a client that runs wild is slowed, and others are not", async () => {
  // Its time stands still, so that a slow machine does not pour back what the client spends.
  const now = new Date();
  await using other = await startPlatform({ sql: null, background: false, clock: { now: () => now } });
  const { control, parts } = other.tenancy.internals;
  const { key } = await createApiKey({ pool: control, clock: parts.clock }, { name: "wild" }, BY);
  let slowed: Headers | undefined;
  for (let i = 0; i < 20 && !slowed; i++) {
    const batch = await Promise.all(
      Array.from({ length: 50 }, () => call(other, "GET", "/v1/session", { key })),
    );
    slowed = batch.find(({ status }) => status === 429)?.headers;
  }

  assert.match(slowed?.get("retry-after") ?? "", /^\d+$/);
  assert.equal((await call(other, "GET", "/v1/plans")).status, 200);
});

test("a route that changes something does not compile without its audit action", () => {
  const handle = async () => undefined;
  const told = {
    tag: "Server",
    permission: "plans.read",
    summary: "Change something",
    answer: null,
    handle,
  } as const;
  // @ts-expect-error: a POST names an action
  route({ ...told, method: "POST", url: "/v1/x", action: null });
  // @ts-expect-error: the action is one that the trail knows
  route({ ...told, method: "DELETE", url: "/v1/x", action: "something.happened" });
  // @ts-expect-error: an action is missing altogether
  route({ ...told, method: "PATCH", url: "/v1/x" });
  route({ ...told, method: "POST", url: "/v1/x", action: "plan.updated" });
});

test("a route does not compile without the permission that it asks for", () => {
  const handle = async () => undefined;
  const told = {
    tag: "Server",
    summary: "Show",
    answer: null,
    handle,
    method: "GET",
    action: "thing.read",
  } as const;
  // @ts-expect-error: a permission is missing
  route({ ...told, url: "/v1/x" });
  // @ts-expect-error: the permission is one of the catalogue
  route({ ...told, url: "/v1/x", permission: "plans.raed" });
  // @ts-expect-error: what needs no credential says that anyone may
  route({ ...told, url: "/v1/x", permission: "plans.read", isPublic: true });
  // @ts-expect-error: what anyone may needs no credential
  route({ ...told, url: "/v1/x", permission: "anyone" });
  route({ ...told, url: "/v1/x", permission: "signed_in" });
});

test("a route that asks for a tenant's permission names the tenant in its path", () => {
  const astray = routes
    .filter(({ permission }) => isPermission(permission) && scopeOf(permission) === "tenant")
    .filter(({ url }) => !url.startsWith("/v1/tenants/:tenant"))
    .map(({ method, url }) => `${method} ${url}`);

  assert.deepEqual(astray, []);
});
