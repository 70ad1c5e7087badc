import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Person, signInMember, tenantKey } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { addMember } from "../identity/members.ts";
import { createServiceAccount } from "../identity/service-accounts.ts";
import { createUser } from "../identity/users.ts";

/** Requests of the specification (OpenID AuthZEN Authorization API 1.0), with our permissions as actions. */
let platform: Platform;
let tenantId: string;
let otherId: string;
let key: string;
let bob: Person;
const BY = { actor: "test", principal: null };

// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked at by the tests
type Body = any;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  ({ id: tenantId } = await platform.tenancy.tenants.create({ name: "Studio" }));
  ({ id: otherId } = await platform.tenancy.tenants.create({ name: "Other" }));
  key = await tenantKey(platform, tenantId, ["access.evaluate"]);
  const { parts } = platform.tenancy.internals.identity;
  const alice = await createUser(parts, { email: "alice@example.com", name: "Alice" }, BY);
  await addMember(parts, { tenantId, userId: alice.id, roles: ["member"] }, BY);
  bob = await signInMember(platform, tenantId, ["viewer"]);
  const owner = await signInMember(platform, tenantId, ["owner"]);
  const text =
    'forbid (principal, action == Action::"data.write", resource is Resource) when { resource.hasTag("status") && resource.getTag("status") == "archived" };';
  const made = await call<Body>(platform, "POST", `/v1/tenants/${tenantId}/policies`, {
    key: null,
    headers: owner.headers,
    body: { name: "Archived is closed", text },
  });
  assert.equal(made.status, 201, made.text);
});
after(() => platform[Symbol.asyncDispose]());

const alice = { type: "user", id: "alice@example.com" };
const record = { type: "record", id: "record-1" };
const can = (name: string) => ({ name });

function ask(
  path: string,
  body: unknown,
  options: { key?: string | null; headers?: Record<string, string> } = {},
  at = tenantId,
) {
  return call<Body>(platform, "POST", `/v1/tenants/${at}/access/v1/${path}`, { key, body, ...options });
}

test("the specification's evaluation is answered with a decision, and the caller's request id comes back", async () => {
  const request = {
    subject: alice,
    resource: { type: "account", id: "123" },
    action: { name: "data.read", properties: { method: "GET" } },
    context: { time: "1985-10-26T01:22-07:00" },
  };
  const headers = { "x-request-id": "bfe9eb29-ab87-4ca3-be83-a1d5d8305716" };

  const answer = await ask("evaluation", request, { headers });

  assert.deepEqual([answer.status, answer.body], [200, { decision: true }]);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  assert.equal(answer.headers.get("x-request-id"), headers["x-request-id"]);
  for (const refused of [
    await ask("evaluation", {}, { headers }),
    await ask("evaluation", {}, { headers, key: null }),
  ])
    assert.equal(refused.headers.get("x-request-id"), headers["x-request-id"], refused.text);
});

test("decisions are those of the policies: by role, by attribute of the resource, and closed for whom nobody knows", async () => {
  const decide = async (subject: object, name: string, resource: object = record, context = {}) =>
    (await ask("evaluation", { subject, action: can(name), resource, context })).body.decision;
  const { parts } = platform.tenancy.internals.identity;
  const robot = await createServiceAccount(parts, { tenantId, name: "robot", roles: ["member"] }, BY);
  const archived = { ...record, properties: { status: "archived" } };

  assert.equal(await decide(alice, "data.write"), true);
  assert.equal(await decide(alice, "data.write", archived), false);
  assert.equal(await decide({ type: "user", id: bob.userId }, "data.write"), false);
  assert.equal(await decide({ type: "user", id: bob.userId }, "data.read", archived), true);
  assert.equal(await decide({ type: "service_account", id: robot.id }, "data.write"), true);
  assert.equal(
    await decide({ ...alice, properties: { role: "owner", roles: ["owner"] } }, "members.manage"),
    false,
  );
  assert.equal(await decide(alice, "members.read", { type: "tenant", id: tenantId }), true);
  assert.equal(await decide({ type: "user", id: "nobody@example.com" }, "data.read"), false);
  assert.equal(await decide({ type: "robot", id: "r2" }, "data.read"), false);
  assert.equal(await decide(alice, "can_read"), false);
  assert.equal(await decide(alice, "tenants.create"), false);
  const denied = await ask("evaluation", { subject: alice, action: can("data.write"), resource: archived });
  assert.match(denied.body.context.reason_admin["403"], /Forbidden by policy:/);
});

test("many are decided in their order, with defaults, and by all three semantics", async () => {
  const evaluations = [
    { resource: { type: "document", id: "1" } },
    { resource: { type: "document", id: "2", properties: { status: "archived" } } },
    { resource: { type: "document", id: "3" } },
  ];
  const all = { subject: alice, action: can("data.write"), evaluations };
  const decisions = async (body: object) => {
    const { status, body: answer, text } = await ask("evaluations", body);
    assert.equal(status, 200, text);
    return answer.evaluations.map(({ decision }: Body) => decision);
  };
  const by = (evaluations_semantic: string) =>
    decisions({ ...all, options: { evaluations_semantic, another: 1 } });

  assert.deepEqual(await decisions(all), [true, false, true]);
  assert.deepEqual(await by("execute_all"), [true, false, true]);
  assert.deepEqual(await by("deny_on_first_deny"), [true, false]);
  assert.deepEqual(await by("permit_on_first_permit"), [true]);
  assert.deepEqual(
    await decisions({ ...all, evaluations: [{ action: can("data.read"), resource: record }] }),
    [true],
  );
  const single = await ask("evaluations", { subject: alice, action: can("data.read"), resource: record });
  assert.deepEqual(single.body, { decision: true });
  const faulty = await ask("evaluations", {
    subject: alice,
    action: can("data.read"),
    evaluations: [{}, { resource: record }],
  });
  assert.deepEqual(
    faulty.body.evaluations.map(({ decision, context }: Body) => [decision, context?.error?.status]),
    [
      [false, 400],
      [true, undefined],
    ],
  );
});

test("a missing or mistyped field is a bad request, an unknown one is ignored", async () => {
  const whole = { subject: alice, action: can("data.read"), resource: record };
  for (const body of [
    {},
    { ...whole, subject: undefined },
    { ...whole, subject: { type: "user" } },
    { ...whole, action: {} },
    { ...whole, resource: "record-1" },
    { ...whole, resource: { id: "1" } },
    { ...whole, context: [] },
    { ...whole, subject: { ...alice, id: 7 } },
    { ...whole, resource: { ...record, properties: "x" } },
  ]) {
    const { status, body: answer } = await ask("evaluation", body);
    assert.deepEqual([status, answer.code], [400, "authzen.bad_request"], JSON.stringify(body));
  }
  assert.equal((await ask("evaluations", { ...whole, evaluations: {} })).status, 400);
  const options = { evaluations_semantic: "first" };
  assert.equal((await ask("evaluations", { ...whole, evaluations: [{}], options })).status, 400);
  assert.equal((await ask("evaluation", { ...whole, future: { any: 1 } })).body.decision, true);
});

test("searches find the actions and the members that an evaluation then permits, page by page", async () => {
  const actions = await ask("search/action", {
    subject: alice,
    resource: { ...record, properties: { status: "archived" } },
  });
  const names = actions.body.results.map(({ name }: Body) => name);
  assert.ok(names.includes("data.read") && !names.includes("data.write"), actions.text);
  const found: string[] = [];
  let token = "";
  const question = { subject: { type: "user" }, action: can("data.write"), resource: record };
  do {
    const { body, text } = await ask("search/subject", { ...question, page: { limit: 1, token } });
    assert.ok(body.page, text);
    found.push(...body.results.map(({ id }: Body) => id));
    token = body.page.next_token;
  } while (token !== "");

  assert.equal(found.length, 2, "alice and the owner; not the viewer");
  assert.ok(!found.includes(bob.userId));
  for (const id of found) {
    const { body } = await ask("evaluation", { ...question, subject: { type: "user", id } });
    assert.equal(body.decision, true);
  }
  const first = await ask("search/subject", { ...question, page: { limit: 1 } });
  const other = {
    ...question,
    action: can("data.read"),
    page: { limit: 1, token: first.body.page.next_token },
  };
  assert.equal(
    (await ask("search/subject", other)).status,
    422,
    "a token goes on with its own question alone",
  );
});

test("it is asked with the tenant's own permission, and answers about that tenant alone; each question is on record", async () => {
  const narrow = await tenantKey(platform, tenantId, ["data.read"]);
  const foreign = await tenantKey(platform, otherId, ["access.evaluate"]);
  const whole = { subject: alice, action: can("data.read"), resource: record };

  assert.equal((await ask("evaluation", whole, { key: null })).status, 401);
  assert.equal((await ask("evaluation", whole, { key: narrow })).status, 403);
  assert.equal((await ask("evaluation", whole, { key: foreign })).status, 404);
  assert.deepEqual((await ask("evaluation", whole, { key: foreign }, otherId)).body.decision, false);
  const answer = await ask("evaluation", whole);
  assert.equal(answer.status, 200);
  const { rows } = await platform.tenancy.internals.control.query(
    `select resource, outcome from tenancy.audit_records
     where tenant_id = $1 and action = 'access.evaluated' order by id desc limit 1`,
    [tenantId],
  );
  assert.deepEqual(rows, [{ resource: "user:alice@example.com", outcome: "allowed" }]);
});

test("the metadata of a tenant's decision point lead to its endpoints, and tell nothing of whether it is there", async () => {
  const path = (name: string) => `/.well-known/authzen-configuration/v1/tenants/${name}`;
  const answer = await call<Body>(platform, "GET", path(tenantId), { key: null });

  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-type") ?? "", /^application\/json/);
  const { policy_decision_point: point, access_evaluation_endpoint: endpoint } = answer.body;
  const { origin, pathname } = new URL(point);
  assert.equal(`${origin}/.well-known/authzen-configuration${pathname}`, `${origin}${path(tenantId)}`);
  const asked = await fetch(`${platform.url}${new URL(endpoint).pathname}`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ subject: alice, action: can("data.read"), resource: record }),
  });
  assert.deepEqual(await asked.json(), { decision: true });
  assert.equal((await call(platform, "GET", path("no-such-tenant"), { key: null })).status, 200);
});
