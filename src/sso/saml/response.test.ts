import assert from "node:assert/strict";
import { test } from "node:test";
import { encode, type ResponseOptions, SamlIdp } from "../../../test/support/saml-idp.ts";
import { type SamlFault, SamlRefusal } from "./refusal.ts";
import { type SamlExpectation, verifyResponse } from "./response.ts";

const NOW = new Date("2026-03-01T12:00:00Z");
const ACS = "https://app.example.com/v1/sign-in/saml/1";
const AUDIENCE = "https://app.example.com/saml/1";
const idp = new SamlIdp();
const other = new SamlIdp("other.example.com");
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

test("a signed assertion tells who signed in", async () => {
  const xml = idp.respond({
    ...OPTIONS,
    nameId: "ada@studio.example.com",
    attributes: { groups: ["engineers", "R&amp;D"], email: ["ada@studio.example.com"] },
    authenticatedAt: new Date("2026-03-01T11:50:00Z"),
  });

  const identity = await verifyResponse(encode(xml), EXPECTED);

  assert.equal(identity.nameId, "ada@studio.example.com");
  assert.equal(identity.issuer, idp.entityId);
  assert.deepEqual(identity.attributes.get("groups"), ["engineers", "R&D"]);
  assert.equal(identity.authenticatedAt.toISOString(), "2026-03-01T11:50:00.000Z");
  assert.match(identity.authnContext ?? "", /PasswordProtectedTransport$/);
});

test("a response that is signed as well is accepted, and SHA-512 is", async () => {
  const both = idp.respond({ ...OPTIONS, sign: "both" });
  const sha512 = idp.respond({
    ...OPTIONS,
    signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
    digestAlgorithm: "http://www.w3.org/2001/04/xmlenc#sha512",
  });

  assert.equal(await refusal(both), "accepted");
  assert.equal(await refusal(sha512), "accepted");
});

test("during a rotation the old and the new certificate are accepted, a removed one is not", async () => {
  const rotated = new SamlIdp("idp.example.com");
  const certificates = [idp.certificate, rotated.certificate];

  assert.equal(await refusal(idp.respond(OPTIONS), { certificates }), "accepted");
  assert.equal(await refusal(rotated.respond(OPTIONS), { certificates }), "accepted");
  assert.equal(await refusal(idp.respond(OPTIONS), { certificates: [rotated.certificate] }), "signature");
});

test("the certificate inside the document is not believed", async () => {
  const forged = new SamlIdp("idp.example.com", other.keys).respond(OPTIONS);

  assert.equal(await refusal(forged), "signature");
});

test("unsigned, and signed at the response only, are refused", async () => {
  assert.equal(await refusal(idp.respond({ ...OPTIONS, sign: "none" })), "unsigned");
  assert.equal(await refusal(idp.respond({ ...OPTIONS, sign: "response" })), "unsigned");
});

test("a response signature that does not hold is refused though the assertion's does", async () => {
  const xml = idp.respond({ ...OPTIONS, sign: "both" });
  const changed = xml.replace(/IssueInstant="[^"]+"/, 'IssueInstant="2026-03-01T12:00:01Z"');

  assert.notEqual(changed, xml);
  assert.equal(await refusal(changed), "signature");
});

test("who it is for is checked: audience, recipient, destination, issuer", async () => {
  assert.equal(
    await refusal(idp.respond({ ...OPTIONS, audience: "https://app.example.com/saml/2" })),
    "audience",
  );
  assert.equal(await refusal(idp.respond({ ...OPTIONS, acsUrl: `${ACS}2` })), "destination");
  const recipient = (xml: string) =>
    xml.replace(`Recipient="${ACS}"`, 'Recipient="https://evil.example.com/"');
  assert.equal(await refusal(idp.respond({ ...OPTIONS, edit: recipient })), "recipient");
  const none = (xml: string) => xml.replace(/<saml:AudienceRestriction>.*<\/saml:AudienceRestriction>/, "");
  assert.equal(await refusal(idp.respond({ ...OPTIONS, edit: none })), "audience");
  const issuer = (xml: string) => xml.replaceAll(idp.entityId, other.entityId);
  assert.equal(await refusal(idp.respond({ ...OPTIONS, edit: issuer })), "issuer");
});

test("when it is for is checked by the given clock", async () => {
  const at = (offsetMs: number) => ({ now: new Date(NOW.getTime() + offsetMs) });
  const xml = idp.respond(OPTIONS);

  assert.equal(await refusal(xml, at(6 * 60_000)), "accepted"); // 5 minutes and the clock skew
  assert.equal(await refusal(xml, at(8 * 60_000)), "expired");
  assert.equal(await refusal(xml, at(-3 * 60_000)), "not_yet_valid");
  const day = idp.respond({ ...OPTIONS, lifetimeMs: 86_400_000 });
  assert.equal(await refusal(day, at(2 * 3_600_000)), "expired"); // longer than ids of used ones are kept
});

test("an answer to another request, and one that nobody asked for, are refused", async () => {
  assert.equal(await refusal(idp.respond({ ...OPTIONS, requestId: "_q2" })), "in_response_to");
  assert.equal(await refusal(idp.respond({ ...OPTIONS, requestId: null })), "in_response_to");
  assert.equal(await refusal(idp.respond(OPTIONS), { requestId: null }), "unsolicited");
  assert.equal(await refusal(idp.respond({ ...OPTIONS, requestId: null }), { requestId: null }), "accepted");
  const outer = (xml: string) => xml.replace('InResponseTo="_q1"', 'InResponseTo="_q2"');
  assert.equal(await refusal(outer(idp.respond(OPTIONS))), "in_response_to");
});

test("a step-up is not satisfied by an old sign-in", async () => {
  const xml = idp.respond({ ...OPTIONS, authenticatedAt: new Date(NOW.getTime() - 3_600_000) });

  assert.equal(await refusal(xml, { maxAgeMs: 300_000 }), "stale_authentication");
  assert.equal(await refusal(xml, { maxAgeMs: null }), "accepted");
});

test("algorithms are an allow-list: SHA-1, HMAC, other canonicalisations and transforms are refused", async () => {
  const sha1 = { signatureAlgorithm: "http://www.w3.org/2000/09/xmldsig#rsa-sha1" };
  assert.equal(await refusal(idp.respond({ ...OPTIONS, ...sha1 })), "algorithm");
  const digest = { digestAlgorithm: "http://www.w3.org/2000/09/xmldsig#sha1" };
  assert.equal(await refusal(idp.respond({ ...OPTIONS, ...digest })), "algorithm");
  const inclusive = { canonicalization: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315" };
  assert.equal(await refusal(idp.respond({ ...OPTIONS, ...inclusive })), "algorithm");
  const withComments = {
    transforms: [
      "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
      "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    ],
  };
  assert.equal(await refusal(idp.respond({ ...OPTIONS, ...withComments })), "algorithm");
  const signed = idp.respond(OPTIONS);
  for (const [from, to] of [
    ["xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"],
    ["2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#hmac-sha1"],
    ["2000/09/xmldsig#enveloped-signature", "TR/1999/REC-xslt-19991116"],
    ["2000/09/xmldsig#enveloped-signature", "TR/1999/REC-xpath-19991116"],
    ["xmlenc#sha256", "xmlenc#none"],
  ] as const) {
    const tricked = signed.replace(from, to);
    assert.notEqual(tricked, signed);
    assert.equal(await refusal(tricked), "algorithm", to);
  }
});

test("a changed byte of the assertion is noticed", async () => {
  const xml = idp.respond({ ...OPTIONS, nameId: "ada@studio.example.com" });

  assert.equal(await refusal(xml.replace("ada@", "eve@")), "signature");
});

test("what the identity provider says instead of an assertion is told", async () => {
  const failed = (xml: string) =>
    xml.replace(/<saml:Assertion.*<\/saml:Assertion>/, "").replace("status:Success", "status:Responder");

  assert.equal(await refusal(idp.respond({ ...OPTIONS, sign: "none", edit: failed })), "status");
});

test("an encrypted assertion is refused with its cure", async () => {
  const encrypted = (xml: string) =>
    xml.replace(/<saml:Assertion.*<\/saml:Assertion>/, "<saml:EncryptedAssertion></saml:EncryptedAssertion>");

  assert.equal(await refusal(idp.respond({ ...OPTIONS, sign: "none", edit: encrypted })), "encrypted");
});
