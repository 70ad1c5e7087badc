import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { encode, type ResponseOptions, SamlIdp } from "../../../test/support/saml-idp.ts";
import { filterResponse } from "./filter.ts";
import { type SamlFault, SamlRefusal } from "./refusal.ts";
import { type SamlExpectation, verifyResponse } from "./response.ts";
import { readXml, type XmlElement } from "./xml.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const ACS = "https://app.example.com/v1/sign-in/saml/1";
const AUDIENCE = "https://app.example.com/saml/1";
const idp = new SamlIdp();
const EXPECTED: SamlExpectation = {
  idpEntityId: idp.entityId,
  certificates: [idp.certificate],
  audience: AUDIENCE,
  acsUrl: ACS,
  requestId: "_q1",
  maxAgeMs: null,
  now: NOW,
};
const OPTIONS: ResponseOptions = { acsUrl: ACS, audience: AUDIENCE, requestId: "_q1", now: NOW };

async function refusal(
  xml: string,
  expected: Partial<SamlExpectation> = {},
): Promise<SamlFault | "accepted"> {
  try {
    await verifyResponse(encode(xml), { ...EXPECTED, ...expected });
    return "accepted";
  } catch (failure) {
    assert.ok(failure instanceof SamlRefusal, `not a refusal: ${failure}`);
    return failure.fault;
  }
}

/** A signed document in its parts, for wrapping. */
function parts(sign: "assertion" | "response" | "both" = "assertion") {
  const xml = idp.respond({ ...OPTIONS, sign });
  const assertion = /<saml:Assertion.*<\/saml:Assertion>/s.exec(xml)?.[0] as string;
  const signature = /<ds:Signature.*?<\/ds:Signature>/s.exec(assertion)?.[0] ?? "";
  const bare = assertion.replace(signature, "");
  const evil = bare.replace("ada@studio.example.com", "eve@evil.example.com");
  const evilId = evil.replace(/ID="[^"]+"/, 'ID="_evil"');
  const [before = "", after = ""] = xml.split(assertion);
  return { xml, assertion, signature, bare, evil, evilId, before, after };
}

/** `inner` as the last child of the first element of `outer`. */
const inside = (outer: string, inner: string) => outer.replace(/<\/[\w:]+>$/, (end) => inner + end);
const afterIssuer = (assertion: string, what: string) =>
  assertion.replace("</saml:Issuer>", `</saml:Issuer>${what}`);

/** Names as in the literature: Somorovsky et al., "On Breaking SAML", and the tools that followed. */
function wrappings(): Record<string, string> {
  const { xml, assertion, signature, bare, evil, evilId, before, after } = parts();
  const whole = parts("response");
  const wholeSignature = /<ds:Signature.*?<\/ds:Signature>/s.exec(whole.xml)?.[0] as string;
  const evilWhole = whole.xml
    .replace("ada@studio.example.com", "eve@evil.example.com")
    .replace(/ID="[^"]+"/, 'ID="_evil"');
  const bareWhole = whole.xml.replace(wholeSignature, "");
  const object = (what: string) => `<ds:Object>${what}</ds:Object>`;
  const signatureWith = (what: string) => signature.replace("</ds:Signature>", `${what}</ds:Signature>`);
  return {
    "XSW1 signed response in the signature of the forged one": evilWhole.replace(
      "</ds:Signature>",
      `${bareWhole}</ds:Signature>`,
    ),
    "XSW2 signed response before the signature of the forged one": evilWhole.replace(
      wholeSignature,
      bareWhole + wholeSignature,
    ),
    "XSW3 forged assertion before the signed one": before + evilId + assertion + after,
    "XSW3b forged assertion behind the signed one": before + assertion + evilId + after,
    "XSW4 signed assertion in the forged one": before + inside(evilId, assertion) + after,
    "XSW5 signature in the forged one, original at the end":
      before + afterIssuer(evilId, signature) + bare + after,
    "XSW6 original in the signature of the forged one":
      before + afterIssuer(evilId, signatureWith(bare)) + after,
    "XSW7 forged assertion in Extensions": `${before}<samlp:Extensions>${evilId}</samlp:Extensions>${assertion}${after}`,
    "XSW8 original in an Object of the signature":
      before + afterIssuer(evilId, signatureWith(object(bare))) + after,
    "XSW9 original in Extensions, forged one with its ID": `${before}<samlp:Extensions>${assertion}</samlp:Extensions>${evil}${after}`,
    "XSW10 a response in the response": `${before}<samlp:Response>${evilId}</samlp:Response>${assertion}${after}`,
    "original in Advice": before + inside(evilId, `<saml:Advice>${assertion}</saml:Advice>`) + after,
    "original in StatusDetail": xml
      .replace("</samlp:Status>", `<samlp:StatusDetail>${assertion}</samlp:StatusDetail></samlp:Status>`)
      .replace(`${assertion}</samlp:Response>`, `${evilId}</samlp:Response>`),
    "forged assertion of another namespace": `${before}${evilId.replace("<saml:Assertion", '<saml:Assertion xmlns:saml="urn:x:y"')}${assertion}${after}`,
    "forged assertion in other case":
      before + evilId.replaceAll("saml:Assertion", "saml:assertion") + assertion + after,
    "signature of the assertion at the response":
      before.replace("</saml:Issuer>", `</saml:Issuer>${signature}`) + evil + after,
    "second signature in the assertion": before + afterIssuer(assertion, signature) + after,
    "signature deep in the assertion":
      before + evil.replace("<saml:Conditions", `${signature}<saml:Conditions`) + after,
    "two references": xml.replace(/(<ds:Reference.*?<\/ds:Reference>)/s, "$1$1"),
    "two SignedInfo": xml.replace(/(<ds:SignedInfo.*?<\/ds:SignedInfo>)/s, "$1$1"),
    "a DigestValue in two": xml.replace(
      /<ds:DigestValue>/,
      "<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestValue>",
    ),
    "an empty reference": xml.replace(/URI="#[^"]+"/, 'URI=""'),
    "a reference by XPointer": xml.replace(/URI="#([^"]+)"/, `URI="#xpointer(id('$1'))"`),
    "an element in the DigestValue": xml.replace(/<ds:DigestValue>/, "<ds:DigestValue><ds:X/>"),
  };
}

test("no wrapping of a signed document is accepted", async () => {
  const accepted: string[] = [];
  for (const [name, xml] of Object.entries(wrappings())) {
    if ((await refusal(xml)) === "accepted") accepted.push(name);
    assert.ok(!xml.includes("undefined"), name);
  }

  assert.deepEqual(accepted, []);
});

test("a comment, CDATA, DOCTYPE or instruction is refused before anything is parsed", async () => {
  const { xml } = parts();
  const inName = (what: string) =>
    xml.replace("ada@studio.example.com", `ada@studio.example.com${what}.evil.org`);

  assert.equal(await refusal(inName("<!-- -->")), "comment");
  assert.equal(await refusal(inName("<![CDATA[]]>")), "cdata");
  assert.equal(await refusal(inName("<?x y?>")), "processing_instruction");
  assert.equal(await refusal(inName("&evil;")), "entity");
  assert.equal(await refusal(`<!DOCTYPE samlp:Response [<!ENTITY e "x">]>${xml}`), "doctype");
  assert.equal(await refusal(`<!doctype x SYSTEM "http://127.0.0.1/x">${xml}`), "doctype");
  assert.equal(await refusal(`<?xml version="1.0"?>${xml}`), "accepted");
  assert.equal(await refusal(`<?xml version="1.0" encoding="UTF-16"?>${xml}`), "processing_instruction");
  assert.equal(await refusal(`<?xml-stylesheet href="x"?>${xml}`), "processing_instruction");
  assert.equal(await refusal(xml + xml), "several_roots");
  assert.equal(await refusal(`${xml}x`), "several_roots");
});

test("attributes twice, IDs twice or with a prefix, and odd namespaces are refused", async () => {
  const { xml } = parts();
  const assertionTag = (what: string) => xml.replace("<saml:Assertion ", `<saml:Assertion ${what} `);

  assert.equal(await refusal(assertionTag('ID="_evil"')), "duplicate_attribute");
  assert.equal(
    await refusal(assertionTag('xmlns:a="urn:x:y" xmlns:b="urn:x:y" a:c="1" b:c="2"')),
    "duplicate_attribute",
  );
  assert.equal(await refusal(assertionTag('samlp:ID="_evil"')), "duplicate_id");
  assert.equal(await refusal(assertionTag('xml:id="_evil"')), "duplicate_id");
  assert.equal(
    await refusal(xml.replace(/ID="_r\d+"/, `ID="${/Assertion ID="([^"]+)/.exec(xml)?.[1]}"`)),
    "duplicate_id",
  );
  // Void canonicalisation: a relative namespace makes some canonicalisers return nothing, which has one digest for all.
  assert.equal(await refusal(assertionTag('xmlns:void="1"')), "namespace");
  assert.equal(await refusal(assertionTag('xmlns:void="../x"')), "namespace");
  assert.equal(await refusal(assertionTag('xmlns:xml="urn:x:y"')), "namespace");
  assert.equal(await refusal(assertionTag('x:y="1"')), "namespace");
});

test("the assertion of another tenant's identity provider is refused", async () => {
  const otherIdp = new SamlIdp("idp.example.com"); // the same names, other keys
  const forOther = {
    audience: "https://app.example.com/saml/2",
    acsUrl: "https://app.example.com/v1/sign-in/saml/2",
  };

  assert.equal(await refusal(otherIdp.respond(OPTIONS)), "signature");
  assert.equal(await refusal(idp.respond({ ...OPTIONS, ...forOther })), "destination");
});

test("documents that are too large, too deep or too wide are refused at once", async () => {
  const startedMs = performance.now();

  assert.equal(await refusal("x".repeat(300 * 1024)), "too_large");
  assert.equal(await refusal("<a>".repeat(1_000)), "too_deep");
  assert.equal(await refusal(`<a>${"<b/>".repeat(6_000)}</a>`), "too_many_elements");
  assert.equal(
    await refusal(`<a ${Array.from({ length: 100 }, (_, i) => `x${i}="1"`).join(" ")}/>`),
    "too_many_attributes",
  );
  assert.equal(await refusal(`<a b="${"&lt;".repeat(50_000)}"/>`), "not_a_response");

  assert.ok(performance.now() - startedMs < 5_000);
});

const VECTORS = join(import.meta.dirname, "../../../../shared/data/saml/test/static/signatures");

test("of the published signed messages none gets through: SHA-1, advice, encryption and unsigned assertions are refused", async () => {
  const seen: Record<string, number> = {};
  for (const folder of ["valid", "invalid"]) {
    for (const file of readdirSync(join(VECTORS, folder))) {
      const xml = readFileSync(join(VECTORS, folder, file), "utf8");
      const pem = /X509Certificate>([^<]+)</.exec(xml)?.[1] ?? "";
      const certificate = `-----BEGIN CERTIFICATE-----\n${pem.replace(/\s/g, "")}\n-----END CERTIFICATE-----`;
      const expected = {
        certificates: [pem === "" ? idp.certificate : certificate],
        idpEntityId: "https://evil-corp.com",
        acsUrl: "https://evil-corp.madness.com/sso/callback",
        requestId: "_e8df3fe5f04237d25670",
        now: new Date("2020-09-25T16:10:00Z"),
      };
      const fault = await refusal(xml, expected);
      assert.notEqual(fault, "accepted", `${folder}/${file}`);
      seen[fault] = (seen[fault] ?? 0) + 1;
    }
  }

  assert.equal(
    Object.values(seen).reduce((sum, count) => sum + count, 0),
    36,
  );
  assert.ok(
    (seen["algorithm"] ?? 0) > 0 && (seen["several_assertions"] ?? 0) > 0 && (seen["encrypted"] ?? 0) > 0,
  );
});

/** The parser that the signature library reads with. */
const { DOMParser } = createRequire(createRequire(import.meta.url).resolve("@node-saml/node-saml"))(
  "@xmldom/xmldom",
);

interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly localName: string;
  readonly namespaceURI: string | null;
  readonly nodeValue: string;
  readonly attributes: ArrayLike<{ name: string; value: string }>;
  readonly childNodes: ArrayLike<DomNode>;
}

function ofDom(node: DomNode): unknown {
  const children = Array.from(node.childNodes);
  return [
    node.nodeName,
    node.localName,
    node.namespaceURI ?? "",
    Array.from(node.attributes, ({ name, value }) => `${name}=${value}`).sort(),
    children
      .filter(({ nodeType }) => nodeType === 3)
      .map(({ nodeValue }) => nodeValue)
      .join(""),
    children.filter(({ nodeType }) => nodeType === 1).map(ofDom),
    children.filter(({ nodeType }) => nodeType !== 1 && nodeType !== 3).length,
  ];
}

function ofOurs(element: XmlElement): unknown {
  return [
    element.name,
    element.local,
    element.namespace,
    element.attributes.map(({ name, value }) => `${name}=${value}`).sort(),
    element.text,
    element.children.map(ofOurs),
    0,
  ];
}

const SEED = Number(process.env["FUZZ_SEED"] ?? 20260301);
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 2_000);
const TOKENS = [
  "<",
  ">",
  "/",
  "=",
  '"',
  "'",
  "&",
  ";",
  "<!--",
  "-->",
  "<![CDATA[",
  "]]>",
  "<?",
  "?>",
  "<!DOCTYPE x>",
  "&lt;",
  "&#60;",
  "&#x3c;",
  "&#0;",
  "\r\n",
  "\t",
  "\u0000",
  "\u0085",
  "\u2028",
  "\ufeff",
  "<a>",
  "</a>",
  "<a/>",
  ' ID="x"',
  ' xmlns="urn:x:y"',
  ' xmlns:saml="urn:x:y"',
  "<saml:Assertion>",
  "</saml:Assertion>",
  "<ds:Signature/>",
  "é",
  "😀",
];

test(`what the filter lets through means the same to the signature library's parser (seed ${SEED})`, () => {
  const { xml } = parts("both");
  const edit = fc.record({
    at: fc.nat(xml.length),
    remove: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(12)),
    insert: fc.oneof(
      fc.constantFrom(...TOKENS),
      fc.constantFrom(""),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
  });
  let passed = 0;
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
      let text = xml;
      for (const { at, remove, insert } of edits) text = text.slice(0, at) + insert + text.slice(at + remove);
      let root: XmlElement;
      try {
        root = readXml(text);
      } catch (failure) {
        assert.ok(failure instanceof SamlRefusal, String(failure));
        return;
      }
      passed += 1;
      const faults: string[] = [];
      const errorHandler = (_level: string, message: string) => void faults.push(message);
      const dom = new DOMParser({ errorHandler }).parseFromString(text.replace(/\r\n?/g, "\n"), "text/xml");
      assert.deepEqual(ofOurs(root), ofDom(dom.documentElement as DomNode), faults.join("; "));
    }),
    { seed: SEED, numRuns: RUNS },
  );

  assert.ok(passed > RUNS / 20, `only ${passed} of ${RUNS} were let through`);
});

test(`the filter answers any bytes with a refusal (seed ${SEED})`, () => {
  const near = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("base64"));
  const soup = fc.array(fc.constantFrom(...TOKENS, "<samlp:Response", "<saml:Issuer>"), { maxLength: 40 });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        near,
        soup.map((tokens) => encode(tokens.join(""))),
      ),
      (encoded) => {
        assert.throws(() => filterResponse(encoded), SamlRefusal);
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
});
