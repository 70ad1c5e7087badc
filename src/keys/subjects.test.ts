import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { encryptionOf, type KeyHouse, openKeyHouse } from "../../test/support/keys.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { SubjectKeys, subjectKeysPlace } from "./subjects.ts";

let house: KeyHouse;
before(async () => {
  house = await openKeyHouse();
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const code = (expected: string) => (error: unknown) => isTenancyError(error, expected);
const nothing = async () => undefined;
const subjects = () => new SubjectKeys({ keyring: house.keyring(), pool: house.pool });
const seal = (keys: SubjectKeys, tenantId: string, who: string) =>
  keys.seal(tenantId, who, ["notes", "1"], Buffer.from(`about ${who}`));
const open = (keys: SubjectKeys, tenantId: string, who: string, sealed: Buffer) =>
  keys.open(tenantId, who, ["notes", "1"], sealed);

test("a shredded person is unreadable at once in every process, and nobody else is", async () => {
  const tenantId = uuidv7();
  const [here, there] = [subjects(), subjects()];
  const [ada, bob] = [await seal(here, tenantId, "ada"), await seal(there, tenantId, "bob")];
  assert.equal((await open(there, tenantId, "ada", ada)).toString(), "about ada");

  assert.equal(await here.shred(tenantId, "ada", nothing), true);

  for (const keys of [here, there, subjects()]) {
    await assert.rejects(() => open(keys, tenantId, "ada", ada), code("key.subject_destroyed"));
    await assert.rejects(() => seal(keys, tenantId, "ada"), code("key.subject_destroyed"));
    assert.equal((await open(keys, tenantId, "bob", bob)).toString(), "about bob");
  }
  assert.equal(await here.shred(tenantId, "ada", nothing), false);
  assert.equal(await here.shred(tenantId, "never seen", nothing), false);
  await assert.rejects(() => seal(here, tenantId, "never seen"), code("key.subject_destroyed"));
});

test("another person, tenant or place opens nothing, and the table tells nobody's name", async () => {
  const [tenantId, otherId] = [uuidv7(), uuidv7()];
  const keys = subjects();
  const sealed = await seal(keys, tenantId, "ada@example.com");
  await seal(keys, tenantId, "bob");
  await seal(keys, otherId, "ada@example.com");

  await assert.rejects(() => open(keys, tenantId, "bob", sealed), code("sealed.unreadable"));
  await assert.rejects(() => open(keys, otherId, "ada@example.com", sealed), code("sealed.unreadable"));
  await assert.rejects(
    () => keys.open(tenantId, "ada@example.com", ["notes", "2"], sealed),
    code("sealed.unreadable"),
  );
  const { rows } = await house.pool.query<{ subject: Buffer }>("select * from tenancy.subject_keys");
  const bytes = Buffer.concat(rows.flatMap((row) => Object.values(row).filter(Buffer.isBuffer)));
  assert.ok(!bytes.includes("ada@") && !JSON.stringify(rows).includes("ada@"));
  const same = rows.filter(({ subject }) => rows.filter((row) => row.subject.equals(subject)).length > 1);
  assert.deepEqual(same, [], "one person in two tenants cannot be told by the table");
});

test("many at once make one key; a rotation of the tenant's keys leads it along", async () => {
  const tenantId = uuidv7();
  const sealed = await Promise.all(Array.from({ length: 6 }, () => seal(subjects(), tenantId, "ada")));
  const keyring = house.keyring();
  const places = [subjectKeysPlace(keyring, house.pool)];
  const encryption = encryptionOf(house, keyring, { places });

  await encryption.rotate({ tenantId }, { actor: "test" });

  const keys = (await encryption.keys({ tenantId })).filter(({ purpose }) => purpose === "subjects");
  assert.deepEqual(
    keys.map(({ number, status, values }) => [number, status, values]),
    [
      [2, "current", 1],
      [1, "retired", 0],
    ],
  );
  for (const each of sealed) {
    assert.equal((await open(subjects(), tenantId, "ada", each)).toString(), "about ada");
  }
});
