import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  encryptionOf,
  type KeyHouse,
  makeSecretsTable,
  openKeyHouse,
  openSecrets,
  putSecret,
  ROOT_KEY,
} from "../../test/support/keys.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { Custodians } from "./custodians.ts";
import { RootKey } from "./derive.ts";
import type { Encryption } from "./encryption.ts";
import { isEnvelope, keyIdOf } from "./envelope.ts";
import { LocalCustodian } from "./local-custodian.ts";

const CHILD = fileURLToPath(new URL("../../test/support/key-child.ts", import.meta.url));
const BY = { actor: "test" };
const DAY_MS = 86_400_000;

let house: KeyHouse;
before(async () => {
  house = await openKeyHouse();
  await makeSecretsTable(house.pool);
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const code = (expected: string) => (error: unknown) => isTenancyError(error, expected);

async function sealedOf(tenantId: string): Promise<Buffer[]> {
  const { rows } = await house.pool.query<{ sealed: Buffer }>(
    "select sealed from tenancy.test_secrets where tenant_id = $1 order by name, part",
    [tenantId],
  );
  return rows.map((row) => row.sealed);
}

test("a rotation leads all values to new keys; the old ones are retired with a count of nothing", async () => {
  const keyring = house.keyring();
  const encryption = encryptionOf(house, keyring);
  const tenantId = uuidv7();
  for (let part = 0; part < 603; part++) await putSecret(keyring, house.pool, tenantId, "n", part);
  const other = uuidv7();
  await putSecret(keyring, house.pool, other, "o", 1);
  const [others] = await sealedOf(other);
  const index = await keyring.blindIndex({ tenantId }, "f", "v");
  const before = (await encryption.keys({ tenantId })).find(({ purpose }) => purpose === "secrets");
  assert.equal(before?.values, 603);

  const rotated = await encryption.rotate({ tenantId }, BY);

  assert.deepEqual(rotated, { generation: 2, epochs: [{ purpose: "secrets", epoch: 2 }] });
  const keys = (await encryption.keys({ tenantId })).map(({ purpose, number, status, values }) => ({
    purpose,
    number,
    status,
    values,
  }));
  assert.deepEqual(keys, [
    { purpose: null, number: 2, status: "current", values: null },
    { purpose: null, number: 1, status: "destroyed", values: null },
    { purpose: "index", number: 1, status: "current", values: null },
    { purpose: "secrets", number: 2, status: "current", values: 603 },
    { purpose: "secrets", number: 1, status: "retired", values: 0 },
  ]);
  assert.ok((await openSecrets(house.keyring(), house.pool)) >= 604);
  assert.deepEqual(await sealedOf(other), [others], "another tenant's values are not touched");
  assert.deepEqual(await house.keyring().blindIndex({ tenantId }, "f", "v"), index);
  const { rows } = await house.pool.query<{ action: string; detail: unknown }>(
    "select action, detail from tenancy.events where tenant_id = $1 order by id",
    [tenantId],
  );
  assert.deepEqual(rows, [
    {
      action: "encryption.keys_rotated",
      detail: { generation: 2, epochs: [{ purpose: "secrets", epoch: 2 }] },
    },
    { action: "encryption.key_retired", detail: { purpose: "secrets", epoch: 1, values: 0 } },
  ]);
});

test("a process that has not heard of the rotation still seals and opens; the count waits for it", async () => {
  const tenantId = uuidv7();
  const [late, keyring] = [house.keyring(), house.keyring()];
  await putSecret(late, house.pool, tenantId, "l", 1);
  const patient = encryptionOf(house, keyring, { drainMs: 60_000 });

  await patient.rotate({ tenantId }, BY);
  await putSecret(late, house.pool, tenantId, "l", 2);

  const epochs = async () =>
    (await patient.keys({ tenantId }))
      .filter(({ purpose }) => purpose === "secrets")
      .map(({ number, status, values }) => [number, status, values]);
  assert.deepEqual(await epochs(), [
    [2, "current", 0],
    [1, "superseded", 2],
  ]);
  await openSecrets(late, house.pool);
  await openSecrets(house.keyring(), house.pool);
  await encryptionOf(house, keyring).finish({ tenantId });
  assert.deepEqual(await epochs(), [
    [2, "current", 2],
    [1, "retired", 0],
  ]);
});

test("a value that changes while it is sealed anew keeps the change", async () => {
  const tenantId = uuidv7();
  const keyring = house.keyring();
  await putSecret(keyring, house.pool, tenantId, "x", 1);
  const racing = house.keyring();
  const reseal = racing.reseal.bind(racing);
  racing.reseal = async (...args) => {
    const anew = await reseal(...args);
    await house.pool.query("update tenancy.test_secrets set sealed = $2 where tenant_id = $1", [
      tenantId,
      await house.keyring().seal({ tenantId }, "secrets", ["test_secrets", "x", "1"], Buffer.from("changed")),
    ]);
    return anew;
  };

  await encryptionOf(house, racing).rotate({ tenantId }, BY);

  const [sealed] = await sealedOf(tenantId);
  const plain = await keyring.open({ tenantId }, ["test_secrets", "x", "1"], sealed as Buffer);
  assert.equal(plain.toString(), "changed");
  await house.pool.query("delete from tenancy.test_secrets where tenant_id = $1", [tenantId]);
});

test("rotations of one tenant at once leave one line of generations, and nothing is sealed twice over", async () => {
  const tenantId = uuidv7();
  await putSecret(house.keyring(), house.pool, tenantId, "c", 1);

  await Promise.all([1, 2, 3, 4].map(() => encryptionOf(house, house.keyring()).rotate({ tenantId }, BY)));
  const encryption = encryptionOf(house, house.keyring());
  await encryption.finish({ tenantId });

  const keys = await encryption.keys({ tenantId });
  assert.deepEqual(
    keys.filter(({ purpose }) => purpose === null).map(({ number, status }) => [number, status]),
    [
      [5, "current"],
      [4, "destroyed"],
      [3, "destroyed"],
      [2, "destroyed"],
      [1, "destroyed"],
    ],
  );
  const [sealed] = await sealedOf(tenantId);
  assert.equal(
    keyIdOf(sealed as Buffer),
    keys.find(({ purpose, status }) => purpose && status === "current")?.id,
  );
  const plain = await house.keyring().open({ tenantId }, ["test_secrets", "c", "1"], sealed as Buffer);
  assert.equal(isEnvelope(plain), false);
});

test("a damaged value keeps its key from being retired, and the others move on", async () => {
  const tenantId = uuidv7();
  const keyring = house.keyring();
  for (const part of [1, 2, 3]) await putSecret(keyring, house.pool, tenantId, "d", part);
  await house.pool.query(
    "update tenancy.test_secrets set sealed = set_byte(sealed, 40, get_byte(sealed, 40) # 1) where tenant_id = $1 and part = 2",
    [tenantId],
  );
  const encryption = encryptionOf(house, keyring);

  await encryption.rotate({ tenantId }, BY);

  const epochs = (await encryption.keys({ tenantId })).filter(({ purpose }) => purpose === "secrets");
  assert.deepEqual(
    epochs.map(({ number, status, values }) => [number, status, values]),
    [
      [2, "current", 2],
      [1, "superseded", 1],
    ],
  );
  await house.pool.query("delete from tenancy.test_secrets where tenant_id = $1", [tenantId]);
});

test("keys are replaced by themselves when their days are over, and not before", async () => {
  const tenantId = uuidv7();
  const keyring = house.keyring();
  await putSecret(keyring, house.pool, tenantId, "a", 1);
  const encryption = encryptionOf(house, keyring);
  const generation = async () => (await encryption.keys({ tenantId }))[0]?.number;

  house.clock.advance(89 * DAY_MS);
  await encryption.keepHouse();
  assert.equal(await generation(), 1);
  house.clock.advance(1.01 * DAY_MS);
  await encryption.keepHouse();

  assert.equal(await generation(), 2);
  await encryption.keepHouse();
  assert.equal(await generation(), 2);
  await openSecrets(house.keyring(), house.pool);
});

test("a new root key takes over every tenant; with the old one gone, all values open", async () => {
  const tenantId = uuidv7();
  await putSecret(house.keyring(), house.pool, tenantId, "r", 1);
  const next = new LocalCustodian(new RootKey(randomBytes(32)));
  const changing = new Custodians(next, [new LocalCustodian(ROOT_KEY)]);
  const keyring = house.keyring({ custodians: changing });
  await openSecrets(keyring, house.pool);

  await encryptionOf({ ...house, custodians: changing }, keyring).keepHouse();

  const alone = new Custodians(next);
  const after = encryptionOf({ ...house, custodians: alone }, house.keyring({ custodians: alone }));
  assert.equal((await after.sums()).kept_elsewhere, 0);
  assert.ok((await openSecrets(house.keyring({ custodians: alone }), house.pool)) > 0);
  await assert.rejects(() => openSecrets(house.keyring(), house.pool), code("key.custodian_unknown"));
  // Back to the root of the other tests.
  const back = new Custodians(new LocalCustodian(ROOT_KEY), [next]);
  await encryptionOf({ ...house, custodians: back }, house.keyring({ custodians: back })).keepHouse();
  await openSecrets(house.keyring(), house.pool);
});

/** The dead process' lock goes when the server notices that it is gone. */
async function takeUp(encryption: Encryption, tenantId: string): Promise<void> {
  const deadlineMs = performance.now() + 10_000;
  while ((await encryption.finish({ tenantId })) === null) {
    assert.ok(performance.now() < deadlineMs, "the lock of the dead is never given back");
    await setTimeout(20);
  }
}

test("killed before any query of a rotation, no value is lost, and the next rotation ends clean", async () => {
  const tenantId = uuidv7();
  await putSecret(house.keyring(), house.pool, tenantId, "kept", 0);
  const encryption = encryptionOf(house, house.keyring());
  let deaths = 0;
  for (let at = 1; ; at++) {
    assert.ok(at < 80, "the child never gets through");
    const child = spawn(process.execPath, [CHILD, house.url, tenantId, String(at)], {
      env: { PATH: process.env["PATH"] },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    const [exitCode, signal] = (await once(child, "exit")) as [number | null, string | null];
    assert.ok(signal === "SIGKILL" || exitCode === 0, stderr);
    await openSecrets(house.keyring(), house.pool);
    await takeUp(encryption, tenantId);
    if (exitCode === 0) break;
    deaths += 1;
  }

  const keys = (await encryption.keys({ tenantId })).filter(({ purpose }) => purpose !== null);
  assert.ok(deaths > 15, `${deaths} deaths`);
  assert.ok(keys.length > 5);
  assert.deepEqual(
    [...new Set(keys.slice(1).map(({ status, values }) => `${status} ${values}`))],
    ["retired 0"],
  );
  assert.ok((keys[0]?.values ?? 0) > 5);
});
