import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createClient } from "../src/sdk/client.ts";
import { openVaults, setUpVaultKey, type Vaults } from "../src/sdk/vault/vault-client.ts";
import { countVaultRemnants, eraseTenantVaults } from "../src/vaults/erase.ts";
import { type Platform, startPlatform } from "./support/platform.ts";
import { signedUser } from "./support/users.ts";

const PASSPHRASE = "correct horse battery";

let platform: Platform;
let tenantA: string;
let tenantB: string;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  const create = async (name: string) =>
    (await platform.tenancy.tenants.create({ name, plan: "premium" })).id;
  tenantA = await create("Vault Studio A");
  tenantB = await create("Vault Studio B");
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

interface Person {
  readonly userId: string;
  readonly vaults: Vaults;
  readonly options: Parameters<typeof openVaults>[0];
  /** The same person on another device. */
  again(tenantId?: string): Promise<Vaults>;
  raw(method: string, path: string, body?: unknown): Promise<{ status: number; text: string }>;
}

/** A member of these tenants, signed in, with a key for vaults. */
async function person(tenants: readonly string[], role = "member"): Promise<Person> {
  const signed = await signedUser(platform.tenancy, {
    tenants: Object.fromEntries(tenants.map((id) => [id, [role]])),
  });
  const send = (request: Request) => {
    for (const [name, value] of Object.entries(signed.headers)) request.headers.set(name, value);
    return fetch(request);
  };
  const api = createClient({ baseUrl: platform.url, fetch: send });
  const options = { api, tenantId: tenants[0] as string };
  const vaults = await setUpVaultKey(options, { userId: signed.user.id, passphrase: PASSPHRASE });
  return {
    userId: signed.user.id,
    vaults,
    options,
    again: (tenantId = options.tenantId) => openVaults({ api, tenantId }, { passphrase: PASSPHRASE }),
    raw: async (method, path, body) => {
      const response = await fetch(`${platform.url}${path}`, {
        method,
        headers: { ...signed.headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, text: await response.text() };
    },
  };
}

test("two members share a value that the server never sees", async () => {
  const ana = await person([tenantA]);
  const ben = await person([tenantA]);
  const vault = await ana.vaults.create("Contracts", [ben.userId]);

  await vault.putText("advance", "forty-two thousand");

  const bens = await (await ben.again()).open(vault.id);
  assert.equal(await bens.getText("advance"), "forty-two thousand");
  assert.deepEqual(await bens.list(), ["advance"]);
  const { rows } = await platform.tenancy.internals.control.query(
    "select t::text as row from tenancy.vaults t union all select t::text from tenancy.vault_items t union all select t::text from tenancy.vault_keys t union all select t::text from tenancy.events t",
  );
  const stored = rows.map(({ row }) => row).join("\n");
  for (const secret of ["forty-two thousand", PASSPHRASE, Buffer.from("forty-two thousand").toString("hex")])
    assert.ok(!stored.includes(secret), `the database holds ${secret}`);
});

test("who is taken out reads nothing any more, and what they could read is sealed anew", async () => {
  const ana = await person([tenantA]);
  const ben = await person([tenantA]);
  const vault = await ana.vaults.create("Masters", [ben.userId]);
  for (const item of ["a", "b", "c"]) await vault.putText(item, `value ${item}`);
  const bens = await ben.vaults.open(vault.id);

  await vault.remove(ben.userId);

  await assert.rejects(bens.getText("a"), { code: "vault.not_found" });
  await assert.rejects(bens.putText("a", "mine"), { code: "vault.not_found" });
  const reopened = await (await ana.again()).open(vault.id);
  assert.deepEqual(await Promise.all(["a", "b", "c"].map((item) => reopened.getText(item))), [
    "value a",
    "value b",
    "value c",
  ]);
  assert.equal(await reopened.resealStale(), 0);
  assert.equal(reopened.members.length, 1);
});

test("a vault of one tenant is not there for members of another, nor for members without its key", async () => {
  const ana = await person([tenantA]);
  const eve = await person([tenantB]);
  const both = await person([tenantB, tenantA]);
  const vault = await ana.vaults.create("Sealed off");
  await vault.putText("x", "y");

  const unknown = await eve.raw("GET", `/v1/tenants/${tenantB}/vaults/${crypto.randomUUID()}`);
  const through = [
    await eve.raw("GET", `/v1/tenants/${tenantB}/vaults/${vault.id}`),
    await eve.raw("GET", `/v1/tenants/${tenantB}/vaults/${vault.id}/items/x`),
    await both.raw("GET", `/v1/tenants/${tenantA}/vaults/${vault.id}`),
    await both.raw("GET", `/v1/tenants/${tenantB}/vaults/${vault.id}`),
    await both.raw("DELETE", `/v1/tenants/${tenantB}/vaults/${vault.id}/items/x`),
  ];

  const masked = (text: string) => text.replace(/"requestId":"[^"]+"/, "");
  for (const answer of through) {
    assert.equal(answer.status, 404);
    assert.equal(masked(answer.text), masked(unknown.text));
  }
  assert.equal(await vault.getText("x"), "y");
});

test("a vault cannot be sealed to a key from outside the tenant, nor lose a holder and keep its key", async () => {
  const ana = await person([tenantA]);
  const ben = await person([tenantA]);
  const eve = await person([tenantB]);
  await assert.rejects(ana.vaults.create("Leak", [eve.userId]), { code: "vault.unknown_key" });
  const vault = await ana.vaults.create("Tight", [ben.userId]);
  const path = `/v1/tenants/${tenantA}/vaults/${vault.id}`;
  const { id, createdBy, createdAt, updatedAt, ...stored } = JSON.parse((await ana.raw("GET", path)).text);
  const letters = stored.grants as Record<string, unknown>;
  const next = { ...stored, revision: stored.revision + 1 };

  const smuggled = await ana.raw("PUT", path, {
    ...next,
    grants: { ...letters, [eve.vaults.keyId]: letters[ana.vaults.keyId] },
  });
  const lossy = await ana.raw("PUT", path, {
    ...next,
    grants: { [ana.vaults.keyId]: letters[ana.vaults.keyId] },
  });
  const passed = await ana.raw("PUT", path, { ...next, revision: stored.revision });

  assert.deepEqual([smuggled.status, JSON.parse(smuggled.text).code], [422, "vault.foreign_holder"]);
  assert.deepEqual([lossy.status, JSON.parse(lossy.text).code], [422, "vault.malformed"]);
  assert.deepEqual([passed.status, JSON.parse(passed.text).code], [409, "vault.revision_passed"]);
  assert.ok(id === vault.id && createdBy === ana.userId && createdAt <= updatedAt);
});

test("a value under an old key, or on top of a version that passed, is refused", async () => {
  const ana = await person([tenantA]);
  const ben = await person([tenantA]);
  const vault = await ana.vaults.create("Versions", [ben.userId]);
  const stale = await ben.vaults.open(vault.id);
  await vault.putText("x", "1");
  await vault.remove(ben.userId);
  await vault.admit(ben.userId);

  await assert.rejects(stale.putText("x", "2"), { code: "vault.stale_epoch" });
  const item = `/v1/tenants/${tenantA}/vaults/${vault.id}/items/x`;
  const { epoch, sealed } = JSON.parse((await ana.raw("GET", item)).text);
  const late = await ana.raw("PUT", item, { epoch, sealed, follows: 0 });

  assert.deepEqual([late.status, JSON.parse(late.text).code], [409, "vault_item.version_passed"]);
});

test("two administrators bring back the vault of somebody who lost their key", async () => {
  const owner = await person([tenantA], "owner");
  const admin = await person([tenantA], "admin");
  const other = await person([tenantA], "admin");
  const lost = await person([tenantA]);
  await owner.vaults.setUpRecovery([owner.userId, admin.userId, other.userId], 2);
  const vault = await lost.vaults.create("Only mine");
  await vault.putText("x", "saved");

  const anew = await setUpVaultKey(lost.options, {
    userId: lost.userId,
    passphrase: "another long passphrase",
    replaces: lost.vaults.keyId,
  });
  await assert.rejects(anew.open(vault.id), { code: "vault.not_found" });
  const request = await anew.requestRecovery();
  await owner.vaults.approveRecovery(request.id);
  await assert.rejects(anew.recover(vault.id), { code: "vault.bad_shares" });
  await assert.rejects(anew.approveRecovery(request.id), { code: "vault.not_a_member" });
  await other.vaults.approveRecovery(request.id);
  await other.vaults.approveRecovery(request.id);
  const recovered = await anew.recover(vault.id);

  assert.equal(await recovered.getText("x"), "saved");
  const own = await anew.open(vault.id);
  assert.equal(await own.getText("x"), "saved");
  assert.deepEqual(
    own.members.map(({ keyId }) => keyId),
    [anew.keyId],
  );
});

test("a key is registered once, replaced only by name, and stands in the tenant's audit log", async () => {
  const ana = await person([tenantA]);

  await assert.rejects(setUpVaultKey(ana.options, { userId: ana.userId, passphrase: PASSPHRASE }), {
    code: "vault_key.exists",
  });
  const { rows } = await platform.tenancy.internals.control.query(
    "select detail ->> 'keyId' as key from tenancy.events where tenant_id = $1 and action = 'vault_key.registered'",
    [tenantA],
  );

  assert.ok(rows.some(({ key }) => key === ana.vaults.keyId));
});

test("staff and programs hold no keys; they see names and sizes", async () => {
  const ana = await person([tenantA]);
  const vault = await ana.vaults.create("Overview");
  await vault.putText("x", "y");
  const headers = { authorization: `Bearer ${platform.apiKey}` };
  const read = async (path: string) => {
    const response = await fetch(`${platform.url}${path}`, { headers });
    return { status: response.status, body: (await response.json()) as never as Record<string, unknown> };
  };

  const refused = await read(`/v1/tenants/${tenantA}/vaults/${vault.id}`);
  const overviews = await read(`/v1/tenants/${tenantA}/vault-overviews`);

  assert.deepEqual([refused.status, refused.body["code"]], [403, "vault.members_only"]);
  const row = (overviews.body["items"] as { id: string }[]).find(({ id }) => id === vault.id);
  assert.partialDeepStrictEqual(row, { name: "Overview", items: 1, staleItems: 0 });
});

test("an erased tenant's vaults, values, recovery key and requests are gone; another tenant's stay", async () => {
  const { tenants, internals } = platform.tenancy;
  const { id } = await tenants.create({ name: "Vault Studio C", plan: "premium" });
  const ana = await person([id], "owner");
  const ben = await person([id], "owner");
  const other = await person([tenantA]);
  const kept = await other.vaults.create("Kept");
  await kept.putText("x", "still here");
  await ana.vaults.setUpRecovery([ana.userId, ben.userId], 2);
  const vault = await ana.vaults.create("Gone", [ben.userId]);
  await vault.putText("x", "y");
  await ana.vaults.requestRecovery();

  await eraseTenantVaults(internals.control, id);
  await eraseTenantVaults(internals.control, id);

  assert.equal(await countVaultRemnants(internals.control, id), 0);
  assert.equal(await kept.getText("x"), "still here");
  assert.ok((await internals.parts.identity.count(id)) > 0, "memberships are still counted");
  await internals.parts.identity.erase(id);
  assert.equal(await internals.parts.identity.count(id), 0);
});
