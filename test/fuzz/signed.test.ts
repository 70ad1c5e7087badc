import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import fastify, { type FastifyInstance } from "fastify";
import { exportJWK, SignJWT } from "jose";
import { exportWhole } from "../../src/audit/export.ts";
import { recordEvent } from "../../src/audit/record.ts";
import { verifyExport } from "../../src/audit/verify-export.ts";
import { withTx } from "../../src/db/tx.ts";
import { isAdmitted } from "../../src/gate/authorise.ts";
import { OutsideTokens } from "../../src/identity/outside-tokens.ts";
import type { OutsidePrincipal } from "../../src/identity/principal.ts";
import { readIdpMetadata } from "../../src/sso/saml/metadata.ts";
import { SamlRefusal } from "../../src/sso/saml/refusal.ts";
import { type SamlIdentity, verifyResponse } from "../../src/sso/saml/response.ts";
import { attributeOf, escapeXml, readXml, type XmlElement } from "../../src/sso/saml/xml.ts";
import { fuzz, fuzzAsync } from "../support/fuzz.ts";
import { openHouse } from "../support/house.ts";
import { encode, SamlIdp } from "../support/saml-idp.ts";

const isSamlRefusal = (failure: unknown) => failure instanceof SamlRefusal;
const NOW = new Date("2026-03-01T12:00:00Z");
const ACS = "https://app.example.com/v1/sign-in/saml/1";
const AUDIENCE = "https://app.example.com/saml/1";
const idp = new SamlIdp();
const stranger = new SamlIdp("evil.example.com");
const OPTIONS = { acsUrl: ACS, audience: AUDIENCE, requestId: "_q1", now: NOW };
const XML_PIECES = [
  ...[
    '<saml:Assertion ID="_evil" Version="2.0">',
    "</saml:Assertion>",
    "<saml:NameID>eve@evil.example</saml:NameID>",
  ],
  ...[
    "<!--x-->",
    "<!DOCTYPE a>",
    "<![CDATA[x]]>",
    "<?x y?>",
    "&amp;",
    "&#x41;",
    "&#0;",
    "&e;",
    'xmlns:ds="urn:x"',
    "ds:",
    "saml:",
  ],
  ...['ID="_q1"', "Signature", "Reference", "URI", "<a>", "</a>", "<a/>", "/>"],
];

function printXml({ name, attributes, children, text }: XmlElement): string {
  const head = attributes.map((each) => ` ${each.name}="${escapeXml(each.value)}"`).join("");
  return `<${name}${head}>${escapeXml(text)}${children.map(printXml).join("")}</${name}>`;
}

test("XML: what is read can be written and is read the same again", () =>
  fuzz({
    corpus: [idp.respond(OPTIONS), '<a b="1"><c xmlns="urn:x">t&lt;</c></a>'],
    pieces: XML_PIECES,
    read: readXml,
    isRefusal: isSamlRefusal,
    judge: (_, read) => {
      const printed = printXml(read as XmlElement);
      // Text between children moves to the front of its element; once is enough.
      assert.equal(printXml(readXml(printed)), printed);
      assert.equal(attributeOf(read as XmlElement, "__proto__"), undefined);
    },
  }));

test("SAML metadata: read or refused", () =>
  fuzz({
    corpus: [idp.metadata(), idp.metadata([idp.certificate, stranger.certificate])],
    pieces: XML_PIECES,
    runs: 200,
    read: readIdpMetadata,
    isRefusal: isSamlRefusal,
  }));

test("SAML responses: nobody is signed in but whom the identity provider has signed, with what it has signed", async () => {
  const options = { ...OPTIONS, attributes: { groups: ["engineers", "R&amp;D"] } };
  const corpus = (["assertion", "both"] as const).map((sign) => idp.respond({ ...options, sign }));
  const expected = {
    idpEntityId: idp.entityId,
    certificates: [idp.certificate],
    audience: AUDIENCE,
    acsUrl: ACS,
    requestId: "_q1",
    maxAgeMs: null,
    now: NOW,
  };
  const forged = stranger.respond({ ...options, nameId: "eve@evil.example" });
  await fuzzAsync({
    corpus,
    pieces: [...XML_PIECES, forged, /<saml:Assertion.*<\/saml:Assertion>/s.exec(forged)?.[0] ?? ""],
    runs: 250,
    read: (xml) => verifyResponse(encode(xml), expected),
    isRefusal: isSamlRefusal,
    judge: (_, read) => {
      const { nameId, attributes, issuer } = read as SamlIdentity;
      assert.deepEqual(
        [nameId, issuer, [...attributes]],
        ["ada@studio.example.com", idp.entityId, [["groups", ["engineers", "R&D"]]]],
      );
    },
  });
});

let jwks: ReturnType<typeof createServer>;
let proxied: FastifyInstance;
before(async () => {
  jwks = createServer();
  await new Promise<void>((resolve) => jwks.listen(0, "127.0.0.1", resolve));
  proxied = fastify({ trustProxy: ["127.0.0.1", "10.0.0.0/8"] });
  proxied.get("/", async (request) => ({ ip: request.ip }));
});
after(async () => {
  jwks.closeAllConnections();
  jwks.close();
  await proxied.close();
});

test("tokens of an outside provider: only what its key has signed, and as it signed it", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = { ...(await exportJWK(publicKey)), kid: "1", alg: "ES256", use: "sig" };
  jwks.removeAllListeners("request");
  jwks.on("request", (_, response) => void response.end(JSON.stringify({ keys: [jwk] })));
  const sign = (sub: string, org: string) =>
    new SignJWT({ org, groups: ["engineers"] })
      .setProtectedHeader({ alg: "ES256", kid: "1" })
      .setIssuer("https://id.example.com")
      .setAudience("studio")
      .setSubject(sub)
      .setExpirationTime(NOW.getTime() / 1_000 + 300)
      .sign(privateKey);
  const corpus = [await sign("ada", "aurora"), await sign("ben", "basement")];
  const tokens = new OutsideTokens(
    {
      ...{ issuer: "https://id.example.com", audience: "studio", tenantClaim: "org" },
      jwksUrl: `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/`,
      roles: [{ claim: "groups", equals: "engineers", roles: ["member"] }],
    },
    { now: () => NOW },
  );
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const heads = [
    { alg: "none" },
    { alg: "HS256", kid: "1" },
    { alg: "ES256", kid: "1", crit: ["x"] },
    { alg: "ES256", jwk },
  ];
  await fuzzAsync({
    corpus,
    pieces: [
      ".",
      ...heads.map(part),
      part({ sub: "eve", org: "aurora", groups: ["engineers"], exp: 9e9 }),
      "A",
      "=",
    ],
    runs: 400,
    read: (token) => tokens.verify(token),
    judge: (input, read) => {
      if (read === undefined) return;
      const bytes = (token: string) =>
        token
          .split(".")
          .map((each) => Buffer.from(each, "base64url").toString("hex"))
          .join();
      const { id, tenant } = read as OutsidePrincipal;
      assert.ok(
        corpus.some((token) => bytes(token) === bytes(input)),
        "its bytes are those that were signed",
      );
      assert.ok(
        [
          ["ada", "aurora"],
          ["ben", "basement"],
        ].some(([sub, org]) => id.endsWith(`#${sub}`) && tenant === org),
      );
    },
  });
});

test("forwarded addresses: text of the header never becomes an address that an allow-list admits by mistake", () =>
  fuzzAsync({
    corpus: ["10.1.2.3", "192.0.2.1, 10.1.2.3", "2001:db8::1, 10.9.9.9"],
    pieces: [
      ",",
      ", ",
      "10.0.0.1",
      "192.168.0.1",
      "unknown",
      "_hidden",
      "[::1]",
      "::ffff:192.168.0.1",
      ":80",
      "for=",
    ],
    runs: 300,
    read: async (forwarded) => {
      // What node's parser refuses in a header never arrives.
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(forwarded)) return "127.0.0.1";
      const answer = await proxied.inject({ url: "/", headers: { "x-forwarded-for": forwarded } });
      return (answer.json() as { ip?: string }).ip;
    },
    judge: (forwarded, ip) => {
      if (!isAdmitted(ip as string | undefined, ["192.168.0.0/16"])) return;
      // The right-most one that is no proxy of ours.
      const own = forwarded
        .split(",")
        .map((each) => each.trim().replace(/^::ffff:/i, ""))
        .filter((each) => each !== "")
        .toReversed()
        .find((each) => !/^(10\.|127\.0\.0\.1$)/.test(each));
      assert.equal(String(ip).replace(/^::ffff:/i, ""), own);
    },
  }));

test("exports of the audit log: a file that was touched is not whole and in order", async () => {
  await using house = await openHouse({ sql: null });
  const { control, audit } = house.tenancy.internals;
  for (let i = 0; i < 6; i++) {
    await withTx(control, (tx) =>
      recordEvent(tx, { actor: "test" }, "plan.updated", null, { i, name: `é${i}` }),
    );
  }
  await audit.sequencer.run();
  const lines: string[] = [];
  for await (const line of exportWhole({ pool: control, signer: audit.signer })) lines.push(line);
  const whole = lines.join("\n");
  const records = (text: string) =>
    text.split("\n").flatMap((line) => (line.includes('"seq"') ? [line] : []));
  await fuzzAsync({
    corpus: [whole],
    pieces: ["\n", '{"seq":1}', '"leaf":', lines[0] as string, lines.at(-1) as string, "null"],
    runs: 150,
    read: (text) => verifyExport(text.split("\n"), { key: audit.signer }),
    judge: (text, read) => {
      const { faults, isWhole } = read as Awaited<ReturnType<typeof verifyExport>>;
      if (faults.length > 0 || !isWhole) return;
      // White space and the order of names in a line are nobody's business; what the records say is.
      const said = (from: string) => records(from).map((line) => JSON.parse(line).record);
      assert.deepEqual(said(text), said(whole));
    },
  });
});
