import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { aesKeyUnwrap, aesKeyWrap, gcmOpen, gcmSeal, hkdf, hmac, TAG_BYTES } from "./primitives.ts";

const VECTORS = new URL("../../../shared/data/wycheproof/", import.meta.url);
const skip = existsSync(VECTORS) ? false : "the Wycheproof vectors are not at ../shared/data";

interface Vector {
  readonly tcId: number;
  readonly result: "valid" | "invalid" | "acceptable";
  readonly flags: readonly string[];
  readonly [field: string]: unknown;
}

function vectors(
  file: string,
): { group: Record<string, unknown>; vector: Vector; bytes: (f: string) => Buffer }[] {
  const { testGroups } = JSON.parse(readFileSync(new URL(file, VECTORS), "utf8")) as {
    testGroups: { tests: Vector[] }[];
  };
  return testGroups.flatMap((group) =>
    group.tests.map((vector) => ({
      group: group as unknown as Record<string, unknown>,
      vector,
      bytes: (field: string) => Buffer.from(vector[field] as string, "hex"),
    })),
  );
}

test("Wycheproof: AES-GCM seals and opens what is valid and opens nothing else", { skip }, () => {
  let [opened, refused] = [0, 0];
  for (const { vector, bytes } of vectors("aes_gcm_test.json")) {
    const [key, iv, aad, message] = [bytes("key"), bytes("iv"), bytes("aad"), bytes("msg")];
    const plain = gcmOpen(key, iv, aad, bytes("ct"), bytes("tag"));
    // Nonces of another length are valid in the standard; we use 12 bytes and take no other.
    if (vector.result === "valid" && iv.length === 12) {
      assert.deepEqual(plain, message, `tcId ${vector.tcId}`);
      assert.deepEqual(gcmSeal(key, iv, aad, message), [bytes("ct"), bytes("tag")], `tcId ${vector.tcId}`);
      opened += 1;
    } else {
      assert.equal(plain, undefined, `tcId ${vector.tcId}`);
      if (iv.length !== 12) assert.throws(() => gcmSeal(key, iv, aad, message), RangeError);
      refused += 1;
    }
  }
  assert.equal(opened + refused, 316);
  assert.ok(opened > 100 && refused > 50, `${opened} opened, ${refused} refused`);
});

test("a shortened tag is refused at every length", () => {
  const [key, iv, aad] = [Buffer.alloc(32, 1), Buffer.alloc(12), Buffer.from("aad")];
  const [body, tag] = gcmSeal(key, iv, aad, Buffer.from("plain"));
  for (let length = 0; length < TAG_BYTES; length++) {
    assert.equal(gcmOpen(key, iv, aad, body, tag.subarray(0, length)), undefined);
  }
  assert.deepEqual(gcmOpen(key, iv, aad, body, tag), Buffer.from("plain"));
});

test("Wycheproof: HKDF-SHA-256 gives the expected keys, and refuses too long ones", { skip }, () => {
  let count = 0;
  for (const { vector, bytes } of vectors("hkdf_sha256_test.json")) {
    const derive = () => hkdf(bytes("ikm"), bytes("salt"), bytes("info"), vector["size"] as number);
    if (vector.result === "valid") assert.deepEqual(derive(), bytes("okm"), `tcId ${vector.tcId}`);
    else assert.throws(derive, `tcId ${vector.tcId}`);
    count += 1;
  }
  assert.equal(count, 86);
});

test("Wycheproof: HMAC-SHA-256", { skip }, () => {
  let count = 0;
  for (const { group, vector, bytes } of vectors("hmac_sha256_test.json")) {
    const tag = hmac(bytes("key"), bytes("msg")).subarray(0, (group["tagSize"] as number) / 8);
    assert.equal(tag.equals(bytes("tag")), vector.result === "valid", `tcId ${vector.tcId}`);
    count += 1;
  }
  assert.equal(count, 174);
});

test("Wycheproof: AES key wrap, with the length checks that node lacks", { skip }, () => {
  let [unwrapped, refused] = [0, 0];
  for (const { vector, bytes } of vectors("aes_wrap_test.json")) {
    const key = aesKeyUnwrap(bytes("key"), bytes("ct"));
    if (vector.result === "valid") {
      assert.deepEqual(key, bytes("msg"), `tcId ${vector.tcId}`);
      assert.deepEqual(aesKeyWrap(bytes("key"), bytes("msg")), bytes("ct"), `tcId ${vector.tcId}`);
      unwrapped += 1;
    } else {
      assert.equal(key, undefined, `tcId ${vector.tcId}: ${vector.flags.join(", ")}`);
      refused += 1;
    }
  }
  assert.equal(unwrapped + refused, 165);
  assert.ok(unwrapped > 20 && refused > 50, `${unwrapped} unwrapped, ${refused} refused`);
});

test("AES key wrap takes no key of a wrong length", () => {
  for (const length of [0, 8, 15, 17, 31, 33]) {
    assert.throws(() => aesKeyWrap(Buffer.alloc(32), Buffer.alloc(length)), RangeError);
  }
  assert.throws(() => aesKeyWrap(Buffer.alloc(31), Buffer.alloc(32)), RangeError);
});
