import { SamlRefusal } from "./refusal.ts";
import { attributeOf, childOf, readXml, withDescendants, type XmlElement } from "./xml.ts";

export const PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";
export const ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion";
export const SIGNATURE = "http://www.w3.org/2000/09/xmldsig#";

/** A response with 1,000 groups has about 100 KiB. */
export const RESPONSE_BYTES_MAX = 256 * 1024;

const EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const SIGNATURE_METHODS: ReadonlySet<string> = new Set([
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
  "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
]);
const DIGEST_METHODS: ReadonlySet<string> = new Set([
  "http://www.w3.org/2001/04/xmlenc#sha256",
  "http://www.w3.org/2001/04/xmlenc#sha512",
]);

export interface FilteredResponse {
  readonly xml: string;
  readonly response: XmlElement;
  /** As it stands in the document: unproven until its signature was checked. */
  readonly assertion: XmlElement;
  readonly isResponseSigned: boolean;
}

/**
 * The gate before any XML or signature library: lets through only documents in which there is nothing to be
 * confused about. One Response, one Assertion in it, both unique in the whole document (inside a Signature, an
 * Extension or an Advice as well, where wrapped originals hide); unique IDs; signatures as first-class children
 * that refer to their parent, with accepted algorithms. Throws SamlRefusal, and never anything else.
 */
export function filterResponse(encoded: string): FilteredResponse {
  const xml = decode(encoded);
  const response = readXml(xml);
  if (response.local !== "Response" || response.namespace !== PROTOCOL)
    throw new SamlRefusal("not_a_response");
  const assertion = findAssertion(response);
  for (const element of [response, assertion]) {
    if (attributeOf(element, "Version") !== "2.0" || !attributeOf(element, "ID"))
      throw new SamlRefusal("not_a_response");
  }
  refuseSharedIds(response);
  refuseStraySignatures(response, assertion);
  if (!checkSignature(assertion)) throw new SamlRefusal("unsigned");
  return { xml, response, assertion, isResponseSigned: checkSignature(response) };
}

function decode(encoded: string): string {
  if (encoded.length > RESPONSE_BYTES_MAX * 1.5) throw new SamlRefusal("too_large");
  const compact = encoded.replace(/[\r\n\t ]+/g, "");
  if (compact === "" || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact))
    throw new SamlRefusal("not_base64");
  const bytes = Buffer.from(compact, "base64");
  if (bytes.length > RESPONSE_BYTES_MAX) throw new SamlRefusal("too_large");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SamlRefusal("not_utf8", { cause });
  }
}

/** Names are counted without regard to namespace and case: some library might be that lax. */
function findAssertion(response: XmlElement): XmlElement {
  let responses = 0;
  const assertions: XmlElement[] = [];
  for (const element of withDescendants(response)) {
    const name = element.local.toLowerCase();
    if (name === "response") responses += 1;
    else if (name === "assertion") assertions.push(element);
    else if (name.startsWith("encrypted")) throw new SamlRefusal("encrypted");
  }
  if (responses !== 1) throw new SamlRefusal("several_responses");
  const [assertion] = assertions;
  // Without an assertion it is the identity provider's refusal; its status tells why.
  if (!assertion && attributeOf(statusCode(response) ?? response, "Value")?.endsWith(":Success") !== true) {
    throw new SamlRefusal("status");
  }
  if (!assertion || assertions.length !== 1) throw new SamlRefusal("several_assertions");
  if (assertion.namespace !== ASSERTION || !response.children.includes(assertion))
    throw new SamlRefusal("several_assertions");
  return assertion;
}

function statusCode(response: XmlElement): XmlElement | undefined {
  const status = childOf(response, PROTOCOL, "Status");
  return status && childOf(status, PROTOCOL, "StatusCode");
}

function refuseSharedIds(response: XmlElement): void {
  const ids = new Set<string>();
  for (const element of withDescendants(response)) {
    for (const { local, prefix, value } of element.attributes) {
      if (local.toLowerCase() !== "id" || prefix === "xmlns") continue;
      if (prefix !== "" || ids.has(value) || !/^[\w.:-]{1,200}$/.test(value))
        throw new SamlRefusal("duplicate_id");
      ids.add(value);
    }
  }
}

function refuseStraySignatures(response: XmlElement, assertion: XmlElement): void {
  const own = [response, assertion].flatMap(({ children }) => children);
  for (const element of withDescendants(response)) {
    if (element.local.toLowerCase() !== "signature") continue;
    if (element.namespace !== SIGNATURE || !own.includes(element))
      throw new SamlRefusal("signature_structure");
  }
}

/** False when the element has no signature; throws when it has one that is not as it must be. */
function checkSignature(parent: XmlElement): boolean {
  const at = parent.children.findIndex(({ local }) => local === "Signature");
  if (at === -1) return false;
  const signature = parent.children[at] as XmlElement; // just found
  const issuerComesFirst = at === 0 || (at === 1 && parent.children[0]?.local === "Issuer");
  if (!issuerComesFirst || !childOf(parent, SIGNATURE, "Signature"))
    throw new SamlRefusal("signature_structure");
  for (const { namespace } of withDescendants(signature)) {
    if (namespace !== SIGNATURE && namespace !== EXCLUSIVE) throw new SamlRefusal("signature_structure");
  }
  const [signedInfo] = mustHave(signature, ["SignedInfo", "SignatureValue"], ["KeyInfo"]);
  const [method, signatureMethod, reference] = mustHave(signedInfo, [
    "CanonicalizationMethod",
    "SignatureMethod",
    "Reference",
  ]);
  const [transforms, digestMethod, digest] = mustHave(reference, [
    "Transforms",
    "DigestMethod",
    "DigestValue",
  ]);
  if (attributeOf(reference, "URI") !== `#${attributeOf(parent, "ID")}`)
    throw new SamlRefusal("signature_reference");
  mustBeBase64(digest);
  mustBeBase64(signature.children[1] as XmlElement); // SignatureValue, see above
  const used = mustHave(transforms, ["Transform", "Transform"]).map((each) => attributeOf(each, "Algorithm"));
  const isAccepted =
    attributeOf(method, "Algorithm") === EXCLUSIVE &&
    SIGNATURE_METHODS.has(attributeOf(signatureMethod, "Algorithm") ?? "") &&
    DIGEST_METHODS.has(attributeOf(digestMethod, "Algorithm") ?? "") &&
    used[0] === ENVELOPED &&
    used[1] === EXCLUSIVE;
  if (!isAccepted) throw new SamlRefusal("algorithm");
  for (const leaf of [signatureMethod, digestMethod, transforms.children[0] as XmlElement]) {
    if (leaf.children.length > 0) throw new SamlRefusal("signature_structure");
  }
  return true;
}

/** The children, which must be these and in this order, and after them at most one of `optional`. */
function mustHave<const N extends readonly string[]>(
  element: XmlElement,
  names: N,
  optional: readonly string[] = [],
): { readonly [K in keyof N]: XmlElement } {
  const { children } = element;
  const isFitting =
    children.length >= names.length &&
    children.length <= names.length + optional.length &&
    children.every(
      ({ local, namespace }, i) =>
        namespace === SIGNATURE && local === (names[i] ?? optional[i - names.length]),
    );
  if (!isFitting || element.text.trim() !== "") throw new SamlRefusal("signature_structure");
  return children.slice(0, names.length) as unknown as { readonly [K in keyof N]: XmlElement }; // counted above
}

function mustBeBase64({ text, children }: XmlElement): void {
  if (children.length > 0 || !/^[A-Za-z0-9+/=\s]+$/.test(text)) throw new SamlRefusal("signature_structure");
}
