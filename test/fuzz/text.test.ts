import assert from "node:assert/strict";
import { createSecretKey } from "node:crypto";
import { BlockList, isIP } from "node:net";
import { test } from "node:test";
import { isInRange, readIp } from "../../src/access/cedar/ip-address.ts";
import {
  noteSigner,
  parseCheckpoint,
  parseNote,
  parseVkey,
  signCheckpoint,
  toVkey,
} from "../../src/audit/note.ts";
import { isAdmitted } from "../../src/gate/authorise.ts";
import { readBearer, readKey, readSessionCookie, refuseCrossSite } from "../../src/gate/credential.ts";
import { Cursors } from "../../src/http/cursor.ts";
import { once } from "../../src/http/idempotency.ts";
import { UrlSigner } from "../../src/isolation/storage-url.ts";
import { RootKey } from "../../src/keys/derive.ts";
import { keyIdOf, openEnvelope, sealEnvelope } from "../../src/keys/envelope.ts";
import { ScimFault } from "../../src/scim/fault.ts";
import { parseFilter, parsePatchPath, printFilter } from "../../src/scim/filter.ts";
import { patchGroup, patchUser, readOperations } from "../../src/scim/patch.ts";
import { readUser } from "../../src/scim/resource.ts";
import { fuzz } from "../support/fuzz.ts";

const isScimFault = (failure: unknown) => failure instanceof ScimFault;
const TENANT = "01980000-0000-7000-8000-000000000001";
const NOW = { now: () => new Date("2026-11-26T00:00:00Z") };

test("SCIM filters: what is read says what was written, and the rest is refused", () =>
  fuzz({
    corpus: [
      'userName eq "ada@studio.example.com"',
      'emails[type eq "work" and value co "@example.com"] or (title pr and not (active eq false))',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department sw "Mix"',
      'meta.lastModified gt "2011-05-13T04:42:34Z"',
      'externalId eq "a\\"b\\\\c\\u00e9"',
    ],
    pieces: [
      "eq",
      "pr",
      "and",
      "or",
      "not",
      "(",
      ")",
      "[",
      "]",
      '"x"',
      "value",
      "urn:x:y:2.0:User:",
      "-0",
      "1e9",
      "\\u0000",
    ],
    read: parseFilter,
    isRefusal: isScimFault,
    judge: (_, read) => assert.deepEqual(parseFilter(printFilter(read as never)), read),
  }));

test("SCIM paths: read or refused", () =>
  fuzz({
    corpus: ["active", "name.familyName", 'emails[type eq "work"].value', 'members[value eq "1"]'],
    pieces: ["[", "]", ".", "value", "eq", '"1"', "urn:a:b:", "$ref"],
    read: parsePatchPath,
    isRefusal: isScimFault,
  }));

const ADA = readUser({
  userName: "ada@studio.example.com",
  name: { givenName: "Ada" },
  emails: [{ type: "work", value: "a@b.example" }],
  active: true,
});

test("SCIM PATCH: a user keeps the shape of the schema, whatever a directory sends", () =>
  fuzz({
    corpus: [
      '{"Operations":[{"op":"Replace","path":"active","value":"False"}]}',
      '{"Operations":[{"op":"add","path":"emails[type eq \\"work\\"].value","value":"x@y.example"}]}',
      '{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{"op":"replace","value":{"name.givenName":"A","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"M"},"active":false}}]}',
      '{"Operations":[{"op":"remove","path":"members[value eq \\"7\\"]"},{"op":"add","path":"members","value":[{"value":"8"}]}]}',
    ],
    pieces: [
      '"op"',
      '"path"',
      '"value"',
      '"remove"',
      "[",
      "]",
      "{",
      "}",
      '"__proto__":{"polluted":1}',
      '"constructor"',
      '"emails"',
      '"schemas"',
      "null",
      '"id"',
    ],
    read: (text) => {
      const operations = readOperations(parseJson(text));
      return [patchUser(ADA, operations), patchGroupQuietly(operations)];
    },
    isRefusal: (failure) => isScimFault(failure) || failure instanceof NoJson,
    judge: (_, read) => {
      const [user] = read as [Record<string, unknown>];
      assert.equal(Object.getPrototypeOf(user), Object.prototype);
      assert.ok(
        Object.keys(user).every(
          (name) => /^(urn:|[a-zA-Z])/.test(name) && name !== "id" && name !== "password",
        ),
      );
      assert.deepEqual(JSON.parse(JSON.stringify(user)), user, "it can be stored");
    },
  }));

class NoJson extends Error {}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NoJson();
  }
}

/** Paths of users lead nowhere in a group: refused, or nothing is changed. */
function patchGroupQuietly(operations: ReturnType<typeof readOperations>): unknown {
  try {
    return patchGroup(new Set(["7"]), operations);
  } catch (failure) {
    if (isScimFault(failure)) return undefined;
    throw failure;
  }
}

test("cookies: the session is a value that stands in the header under its name, the first one", () =>
  fuzz({
    corpus: [
      "__Host-tenancy_session=abc; theme=dark",
      "a=b; tenancy_session=x_y-z",
      "tenancy_session=1; tenancy_session=2",
    ],
    pieces: ["tenancy_session", "__Host-tenancy_session", "=", ";", "; ", '"', "__proto__=1", ","],
    read: (header) => [readSessionCookie(header, true), readSessionCookie(header, false)],
    judge: (input, read) => {
      const [byHttps, byHttp] = read as (string | undefined)[];
      const first = (name: string) =>
        input
          .split(";")
          .map((part) => /^([^=]*)=(.*)$/s.exec(part))
          .find((pair) => pair?.[1]?.trim() === name)?.[2]
          ?.trim();
      assert.equal(byHttps, first("__Host-tenancy_session"));
      assert.equal(byHttp, byHttps ?? first("tenancy_session"));
    },
  }));

test("credentials of the Authorization header: of the alphabet of tokens, or none", () =>
  fuzz({
    corpus: [
      `Bearer ten_${"a1_-".repeat(10)}`,
      "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
      "bearer ten_abcdefghijklmnopqrstuvwxyz",
    ],
    pieces: ["Bearer ", "ten_", "Basic ", "\n", ", ", "Bearer"],
    read: (text) => [readKey(text), readBearer(text)],
    judge: (input, read) => {
      for (const found of read as (string | undefined)[]) {
        if (found !== undefined) assert.ok(/^[\w.~+/=-]+$/.test(found) && input.endsWith(found));
      }
    },
  }));

test("the headers that tell where a request comes from never let another site through", () =>
  fuzz({
    corpus: [
      "same-origin\nhttps://app.example.com\napp.example.com",
      "\nhttps://app.example.com:443\napp.example.com",
    ],
    pieces: [
      "cross-site",
      "none",
      "null",
      "https://evil.example",
      "app.example.com",
      "@",
      "#",
      "?",
      "\\",
      "https://app.example.com@evil.example",
    ],
    read: (text) => {
      const [site, origin, host] = text.split("\n");
      refuseCrossSite(
        { ...(site ? { "sec-fetch-site": site } : {}), ...(origin ? { origin } : {}), host },
        true,
      );
      return [site, origin, host];
    },
    judge: (_, read) => {
      const [site, origin, host = ""] = read as string[];
      assert.ok(!site || site === "same-origin");
      if (origin) assert.equal(new URL(origin).host, host.toLowerCase());
    },
  }));

test("cursors: only those that the list gave out", () => {
  const cursors = new Cursors(Buffer.alloc(32, 1));
  const corpus = [cursors.write("tenants", { at: 1, id: "a" }), cursors.write("tenants", [1, 2, "é"])];
  return fuzz({
    corpus,
    pieces: ["A", "=", "-", "_", "AAAA", cursors.write("members", { at: 1, id: "a" })],
    read: (text) => cursors.read("tenants", text),
    judge: (input) => assert.ok(corpus.includes(input)),
  });
});

test("links to files: only those that were signed", () => {
  const signer = new UrlSigner(new RootKey(Buffer.alloc(32, 2)), NOW);
  const corpus = [signer.sign(TENANT, "mix.wav", 60), signer.sign(TENANT, "a b/ü.txt", 600)];
  return fuzz({
    corpus,
    pieces: [".", "A", "=", "-", Buffer.from(JSON.stringify([TENANT, 9e9, "x"])).toString("base64url")],
    read: (text) => signer.verify(text),
    judge: (input) => assert.ok(corpus.includes(input)),
  });
});

test("envelopes: one changed bit opens nothing", () => {
  const key = createSecretKey(Buffer.alloc(32, 3));
  const context = Buffer.from("tenant/table/column");
  const id = Buffer.alloc(16, 4);
  const corpus = ["", "value", "é".repeat(50)].map((text) =>
    sealEnvelope(id, key, context, Buffer.from(text)).toString("latin1"),
  );
  return fuzz({
    corpus,
    pieces: ["TE\u0001\u0001", "\0\0\0\0", corpus[0] as string],
    read: (text) => {
      const bytes = Buffer.from(text, "latin1");
      keyIdOf(bytes);
      return openEnvelope(bytes, key, context);
    },
    judge: (input, read) => {
      const isSame = corpus.some((each) => Buffer.from(each, "latin1").equals(Buffer.from(input, "latin1")));
      assert.equal(read !== undefined, isSame);
    },
  });
});

test("idempotency keys: visible ASCII, or refused before anything is done", () =>
  fuzz({
    corpus: ["7b1c3c1e-4a7b-4b6a-9c39-0d5f1f0f6f10", "order 12".replace(" ", "-")],
    pieces: ["-", "x".repeat(200), "\u007f", "ÿ"],
    read: (key) => {
      let isReached = false;
      const pool = new Proxy(
        {},
        {
          get: () => {
            isReached = true;
          },
        },
      );
      const request = {
        principal: "p",
        key,
        method: "POST",
        url: "/",
        body: {},
        isSecret: false,
        now: new Date(),
      };
      return once(pool as never, request, async () => ({ status: 200, body: {} })).then(
        () => isReached,
        (failure: unknown) => {
          // Without a database nothing more can be had than that it was asked.
          if (isReached) return true;
          throw failure;
        },
      );
    },
    judge: (input, isReached) => assert.equal(isReached, /^[\x21-\x7e]{1,200}$/.test(input)),
  }));

test("signed notes, checkpoints and verifier keys: read as they are written, or not", () => {
  const signer = noteSigner("log.example.com", Buffer.alloc(32, 5));
  const note = signCheckpoint(signer, { origin: "log.example.com", size: 7, root: Buffer.alloc(32, 6) });
  return fuzz({
    corpus: [note, toVkey(signer), "log.example.com\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"],
    pieces: ["— ", "\n\n", "\n", "+", "log.example.com", "="],
    read: (text) => {
      const [parsed, vkey] = [parseNote(text), parseVkey(text)];
      return [parsed, vkey, parseCheckpoint(text)];
    },
    judge: (input, read) => {
      const [parsed, vkey] = read as [ReturnType<typeof parseNote>, ReturnType<typeof parseVkey>];
      if (vkey) assert.equal(toVkey(vkey), input);
      if (parsed)
        assert.equal(`${parsed.text}\n${parsed.signatures.map(({ line }) => `${line}\n`).join("")}`, input);
    },
  });
});

test("addresses and ranges: an address is in a range for us only if it is for node", () =>
  fuzz({
    corpus: [
      "10.1.2.3 10.0.0.0/8",
      "2001:db8::1 2001:db8::/32",
      "::ffff:10.1.2.3 10.0.0.0/8",
      "192.168.1.7 192.168.1.7",
    ],
    pieces: ["/", "::", ":", ".", "0", "255", "256", "ffff", "/0", "/32", "/128", "%eth0", "0x10", "010"],
    runs: 1_500,
    read: (text) => {
      const [address = "", range = ""] = text.split(" ");
      return [address, range, isAdmitted(address, [range]), readIp(range)];
    },
    judge: (_, read) => {
      const [address, range, isIn, parsed] = read as [string, string, boolean, ReturnType<typeof readIp>];
      if (parsed && parsed.prefix === parsed.bits) assert.ok(isInRange(parsed, parsed));
      if (!isIn) return;
      const plain = address.replace(/^::ffff:(?=\d+\.)/i, "").replace(/%.*$/, "");
      const [network = "", prefix] = range.split("/");
      const family = isIP(network) === 6 ? "ipv6" : "ipv4";
      assert.ok(isIP(network) !== 0 && isIP(plain) === isIP(network), `${address} in ${range}`);
      const list = new BlockList();
      list.addSubnet(network, prefix === undefined ? (family === "ipv6" ? 128 : 32) : Number(prefix), family);
      assert.ok(list.check(plain, family), `${address} in ${range}`);
    },
  }));
