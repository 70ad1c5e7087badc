import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { type KeyHouse, openKeyHouse, ROOT_KEY } from "../../test/support/keys.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { Custodians } from "./custodians.ts";
import { RootKey } from "./derive.ts";
import { LocalCustodian } from "./local-custodian.ts";
import { type Custodian, CustodianRefusal } from "./ports.ts";

let house: KeyHouse;
before(async () => {
  house = await openKeyHouse();
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const tenant = () => ({ tenantId: uuidv7() });
const code = (expected: string) => (error: unknown) => isTenancyError(error, expected);
const secret = Buffer.from("a secret");

test("a value opens for its tenant, in any process", async () => {
  const scope = tenant();
  const sealed = await house.keyring().seal(scope, "credentials", ["user_totp", "u1"], secret);

  assert.deepEqual(await house.keyring().open(scope, ["user_totp", "u1"], sealed), secret);
  assert.ok(!sealed.includes(secret));
});

test("the platform has keys as well, which no tenant's values open with", async () => {
  const keyring = house.keyring();
  const sealed = await keyring.seal("platform", "credentials", ["c"], secret);

  assert.deepEqual(await keyring.open("platform", ["c"], sealed), secret);
  await assert.rejects(() => keyring.open(tenant(), ["c"], sealed), code("sealed.unreadable"));
});

test("another tenant, row or purpose: nothing opens, and all are answered alike", async () => {
  const keyring = house.keyring();
  const [scope, other] = [tenant(), tenant()];
  const sealed = await keyring.seal(scope, "credentials", ["user_totp", "u1"], secret);
  await keyring.seal(other, "credentials", ["user_totp", "u1"], secret);

  const tries = [
    () => keyring.open(other, ["user_totp", "u1"], sealed),
    () => keyring.open("platform", ["user_totp", "u1"], sealed),
    () => keyring.open(scope, ["user_totp", "u2"], sealed),
    () => keyring.open(scope, ["user_totp"], sealed),
    () => keyring.open(scope, ["user_totp", "u1"], sealed, "cache"),
    () => keyring.open(scope, ["user_totp", "u1"], sealed.subarray(1)),
    () => keyring.open(scope, ["user_totp", "u1"], Buffer.alloc(0)),
  ];
  for (const attempt of tries) await assert.rejects(attempt, code("sealed.unreadable"));
  assert.deepEqual(await keyring.open(scope, ["user_totp", "u1"], sealed, "credentials"), secret);
});

test("the key id swapped for another of the same tenant opens nothing", async () => {
  const keyring = house.keyring();
  const scope = tenant();
  const [one, two] = [
    await keyring.seal(scope, "credentials", ["c"], secret),
    await keyring.seal(scope, "secrets", ["c"], secret),
  ];
  two.copy(one, 4, 4, 20);

  await assert.rejects(() => keyring.open(scope, ["c"], one), code("sealed.unreadable"));
  assert.deepEqual(await keyring.open(scope, ["c"], two), secret);
});

test("a wrapped key moved to another row of the tables unwraps there no more", async () => {
  const [scope, other] = [tenant(), tenant()];
  const sealed = await house.keyring().seal(scope, "secrets", ["c"], secret);
  const othersSealed = await house.keyring().seal(other, "secrets", ["c"], secret);

  // A DBA gives the victim's key to a tenant of his own: its own rows, with the victim's wrapped bytes.
  for (const table of ["wrapping_keys", "data_keys"]) {
    await house.pool.query(
      `update tenancy.${table} set wrapped = (select wrapped from tenancy.${table} where tenant_id = $1)
       where tenant_id = $2`,
      [scope.tenantId, other.tenantId],
    );
  }

  await assert.rejects(() => house.keyring().open(other, ["c"], othersSealed), code("key.refused"));
  assert.deepEqual(await house.keyring().open(scope, ["c"], sealed), secret);
});

test("any number of processes make one key, and all values open", async () => {
  const scope = tenant();
  const rings = Array.from({ length: 12 }, () => house.keyring());

  const sealed = await Promise.all(rings.map((ring) => ring.seal(scope, "columns", ["c"], secret)));

  const { rows } = await house.pool.query(
    `select (select count(*)::int from tenancy.wrapping_keys where tenant_id = $1) as wrapping,
            (select count(*)::int from tenancy.data_keys where tenant_id = $1) as data`,
    [scope.tenantId],
  );
  assert.deepEqual(rows, [{ wrapping: 1, data: 1 }]);
  for (const each of sealed) assert.deepEqual(await rings[0]?.open(scope, ["c"], each), secret);
});

test("no key is made for a tenant whose keys are destroyed, and nothing opens", async () => {
  const scope = tenant();
  const sealed = await house.keyring().seal(scope, "columns", ["c"], secret);
  await house.pool.query(
    "update tenancy.data_keys set status = 'destroyed', wrapped = null where tenant_id = $1",
    [scope.tenantId],
  );
  await house.pool.query(
    "update tenancy.wrapping_keys set status = 'destroyed', wrapped = null where tenant_id = $1",
    [scope.tenantId],
  );

  await assert.rejects(() => house.keyring().open(scope, ["c"], sealed), code("key.destroyed"));
  await assert.rejects(() => house.keyring().seal(scope, "columns", ["c"], secret), code("key.destroyed"));
  await assert.rejects(() => house.keyring().blindIndex(scope, "f", "v"), code("key.destroyed"));
});

test("another root key opens nothing and says so", async () => {
  const scope = tenant();
  const sealed = await house.keyring().seal(scope, "columns", ["c"], secret);
  const foreign = new Custodians(new LocalCustodian(new RootKey(randomBytes(32))));

  const opening = house.keyring({ custodians: foreign }).open(scope, ["c"], sealed);

  await assert.rejects(opening, code("key.custodian_unknown"));
});

test("a custodian that turns away is heeded within the age of a key, by seal, open and index alike", async () => {
  const local = new LocalCustodian(ROOT_KEY);
  let answer: "yes" | "no" | "silence" = "yes";
  const custodian: Custodian = {
    id: "test:moody",
    wrap: (context, key) => local.wrap(context, key),
    unwrap: async (context, wrapped) => {
      if (answer === "no") throw new CustodianRefusal("Disabled");
      if (answer === "silence") throw new Error("ECONNREFUSED");
      return local.unwrap(context, wrapped);
    },
  };
  const keyring = house.keyring({ custodians: new Custodians(custodian), keyAgeMs: 60_000 });
  const scope = tenant();
  const sealed = await keyring.seal(scope, "columns", ["c"], secret);

  // A key read late in the life of the one above it lives no longer for that.
  house.clock.advance(59_000);
  assert.deepEqual(await keyring.open(scope, ["c"], sealed), secret);
  await keyring.seal(scope, "secrets", ["c"], secret);
  answer = "no";
  house.clock.advance(1_000);

  await assert.rejects(() => keyring.open(scope, ["c"], sealed), code("key.refused"));
  await assert.rejects(() => keyring.seal(scope, "columns", ["c"], secret), code("key.refused"));
  await assert.rejects(() => keyring.seal(scope, "secrets", ["c"], secret), code("key.refused"));
  await assert.rejects(() => keyring.blindIndex(scope, "f", "v"), code("key.refused"));
  answer = "silence";
  await assert.rejects(() => keyring.open(scope, ["c"], sealed), code("key.unreachable"));
  answer = "yes";
  assert.deepEqual(await keyring.open(scope, ["c"], sealed), secret);
});

test("few remembered keys and many tenants: each still gets its own", async () => {
  const keyring = house.keyring({ keysMax: 3 });
  const scopes = Array.from({ length: 8 }, tenant);

  const sealed = await Promise.all(
    scopes.map((scope, n) => keyring.seal(scope, "cache", ["c"], Buffer.from(`value ${n}`))),
  );

  for (const [n, scope] of scopes.entries()) {
    const opened = await keyring.open(scope, ["c"], sealed[n] as Buffer);
    assert.equal(opened.toString(), `value ${n}`);
    const next = scopes[(n + 1) % scopes.length] as { tenantId: string };
    await assert.rejects(() => keyring.open(next, ["c"], sealed[n] as Buffer), code("sealed.unreadable"));
  }
});

test("a blind index is the same in every process, and differs by tenant, field and value", async () => {
  const [scope, other] = [tenant(), tenant()];
  const index = (s: typeof scope, field: string, value: string) =>
    house.keyring().blindIndex(s, field, value);

  const here = await index(scope, "patients.ssn", "123");

  assert.equal(here.length, 32);
  assert.deepEqual(await index(scope, "patients.ssn", "123"), here);
  for (const there of [
    await index(scope, "patients.ssn", "124"),
    await index(scope, "patients.phone", "123"),
    await index(other, "patients.ssn", "123"),
  ]) {
    assert.notDeepEqual(there, here);
  }
});
