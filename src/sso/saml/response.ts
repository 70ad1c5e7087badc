import { SAML } from "@node-saml/node-saml";
import { ASSERTION, type FilteredResponse, filterResponse, PROTOCOL } from "./filter.ts";
import { SamlRefusal } from "./refusal.ts";
import { attributeOf, childOf, childrenOf, readXml, type XmlElement } from "./xml.ts";

/** What a response must fit: the connection, and the request that it answers. */
export interface SamlExpectation {
  /** Entity id of the identity provider. */
  readonly idpEntityId: string;
  /** PEM; several while the identity provider rotates. */
  readonly certificates: readonly string[];
  /** Our entity id: the audience. */
  readonly audience: string;
  /** Our assertion consumer service: destination and recipient. */
  readonly acsUrl: string;
  /** Id of our request; null: the sign-in began at the identity provider. */
  readonly requestId: string | null;
  /** The person must have signed in at most so long ago; null: whenever. */
  readonly maxAgeMs: number | null;
  readonly now: Date;
}

/** Who the identity provider says it is. */
export interface SamlIdentity {
  readonly issuer: string;
  readonly nameId: string;
  readonly nameIdFormat: string | null;
  readonly sessionIndex: string | null;
  readonly assertionId: string;
  /** Until then its id has to be remembered, so that it is not used twice. */
  readonly replayUntil: Date;
  readonly authenticatedAt: Date;
  /** Class of the authentication context, such as a SAML class URI. */
  readonly authnContext: string | null;
  /** Values by attribute name; an attribute that comes twice has the values of both. */
  readonly attributes: ReadonlyMap<string, readonly string[]>;
}

/** Clocks of identity providers are off by this much, not by more. */
export const CLOCK_SKEW_MS = 120_000;
/** A response is used at once. This bounds how long ids of used ones are kept. */
const ASSERTION_AGE_MAX_MS = 3_600_000;
const NAME_CHARACTERS_MAX = 320;
const VALUES_MAX = 5_000;
const BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success";

/**
 * Verifies a SAMLResponse of the POST binding (SAML 2.0 profiles, section 4.1.4.3). Everything that counts is read from the bytes
 * that the signature covers. What is left to the caller: the request id works once, the assertion id too.
 * Throws SamlRefusal.
 */
export async function verifyResponse(encoded: string, expected: SamlExpectation): Promise<SamlIdentity> {
  const filtered = filterResponse(encoded);
  checkEnvelope(filtered.response, expected);
  const assertion = readXml(await verifySignature(filtered, expected));
  return checkAssertion(assertion, expected);
}

/** The XML of the assertion, as signed. */
async function verifySignature(filtered: FilteredResponse, expected: SamlExpectation): Promise<string> {
  const saml = new SAML({
    idpCert: [...expected.certificates],
    issuer: expected.audience,
    audience: expected.audience,
    callbackUrl: expected.acsUrl,
    wantAssertionsSigned: true,
    // A signature on the response is not asked for; one that is there must hold.
    wantAuthnResponseSigned: filtered.isResponseSigned,
    // Times are checked below, by our clock.
    acceptedClockSkewMs: -1,
  });
  try {
    const encoded = Buffer.from(filtered.xml).toString("base64");
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: encoded });
    const xml = profile?.getAssertionXml?.();
    if (xml) return xml;
  } catch (cause) {
    const isAudience = /audience/i.test((cause as Error).message);
    throw new SamlRefusal(isAudience ? "audience" : "signature", { cause });
  }
  throw new SamlRefusal("signature");
}

function checkEnvelope(response: XmlElement, expected: SamlExpectation): void {
  const status = childOf(response, PROTOCOL, "Status");
  const code = status && childOf(status, PROTOCOL, "StatusCode");
  if (!code || attributeOf(code, "Value") !== SUCCESS) throw new SamlRefusal("status");
  const destination = attributeOf(response, "Destination");
  if (destination !== undefined && destination !== expected.acsUrl) throw new SamlRefusal("destination");
  const issuer = childOf(response, ASSERTION, "Issuer");
  if (issuer && plainText(issuer) !== expected.idpEntityId) throw new SamlRefusal("issuer");
  const answered = attributeOf(response, "InResponseTo");
  if (answered !== undefined || expected.requestId !== null) {
    if (answered !== expected.requestId)
      throw new SamlRefusal(expected.requestId === null ? "unsolicited" : "in_response_to");
  }
}

function checkAssertion(assertion: XmlElement, expected: SamlExpectation): SamlIdentity {
  const { now } = expected;
  const issuer = childOf(assertion, ASSERTION, "Issuer");
  if (!issuer || plainText(issuer) !== expected.idpEntityId) throw new SamlRefusal("issuer");
  const issuedAt = timeOf(assertion, "IssueInstant");
  if (!issuedAt) throw new SamlRefusal("structure");
  if (issuedAt.getTime() > now.getTime() + CLOCK_SKEW_MS) throw new SamlRefusal("not_yet_valid");
  if (issuedAt.getTime() < now.getTime() - ASSERTION_AGE_MAX_MS) throw new SamlRefusal("expired");
  const subject = childOf(assertion, ASSERTION, "Subject");
  const nameId = subject && childOf(subject, ASSERTION, "NameID");
  if (!subject || !nameId) throw new SamlRefusal("subject");
  checkConfirmation(subject, expected);
  checkConditions(assertion, expected);
  const { authenticatedAt, authnContext, sessionIndex } = readStatement(assertion, expected);
  return {
    issuer: expected.idpEntityId,
    nameId: nameOf(nameId),
    nameIdFormat: attributeOf(nameId, "Format") ?? null,
    sessionIndex,
    assertionId: attributeOf(assertion, "ID") as string, // the filter asked for it
    replayUntil: new Date(now.getTime() + ASSERTION_AGE_MAX_MS + 2 * CLOCK_SKEW_MS),
    authenticatedAt,
    authnContext,
    attributes: readAttributes(assertion),
  };
}

/** One bearer confirmation must fit; a subject that can be confirmed in another way only is refused. */
function checkConfirmation(subject: XmlElement, expected: SamlExpectation): void {
  let refusal = new SamlRefusal("recipient");
  for (const confirmation of childrenOf(subject, ASSERTION, "SubjectConfirmation")) {
    if (attributeOf(confirmation, "Method") !== BEARER) continue;
    const data = childOf(confirmation, ASSERTION, "SubjectConfirmationData");
    if (!data) continue;
    const fault = confirmationFault(data, expected);
    if (!fault) return;
    refusal = fault;
  }
  throw refusal;
}

function confirmationFault(data: XmlElement, expected: SamlExpectation): SamlRefusal | undefined {
  const { now, acsUrl, requestId } = expected;
  if (attributeOf(data, "Recipient") !== acsUrl) return new SamlRefusal("recipient");
  const end = timeOf(data, "NotOnOrAfter");
  if (!end || end.getTime() <= now.getTime() - CLOCK_SKEW_MS) return new SamlRefusal("expired");
  const start = timeOf(data, "NotBefore");
  if (start && start.getTime() > now.getTime() + CLOCK_SKEW_MS) return new SamlRefusal("not_yet_valid");
  const answered = attributeOf(data, "InResponseTo") ?? null;
  if (answered === requestId) return undefined;
  return new SamlRefusal(requestId === null ? "unsolicited" : "in_response_to");
}

function checkConditions(assertion: XmlElement, { now, audience }: SamlExpectation): void {
  const conditions = childOf(assertion, ASSERTION, "Conditions");
  if (!conditions) throw new SamlRefusal("no_conditions");
  const start = timeOf(conditions, "NotBefore");
  const end = timeOf(conditions, "NotOnOrAfter");
  if (start && start.getTime() > now.getTime() + CLOCK_SKEW_MS) throw new SamlRefusal("not_yet_valid");
  if (end && end.getTime() <= now.getTime() - CLOCK_SKEW_MS) throw new SamlRefusal("expired");
  const restrictions = childrenOf(conditions, ASSERTION, "AudienceRestriction");
  if (restrictions.length === 0) throw new SamlRefusal("no_conditions");
  for (const restriction of restrictions) {
    const audiences = childrenOf(restriction, ASSERTION, "Audience").map(plainText);
    if (!audiences.includes(audience)) throw new SamlRefusal("audience");
  }
}

function readStatement(
  assertion: XmlElement,
  { now, maxAgeMs }: SamlExpectation,
): Pick<SamlIdentity, "authenticatedAt" | "authnContext" | "sessionIndex"> {
  const [statement] = childrenOf(assertion, ASSERTION, "AuthnStatement");
  const authenticatedAt = statement && timeOf(statement, "AuthnInstant");
  if (!statement || !authenticatedAt) throw new SamlRefusal("no_statement");
  if (authenticatedAt.getTime() > now.getTime() + CLOCK_SKEW_MS) throw new SamlRefusal("not_yet_valid");
  const end = timeOf(statement, "SessionNotOnOrAfter");
  if (end && end.getTime() <= now.getTime() - CLOCK_SKEW_MS) throw new SamlRefusal("expired");
  if (maxAgeMs !== null && authenticatedAt.getTime() < now.getTime() - maxAgeMs - CLOCK_SKEW_MS) {
    throw new SamlRefusal("stale_authentication");
  }
  const context = childOf(statement, ASSERTION, "AuthnContext");
  const reference = context && childOf(context, ASSERTION, "AuthnContextClassRef");
  return {
    authenticatedAt,
    authnContext: reference ? plainText(reference) : null,
    sessionIndex: attributeOf(statement, "SessionIndex") ?? null,
  };
}

function readAttributes(assertion: XmlElement): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  let count = 0;
  for (const statement of childrenOf(assertion, ASSERTION, "AttributeStatement")) {
    for (const attribute of childrenOf(statement, ASSERTION, "Attribute")) {
      const name = attributeOf(attribute, "Name");
      if (!name) throw new SamlRefusal("structure");
      const own = values.get(name) ?? [];
      for (const value of childrenOf(attribute, ASSERTION, "AttributeValue")) {
        count += 1;
        if (count > VALUES_MAX) throw new SamlRefusal("too_many_elements");
        if (value.children.length === 0) own.push(value.text.trim());
      }
      values.set(name, own);
    }
  }
  return values;
}

/** Text of an element that has nothing else in it: a child would cut it in two, as a comment does elsewhere. */
function plainText(element: XmlElement): string {
  if (element.children.length > 0) throw new SamlRefusal("structure");
  return element.text.trim();
}

function nameOf(element: XmlElement): string {
  const name = plainText(element);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name has none
  if (name === "" || name.length > NAME_CHARACTERS_MAX || /[\u0000-\u001f]/.test(name))
    throw new SamlRefusal("subject");
  return name;
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

function timeOf(element: XmlElement, name: string): Date | undefined {
  const text = attributeOf(element, name);
  if (text === undefined) return undefined;
  const time = new Date(text);
  if (!TIME.test(text) || Number.isNaN(time.getTime())) throw new SamlRefusal("structure");
  return time;
}
