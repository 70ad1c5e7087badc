import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, test } from "node:test";
import {
  KMS_CREDENTIALS,
  KMS_KEY,
  type StandIn,
  startKms,
  startVault,
  VAULT_TOKEN,
} from "../../test/support/custodian-stand-ins.ts";
import {
  encryptionOf,
  type KeyHouse,
  makeSecretsTable,
  openKeyHouse,
  ROOT_KEY,
} from "../../test/support/keys.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { credentialsContext } from "./change-custodian.ts";
import { Custodians } from "./custodians.ts";
import type { Encryption } from "./encryption.ts";
import type { Keyring } from "./keyring.ts";
import { LocalCustodian } from "./local-custodian.ts";
import { type CustodianCredentials, openCustodian } from "./open-custodian.ts";
import { CustodianRefusal } from "./ports.ts";
import { signRequest } from "./sigv4.ts";
import { TenantCustodians } from "./tenant-custodians.ts";

const BY = { actor: "test" };
const code = (expected: string) => (error: unknown) => isTenancyError(error, expected);
const secret = Buffer.from("a secret");

let house: KeyHouse;
before(async () => {
  house = await openKeyHouse();
  await makeSecretsTable(house.pool);
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

/** A keyring that knows tenants' own custodians, as the platform joins it. */
function platform(): { keyring: Keyring; encryption: Encryption } {
  const custodians: Custodians = new Custodians(
    new LocalCustodian(ROOT_KEY),
    [],
    new TenantCustodians({
      pool: house.pool,
      clock: house.clock,
      env: {},
      openCredentials: async (tenantId, sealed) =>
        JSON.parse((await keyring.open("platform", credentialsContext(tenantId), sealed)).toString()),
    }),
  );
  const keyring: Keyring = house.keyring({ custodians });
  return { keyring, encryption: encryptionOf({ ...house, custodians }, keyring) };
}

const KINDS: readonly {
  name: string;
  start: () => Promise<StandIn>;
  url: (standIn: StandIn) => string;
  credentials: CustodianCredentials;
}[] = [
  {
    name: "AWS KMS",
    start: startKms,
    url: ({ url }) => `aws-kms://eu-west-1/${KMS_KEY}?endpoint=${encodeURIComponent(`${url}/`)}`,
    credentials: KMS_CREDENTIALS,
  },
  {
    name: "Vault",
    start: startVault,
    url: ({ url }) => `vault+${url}/transit/tenant-key`,
    credentials: { VAULT_TOKEN },
  },
];

for (const { name, start, url, credentials } of KINDS) {
  describe(`${name} as custodian`, () => {
    let standIn: StandIn;
    before(async () => {
      standIn = await start();
    });
    after(async () => {
      await standIn[Symbol.asyncDispose]();
    });

    test("what it wraps it unwraps, in its context and in no other", async () => {
      const custodian = await openCustodian(url(standIn), credentials, house.clock);
      const key = randomBytes(32);

      const wrapped = await custodian.wrap(["a", "b"], key);

      assert.ok(!wrapped.includes(key));
      assert.deepEqual(await custodian.unwrap(["a", "b"], wrapped), key);
      for (const context of [["a"], ["b", "a"], ["ab"], []]) {
        await assert.rejects(() => custodian.unwrap(context, wrapped), CustodianRefusal);
      }
      wrapped[wrapped.length - 5] = (wrapped[wrapped.length - 5] ?? 0) ^ 4;
      await assert.rejects(() => custodian.unwrap(["a", "b"], wrapped), CustodianRefusal);
    });

    test("a customer who withdraws the key closes its tenant within a minute, and no other", async () => {
      const { keyring, encryption } = platform();
      const [scope, other] = [{ tenantId: uuidv7() }, { tenantId: uuidv7() }];
      const [mine, theirs] = [
        await keyring.seal(scope, "columns", ["c"], secret),
        await keyring.seal(other, "columns", ["c"], secret),
      ];

      await encryption.changeCustodian(scope.tenantId, { url: url(standIn), credentials }, BY);

      assert.deepEqual(await keyring.open(scope, ["c"], mine), secret);
      standIn.isEnabled = false;
      house.clock.advance(60_000);
      for (const ring of [keyring, platform().keyring]) {
        await assert.rejects(() => ring.open(scope, ["c"], mine), code("key.refused"));
        await assert.rejects(() => ring.seal(scope, "columns", ["c"], secret), code("key.refused"));
        await assert.rejects(() => ring.seal(scope, "storage", ["new"], secret), code("key.refused"));
        await assert.rejects(() => ring.blindIndex(scope, "f", "v"), code("key.refused"));
        assert.deepEqual(await ring.open(other, ["c"], theirs), secret);
      }
      await assert.rejects(() => encryption.rotate(scope, BY), code("key.refused"));
      const back = { url: null, credentials: null };
      await assert.rejects(() => encryption.changeCustodian(scope.tenantId, back, BY), code("key.refused"));
      standIn.isEnabled = true;
      assert.deepEqual(await keyring.open(scope, ["c"], mine), secret);
    });

    test("no wrapping of the platform's is left, and the credentials lie sealed", async () => {
      const { keyring, encryption } = platform();
      const scope = { tenantId: uuidv7() };
      const sealed = await keyring.seal(scope, "secrets", ["c"], secret);

      await encryption.changeCustodian(scope.tenantId, { url: url(standIn), credentials }, BY);

      const { rows } = await house.pool.query<{ custodian: string; wrapped: Buffer | null }>(
        "select custodian, wrapped from tenancy.wrapping_keys where tenant_id = $1 order by generation",
        [scope.tenantId],
      );
      assert.equal(rows[0]?.wrapped, null);
      assert.doesNotMatch(rows[1]?.custodian ?? "", /^local/);
      const text = JSON.stringify(
        (
          await house.pool.query("select * from tenancy.tenant_custodians where tenant_id = $1", [
            scope.tenantId,
          ])
        ).rows,
      );
      for (const value of Object.values(credentials)) assert.ok(!text.includes(value as string));
      // Back again: the new root wrapping stands alone, and the credentials are gone.
      await encryption.changeCustodian(scope.tenantId, { url: null, credentials: null }, BY);
      standIn.isEnabled = false;
      assert.deepEqual(await platform().keyring.open(scope, ["c"], sealed), secret);
      standIn.isEnabled = true;
      const left = await house.pool.query("select from tenancy.tenant_custodians where tenant_id = $1", [
        scope.tenantId,
      ]);
      assert.equal(left.rowCount, 0);
    });

    test("a custodian that is silent is unreachable, not refusing; what is wrong is refused before the change", async () => {
      const { keyring, encryption } = platform();
      const scope = { tenantId: uuidv7() };
      const sealed = await keyring.seal(scope, "secrets", ["c"], secret);
      const change = (to: string, own: CustodianCredentials = credentials) =>
        encryption.changeCustodian(scope.tenantId, { url: to, credentials: own }, BY);

      standIn.isSilent = true;
      await assert.rejects(() => change(url(standIn)), code("key.unreachable"));
      standIn.isSilent = false;
      const wrong = Object.fromEntries(Object.keys(credentials).map((key) => [key, "wrong"]));
      await assert.rejects(
        () => change(url(standIn), wrong),
        (e) => isTenancyError(e, "key.refused") || isTenancyError(e, "key.unreachable"),
      );
      await assert.rejects(() => change(url(standIn), {}), code("custodian.credentials_missing"));
      await assert.rejects(() => change("file:///etc/passwd"), code("custodian.bad_url"));
      await assert.rejects(() => change("https://example.com"), code("custodian.bad_url"));
      assert.deepEqual(await platform().keyring.open(scope, ["c"], sealed), secret);
      assert.equal((await encryption.keys(scope))[0]?.number, 1, "no generation was made");
    });
  });
}

test("requests are signed as AWS' own test suite has it (get-vanilla)", () => {
  const headers = signRequest({
    method: "GET",
    url: new URL("https://example.amazonaws.com/"),
    headers: {},
    body: "",
    region: "us-east-1",
    service: "service",
    credentials: {
      accessKeyId: "AKIDEXAMPLE",
      secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    },
    now: new Date("2015-08-30T12:36:00Z"),
  });
  assert.match(
    headers["authorization"] ?? "",
    /Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31$/,
  );
});
