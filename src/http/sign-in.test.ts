import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { type Answer, call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { headersOf, signedUser } from "../../test/support/users.ts";
import type { Problem } from "./problem.ts";

let platform: Platform;
let nowMs = Date.now();
const PASSWORD = "four words unrelated here";

before(async () => {
  platform = await startPlatform({
    sql: null,
    background: false,
    consoleDir: null,
    clock: { now: () => new Date(nowMs) },
  });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, read field by field
type Body = any;
const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  call<Body>(platform, method, path, { body, headers, key: null });
const cookieOf = (answer: Answer) => (answer.headers.get("set-cookie") ?? "").split(";", 1)[0] ?? "";
const signedBy = (answer: Answer) => headersOf(cookieOf(answer).slice(cookieOf(answer).indexOf("=") + 1));

test("a person sets a password, adds an app, signs in with both, and sees where they are signed in", async () => {
  const { headers, user } = await signedUser(platform.tenancy, { locale: "fr" });

  assert.equal((await send("PUT", "/v1/me/password", { password: PASSWORD }, headers)).status, 204);
  const begun = await send("POST", "/v1/me/factors/totp", undefined, headers);
  assert.match(begun.body.uri, /^otpauth:\/\/totp\//);
  const totp = new TOTP({ secret: Secret.fromBase32(begun.body.secret) });
  const confirmed = await send(
    "POST",
    "/v1/me/factors/totp/confirm",
    { code: totp.generate({ timestamp: nowMs }) },
    headers,
  );
  assert.equal(confirmed.body.recoveryCodes.length, 10);
  assert.equal(
    (await send("GET", "/v1/me", undefined, headers)).status,
    401,
    "the token before is worth nothing",
  );
  nowMs += 60_000;

  const step = await send("POST", "/v1/sign-in/password", { email: user.email, password: PASSWORD });
  assert.deepEqual(
    [step.status, step.body.status, step.body.methods, cookieOf(step)],
    [200, "second_factor", ["totp", "recovery_code"], ""],
  );
  const code = totp.generate({ timestamp: nowMs });
  const signed = await send("POST", "/v1/sign-in/second-factor", { token: step.body.token, totp: code });
  assert.equal(signed.body.status, "signed_in");
  assert.match(signed.headers.get("set-cookie") ?? "", /HttpOnly; SameSite=Strict/);
  assert.doesNotMatch(signed.text, new RegExp(cookieOf(signed).split("=")[1] ?? "?"));

  const mine = signedBy(signed);
  const me = await send("GET", "/v1/me", undefined, mine);
  assert.equal(me.body.email, user.email);
  assert.equal(me.body.session.mfaAt, new Date(nowMs).toISOString());
  const devices = await send("GET", "/v1/me/sessions", undefined, mine);
  assert.equal(devices.body.items.length, 2);
  assert.equal(devices.body.items.filter((each: Body) => each.isCurrent).length, 1);
  assert.equal((await send("DELETE", "/v1/me/sessions", undefined, mine)).body.ended, 1);
});

test("signing in never keeps the session that the browser had: nothing planted becomes one's own", async () => {
  const planted = await signedUser(platform.tenancy);
  const { user, headers } = await signedUser(platform.tenancy);
  await send("PUT", "/v1/me/password", { password: PASSWORD }, headers);

  const signed = await send(
    "POST",
    "/v1/sign-in/password",
    { email: user.email, password: PASSWORD },
    { ...planted.headers },
  );

  assert.notEqual(cookieOf(signed).split("=")[1], planted.token);
  platform.tenancy.internals.identity.credentials.forget();
  assert.equal((await send("GET", "/v1/me", undefined, planted.headers)).status, 401);
});

test("another site can neither sign a person in nor act for them", async () => {
  const { user, headers } = await signedUser(platform.tenancy);
  const evil = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };

  for (const path of ["/v1/sign-in/password", "/v1/sign-in/link/complete", "/v1/sign-in/link"]) {
    const { status, body } = await send(
      "POST",
      path,
      { email: user.email, token: "x".repeat(43), password: "x" },
      evil,
    );
    assert.deepEqual([status, body.code], [403, "auth.cross_site"], path);
  }
  const cookie = headers["cookie"] ?? "";
  for (const sent of [evil, {}] as Record<string, string>[]) {
    const answer = await send("PUT", "/v1/me/password", { password: PASSWORD }, { cookie, ...sent });
    assert.equal(answer.status, 403);
  }
});

test("asking for a link answers alike for anybody, and the link leads to the configured site whatever Host says", async () => {
  const { user } = await signedUser(platform.tenancy);
  const { mail } = platform.tenancy.internals;

  const answers = [];
  for (const email of [user.email, "stranger@example.com"])
    answers.push(await send("POST", "/v1/sign-in/link", { email }, { host: "localhost:1" }));

  assert.deepEqual(
    answers.map(({ status, text }) => [status, text]),
    [
      [202, ""],
      [202, ""],
    ],
  );
  for (let i = 0; i < 100 && (await mail.list(user.email)).length === 0; i++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const [entry] = await mail.list(user.email);
  const { text } = await mail.read(entry?.id ?? "");
  const { port } = new URL(platform.url);
  assert.ok(text?.includes(`http://localhost:${port}/#sign-in=`), text ?? "");
});

test("a user is nobody at the operators' routes: the same answer as for a path that leads nowhere", async () => {
  const tenant = await platform.tenancy.tenants.create({ name: "Ours" });
  const { headers } = await signedUser(platform.tenancy, { tenants: { [tenant.id]: ["owner"] } });
  const without = ({ body }: Answer<Problem>) => ({ ...body, requestId: "" });

  const nowhere = await send("GET", "/v1/nothing-here", undefined, headers);
  for (const path of ["/v1/tenants", "/v1/api-keys", "/v1/mail/outbox", "/v1/cells"]) {
    const answer = await send("GET", path, undefined, headers);
    assert.ok([403, 404].includes(answer.status), `${path}: ${answer.status}`);
    if (answer.status === 404) assert.deepEqual(without(answer), without(nowhere), path);
  }
  const operator = await call<Body>(platform, "GET", "/v1/me");
  assert.equal(operator.body.code, "session.none", "and a key is no person");
});

test("one person's sessions and passkeys are unknown to another", async () => {
  const [mine, theirs] = [await signedUser(platform.tenancy), await signedUser(platform.tenancy)];

  const other = await send("DELETE", `/v1/me/sessions/${theirs.sessionId}`, undefined, mine.headers);
  const none = await send(
    "DELETE",
    "/v1/me/sessions/00000000-0000-7000-8000-000000000001",
    undefined,
    mine.headers,
  );

  assert.deepEqual([other.status, other.body.code], [404, "session.not_found"]);
  assert.equal(none.body.code, other.body.code);
  assert.equal((await send("GET", "/v1/me", undefined, theirs.headers)).status, 200);
});

test("a change that needs a fresh proof says so as RFC 9470 does", async () => {
  const { headers } = await signedUser(platform.tenancy);
  nowMs += 11 * 60_000;

  const answer = await send("POST", "/v1/me/factors/totp", undefined, headers);

  assert.deepEqual([answer.status, answer.body.code], [401, "session.step_up"]);
  assert.match(
    answer.headers.get("www-authenticate") ?? "",
    /error="insufficient_user_authentication", acr_values="mfa", max_age="600"/,
  );
});

test("members and fields that nobody asked for are refused, not assigned", async () => {
  const { headers } = await signedUser(platform.tenancy);

  for (const extra of [
    { status: "active" },
    { email: "a@b.c" },
    { roles: ["owner"] },
    { password_hash: "x" },
  ])
    assert.equal((await send("PATCH", "/v1/me", { name: "Ada", ...extra }, headers)).status, 422);
  assert.equal((await send("PATCH", "/v1/me", { name: "Ada", locale: "fr" }, headers)).body.locale, "fr");
});
