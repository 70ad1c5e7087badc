import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { signInMember, tenantKey } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { noteSigner, toVkey } from "../audit/note.ts";
import { recordVerification } from "../audit/record-verification.ts";
import { removeMember } from "../identity/members.ts";
import { setUserEnabled } from "../identity/users.ts";

// biome-ignore lint/suspicious/noExplicitAny: findings of many checks
type Body = any;

let platform: Platform;
const ids: string[] = [];
before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  for (const name of ["Aurora", "Borealis"]) ids.push((await platform.tenancy.tenants.create({ name })).id);
});
after(() => platform[Symbol.asyncDispose]());

const tenant = () => ids[0] as string; // both are made before the tests

async function stateOf(path: string, headers?: Readonly<Record<string, string>>) {
  const { status, body, text } = await call<Body>(
    platform,
    "GET",
    path,
    headers ? { key: null, headers } : {},
  );
  assert.equal(status, 200, text);
  return new Map<string, Body>(body.items.map((item: Body) => [item.check, item]));
}

test("a tenant's findings are its own state, and go when they are cured", async () => {
  const owner = await signInMember(platform, tenant(), ["owner"]);
  await tenantKey(platform, tenant(), ["audit.read"]);
  await signInMember(platform, ids[1] as string, ["owner"]);
  const path = `/v1/tenants/${tenant()}/posture`;

  const before = await stateOf(path, owner.headers);

  assert.deepEqual([before.get("factors").state, before.get("factors").count], ["attention", 1]);
  assert.equal(before.get("factors").sentence, "1 of 1 members have no second factor, and none is demanded.");
  assert.deepEqual([before.get("owners").state, before.get("owners").count], ["attention", 1]);
  assert.deepEqual([before.get("key_expiry").state, before.get("key_expiry").count], ["attention", 1]);
  assert.equal(before.get("key_use").state, "fine");
  assert.equal(before.get("addresses").state, "choice");
  assert.equal(before.get("witnesses").state, "choice");
  const rooms = ["factors", "addresses", "reads"].map((check) => before.get(check).room);
  assert.deepEqual(rooms, ["security", null, null]);
  assert.ok([...before.values()].every(({ why, cure }) => why !== "" && cure !== ""));

  await signInMember(platform, tenant(), ["owner"]);
  await call(platform, "PATCH", `/v1/tenants/${tenant()}/access-settings`, {
    body: { allowedRanges: ["127.0.0.0/8"] },
  });
  const witness = noteSigner("witness.example.com/w", Buffer.alloc(32, 3), "witness");
  await call(platform, "POST", "/v1/audit/witnesses", { body: { key: toVkey(witness) } });
  const after = await stateOf(path, owner.headers);

  assert.equal(after.get("owners").state, "fine");
  assert.deepEqual([after.get("addresses").state, after.get("addresses").count], ["fine", 1]);
  assert.equal(after.get("witnesses").state, "attention", "a witness that never signed is told");
});

test("the platform's findings tell of administrators, keys, tenants, and whether the log was verified", async () => {
  const { control } = platform.tenancy.internals;
  const never = await stateOf("/v1/posture");
  await recordVerification(control, { faults: [], records: 1, size: 1 }, { actor: "test" });
  const verified = await stateOf("/v1/posture");
  await recordVerification(control, { faults: [{}] as never, records: 1, size: 1 }, { actor: "test" });
  const faulty = await stateOf("/v1/posture");

  assert.equal(never.get("verification").state, "attention");
  assert.equal(verified.get("verification").state, "fine");
  assert.deepEqual([faulty.get("verification").state, faulty.get("verification").count], ["attention", 1]);
  assert.equal(never.get("tenant_factors").count, 2);
  assert.equal(never.get("key_expiry").state, "attention", "the key of this test has no end");
});

test("an incident of the policy engines is told on the platform and in its own tenant alone", async () => {
  const { control } = platform.tenancy.internals;
  const { withTx } = await import("../db/tx.ts");
  const { recordEvent } = await import("../audit/record.ts");
  await withTx(control, (tx) =>
    recordEvent(
      tx,
      { actor: "system:access" },
      "access.engines_disagreed",
      null,
      { tenantId: tenant() },
      { outcome: "failed" },
    ),
  );

  const mine = await stateOf(`/v1/tenants/${tenant()}/posture`);
  const other = await stateOf(`/v1/tenants/${ids[1]}/posture`);
  const whole = await stateOf("/v1/posture");

  assert.deepEqual(
    [mine, other, whole].map((each) => each.get("engines").count),
    [1, 0, 1],
  );
});

test("SCIM tokens and providers are told with their maker, and told as a danger in their own tenant when the maker is gone", async () => {
  const id = tenant();
  const { identity } = platform.tenancy.internals;
  const maker = await signInMember(platform, id, ["owner"]);
  const as = (method: string, path: string, body?: unknown) =>
    call<Body>(platform, method, `/v1/tenants/${id}${path}`, { key: null, headers: maker.headers, body });
  const token = await as("POST", "/scim-tokens", { name: "Entra" });
  assert.equal(token.status, 201, token.text);
  const connection = await as("POST", "/sso-connections", { name: "Okta", oidc: {} });
  assert.equal(connection.status, 201, connection.text);
  // As if its provider had been described and tested.
  await identity.parts.pool.query("update tenancy.sso_connections set status = 'active' where id = $1", [
    connection.body.id,
  ]);
  const actor = `user:${maker.userId}`;
  assert.deepEqual([token.body.createdBy, connection.body.createdBy], [actor, actor]);
  assert.equal((await as("GET", "/scim-tokens")).body.items[0].createdBy, actor);
  const makers = async (of: string) => {
    const states = await stateOf(`/v1/tenants/${of}/posture`);
    return ["token_makers", "provider_makers"].map((check) => {
      const { state, count, room } = states.get(check);
      return [state, count, room];
    });
  };
  const fine = [
    ["fine", 0, "scim"],
    ["fine", 0, "sso"],
  ];
  const dangerous = [
    ["attention", 1, "scim"],
    ["attention", 1, "sso"],
  ];
  assert.deepEqual(await makers(id), fine);

  await setUserEnabled(identity.parts, maker.userId, false, { actor: "test" });
  assert.deepEqual(await makers(id), dangerous);
  await setUserEnabled(identity.parts, maker.userId, true, { actor: "test" });
  await removeMember(
    identity.parts,
    { tenantId: id, userId: maker.userId },
    { actor: "test", principal: null },
  );

  assert.deepEqual(await makers(id), dangerous);
  assert.deepEqual(await makers(ids[1] as string), fine);
});

test("a member of another tenant sees nothing, and a viewer is not told how the tenant stands", async () => {
  const stranger = await signInMember(platform, ids[1] as string, ["owner"]);
  const viewer = await signInMember(platform, tenant(), ["viewer"]);
  const ask = ({ headers }: typeof viewer, path: string) =>
    call(platform, "GET", path, { key: null, headers });

  assert.equal((await ask(stranger, `/v1/tenants/${tenant()}/posture`)).status, 404);
  assert.equal((await ask(viewer, `/v1/tenants/${tenant()}/posture`)).body.code, "access.denied");
  assert.equal((await ask(stranger, "/v1/posture")).status, 404);
});
