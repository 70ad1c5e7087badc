import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { type Answer, call, signInWith } from "../../test/support/api.ts";
import { Authenticator } from "../../test/support/authenticator.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { headersOf } from "../../test/support/users.ts";
import { readEvents } from "../audit/record.ts";
import { createOperatorLink, removeOperatorFactors } from "../identity/operators.ts";

const BY = { actor: "test" };
let platform: Platform;
let nowMs = Date.now();

before(async () => {
  const clock = { now: () => new Date(nowMs) };
  platform = await startPlatform({
    sql: null,
    background: false,
    consoleDir: null,
    clock,
    configFile: "export default { security: { operatorMfaRequired: true } };",
  });
});
after(() => platform[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, read field by field
type Body = any;
const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  call<Body>(platform, method, path, { body, headers, key: null });
const headersIn = (answer: Answer) =>
  headersOf(/=([^;]+)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "");
const codeOf = (seed: string) => new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: nowMs });
const parts = () => platform.tenancy.internals.identity.parts;

async function linkOf(name: string, email?: string): Promise<string> {
  return (await createOperatorLink(parts(), BY, name, email ? { email } : {})).token;
}

/** An operator in a session that has only the link. */
async function byLink(name: string, email?: string) {
  const cookie = await signInWith(platform, `${platform.url}/#link=${await linkOf(name, email)}`);
  return { cookie, "sec-fetch-site": "same-origin" };
}

async function withApp(name: string, email?: string) {
  const headers = await byLink(name, email);
  const begun = await send("POST", "/v1/me/factors/totp", undefined, headers);
  assert.equal(begun.status, 201, begun.text);
  const code = codeOf(begun.body.secret);
  const confirmed = await send("POST", "/v1/me/factors/totp/confirm", { code }, headers);
  nowMs += 60_000;
  return { headers: headersIn(confirmed), seed: begun.body.secret, codes: confirmed.body.recoveryCodes };
}

test("staff without a second factor reach nothing but their own factors; with one, what their role permits", async () => {
  const headers = await byLink("Bare");

  const refused = await send("GET", "/v1/tenants", undefined, headers);
  assert.deepEqual([refused.status, refused.body.code], [401, "session.staff_mfa_required"]);
  assert.match(refused.headers.get("www-authenticate") ?? "", /insufficient_user_authentication/);
  const session = await send("GET", "/v1/session", undefined, headers);
  assert.deepEqual([session.body.isMfaMissing, session.body.mfaAt], [true, null]);
  const { headers: strong } = await withApp("Bare");
  assert.equal((await send("GET", "/v1/tenants", undefined, strong)).status, 200);
  assert.equal((await send("GET", "/v1/session", undefined, strong)).body.isMfaMissing, false);
  assert.equal((await call(platform, "GET", "/v1/tenants")).status, 200, "keys have no factors");
});

test("a session lists what its operator may do on the platform, by the role that holds now", async () => {
  const { headers } = await withApp("Rolf");
  const permissions = async () => (await send("GET", "/v1/session", undefined, headers)).body.permissions;
  const { id } = (await send("GET", "/v1/session", undefined, headers)).body.operator;
  assert.ok((await permissions()).includes("tenants.delete"));

  await call(platform, "PATCH", `/v1/operators/${id}`, { body: { role: "support" } });

  const held = await permissions();
  assert.ok(held.includes("tenants.suspend") && !held.includes("tenants.delete"), held.join(", "));
  assert.ok(!held.includes("members.read"), "a tenant's matters are told by the tenant's own rooms");
  const bare = await byLink("Barer");
  assert.deepEqual((await send("GET", "/v1/session", undefined, bare)).body.permissions, []);
});

test("an operator's link asks for the second factor, which works once, as a user's does", async () => {
  const { seed, codes } = await withApp("Ada", "ada@example.com");
  assert.equal(codes.length, 10);

  const step = await send("POST", "/v1/sessions", { token: await linkOf("Ada") });
  assert.deepEqual(
    [step.status, step.body.status, step.body.isStaff, step.body.methods, step.headers.get("set-cookie")],
    [201, "second_factor", true, ["totp", "recovery_code"], null],
  );
  const answer = { token: step.body.token, totp: codeOf(seed) };
  const done = await send("POST", "/v1/sign-in/second-factor", answer);
  assert.deepEqual([done.body.status, done.body.isStaff], ["signed_in", true]);
  const session = await send("GET", "/v1/session", undefined, headersIn(done));
  assert.equal(session.body.operator.name, "Ada");
  assert.equal(session.body.mfaAt, new Date(nowMs).toISOString());
  assert.equal((await send("POST", "/v1/sign-in/second-factor", answer)).status, 401);
  const told = await platform.tenancy.internals.mail.list("ada@example.com");
  assert.deepEqual(told.map(({ kind }) => kind).sort(), ["factor_changed", "new_device"]);
});

test("an operator's passkey signs in alone, and into the operators' rooms", async () => {
  const { headers } = await withApp("Grace");
  const device = new Authenticator(platform.tenancy.internals.identity.parts.site.origin());
  const begun = await send("POST", "/v1/me/factors/passkeys/challenge", undefined, headers);
  const passkey = { token: begun.body.token, response: device.create(begun.body.options), name: "Key" };
  assert.equal((await send("POST", "/v1/me/factors/passkeys", passkey, headers)).status, 201);

  const challenge = await send("POST", "/v1/sign-in/passkey/challenge");
  const response = device.get(challenge.body.options);
  const done = await send("POST", "/v1/sign-in/passkey", { token: challenge.body.token, response });

  assert.equal(done.body.isStaff, true);
  const session = await send("GET", "/v1/session", undefined, headersIn(done));
  assert.equal(session.body.operator.name, "Grace");
  assert.equal((await send("GET", "/v1/me", undefined, headersIn(done))).status, 404, "staff are no user");
});

test("an operator changes factors only with a fresh one, sees their sessions, and ends another", async () => {
  const { headers, seed } = await withApp("Fresh");
  nowMs += 11 * 60_000;
  assert.equal(
    (await send("DELETE", "/v1/me/factors/totp", undefined, headers)).body.code,
    "session.step_up",
  );
  const password = await send("POST", "/v1/me/step-up", { password: "none at all" }, headers);
  assert.equal(password.body.code, "sign_in.wrong_code");
  const proved = await send("POST", "/v1/me/step-up", { totp: codeOf(seed) }, headers);
  const fresh = headersIn(proved);
  const step = await send("POST", "/v1/sessions", { token: await linkOf("Fresh") });
  nowMs += 30_000;
  const other = await send("POST", "/v1/sign-in/second-factor", {
    token: step.body.token,
    totp: codeOf(seed),
  });
  const devices = await send("GET", "/v1/me/sessions", undefined, fresh);
  assert.equal(devices.body.items.length, 2);
  assert.equal((await send("DELETE", "/v1/me/sessions", undefined, fresh)).body.ended, 1);
  assert.equal((await send("GET", "/v1/session", undefined, headersIn(other))).status, 401);
  assert.equal((await send("DELETE", "/v1/me/factors/totp", undefined, fresh)).status, 204);
});

test("who lost them is helped by the command line alone: no request, no other operator", async () => {
  const { headers } = await withApp("Lost", "lost@example.com");
  const step = await send("POST", "/v1/sessions", { token: await linkOf("Lost") });

  const asked = await send("POST", "/v1/sign-in/recovery", { token: step.body.token });
  assert.deepEqual([asked.status, asked.body.code], [403, "recovery.of_operator"]);
  await removeOperatorFactors(parts(), "Lost", BY);

  platform.tenancy.internals.identity.credentials.forget();
  const [told] = await platform.tenancy.internals.mail.list("lost@example.com");
  assert.match(told?.subject ?? "", /how you sign in/);
  assert.equal((await send("GET", "/v1/session", undefined, headers)).status, 401, "signed out");
  assert.equal(
    (await send("POST", "/v1/sessions", { token: await linkOf("Lost") })).body.status,
    "signed_in",
  );
});

test("another address of an operator is recorded, and told to the one before", async () => {
  const { mail, control } = platform.tenancy.internals;
  await linkOf("Moving", "before@example.com");
  await linkOf("Moving", "before@example.com");
  assert.equal((await mail.list("before@example.com")).length, 0);

  await linkOf("Moving", "after@example.com");

  const [told] = await mail.list("before@example.com");
  assert.equal(told?.kind, "contact_changed");
  const events = await readEvents(control, { action: "operator.updated", limit: 5 });
  assert.deepEqual(
    events.map(({ detail }) => detail["fields"]),
    [["email"]],
  );
});

test("two operators with fresh factors let back in whom nobody else could; without one they cannot", async () => {
  const { tenancy } = platform;
  const { signedUser } = await import("../../test/support/users.ts");
  const user = await signedUser(tenancy);
  const begun = await send("POST", "/v1/me/factors/totp", undefined, user.headers);
  const code = codeOf(begun.body.secret);
  const confirmed = await send("POST", "/v1/me/factors/totp/confirm", { code }, user.headers);
  const PASSWORD = "four words unrelated here";
  await send("PUT", "/v1/me/password", { password: PASSWORD }, headersIn(confirmed));
  const { email } = user.user;
  const half = await send("POST", "/v1/sign-in/password", { email, password: PASSWORD });
  await send("POST", "/v1/sign-in/recovery", { token: half.body.token });
  const [one, two] = [await withApp("One"), await withApp("Two")];

  const { items } = (await send("GET", "/v1/recoveries", undefined, one.headers)).body;
  const { id } = items.find((each: Body) => each.email === email);
  const approve = (headers: Record<string, string>) =>
    send("POST", `/v1/recoveries/${id}/approve`, undefined, headers);
  assert.equal((await approve(one.headers)).body.readyAt, null);
  nowMs += 10 * 60_000 + 1;
  assert.equal((await approve(two.headers)).body.code, "session.step_up");
  const fresh = headersIn(await send("POST", "/v1/me/step-up", { totp: codeOf(two.seed) }, two.headers));
  const { readyAt } = (await approve(fresh)).body;
  assert.equal(Date.parse(readyAt), nowMs + 72 * 3_600_000);
});

test("a factor is somebody's: none is written for an id that is neither a user nor an operator", async () => {
  const { control } = platform.tenancy.internals;
  const stray = "01980000-0000-7000-8000-00000000dead";

  await assert.rejects(
    control.query(
      "insert into tenancy.user_totps (user_id, sealed, created_at) values ($1, '\\x00', now())",
      [stray],
    ),
    /no user or operator/,
  );
  const { operator } = await createOperatorLink(parts(), BY, "Short-lived");
  await control.query(
    "insert into tenancy.user_totps (user_id, sealed, created_at) values ($1, '\\x00', now())",
    [operator.id],
  );
  await control.query("delete from tenancy.operators where id = $1", [operator.id]);
  const { rows } = await control.query("select 1 from tenancy.user_totps where user_id = $1", [operator.id]);
  assert.equal(rows.length, 0);
});
