import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { call } from "../../../test/support/api.ts";
import { type Platform, startPlatform } from "../../../test/support/platform.ts";

/** A service as Spotify, Google and SoundCloud document theirs: PKCE, codes and refresh tokens that work once. */
class Service {
  readonly codes = new Map<string, { challenge: string; redirectUri: string }>();
  readonly live = new Set<string>();
  refreshes = 0;
  expiresInS = 3_600;
  isAway = false;
  lastAuthorization = "";
  lastAsked = new URLSearchParams();
  readonly #server: Server;
  url = "";

  constructor() {
    this.#server = createServer(async (request, response) => {
      const { status, body } = await this.#answer(request);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  /** What the person's browser does: allow, and be led back. */
  allow(url: string): string {
    this.lastAsked = new URL(url).searchParams;
    const code = randomBytes(8).toString("hex");
    const challenge = this.lastAsked.get("code_challenge") ?? "";
    this.codes.set(code, { challenge, redirectUri: this.lastAsked.get("redirect_uri") ?? "" });
    return `code=${code}&state=${this.lastAsked.get("state")}`;
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
    let text = "";
    for await (const chunk of request) text += chunk;
    const form = new URLSearchParams(text);
    if (this.isAway) return { status: 503, body: {} };
    this.lastAuthorization = request.headers.authorization ?? "";
    if (request.url === "/me") {
      const isKnown = [...this.live].some((token) => this.lastAuthorization.endsWith(token));
      return isKnown ? { status: 200, body: { id: 7, username: "studio" } } : { status: 401, body: {} };
    }
    if (request.url === "/revoke") {
      const isKnown = this.live.delete(form.get("token") ?? "");
      return { status: isKnown ? 200 : 400, body: {} };
    }
    if (form.get("client_secret") !== "s3cret") return { status: 401, body: { error: "invalid_client" } };
    if (form.get("grant_type") === "refresh_token") {
      this.refreshes += 1;
      const isKnown = this.live.delete(form.get("refresh_token") ?? "");
      return isKnown
        ? { status: 200, body: this.#tokens() }
        : { status: 400, body: { error: "invalid_grant" } };
    }
    const code = form.get("code") ?? "";
    const known = this.codes.get(code);
    this.codes.delete(code);
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isFitting = known?.challenge === challenge && known.redirectUri === form.get("redirect_uri");
    return isFitting
      ? { status: 200, body: this.#tokens() }
      : { status: 400, body: { error: "invalid_grant" } };
  }

  #tokens() {
    const [access, refresh] = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
    this.live.add(access).add(refresh);
    return {
      access_token: access,
      refresh_token: refresh,
      expires_in: this.expiresInS,
      token_type: "Bearer",
      scope: "read",
    };
  }
}

const service = new Service();
let platform: Platform;
let offsetMs = 0;
const clock = { now: () => new Date(Date.now() + offsetMs) };
before(async () => {
  await service.start();
  const entry = {
    name: "Deezer",
    clientId: "tenancy",
    clientSecret: "s3cret",
    authorizeUrl: `${service.url}/authorize`,
    tokenUrl: `${service.url}/token`,
    revokeUrl: `${service.url}/revoke`,
    profileUrl: `${service.url}/me`,
    accountId: "id",
    accountName: "username",
    tokenScheme: "OAuth",
  };
  const spotify = { clientId: "a", clientSecret: "b" };
  const config = { security: { outboundAllow: ["127.0.0.0/8"] }, integrations: { deezer: entry, spotify } };
  platform = await startPlatform({
    background: false,
    consoleDir: null,
    sql: null,
    clock,
    configFile: `export default ${JSON.stringify(config)};\n`,
  });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
  service.close();
});

let count = 0;
async function newTenant(): Promise<string> {
  count += 1;
  return (
    await call<{ id: string }>(platform, "POST", "/v1/tenants", { body: { name: `Integration ${count}` } })
  ).body.id;
}
interface Connected {
  id: string;
  account: { id: string; name: string };
  status: string;
  url: string;
  code: string;
}
const send = (method: string, tenantId: string, path = "", body?: unknown) =>
  call<Connected>(
    platform,
    method,
    `/v1/tenants/${tenantId}/integrations${path}`,
    body === undefined ? {} : { body },
  );

async function connect(tenantId: string): Promise<Connected> {
  const begun = await send("POST", tenantId, "/start", { provider: "deezer" });
  assert.equal(begun.status, 201, begun.text);
  const made = await send("POST", tenantId, "", { answer: service.allow(begun.body.url) });
  assert.equal(made.status, 201, made.text);
  return made.body;
}

test("a tenant connects an account by PKCE and state; the tokens are sealed, and shown nowhere", async () => {
  const tenantId = await newTenant();

  const { id, account, status } = await connect(tenantId);

  assert.deepEqual([account, status], [{ id: "7", name: "studio" }, "connected"]);
  assert.equal(service.lastAsked.get("code_challenge_method"), "S256");
  assert.match(service.lastAuthorization, /^OAuth /);
  const token = await platform.tenancy.internals.integrations.accessToken(tenantId, id);
  assert.ok(service.live.has(token));
  const shown = await send("GET", tenantId);
  const { rows } = await platform.tenancy.internals.control.query<{ text: string }>(
    "select row_to_json(t)::text as text from tenancy.integrations t union all select row_to_json(t)::text from tenancy.events t",
  );
  const all = [shown.text, ...rows.map(({ text }) => text)].join();
  for (const live of service.live)
    assert.ok(!all.includes(live) && !all.includes(Buffer.from(live).toString("hex")));
  assert.ok(!all.includes("s3cret"));
});

test("each built-in service is asked as its documentation says", async () => {
  const tenantId = await newTenant();

  const { url } = (await send("POST", tenantId, "/start", { provider: "spotify" })).body;

  assert.match(url, /^https:\/\/accounts\.spotify\.com\/authorize\?/);
  const query = new URL(url).searchParams;
  assert.deepEqual(
    [query.get("response_type"), query.get("client_id"), query.get("code_challenge_method")],
    ["code", "a", "S256"],
  );
  assert.equal(
    (await send("POST", tenantId, "/start", { provider: "napster" })).body.code,
    "integration.provider_unknown",
  );
});

test("an answer works once, and only in the tenant that began", async () => {
  const [ours, theirs] = [await newTenant(), await newTenant()];
  const { url } = (await send("POST", ours, "/start", { provider: "deezer" })).body;
  const answer = service.allow(url);

  assert.equal((await send("POST", theirs, "", { answer })).body.code, "integration.attempt_unknown");
  assert.equal((await send("POST", ours, "", { answer })).status, 201);
  assert.equal((await send("POST", ours, "", { answer })).body.code, "integration.attempt_unknown");
  const denied = (await send("POST", ours, "/start", { provider: "deezer" })).body.url;
  const state = new URL(denied).searchParams.get("state");
  assert.equal(
    (await send("POST", ours, "", { answer: `error=access_denied&state=${state}` })).body.code,
    "integration.refused",
  );
});

test("a token that ends is renewed before it is handed out, once for all who ask at once", async () => {
  const tenantId = await newTenant();
  const { id } = await connect(tenantId);
  const { integrations } = platform.tenancy.internals;
  const first = await integrations.accessToken(tenantId, id);
  const before = service.refreshes;
  offsetMs += 3_590_000;

  const tokens = await Promise.all(Array.from({ length: 6 }, () => integrations.accessToken(tenantId, id)));

  assert.equal(new Set(tokens).size, 1);
  assert.notEqual(tokens[0], first);
  assert.equal(service.refreshes, before + 1);
  offsetMs += 3_300_000; // within ten minutes of the end: the sweep renews
  await integrations.renewEnding();
  assert.ok(service.refreshes > before + 1);
});

test("a connection that the service ended is told as expired, and connecting again mends it", async () => {
  const tenantId = await newTenant();
  const { id } = await connect(tenantId);
  const { integrations } = platform.tenancy.internals;
  service.live.clear();
  offsetMs += 3_600_000;

  await assert.rejects(integrations.accessToken(tenantId, id), { code: "integration.expired" });
  const [expired] = await integrations.list(tenantId);
  assert.equal(expired?.status, "expired");
  assert.match(expired?.failure ?? "", /invalid_grant/);
  const again = await connect(tenantId);

  assert.deepEqual([again.id, again.status], [id, "connected"]);
  assert.equal((await integrations.list(tenantId))[0]?.failure, null);
});

test("a service that is away leaves the connection as it is, with the reason, until it is back", async () => {
  const tenantId = await newTenant();
  const { id } = await connect(tenantId);
  const { integrations } = platform.tenancy.internals;
  offsetMs += 3_600_000;
  service.isAway = true;

  await assert.rejects(integrations.accessToken(tenantId, id), { code: "integration.refused" });
  const [away] = await integrations.list(tenantId);
  service.isAway = false;
  await integrations.accessToken(tenantId, id);
  const [back] = await integrations.list(tenantId);

  assert.equal(away?.status, "connected");
  assert.ok(away?.failure);
  assert.equal(back?.failure, null);
});

test("disconnecting ends the token at the service; another tenant cannot, and finds nothing", async () => {
  const [ours, theirs] = [await newTenant(), await newTenant()];
  const { id } = await connect(ours);
  const live = service.live.size;

  assert.equal((await send("DELETE", theirs, `/${id}`)).body.code, "integration.not_found");
  assert.equal((await send("DELETE", ours, `/${id}`)).status, 204);

  assert.equal(service.live.size, live - 1);
  await assert.rejects(platform.tenancy.internals.integrations.accessToken(ours, id), {
    code: "integration.not_found",
  });
  assert.equal((await send("DELETE", ours, `/${id}`)).status, 404);
});

test("the callback hands what came to the console of this server, in the fragment", async () => {
  const response = await fetch(`${platform.url}/v1/integrations/callback?code=x&state=y`, {
    redirect: "manual",
  });

  assert.equal(response.headers.get("location"), "/integrations/finish#answer=code%3Dx%26state%3Dy");
});
