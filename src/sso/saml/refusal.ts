/** Why a SAML document was refused: shown to the tenant's admin in the test, and kept in the audit trail. */
export const SAML_FAULTS = {
  too_large: "it is larger than 256 KiB",
  not_base64: "it is not base64",
  not_utf8: "it is not UTF-8",
  not_xml: "it is not well-formed XML",
  doctype: "it has a DOCTYPE or an entity declaration",
  comment: "it has a comment",
  cdata: "it has a CDATA section",
  markup_declaration: "it has a markup declaration",
  processing_instruction: "it has a processing instruction",
  character: "it has a character that XML does not allow",
  entity: "it has an entity that is not predefined",
  namespace: "it has a namespace that is relative, reserved or not declared",
  duplicate_attribute: "an element has the same attribute twice",
  several_roots: "it has more than one root element",
  too_deep: "its elements are nested too deeply",
  too_many_elements: "it has too many elements",
  too_many_attributes: "an element has too many attributes",
  structure: "its elements are not in the order and number that SAML prescribes",
  not_a_response: "it is not a SAML 2.0 response",
  several_responses: "it has more than one Response",
  several_assertions: "it does not have exactly one Assertion",
  encrypted:
    "it is encrypted, which is not supported: switch assertion encryption off, the transport is encrypted",
  duplicate_id: "two elements have the same ID, or an ID has a prefix",
  unsigned: "its assertion is not signed",
  signature_structure: "a signature is not where it belongs, or has more than it needs",
  signature_reference: "a signature is for another element than the one it stands in",
  algorithm:
    "it is signed with an algorithm that is not accepted (SHA-256 or SHA-512 with RSA and exclusive canonicalisation are)",
  signature: "its signature is not valid under a certificate of the connection",
  status: "the identity provider did not sign the person in",
  issuer: "it was issued by another identity provider",
  destination: "it is meant for another address",
  recipient: "its subject confirmation is meant for another address",
  audience: "it is meant for another audience",
  expired: "it has expired",
  not_yet_valid: "it is not valid yet: check the clocks",
  no_conditions: "its assertion has no conditions, or no audience",
  subject: "its assertion does not have exactly one subject with a name",
  in_response_to: "it does not answer the request of this browser",
  no_statement: "its assertion has no authentication statement",
  stale_authentication: "the person signed in longer ago than was asked for",
  replayed: "its assertion was used before",
  unsolicited: "nobody asked for it, and sign-in from the identity provider's side is off",
} as const;
export type SamlFault = keyof typeof SAML_FAULTS;

/** A document that is not accepted. Callers turn it into sso.response_refused. */
export class SamlRefusal extends Error {
  readonly fault: SamlFault;
  constructor(fault: SamlFault, options: { cause?: unknown } = {}) {
    super(SAML_FAULTS[fault], options);
    this.name = "SamlRefusal";
    this.fault = fault;
  }
}
