import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { exportJWK, type JWTPayload, SignJWT } from "jose";
import { type OutsideIdp, OutsideTokens } from "./outside-tokens.ts";

const NOW_MS = Date.parse("2026-06-01T12:00:00Z");
const NOW_S = NOW_MS / 1000;

interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

let server: Server;
let idp: OutsideIdp;
let es: Keys;
let asked = 0;
let isDown = false;

before(async () => {
  es = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...(await exportJWK(es.publicKey)), kid: "es-1", alg: "ES256", use: "sig" };
  server = createServer((_, response) => {
    asked += 1;
    if (isDown) return void response.writeHead(500).end();
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  idp = {
    issuer: "https://id.example.com/",
    audience: "music-studio",
    jwksUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    tenantClaim: "org",
    roles: [
      { claim: "groups", equals: "engineers", roles: ["member"] },
      { claim: "realm.roles", equals: "boss", roles: ["admin"] },
    ],
  };
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const clock = { now: () => new Date(NOW_MS) };
const fresh = (changes: Partial<OutsideIdp> = {}) => new OutsideTokens({ ...idp, ...changes }, clock);

function token(
  claims: JWTPayload = {},
  { key = es.privateKey, alg = "ES256", kid = "es-1" }: { key?: KeyObject; alg?: string; kid?: string } = {},
): Promise<string> {
  return new SignJWT({
    iss: idp.issuer,
    aud: idp.audience,
    sub: "ada",
    iat: NOW_S - 10,
    exp: NOW_S + 300,
    org: "aurora",
    groups: ["engineers", "singers"],
    name: "Ada",
    ...claims,
  })
    .setProtectedHeader({ alg, kid })
    .sign(key);
}

const unsigned = (header: object, payload: object) =>
  [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");

test("a token of the provider names its person, tenant and roles", async () => {
  const principal = await fresh().verify(
    await token({ realm: { roles: ["boss"] }, amr: ["pwd", "mfa"], auth_time: NOW_S - 60 }),
  );

  assert.partialDeepStrictEqual(principal, {
    kind: "outside",
    id: "https://id.example.com/#ada",
    actor: "outside:id.example.com/ada",
    tenant: "aurora",
    roles: ["member", "admin"],
    mfaAt: new Date(NOW_MS - 60_000),
  });
});

test("no second factor is believed that the token does not name", async () => {
  const principal = await fresh().verify(await token({ amr: ["pwd"] }));

  assert.equal(principal?.mfaAt, null);
});

test("expired, early, foreign, tenantless, roleless and altered tokens prove nothing", async () => {
  const tokens = fresh();
  const good = await token();
  const other = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const [head, body, signature] = good.split(".") as [string, string, string];
  const forged = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(body, "base64url").toString()), org: "basement" }),
  ).toString("base64url");

  const bad: Record<string, string> = {
    expired: await token({ exp: NOW_S - 31 }),
    early: await token({ nbf: NOW_S + 60 }),
    "another issuer": await token({ iss: "https://id.example.com" }),
    "another audience": await token({ aud: "other-app" }),
    "no subject": await token({ sub: undefined as never }),
    "no end": await token({ exp: undefined as never }),
    "no tenant": await token({ org: undefined }),
    "a tenant that is no text": await token({ org: ["aurora", "basement"] }),
    "no role": await token({ groups: ["strangers"] }),
    "another key": await token({}, { key: other.privateKey }),
    "an unknown key id": await token({}, { kid: "es-2" }),
    "another tenant put in": `${head}.${forged}.${signature}`,
    "no signature": `${head}.${body}.`,
    nonsense: "x.y.z",
    nothing: "",
    "too long": "a".repeat(20_000),
  };

  for (const [what, text] of Object.entries(bad)) assert.equal(await tokens.verify(text), undefined, what);
  assert.ok(await tokens.verify(good));
});

test("alg none, and the public key used as a secret, do not pass", async () => {
  const claims = {
    iss: idp.issuer,
    aud: idp.audience,
    sub: "ada",
    exp: NOW_S + 300,
    org: "aurora",
    groups: ["engineers"],
  };
  const none = `${unsigned({ alg: "none", kid: "es-1" }, claims)}.`;
  const confused = unsigned({ alg: "HS256", kid: "es-1" }, claims);
  const pem = es.publicKey.export({ type: "spki", format: "pem" });
  const mac = createHmac("sha256", pem).update(confused).digest("base64url");
  const critical = unsigned({ alg: "ES256", kid: "es-1", crit: ["exp2"], exp2: 1 }, claims);

  for (const text of [none, `${confused}.${mac}`, `${critical}.AAAA`])
    assert.equal(await fresh().verify(text), undefined);
});

test("an algorithm that the app did not name is refused, even with a key of the provider", async () => {
  assert.equal(await fresh({ algorithms: ["RS256"] }).verify(await token()), undefined);
});

test("a token is verified once, and not beyond its end", async () => {
  let nowMs = NOW_MS;
  const tokens = new OutsideTokens(idp, { now: () => new Date(nowMs) });
  const text = await token();
  await tokens.verify(text);
  const before = asked;

  const again = await tokens.verify(text);
  nowMs = NOW_MS + 301_000;
  const late = await tokens.verify(text);

  assert.ok(again);
  assert.equal(asked, before);
  assert.equal(late, undefined);
});

test("one token is never answered with what another proved", async () => {
  const tokens = fresh();
  const [ada, ben] = await Promise.all([token(), token({ sub: "ben", org: "basement" })]);

  const answers = await Promise.all([ada, ben, ada, ben].map((text) => tokens.verify(text)));

  assert.deepEqual(
    answers.map((each) => each?.tenant),
    ["aurora", "basement", "aurora", "basement"],
  );
});

test("a provider that does not answer lets nobody in, and is told apart from a bad token", async () => {
  isDown = true;
  try {
    await assert.rejects(async () => fresh().verify(await token()), { code: "identity.outside_unreachable" });
  } finally {
    isDown = false;
  }
});

test("a bad configuration is refused by name of its option", () => {
  const bad: [Partial<OutsideIdp>, string][] = [
    [{ issuer: "id" }, "issuer"],
    [{ jwksUrl: "http://id.example.com/jwks" }, "jwksUrl"],
    [{ audience: " " }, "audience"],
    [{ tenantClaim: "" }, "tenantClaim"],
    [{ roles: [] }, "roles"],
    [{ algorithms: ["HS256" as never] }, "algorithms"],
  ];

  for (const [changes, option] of bad) {
    assert.throws(
      () => fresh(changes),
      (error: Error & { code?: string }) =>
        error.code === "identity.outside_misconfigured" && error.message.includes(`\`${option}\``),
    );
  }
});
