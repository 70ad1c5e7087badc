import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../../test/support/api.ts";
import { OauthService } from "../../../test/support/oauth-service.ts";
import { type Platform, startPlatform } from "../../../test/support/platform.ts";

const service = new OauthService();
let platform: Platform;
let offsetMs = 0;
const clock = { now: () => new Date(Date.now() + offsetMs) };
before(async () => {
  await service.start();
  const entry = service.provider("Deezer");
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
