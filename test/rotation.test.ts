import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { recordEvent } from "../src/audit/record.ts";
import { uuidv7 } from "../src/base/ids.ts";
import { withTx } from "../src/db/tx.ts";
import { signInLink } from "../src/identity/messages.ts";
import { totpContext } from "../src/identity/totp.ts";
import { checksContext, tokensContext } from "../src/integrations/sealed-places.ts";
import { credentialsContext } from "../src/keys/change-custodian.ts";
import { Custodians } from "../src/keys/custodians.ts";
import { Encryption } from "../src/keys/encryption.ts";
import { keyIdOf } from "../src/keys/envelope.ts";
import { LocalCustodian } from "../src/keys/local-custodian.ts";
import type { KeyPurpose } from "../src/keys/purposes.ts";
import type { KeyScope } from "../src/keys/scope.ts";
import { attemptContext, secretContext } from "../src/sso/sealed-places.ts";
import { sealedPlaces } from "../src/start/sealed-places.ts";
import { type House, openHouse } from "./support/house.ts";
import { signedUser } from "./support/users.ts";

const BY = { actor: "test" };
const SQL = `create table singers (id int primary key, phone text);
comment on column singers.phone is '@sealed';`;
const HASH = Buffer.alloc(32, 9);
const SECRET = Buffer.from("what nobody may lose");

/** Columns of bytes in our tables that no key of the tree seals: hashes, public keys, and what the root or a browser seals. */
const NOT_SEALED = new Set([
  "audit_chains.last_leaf",
  "audit_checkpoints.root",
  "audit_log.public_key",
  "audit_log.sealed_key",
  "audit_runs.body_hashes",
  "audit_runs.last_leaf",
  "audit_runs.previous",
  "audit_runs.record_ids",
  "audit_tiles.hashes",
  "cells.sealed_url",
  "data_keys.wrapped",
  "installation.key_check",
  "passkeys.public_key",
  "sign_in_delays.subject",
  "subject_keys.subject",
  "vault_items.sealed",
  "wrapping_keys.wrapped",
]);

let house: House;
let tenantId: string;
before(async () => {
  house = await openHouse({ sql: SQL, shared: [], background: false });
  ({ id: tenantId } = await house.tenancy.tenants.create({ name: "Rotated" }));
});
after(() => house[Symbol.asyncDispose]());

test("each column of bytes is led to new keys, or is known to hold nothing that they seal", async () => {
  const { control, keyring } = house.tenancy.internals;
  const { rows } = await control.query<{ name: string }>(
    `select c.relname || '.' || a.attname as name
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'tenancy'::regnamespace and c.relkind = 'r' and a.atttypid = 'bytea'::regtype
       and a.attnum > 0 and not a.attisdropped and a.attname not like '%\\_hash'`,
  );
  const places = new Set(sealedPlaces(keyring, control).map(({ name }) => name));

  const forgotten = rows.map(({ name }) => name).filter((name) => !places.has(name) && !NOT_SEALED.has(name));

  assert.deepEqual(forgotten, []);
});

test("a rotation leads every kind of secret to new keys, retires the old ones, and loses none", async () => {
  const { control, keyring, mail, rootKey, parts, streams } = house.tenancy.internals;
  const { user } = await signedUser(house.tenancy, { tenants: { [tenantId]: ["owner"] } });
  const [connection, integration, recovery] = [uuidv7(), uuidv7(), uuidv7()];
  const hex = HASH.toString("hex");
  const own: KeyScope = { tenantId };
  const kept: [string, KeyScope, KeyPurpose, string[], (sealed: Buffer) => [string, unknown[]]][] = [
    [
      "select sealed as sealed from tenancy.user_totps",
      "platform",
      "credentials",
      totpContext(user.id),
      (sealed) => ["insert into tenancy.user_totps values ($1, $2, now(), 0, now())", [user.id, sealed]],
    ],
    [
      "select sealed_seed as sealed from tenancy.recoveries",
      "platform",
      "credentials",
      totpContext(user.id),
      (sealed) => [
        `insert into tenancy.recoveries (id, user_id, device, ip, sealed_seed, asked_at, expires_at)
         values ($1, $2, 'Firefox', '192.0.2.1', $3, now(), now() + interval '1 day')`,
        [recovery, user.id, sealed],
      ],
    ],
    [
      "select credentials as sealed from tenancy.tenant_custodians",
      "platform",
      "secrets",
      credentialsContext(tenantId),
      (sealed) => [
        "insert into tenancy.tenant_custodians values ($1, 'former', 'vault+https://vault.example/k', $2, false)",
        [tenantId, sealed],
      ],
    ],
    [
      "select secret as sealed from tenancy.sso_connections",
      own,
      "secrets",
      secretContext(connection),
      (sealed) => [
        `insert into tenancy.sso_connections (tenant_id, id, kind, name, settings, secret, mapping, created_at, updated_at)
         values ($1, $2, 'oidc', 'Okta', '{}', $3, '{}', now(), now())`,
        [tenantId, connection, sealed],
      ],
    ],
    [
      "select checks as sealed from tenancy.sso_attempts",
      own,
      "secrets",
      attemptContext("checks", hex),
      (sealed) => [
        `insert into tenancy.sso_attempts
           (id_hash, tenant_id, connection_id, purpose, browser_hash, checks, created_at, expires_at)
         values ($1, $2, $3, 'sign_in', $1, $4, now(), now() + interval '10 minutes')`,
        [HASH, tenantId, connection, sealed],
      ],
    ],
    [
      "select tokens as sealed from tenancy.integrations",
      own,
      "integrations",
      tokensContext(integration),
      (sealed) => [
        `insert into tenancy.integrations
           (tenant_id, id, provider, account_id, account_name, scopes, tokens, created_by, created_at, refreshed_at)
         values ($1, $2, 'spotify', 'a', 'A', '{}', $3, 'test', now(), now())`,
        [tenantId, integration, sealed],
      ],
    ],
    [
      "select checks as sealed from tenancy.integration_attempts",
      own,
      "integrations",
      checksContext(hex),
      (sealed) => [
        "insert into tenancy.integration_attempts values ($1, $2, 'test', $3, now() + interval '10 minutes')",
        [HASH, tenantId, sealed],
      ],
    ],
  ];
  for (const [, scope, purpose, context, insert] of kept) {
    await control.query(...insert(await keyring.seal(scope, purpose, context, SECRET)));
  }
  await withTx(control, (tx) =>
    mail.write(tx, {
      to: "ada@example.com",
      kind: "sign_in_link",
      locale: "en",
      message: signInLink("en", "https://example.com/once"),
    }),
  );
  await streams.create(tenantId, { name: "SIEM", url: "https://siem.example.com/in" }, BY);
  const { rows: before } = await control.query<{ id: string }>(
    "select id from tenancy.data_keys where purpose in ('credentials', 'secrets', 'integrations', 'streams')",
  );
  const encryption = new Encryption({
    ...{ pool: control, keyring, clock: parts.clock, rotationDays: 90, drainMs: 0 },
    custodians: new Custodians(new LocalCustodian(rootKey)),
    places: sealedPlaces(keyring, control),
    record: recordEvent,
  });

  for (const scope of ["platform", own] as const) await encryption.rotate(scope, BY);

  const { rows: left } = await control.query(
    "select purpose from tenancy.data_keys where id = any ($1::uuid[]) and retired_at is null",
    [before.map(({ id }) => id)],
  );
  assert.ok(before.length >= 5);
  assert.deepEqual(left, [], "no value is left under a former key");
  for (const [find, scope, purpose, context] of kept) {
    const { rows } = await control.query<{ sealed: Buffer }>(find);
    const sealed = rows[0]?.sealed as Buffer;
    assert.ok(!before.some(({ id }) => id === keyIdOf(sealed)), find);
    assert.deepEqual(await keyring.open(scope, context, sealed, purpose), SECRET, find);
  }
  const [written] = await mail.list("ada@example.com");
  assert.match((await mail.read(written?.id ?? "")).text ?? "", /https:\/\/example\.com\/once/);
});

test("the platform's own rotation knows sealed columns of the app, and all the places above", async () => {
  const { encryption } = house.tenancy.internals;
  await house.tenancy.data.run(tenantId, (ctx) => ctx.table("singers").insert({ id: 1, phone: "555-0100" }));

  const views = await encryption.keys({ tenantId });

  const counted = views.filter(({ purpose, values }) => purpose !== null && values !== null);
  const purposes = new Set(counted.map(({ purpose }) => purpose));
  assert.deepEqual(
    (["columns", "integrations", "secrets", "streams"] as const).filter((purpose) => !purposes.has(purpose)),
    [],
  );
  assert.equal(counted.find(({ purpose }) => purpose === "columns")?.values, 1);
});
