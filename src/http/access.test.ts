import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Person, sessionHeaders, signInMember, tenantKey } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { changeMember } from "../identity/members.ts";
import type { Tenancy } from "../start.ts";
import { createServer, listen } from "./server.ts";

let platform: Platform;
let tenantId: string;
let owner: Person;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  ({ id: tenantId } = await platform.tenancy.tenants.create({ name: "Studio" }));
  owner = await signInMember(platform, tenantId, ["owner"]);
});
after(() => platform[Symbol.asyncDispose]());

// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked at by the tests
type Body = any;

function as(
  person: { headers: Readonly<Record<string, string>> },
  method: string,
  path: string,
  body?: unknown,
) {
  const options = { key: null, headers: person.headers, ...(body === undefined ? {} : { body }) };
  return call<Body>(platform, method, `/v1/tenants/${tenantId}${path}`, options);
}

const READS = { permissions: ["usage.read", "roles.read"], conditions: [] };

test("a role of permissions and conditions is in force at once, here and on another server within a second", async () => {
  const made = await as(owner, "POST", "/roles", { key: "analyst", name: "Analyst", grants: [READS] });
  assert.equal(made.status, 201, made.text);
  assert.match(made.body.policy, /principal in Role::"analyst"/);
  const analyst = await signInMember(platform, tenantId, ["analyst"]);
  const other = await createServer({ tenancy: platform.tenancy, host: "127.0.0.1" });
  try {
    const url = await listen(other, { host: "127.0.0.1", port: 0 });
    const there = { key: null, headers: { cookie: analyst.headers["cookie"] as string } };
    const see = () => call({ url, apiKey: "" }, "GET", `/v1/tenants/${tenantId}/usage`, there);
    assert.equal((await see()).status, 200);
    assert.equal((await as(analyst, "GET", "/events")).body.code, "access.denied");

    const grants = [{ permissions: ["roles.read"], conditions: [] }];
    assert.equal((await as(owner, "PATCH", "/roles/analyst", { grants })).status, 200);

    assert.equal((await as(analyst, "GET", "/usage")).status, 403, "here at once");
    const startMs = Date.now();
    while ((await see()).status === 200) assert.ok(Date.now() - startMs < 1_000);
  } finally {
    await other.close();
  }
});

test("an owner is told that they speak for owners, an admin that they do not", async () => {
  const admin = await signInMember(platform, tenantId, ["admin"]);

  assert.equal((await as(owner, "GET", "/access")).body.hasAllOfOwner, true);
  assert.equal((await as(admin, "GET", "/access")).body.hasAllOfOwner, false);
});

test("nobody makes, changes or gives a role that holds more than they do", async () => {
  const admin = await signInMember(platform, tenantId, ["admin"]);
  const { parts } = platform.tenancy.internals.identity;
  const keys = { permissions: ["keys.manage"], conditions: [] };

  const made = await as(admin, "POST", "/roles", { key: "climber", name: "Climber", grants: [keys] });
  assert.deepEqual([made.status, made.body.code], [403, "role.beyond_author"]);
  assert.equal(
    (await as(owner, "POST", "/roles", { key: "keeper", name: "Keeper", grants: [keys] })).status,
    201,
  );
  const widened = await as(admin, "PATCH", "/roles/keeper", { name: "Mine" });
  assert.equal(widened.body.code, "role.beyond_author");
  const principal = { kind: "user", id: admin.userId } as never;
  await assert.rejects(
    changeMember(parts, { tenantId, userId: admin.userId, roles: ["keeper"] }, { actor: "test", principal }),
    { code: "role.not_grantable" },
  );
});

test("what is held under a condition is given on under that condition, not without", async () => {
  const night = { kind: "time", days: ["mon"], from: "22:00", to: "06:00" };
  const grants = [
    { permissions: ["roles.manage", "roles.read"], conditions: [] },
    { permissions: ["audit.read"], conditions: [night] },
  ];
  assert.equal((await as(owner, "POST", "/roles", { key: "night-lead", name: "Night", grants })).status, 201);
  const lead = await signInMember(platform, tenantId, ["night-lead"]);
  const make = (key: string, conditions: unknown[]) =>
    as(lead, "POST", "/roles", { key, name: key, grants: [{ permissions: ["audit.read"], conditions }] });

  assert.equal((await make("day", [])).body.code, "role.beyond_author");
  assert.equal((await make("night", [night])).status, 201);
  assert.equal((await make("night-here", [{ kind: "address", ranges: ["10.0.0.0/8"] }, night])).status, 201);
});

test("built-in roles stay, a role in use stays, a faulty form is told whole", async () => {
  const grants = [READS];
  assert.equal(
    (await as(owner, "POST", "/roles", { key: "owner", name: "x", grants })).body.code,
    "role.built_in",
  );
  assert.equal((await as(owner, "DELETE", "/roles/viewer")).body.code, "role.built_in");
  await as(owner, "POST", "/roles", { key: "held", name: "Held", grants });
  await signInMember(platform, tenantId, ["held"]);
  assert.equal((await as(owner, "DELETE", "/roles/held")).body.code, "role.in_use");
  assert.equal((await as(owner, "GET", "/roles/nowhere")).status, 404);

  const faulty = await as(owner, "POST", "/roles", {
    key: "faulty",
    name: "Faulty",
    grants: [
      {
        permissions: ["tenants.suspend"],
        conditions: [
          { kind: "address", ranges: ["10.0.0.300"] },
          { kind: "time", days: ["mon"], from: "25:00", to: "06:00" },
        ],
      },
    ],
  });
  assert.deepEqual(
    [faulty.status, faulty.body.errors.map(({ path }: { path: string }) => path)],
    [422, ["grants[0].permissions", "grants[0].conditions[0].ranges[0]", "grants[0].conditions[1].from"]],
  );
});

test("a policy that wants a fresh second factor is answered by a challenge (RFC 9470), and a fresh one passes", async () => {
  const text =
    'forbid (principal, action == Action::"audit.read", resource) unless { context has mfaAge && context.mfaAge <= 600 };';
  const made = await as(owner, "POST", "/policies", { name: "fresh audit", text });
  assert.equal(made.status, 201, made.text);

  const challenged = await as(owner, "GET", "/events");

  assert.deepEqual([challenged.status, challenged.body.code], [401, "access.step_up"]);
  const header = challenged.headers.get("www-authenticate") ?? "";
  assert.match(header, /error="insufficient_user_authentication"/);
  assert.match(header, /acr_values="mfa", max_age="600"/);
  const fresh = { headers: await sessionHeaders(platform, owner.userId, { isMfa: true }) };
  assert.equal((await as(fresh, "GET", "/events")).status, 200);
  assert.equal((await as(owner, "DELETE", `/policies/${made.body.id}`)).status, 204);
  assert.equal((await as(owner, "GET", "/events")).status, 200);
});

test("a policy that the schema or the author's power does not admit is refused", async () => {
  const admin = await signInMember(platform, tenantId, ["admin"]);
  const write = async (text: string) => (await as(admin, "POST", "/policies", { name: "p", text })).body.code;

  assert.equal(await write("permit (principal, action, resource);"), "policy.invalid");
  assert.equal(
    await write('permit (principal, action == Action::"keys.manage", resource);'),
    "role.beyond_author",
  );
  assert.equal(
    await write('permit (principal, action == Action::"tenants.suspend", resource);'),
    "policy.invalid",
  );
  assert.equal(await write("forbid (principal, action, resource) when { context.mood };"), "policy.invalid");
  assert.equal(
    await write("forbid (principal, action, resource); permit (principal, action, resource);"),
    "policy.invalid",
  );
  assert.equal(await write("forbid (principal == ?principal, action, resource);"), "policy.template");
  assert.equal(
    await write('permit (principal, action == Action::"data.read", resource in ?resource);'),
    "policy.template",
  );
});

test("a change that breaks a policy test is refused, with the test's name and why", async () => {
  const expected = {
    name: "billing sees usage",
    question: { roles: ["billing"], permission: "usage.read" },
    isAllowed: true,
  };
  assert.equal((await as(owner, "PUT", "/policy-tests", expected)).status, 200);
  const wrong = await as(owner, "PUT", "/policy-tests", { ...expected, name: "wrong", isAllowed: false });
  assert.equal(wrong.body.code, "policy.tests_failed");

  const text = 'forbid (principal in Role::"billing", action == Action::"usage.read", resource);';
  const made = await as(owner, "POST", "/policies", { name: "no usage", text });

  assert.equal(made.body.code, "policy.tests_failed");
  assert.equal(made.body.errors[0].path, "tests.billing sees usage");
  assert.equal((await as(owner, "GET", "/policies")).body.items.length, 0);
});

test("a trial says what would be decided and which condition fails, with drafts that are not in force", async () => {
  const grants = [
    {
      permissions: ["usage.read"],
      conditions: [
        { kind: "address", ranges: ["10.0.0.0/8"] },
        { kind: "mfa", maxAgeMinutes: 5 },
      ],
    },
  ];
  const draft = { roles: [{ key: "remote", name: "Remote", grants }] };
  const question = { roles: ["remote"], permission: "usage.read", ip: "10.1.2.3" };
  const ask = (more: object) =>
    as(owner, "POST", "/policies/try", { question: { ...question, ...more }, draft });

  const here = await ask({ mfaAgeMinutes: 1 });
  assert.deepEqual([here.body.allowed, here.body.policies], [true, ["role:remote:1"]]);
  const stale = await ask({ mfaAgeMinutes: 30 });
  assert.deepEqual([stale.body.allowed, stale.body.stepUpMaxAgeS], [false, 300]);
  assert.match(
    stale.body.reasons[0],
    /role:remote:1 would allow it, but this does not hold: context.mfaAge <= 300/,
  );
  assert.equal((await ask({ ip: "192.0.2.1", mfaAgeMinutes: 1 })).body.stepUpMaxAgeS, null);
  assert.equal((await as(owner, "GET", "/roles/remote")).status, 404);
});

test("a tenant's address list shuts out members and keys from elsewhere, and not staff", async () => {
  const { id } = await platform.tenancy.tenants.create({ name: "Fenced" });
  const member = await signInMember(platform, id, ["owner"]);
  const key = await tenantKey(platform, id, ["usage.read"]);
  const set = (allowedRanges: string[]) =>
    call<Body>(platform, "PATCH", `/v1/tenants/${id}/access-settings`, { body: { allowedRanges } });
  const see = (options: object) => call<Body>(platform, "GET", `/v1/tenants/${id}/usage`, options);
  assert.equal((await set(["10.0.0.0/8"])).status, 200);

  for (const options of [{ key: null, headers: member.headers }, { key }]) {
    assert.equal((await see(options)).body.code, "access.address_refused");
    const spoofed = {
      ...options,
      headers: { ...("headers" in options ? options.headers : {}), "x-forwarded-for": "10.0.0.1" },
    };
    assert.equal((await see(spoofed)).body.code, "access.address_refused", "a header of the caller's own");
  }
  assert.equal((await see({})).status, 200);
  assert.equal((await set(["10.0.0.0/8", "127.0.0.0/8"])).status, 200);
  assert.equal((await see({ key })).status, 200);
});

test("the caller is told by the same policies what they may do", async () => {
  const viewer = await signInMember(platform, tenantId, ["viewer"]);

  const mine = await as(viewer, "GET", "/access");

  assert.deepEqual(mine.body, {
    roles: ["viewer"],
    temporary: [],
    permissions: ["tenants.read", "data.read"],
    stepUp: [],
    hasAllOfOwner: false,
  });
});

test("operators act by their role, and the last administrator stays one", async () => {
  const { control } = platform.tenancy.internals;
  const { rows } = await control.query<{ id: string }>("select id from tenancy.operators");
  const path = `/v1/operators/${rows[0]?.id}`;

  const last = await call(platform, "PATCH", path, { body: { role: "read_only" } });

  assert.equal(last.body.code, "operator.last_administrator");
});

test("a tenant's calls are bounded by its plan, told in RateLimit headers, and no other tenant pays", async () => {
  const limited = await platform.tenancy.tenants.create({ name: "Limited" });
  await platform.tenancy.tenants.update(limited.id, { limits: { maxApiCallsPerHour: 60 } });
  const key = await tenantKey(platform, limited.id, ["usage.read"]);
  const see = () => call<Body>(platform, "GET", `/v1/tenants/${limited.id}/access`, { key });

  const answers = [await see(), await see(), await see(), await see()];

  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 429],
  );
  assert.match(
    answers[0]?.headers.get("ratelimit-policy") ?? "",
    /"credential";q=600;w=3, "tenant";q=3;w=180/,
  );
  assert.match(answers[0]?.headers.get("ratelimit") ?? "", /"tenant";r=2;t=60/);
  assert.match(answers[3]?.headers.get("retry-after") ?? "", /^(5\d|60)$/);
  assert.equal((await as(owner, "GET", "/access")).status, 200);
  const { headers } = await signInMember(platform, limited.id, ["admin"]);
  const byHand = await call<Body>(platform, "GET", `/v1/tenants/${limited.id}/access`, {
    key: null,
    headers,
  });
  assert.equal(byHand.status, 200, "the programs' calls lock no person out");
  assert.match(byHand.headers.get("ratelimit-policy") ?? "", /"people";q=1200/);
});

test("behind a proxy that the configuration names, the address that it tells counts; from others it does not", async () => {
  const { id } = await platform.tenancy.tenants.create({ name: "Proxied" });
  const key = await tenantKey(platform, id, ["usage.read"]);
  await call(platform, "PATCH", `/v1/tenants/${id}/access-settings`, {
    body: { allowedRanges: ["10.0.0.0/8"] },
  });
  const { config } = platform.tenancy;
  const behind = async (trustedProxies: readonly string[], forwarded: string) => {
    const server = { ...config.server, trustedProxies };
    const tenancy = Object.create(platform.tenancy, { config: { value: { ...config, server } } }) as Tenancy;
    const app = await createServer({ tenancy, host: "127.0.0.1" });
    try {
      const url = await listen(app, { host: "127.0.0.1", port: 0 });
      const headers = { "x-forwarded-for": forwarded };
      return (await call({ url, apiKey: key }, "GET", `/v1/tenants/${id}/usage`, { headers })).status;
    } finally {
      await app.close();
    }
  };

  assert.equal(await behind(["127.0.0.1"], "10.1.2.3"), 200);
  assert.equal(await behind(["127.0.0.1"], "192.0.2.1"), 403);
  assert.equal(
    await behind(["127.0.0.1"], "10.1.2.3, 192.0.2.1"),
    403,
    "what the caller put before the proxy's own word",
  );
  assert.equal(await behind(["172.16.0.0/12"], "10.1.2.3"), 403);
  assert.equal(await behind([], "10.1.2.3"), 403);
});

test("what is held under a condition makes no key, which no condition would bind", async () => {
  const always = {
    kind: "time",
    days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"],
    from: "00:00",
    to: "00:00",
  };
  const grants = [
    { permissions: ["api_keys.manage", "usage.read"], conditions: [] },
    { permissions: ["audit.read"], conditions: [always] },
  ];
  assert.equal(
    (await as(owner, "POST", "/roles", { key: "keysmith", name: "Keysmith", grants })).status,
    201,
  );
  const smith = await signInMember(platform, tenantId, ["keysmith"]);
  const make = (scopes: string[]) => as(smith, "POST", "/api-keys", { name: "k", scopes });

  assert.equal((await as(smith, "GET", "/events")).status, 200);
  assert.equal((await make(["audit.read"])).body.code, "api_key.scope_beyond");
  assert.equal((await make(["keys.manage"])).body.code, "api_key.scope_beyond");
  assert.equal((await make(["usage.read"])).status, 201);
});
