import assert from "node:assert/strict";
import { createCipheriv, createSecretKey, randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import {
  ENVELOPE_OVERHEAD_BYTES,
  fromUuid,
  isEnvelope,
  keyIdOf,
  openEnvelope,
  sealEnvelope,
} from "./envelope.ts";
import { hkdf, sha256 } from "./primitives.ts";
import { encodeContext } from "./scope.ts";

const KEY_ID = "0198c7a4-0000-7000-8000-00000000abcd";
const key = createSecretKey(randomBytes(32));
const seal = (context: readonly string[], plain: Uint8Array) =>
  sealEnvelope(fromUuid(KEY_ID), key, encodeContext(context), plain);
const open = (context: readonly string[], envelope: Buffer, by = key) =>
  openEnvelope(envelope, by, encodeContext(context));

const contexts = fc.array(fc.string({ maxLength: 20 }), { maxLength: 4 });
const plains = fc.uint8Array({ maxLength: 300 });

test("what is sealed opens again, is 84 bytes longer, and never looks the same twice", () => {
  fc.assert(
    fc.property(contexts, plains, (context, plain) => {
      const [one, two] = [seal(context, plain), seal(context, plain)];

      assert.deepEqual(open(context, one), Buffer.from(plain));
      assert.equal(one.length, plain.length + ENVELOPE_OVERHEAD_BYTES);
      assert.equal(ENVELOPE_OVERHEAD_BYTES, 84);
      assert.equal(keyIdOf(one), KEY_ID);
      assert.ok(!one.equals(two));
    }),
  );
});

test("one flipped bit anywhere, and nothing opens", () => {
  fc.assert(
    fc.property(plains, fc.nat(), (plain, at) => {
      const envelope = seal(["t", "c", "1"], plain);
      const bit = at % (envelope.length * 8);
      envelope[bit >> 3] = (envelope[bit >> 3] ?? 0) ^ (1 << (bit & 7));

      assert.equal(open(["t", "c", "1"], envelope), undefined);
    }),
    { numRuns: 500 },
  );
});

test("cut or lengthened anywhere, and nothing opens", () => {
  fc.assert(
    fc.property(plains, fc.nat(), fc.uint8Array({ minLength: 1, maxLength: 20 }), (plain, at, more) => {
      const envelope = seal([], plain);
      const cut = at % envelope.length;

      assert.equal(open([], envelope.subarray(0, cut)), undefined);
      assert.equal(open([], envelope.subarray(envelope.length - cut)), undefined);
      assert.equal(open([], Buffer.concat([envelope, more])), undefined);
      assert.equal(open([], Buffer.concat([more, envelope])), undefined);
      assert.equal(
        open([], Buffer.concat([envelope.subarray(0, cut), more, envelope.subarray(cut)])),
        undefined,
      );
    }),
  );
});

test("it opens in its own context only, however contexts are cut into parts", () => {
  fc.assert(
    fc.property(contexts, contexts, plains, (here, there, plain) => {
      fc.pre(JSON.stringify(here) !== JSON.stringify(there));

      assert.equal(open(there, seal(here, plain)), undefined);
    }),
  );
  const tricks: [string[], string[]][] = [
    [
      ["ab", "c"],
      ["a", "bc"],
    ],
    [["a", ""], ["a"]],
    [[""], []],
    [["a\0b"], ["a", "b"]],
  ];
  for (const [here, there] of tricks) assert.equal(open(there, seal(here, Buffer.from("x"))), undefined);
});

test("random bytes are no envelope, and reading them throws nothing", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      assert.equal(open([], Buffer.from(bytes)), undefined);
      if (!isEnvelope(bytes)) assert.equal(keyIdOf(bytes), undefined);
    }),
  );
});

test("a ciphertext that is right under two keys in plain GCM opens under one at most: the commitment", () => {
  // An attacker who knows both keys makes a body and a tag that GCM accepts under the first. To be accepted under the
  // second, the commitment would have to be the second's as well; there is room for one.
  const [one, two] = [createSecretKey(randomBytes(32)), createSecretKey(randomBytes(32))];
  const context = encodeContext(["x"]);
  const envelope = sealEnvelope(fromUuid(KEY_ID), one, context, Buffer.from("plain"));
  const header = envelope.subarray(0, 36);
  const info = Buffer.concat([Buffer.from("tenancy envelope 1\0"), header.subarray(0, 20), sha256(context)]);
  const derived = hkdf(two, header.subarray(20, 36), info, 64);
  const cipher = createCipheriv("aes-256-gcm", derived.subarray(0, 32), Buffer.alloc(12));
  cipher.setAAD(Buffer.concat([header, context]));
  const body = Buffer.concat([cipher.update("other"), cipher.final()]);
  const forged = Buffer.concat([header, body, cipher.getAuthTag(), envelope.subarray(-32)]);
  const honest = Buffer.concat([header, body, cipher.getAuthTag(), derived.subarray(32)]);

  assert.equal(openEnvelope(forged, two, context), undefined, "valid GCM under two, commitment of one");
  assert.equal(openEnvelope(forged, one, context), undefined);
  assert.deepEqual(
    openEnvelope(honest, two, context),
    Buffer.from("other"),
    "the forgery was otherwise right",
  );
  assert.equal(openEnvelope(honest, one, context), undefined);
});
