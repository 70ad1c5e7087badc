import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { digestOf, digestState } from "./digest.ts";

const key = Buffer.alloc(32, 1).toString("base64url");

test("the order in which a state was written does not matter, everything else does", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (state, other) => {
      const reversed = Object.fromEntries(Object.entries(state).reverse());
      assert.equal(digestState(key, "x", state), digestState(key, "x", reversed));
      assert.notEqual(digestState(key, "x", state), digestState(key, "y", state));
      assert.notEqual(digestState(key, "x", state), digestState(key, "x", [state, other]));
    }),
  );
});

test("a digest says nothing to whoever has no key", () => {
  const state = { mfaRequired: true };

  const digest = digestState(key, "sign_in_rules", state);

  assert.match(digest, /^hmac1:[\w-]{43}$/);
  assert.ok(!digest.includes(digestOf(["sign_in_rules", state])));
  const stranger = Buffer.alloc(32, 2).toString("base64url");
  assert.notEqual(digestState(stranger, "sign_in_rules", state), digest);
});
