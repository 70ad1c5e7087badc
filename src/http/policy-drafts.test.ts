import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Person, signInMember, tenantKey } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { readTraffic } from "../audit/traffic.ts";

// biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes, looked at by the tests
type Body = any;

let platform: Platform;
const tenants: string[] = [];
let owner: Person;
let auditor: Person;
let stranger: Person;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  for (const name of ["Aurora", "Borealis"])
    tenants.push((await platform.tenancy.tenants.create({ name })).id);
  owner = await signInMember(platform, mine(), ["owner"]);
  auditor = await signInMember(platform, mine(), ["auditor"], { isMfa: true });
  stranger = await signInMember(platform, tenants[1] as string, ["owner"]);
});
after(() => platform[Symbol.asyncDispose]());

const mine = () => tenants[0] as string; // both are made before the tests

function as(person: Person | { key: string }, method: string, path: string, body?: unknown, tenant = mine()) {
  const who = "key" in person ? { key: person.key } : { key: null, headers: person.headers };
  const options = { ...who, ...(body === undefined ? {} : { body }) };
  return call<Body>(platform, method, `/v1/tenants/${tenant}${path}`, options);
}

const FORBID_AUDIT =
  'forbid (principal, action == Action::"audit.read", resource)\nunless { context has mfaAge && context.mfaAge <= 600 };';

test("last week's real calls show what a draft would change: by whom, for what, with the reasons", async () => {
  for (let i = 0; i < 3; i++) assert.equal((await as(owner, "GET", "/audit/records")).status, 200);
  assert.equal((await as(auditor, "GET", "/audit/records")).status, 200);
  const key = { key: await tenantKey(platform, mine(), ["audit.read", "policies.replay"]) };
  assert.equal((await as(key, "GET", "/audit/records")).status, 200);
  assert.equal((await as(auditor, "POST", "/roles", { key: "x", name: "X", grants: [] })).status, 403);

  const { status, body, text } = await as(owner, "POST", "/policies/replay", {
    draft: { policies: [FORBID_AUDIT] },
  });

  assert.equal(status, 200, text);
  const member = (person: Person) => `user:${person.userId}`;
  assert.equal(body.isSample, false);
  assert.deepEqual([body.allowedToDenied, body.deniedToAllowed], [4, 0]);
  assert.ok(body.replayed >= 6, "the second factor of the auditor was recorded, so theirs stays allowed");
  assert.deepEqual(body.groups[0], {
    actor: member(owner),
    permission: "audit.read",
    isAllowedNow: true,
    calls: 3,
  });
  assert.equal(body.groups.length, 2);
  assert.match(body.groups[1].actor, /^key:/);
  assert.deepEqual(body.examples[0].reasons, ["Forbidden by draft:1."]);
  const record = await as(owner, "GET", `/audit/records/${body.examples[0].recordId}`);
  assert.equal(record.body.asked.permission, "audit.read");
});

test("a draft that would allow what was denied says so, and the record of a denial has address and session", async () => {
  assert.equal((await as(auditor, "DELETE", "/policy-tests/nothing")).status, 403);
  const text = 'permit (principal in Role::"auditor", action in [Action::"policies.manage"], resource);';

  const { body } = await as(owner, "POST", "/policies/replay", { draft: { policies: [text] } });

  assert.deepEqual([body.allowedToDenied, body.deniedToAllowed], [0, 1]);
  const { body: record } = await as(owner, "GET", `/audit/records/${body.examples[0].recordId}`);
  assert.deepEqual([record.action, record.outcome, record.ip], ["access.denied", "denied", "127.0.0.1"]);
  assert.ok(record.session);
});

test("a tenant's replay sees nothing of another tenant's calls", async () => {
  const theirs = tenants[1] as string;
  for (let i = 0; i < 3; i++) await as(stranger, "GET", "/roles", undefined, theirs);
  const everything = { draft: { policies: ["forbid (principal, action, resource);"] } };

  const own = await as(owner, "POST", "/policies/replay", everything);
  const other = await as(stranger, "POST", "/policies/replay", everything, theirs);
  const crossed = await as(stranger, "POST", "/policies/replay", everything);
  const crossedCheck = await as(stranger, "POST", "/policies/check", everything);

  const told = JSON.stringify([own.body.groups, own.body.examples]);
  assert.ok(own.body.allowedToDenied > 0 && !told.includes(stranger.userId));
  assert.ok(other.body.groups.every(({ actor }: Body) => actor === `user:${stranger.userId}`));
  assert.equal(other.body.allowedToDenied, 3);
  assert.deepEqual([crossed.status, crossedCheck.status], [404, 404]);
});

test("a policy that the draft replaces is left out; a draft that is not valid is refused with its place", async () => {
  const made = await as(owner, "POST", "/policies", {
    name: "No roles",
    text: 'forbid (principal in Role::"auditor", action == Action::"roles.read", resource);',
  });
  assert.equal((await as(auditor, "GET", "/roles")).status, 403);

  const replaced = await as(owner, "POST", "/policies/replay", { draft: { without: [made.body.id] } });
  const unknown = await as(owner, "POST", "/policies/replay", { draft: { without: [tenants[0]] } });
  const broken = await as(owner, "POST", "/policies/replay", { draft: { policies: ["forbid (é"] } });

  assert.equal(replaced.body.deniedToAllowed, 1);
  assert.equal(unknown.body.code, "policy.not_found");
  assert.equal(broken.body.code, "policy.invalid");
  assert.match(broken.body.errors[0].message, /\(line 1, column \d+\)$/);
  await as(owner, "DELETE", `/policies/${made.body.id}`);
});

test("who may see policies but not who did what may check a draft and not replay it", async () => {
  await as(owner, "POST", "/roles", {
    key: "reader",
    name: "Reader",
    grants: [{ permissions: ["policies.read"], conditions: [] }],
  });
  const reader = await signInMember(platform, mine(), ["reader"]);

  assert.equal((await as(reader, "POST", "/policies/check", { draft: {} })).status, 200);
  assert.equal((await as(reader, "POST", "/policies/replay", { draft: {} })).body.code, "access.denied");
});

test("a draft is checked at the line and column that an editor shows, also behind letters of two bytes", async () => {
  const check = async (text: string) =>
    (await as(owner, "POST", "/policies/check", { draft: { policies: [text] } })).body;
  const optional =
    '// é é\nforbid (principal, action == Action::"audit.read", resource)\nunless { "é" == "é" && context.mfaAge <= 600 };';

  const [fault] = (await check(optional)).faults;
  const [syntax] = (await check("// é\nforbid (principal, action, resource\n;")).faults;
  const [several] = (await check(`${FORBID_AUDIT}\n${FORBID_AUDIT}`)).faults;
  const [broad] = (await check("permit (principal, action, resource);")).faults;

  assert.deepEqual(
    [fault.start, fault.end],
    [
      { line: 3, column: 24 },
      { line: 3, column: 38 },
    ],
  );
  assert.match(fault.message, /^unable to guarantee safety of access to optional attribute/);
  assert.match(fault.hint, /context has mfaAge/);
  assert.deepEqual(syntax.start, { line: 3, column: 1 });
  assert.match(several.message, /one policy/);
  assert.match(broad.message, /name its actions/);
});

test("the tenant's policy tests are run under the draft, and tell which would break", async () => {
  const saved = await as(owner, "PUT", "/policy-tests", {
    name: "Auditors read the log",
    question: { roles: ["auditor"], permission: "audit.read" },
    isAllowed: true,
  });
  assert.equal(saved.status, 200, saved.text);

  const { body } = await as(owner, "POST", "/policies/check", { draft: { policies: [FORBID_AUDIT] } });

  assert.deepEqual(
    body.tests.map(({ test, allowed }: Body) => [test.name, test.isAllowed, allowed]),
    [["Auditors read the log", true, false]],
  );
});

test("a week with more records than are read gives a sample that is spread over it", async () => {
  const tenantId = mine();
  const to = new Date();
  const from = new Date(to.getTime() - 7 * 86_400_000);
  const read = async (max: number) => {
    const generator = readTraffic(platform.tenancy.internals.control, { tenantId, from, to, max });
    const ids = new Set<string>();
    for (;;) {
      const { value, done } = await generator.next();
      if (done) return { ids, isCut: value };
      ids.add(value.id);
    }
  };

  const all = await read(20_000);
  const some = await read(5);

  assert.ok(all.ids.size > 10 && !all.isCut);
  assert.deepEqual([some.ids.size, some.isCut], [5, true]);
});
