import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { type Answer, call } from "../../test/support/api.ts";
import { sessionHeaders, signInMember, tenantKey } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { headersOf, signedUser } from "../../test/support/users.ts";
import { operatorRoles, tenantRoles } from "../access/built-in-roles.ts";
import { STAFF_WHO_APPROVE } from "../identity/recovery-rules.ts";

const PASSWORD = "four words unrelated here";
let platform: Platform;
let nowMs = Date.now();
let count = 0;

before(async () => {
  const clock = { now: () => new Date(nowMs) };
  platform = await startPlatform({ sql: null, background: false, consoleDir: null, clock });
});
after(() => platform[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes, read field by field
type Body = any;
const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  call<Body>(platform, method, path, { body, headers, key: null });
const tokenIn = (answer: Answer) => /=([^;]+)/.exec(answer.headers.get("set-cookie") ?? "")?.[1] ?? "";
const codeOf = (seed: string) => new TOTP({ secret: Secret.fromBase32(seed) }).generate({ timestamp: nowMs });

async function mailed(email: string, kind: string): Promise<string> {
  const { mail } = platform.tenancy.internals;
  for (const { id } of await mail.list(email)) {
    const { text } = await mail.read(id);
    const token = new RegExp(`http://localhost:\\d+/#${kind}=([\\w-]+)`).exec(text ?? "")?.[1];
    if (token) return token;
  }
  return "";
}

/** A tenant, a member with an app, and a sign-in of theirs that waits for its code. */
async function stranded() {
  const { id } = await platform.tenancy.tenants.create({ name: `Studio ${++count}` });
  const signed = await signedUser(platform.tenancy, { tenants: { [id]: ["member"] } });
  await send("PUT", "/v1/me/password", { password: PASSWORD }, signed.headers);
  const begun = await send("POST", "/v1/me/factors/totp", undefined, signed.headers);
  const code = { code: codeOf(begun.body.secret) };
  const confirmed = await send("POST", "/v1/me/factors/totp/confirm", code, signed.headers);
  nowMs += 60_000;
  const email = signed.user.email;
  const halfWay = async () =>
    (await send("POST", "/v1/sign-in/password", { email, password: PASSWORD })).body.token as string;
  return { tenantId: id, email, halfWay, headers: headersOf(tokenIn(confirmed)), path: `/v1/tenants/${id}` };
}

test("over HTTP a person asks, two people approve, and the person comes back with a new app", async () => {
  const { tenantId, path, email, halfWay, headers } = await stranded();
  const owner = await signInMember(platform, tenantId, ["owner"], { isMfa: true });
  const admin = await signInMember(platform, tenantId, ["admin"], { isMfa: true });

  const asked = await send("POST", "/v1/sign-in/recovery", { token: await halfWay() });
  assert.deepEqual([asked.status, asked.body.status, asked.body.readyAt], [202, "asked", null], asked.text);
  const mine = await send("GET", "/v1/me/recovery", undefined, headers);
  assert.equal(mine.body.recovery.status, "asked");
  const { items } = (await send("GET", `${path}/recoveries`, undefined, owner.headers)).body;
  assert.deepEqual([items.length, items[0].email, items[0].approvals], [1, email, []]);
  const approve = `${path}/recoveries/${items[0].id}/approve`;
  assert.deepEqual((await send("POST", approve, undefined, owner.headers)).body, {
    status: "asked",
    readyAt: null,
  });
  const second = await send("POST", approve, undefined, admin.headers);
  assert.equal(second.body.status, "approved");

  nowMs = Date.parse(second.body.readyAt);
  await platform.tenancy.internals.identity.sweep();
  const proofs = { link: await mailed(email, "recovery"), token: await halfWay() };
  const begun = await send("POST", "/v1/sign-in/recovery/totp", proofs);
  assert.match(begun.body.uri, /^otpauth:/);
  const done = await send("POST", "/v1/sign-in/recovery/complete", {
    ...proofs,
    totp: codeOf(begun.body.secret),
  });

  assert.equal(done.status, 200, done.text);
  assert.equal(done.body.recoveryCodes.length, 10);
  const me = await send("GET", "/v1/me", undefined, headersOf(tokenIn(done)));
  assert.equal(me.body.session.mfaAt, new Date(nowMs).toISOString());
  assert.equal((await send("GET", "/v1/me", undefined, headers)).status, 401, "the old session is over");
});

test("an approval without a fresh second factor asks for one as RFC 9470 does; a key is refused", async () => {
  const { tenantId, path, halfWay } = await stranded();
  await send("POST", "/v1/sign-in/recovery", { token: await halfWay() });
  const owner = await signInMember(platform, tenantId, ["owner"]);
  const id = (await send("GET", `${path}/recoveries`, undefined, owner.headers)).body.items[0].id;

  const stale = await send("POST", `${path}/recoveries/${id}/approve`, undefined, owner.headers);
  assert.deepEqual([stale.status, stale.body.code], [401, "session.step_up"]);
  assert.match(stale.headers.get("www-authenticate") ?? "", /insufficient_user_authentication/);
  const key = await tenantKey(platform, tenantId, ["members.manage"]);
  for (const [where, options] of [
    [path, { key }],
    ["/v1", {}],
  ] as const) {
    const answer = await call<Body>(platform, "POST", `${where}/recoveries/${id}/approve`, options);
    assert.deepEqual([answer.status, answer.body.code], [403, "recovery.people_only"], where);
  }
});

test("whoever is lent the role of an admin, or holds all of it by the tenant's own role, approves nothing", async () => {
  const { tenantId, path, halfWay } = await stranded();
  await send("POST", "/v1/sign-in/recovery", { token: await halfWay() });
  const owner = await signInMember(platform, tenantId, ["owner"], { isMfa: true });
  const lent = await signInMember(platform, tenantId, ["member"], { isMfa: true });
  const grant = { userId: lent.userId, roles: ["admin"], reason: "holidays", durationMinutes: 60 };
  const given = await send("POST", `${path}/grants`, grant, owner.headers);
  assert.equal(given.status, 201, given.text);
  const admin = tenantRoles.find(({ key }) => key === "admin")?.grants ?? [];
  const role = { key: "deputy", name: "Deputy", grants: admin };
  assert.equal((await send("POST", `${path}/roles`, role, owner.headers)).status, 201);
  const own = await signInMember(platform, tenantId, ["deputy"], { isMfa: true });
  const { items } = (await send("GET", `${path}/recoveries`, undefined, owner.headers)).body;
  const approve = `${path}/recoveries/${items[0].id}/approve`;

  for (const { headers } of [lent, own]) {
    const answer = await send("POST", approve, undefined, headers);
    assert.deepEqual([answer.status, answer.body.code], [403, "recovery.not_approver"], answer.text);
  }
  const [listed] = (await send("GET", `${path}/recoveries`, undefined, owner.headers)).body.items;
  assert.deepEqual([listed.status, listed.approvals], ["asked", []]);
});

test("the staff who approve are those whose role may manage users", () => {
  const mayManage = operatorRoles.filter(({ grants }) =>
    grants.some(({ permissions }) => permissions.includes("users.manage")),
  );

  assert.deepEqual([...STAFF_WHO_APPROVE].sort(), mayManage.map(({ key }) => key).sort());
});

test("a viewer neither sees nor approves; another tenant's owner gets what there is for no recovery", async () => {
  const { tenantId, path, halfWay } = await stranded();
  await send("POST", "/v1/sign-in/recovery", { token: await halfWay() });
  const viewer = await signInMember(platform, tenantId, ["viewer"], { isMfa: true });
  const other = await platform.tenancy.tenants.create({ name: `Other ${++count}` });
  const stranger = await signInMember(platform, other.id, ["owner"], { isMfa: true });
  const owner = await signInMember(platform, tenantId, ["owner"], { isMfa: true });
  const id = (await send("GET", `${path}/recoveries`, undefined, owner.headers)).body.items[0].id;
  const bare = ({ status, text }: Answer<Body>) => [status, text.replace(/"requestId":"[^"]+"/, "")];

  assert.equal((await send("GET", `${path}/recoveries`, undefined, viewer.headers)).status, 403);
  assert.equal(
    (await send("POST", `${path}/recoveries/${id}/approve`, undefined, viewer.headers)).body.code,
    "access.denied",
  );
  for (const act of ["approve", "refuse"]) {
    const at = (each: string) =>
      send("POST", `/v1/tenants/${other.id}/recoveries/${each}/${act}`, undefined, stranger.headers);
    const nowhere = bare(await at("01980000-0000-7000-8000-00000000dead"));
    assert.deepEqual(bare(await at(id)), nowhere, act);
    assert.equal(nowhere[0], 404);
  }
});

test("every live session of the person, and every mail, can cancel; a stranger's cannot", async () => {
  const { email, halfWay, headers } = await stranded();
  const stranger = await signedUser(platform.tenancy);
  const ask = async () => send("POST", "/v1/sign-in/recovery", { token: await halfWay() });

  await ask();
  assert.equal((await send("DELETE", "/v1/me/recovery", undefined, stranger.headers)).status, 404);
  const { id: userId } = (await send("GET", "/v1/me", undefined, headers)).body;
  const another = await sessionHeaders(platform, userId);
  assert.equal((await send("DELETE", "/v1/me/recovery", undefined, another)).status, 204);
  await ask();
  const token = await mailed(email, "cancel-recovery");
  assert.equal((await send("POST", "/v1/sign-in/recovery/cancel", { token })).status, 204);
  const again = await send("POST", "/v1/sign-in/recovery/cancel", { token });
  assert.deepEqual([again.status, again.body.code], [401, "recovery.link_invalid"]);
  assert.equal((await send("GET", "/v1/me/recovery", undefined, headers)).body.recovery, null);
});

test("what somebody without the first factor is told depends on nobody", async () => {
  const { email } = await stranded();
  const made = "x".repeat(43);

  for (const [path, body] of [
    ["/v1/sign-in/recovery", { token: made }],
    ["/v1/sign-in/recovery/totp", { link: made, token: made }],
    ["/v1/sign-in/recovery/passkey", { link: made, token: made }],
    ["/v1/sign-in/recovery/complete", { link: made, token: made, totp: "000000" }],
  ] as const) {
    const answer = await send("POST", path, body);
    assert.deepEqual([answer.status, answer.body.code], [401, "sign_in.expired"], path);
    assert.ok(!answer.text.includes(email));
    assert.equal((await send("POST", path, { ...body, email })).status, 422, "a name is not asked for");
  }
  const both = { link: made, token: made };
  assert.equal((await send("POST", "/v1/sign-in/recovery/complete", both)).body.code, "request.invalid");
});

test("a tenant's rules for recovery keep what is left out, and stay within their bounds", async () => {
  const { tenantId, path } = await stranded();
  const { headers } = await signInMember(platform, tenantId, ["owner"]);
  const rules = (body?: unknown) =>
    send(body ? "PUT" : "GET", `${path}/sign-in-rules`, body, headers).then((answer) => answer.body);

  assert.deepEqual(await rules(), { mfaRequired: false, recoveryHours: 24, recoveryByOperators: true });
  await rules({ mfaRequired: false, recoveryHours: 48, recoveryByOperators: false });
  assert.deepEqual(await rules({ mfaRequired: false }), {
    mfaRequired: false,
    recoveryHours: 48,
    recoveryByOperators: false,
  });
  for (const recoveryHours of [11, 337, 24.5])
    assert.equal((await rules({ mfaRequired: false, recoveryHours })).code, "request.invalid");
});
