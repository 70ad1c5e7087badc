import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Bytes, fromBase64url, fromUtf8, toBase64url, toUtf8 } from "./bytes.ts";
import { MemberKey } from "./member-key.ts";
import { approveRecovery, createRecovery, recover } from "./recovery.ts";
import { open, seal } from "./seal.ts";
import { joinShares, splitSecret } from "./shamir.ts";
import { Vault, type VaultRecord } from "./vault.ts";
import type { VaultErrorCode } from "./vault-error.ts";

const PLACE = { tenantId: "tenant-a", vaultId: "vault-1" };
const TEST_ITERATIONS = 100_000;

const failsWith = (code: VaultErrorCode) => (error: unknown) => (error as { code?: string }).code === code;
const keyOf = (byte: number): Bytes => new Uint8Array(32).fill(byte);

function flipped(bytes: Bytes, bit: number): Bytes {
  const changed = bytes.slice();
  changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
  return changed;
}

test("what was sealed opens under its key and context, and nowhere else", async () => {
  const sealed = await seal(keyOf(1), ["item", "7"], toUtf8("lyrics"));

  assert.equal(fromUtf8(await open(keyOf(1), ["item", "7"], sealed)), "lyrics");
  await assert.rejects(open(keyOf(2), ["item", "7"], sealed), failsWith("vault.damaged"));
  await assert.rejects(open(keyOf(1), ["item", "8"], sealed), failsWith("vault.damaged"));
  await assert.rejects(open(keyOf(1), ["item7", ""], sealed), failsWith("vault.damaged"));
});

test("a sealed value with any bit changed, cut or lengthened does not open", async () => {
  const sealed = await seal(keyOf(1), ["item"], toUtf8("lyrics"));

  await fc.assert(
    fc.asyncProperty(fc.nat(sealed.length * 8 - 1), async (bit) => {
      await assert.rejects(open(keyOf(1), ["item"], flipped(sealed, bit)), failsWith("vault.damaged"));
    }),
  );
  for (const other of [sealed.slice(0, -1), new Uint8Array([...sealed, 0]), new Uint8Array(0)]) {
    await assert.rejects(open(keyOf(1), ["item"], other), failsWith("vault.damaged"));
  }
});

test("any k of n shares give the secret back; fewer do not", () => {
  const secretAndSplit = fc
    .tuple(fc.uint8Array({ minLength: 16, maxLength: 40 }), fc.integer({ min: 2, max: 9 }), fc.nat(6))
    .chain(([secret, needed, more]) =>
      fc.record({
        secret: fc.constant(Uint8Array.from(secret)),
        needed: fc.constant(needed),
        count: fc.constant(needed + more),
        order: fc.shuffledSubarray(
          Array.from({ length: needed + more }, (_, i) => i),
          { minLength: needed, maxLength: needed },
        ),
      }),
    );

  fc.assert(
    fc.property(secretAndSplit, ({ secret, needed, count, order }) => {
      const shares = splitSecret(secret, needed, count);
      const chosen = order.map((index) => shares[index] as Bytes);

      assert.deepEqual(joinShares(chosen), secret);
      if (needed > 2) assert.notDeepEqual(joinShares(chosen.slice(1)), secret);
    }),
  );
});

test("GF(2^8) is AES' field: the shares of a known polynomial join to its constant", () => {
  // f(x) = 0x53 + 0xca·x: f(1) = 0x99, f(2) = 0x53 ^ xtime(0xca) = 0x53 ^ 0x8f = 0xdc.
  const shares = [Uint8Array.of(1, 0x99), Uint8Array.of(2, 0xdc)];

  assert.deepEqual(joinShares(shares), Uint8Array.of(0x53));
});

test("a share given twice, none, or of another length is refused", () => {
  const [a, b] = splitSecret(keyOf(9), 2, 3) as [Bytes, Bytes];

  for (const shares of [[a, a], [a], [], [a, b.slice(1)], [a, new Uint8Array(b.length)]]) {
    assert.throws(() => joinShares(shares), failsWith("vault.bad_shares"));
  }
});

test("a passphrase opens the key on another device; a wrong one and a changed public key do not", async () => {
  const ana = await MemberKey.generate("ana");
  const lock = await ana.lockWithPassphrase("correct horse battery", TEST_ITERATIONS);
  const record = { ...ana.public, locks: [lock] };

  const elsewhere = await MemberKey.unlock(record, { passphrase: "correct horse battery" });

  assert.deepEqual(elsewhere.public, ana.public);
  await assert.rejects(
    MemberKey.unlock(record, { passphrase: "correct horse batterx" }),
    failsWith("vault.wrong_secret"),
  );
  const mallory = await MemberKey.generate("ana");
  await assert.rejects(
    MemberKey.unlock({ ...record, publicKey: mallory.publicKey }, { passphrase: "correct horse battery" }),
    failsWith("vault.unknown_key"),
  );
  await assert.rejects(ana.lockWithPassphrase("short"), failsWith("vault.bad_input"));
});

test("a server that lowers the passphrase's work factor is refused before any guess", async () => {
  const ana = await MemberKey.generate("ana");
  const lock = await ana.lockWithPassphrase("correct horse battery", TEST_ITERATIONS);

  const record = { ...ana.public, locks: [{ ...lock, iterations: 1 }] as never };

  await assert.rejects(
    MemberKey.unlock(record, { passphrase: "correct horse battery" }),
    failsWith("vault.damaged"),
  );
});

test("a passkey's PRF opens the key beside the passphrase", async () => {
  const ana = await MemberKey.generate("ana");
  const prf = async (credentialId: string, salt: Bytes) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array([...toUtf8(credentialId), ...salt])));
  const record = {
    ...ana.public,
    locks: [
      await ana.lockWithPassphrase("correct horse battery", TEST_ITERATIONS),
      await ana.lockWithPasskey("cred-1", prf),
    ],
  };

  assert.equal((await MemberKey.unlock(record, { passkey: prf })).keyId, ana.keyId);
  await assert.rejects(
    MemberKey.unlock(record, { passkey: async () => keyOf(3) }),
    failsWith("vault.wrong_secret"),
  );
});

test("a member reads what another wrote; a stranger, another tenant's vault and another item's place do not open it", async () => {
  const [ana, ben, eve] = await people("ana", "ben", "eve");
  const { vault, record } = await Vault.create(PLACE, [ana.public, ben.public]);
  const item = await vault.seal("song-1", toUtf8("lyrics"));

  const bens = await Vault.open(record, ben);

  assert.equal(fromUtf8(await bens.open("song-1", item)), "lyrics");
  await assert.rejects(Vault.open(record, eve), failsWith("vault.not_a_member"));
  await assert.rejects(bens.open("song-2", item), failsWith("vault.damaged"));
  await assert.rejects(Vault.open({ ...record, tenantId: "tenant-b" }, ben), failsWith("vault.damaged"));
});

test("who leaves cannot open what is sealed afterwards; who stays opens old and new", async () => {
  const [ana, ben] = await people("ana", "ben");
  const first = await Vault.create(PLACE, [ana.public, ben.public]);
  const old = await first.vault.seal("song-1", toUtf8("old"));

  const second = await first.vault.remove(ben.keyId);
  const fresh = await second.vault.seal("song-1", toUtf8("new"));

  const anas = await Vault.open(second.record, ana);
  assert.equal(fromUtf8(await anas.open("song-1", old)), "old");
  assert.equal(fromUtf8(await anas.open("song-1", fresh)), "new");
  assert.deepEqual([anas.isStale(old), anas.isStale(fresh)], [true, false]);
  await assert.rejects(Vault.open(second.record, ben), failsWith("vault.not_a_member"));
  const bensOld = await Vault.open(first.record, ben);
  await assert.rejects(bensOld.open("song-1", fresh), failsWith("vault.damaged"));
});

test("who joins opens what was there before", async () => {
  const [ana, ben] = await people("ana", "ben");
  const first = await Vault.create(PLACE, [ana.public]);
  const item = await first.vault.seal("song-1", toUtf8("lyrics"));

  const { record } = await first.vault.admit(ben.public);

  assert.equal(fromUtf8(await (await Vault.open(record, ben)).open("song-1", item)), "lyrics");
});

test("a server cannot smuggle in a member, swap a key, or show an old revision unnoticed", async () => {
  const [ana, ben, eve] = await people("ana", "ben", "eve");
  const first = await Vault.create(PLACE, [ana.public, ben.public]);
  const second = await first.vault.remove(ben.keyId);

  const smuggled: VaultRecord = {
    ...second.record,
    grants: { ...second.record.grants, [eve.keyId]: second.record.grants[ana.keyId] as never },
  };
  const swapped = { ...eve.public, keyId: ben.keyId };

  await assert.rejects(Vault.open(smuggled, eve), failsWith("vault.damaged"));
  await assert.rejects(second.vault.admit(swapped), failsWith("vault.unknown_key"));
  await assert.rejects(Vault.open(first.record, ana, second.vault.revision), failsWith("vault.rolled_back"));
  await assert.rejects(
    Vault.open({ ...second.record, manifest: first.record.manifest }, ana),
    failsWith("vault.damaged"),
  );
});

test("two of three administrators bring back a vault whose only member lost everything", async () => {
  const [lost, ana, ben, cleo, dan] = await people("lost", "ana", "ben", "cleo", "dan");
  const recovery = await createRecovery(
    PLACE.tenantId,
    [ana, ben, cleo].map((key) => key.public),
    2,
  );
  const { vault, record } = await Vault.create(PLACE, [lost.public], recovery.key);
  const item = await vault.seal("song-1", toUtf8("lyrics"));

  const approvals = [
    await approveRecovery(recovery, ana, dan.public),
    await approveRecovery(recovery, cleo, dan.public),
  ];
  const key = await recover(recovery, dan, approvals);

  const opened = await Vault.open(record, key);
  assert.equal(fromUtf8(await opened.open("song-1", item)), "lyrics");
  await assert.rejects(recover(recovery, dan, approvals.slice(1)), failsWith("vault.bad_shares"));
  await assert.rejects(
    recover(recovery, dan, [approvals[0], approvals[0]] as never),
    failsWith("vault.bad_shares"),
  );
  await assert.rejects(recover(recovery, ben, approvals), failsWith("vault.damaged"));
  await assert.rejects(approveRecovery(recovery, dan, dan.public), failsWith("vault.not_a_member"));
});

test("base64url is read in its one right form only", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.deepEqual(fromBase64url(toBase64url(bytes)), Uint8Array.from(bytes));
    }),
  );
  for (const text of ["a", "ab=", "a+b/", "AB", "é"]) assert.throws(() => fromBase64url(text));
});

function people<const N extends readonly string[]>(...names: N): Promise<{ [I in keyof N]: MemberKey }> {
  return Promise.all(names.map((name) => MemberKey.generate(name))) as Promise<{ [I in keyof N]: MemberKey }>;
}
