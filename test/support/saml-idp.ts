import { SignedXml } from "xml-crypto";
import { type SelfSigned, selfSigned } from "./certificate.ts";

const EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

export interface ResponseOptions {
  readonly acsUrl: string;
  readonly audience: string;
  readonly requestId: string | null;
  readonly now: Date;
  readonly nameId?: string;
  readonly attributes?: Readonly<Record<string, readonly string[]>>;
  readonly assertionId?: string;
  readonly lifetimeMs?: number;
  readonly authenticatedAt?: Date;
  readonly authnContext?: string;
  readonly sign?: "assertion" | "response" | "both" | "none";
  readonly signatureAlgorithm?: string;
  readonly digestAlgorithm?: string;
  readonly transforms?: readonly string[];
  readonly canonicalization?: string;
  /** Last word on the XML before it is signed. */
  readonly edit?: (xml: string) => string;
}

let count = 0;

/** An identity provider that signs what it is told to: the tests' friend and forger. */
export class SamlIdp {
  readonly entityId: string;
  readonly ssoUrl: string;
  readonly keys: SelfSigned;

  constructor(name = "idp.example.com", keys = selfSigned(name)) {
    this.entityId = `https://${name}/metadata`;
    this.ssoUrl = `https://${name}/sso`;
    this.keys = keys;
  }

  get certificate(): string {
    return this.keys.certificate;
  }

  metadata(certificates: readonly string[] = [this.certificate]): string {
    const keys = certificates
      .map((pem) => pem.replace(/-----[^-]+-----|\s/g, ""))
      .map(
        (base64) =>
          `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${base64}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`,
      );
    return `<?xml version="1.0"?>
<!-- made by a test -->
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${this.entityId}">
  <IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${keys.join("")}
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${this.ssoUrl}/post"/>
    <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${this.ssoUrl}"/>
  </IDPSSODescriptor>
</EntityDescriptor>`;
  }

  respond(options: ResponseOptions): string {
    const { sign = "assertion", edit = (xml) => xml } = options;
    let xml = edit(this.#unsigned(options));
    if (sign === "assertion" || sign === "both") xml = this.sign(xml, "Assertion", options);
    if (sign === "response" || sign === "both") xml = this.sign(xml, "Response", options);
    return xml;
  }

  sign(xml: string, element: "Assertion" | "Response", options: Partial<ResponseOptions> = {}): string {
    const path = `//*[local-name(.)='${element}']`;
    const signer = new SignedXml({
      privateKey: this.keys.privateKey,
      publicCert: this.keys.certificate,
      signatureAlgorithm: options.signatureAlgorithm ?? "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
      canonicalizationAlgorithm: options.canonicalization ?? EXCLUSIVE,
    });
    signer.addReference({
      xpath: path,
      transforms: [...(options.transforms ?? [ENVELOPED, EXCLUSIVE])],
      digestAlgorithm: options.digestAlgorithm ?? "http://www.w3.org/2001/04/xmlenc#sha256",
    });
    signer.computeSignature(xml, {
      prefix: "ds",
      location: { reference: `${path}/*[local-name(.)='Issuer']`, action: "after" },
    });
    return signer.getSignedXml();
  }

  #unsigned(options: ResponseOptions): string {
    const { acsUrl, audience, requestId, now, nameId = "ada@studio.example.com" } = options;
    count += 1;
    const time = (offsetMs: number) => new Date(now.getTime() + offsetMs).toISOString();
    const end = time(options.lifetimeMs ?? 300_000);
    const answers = requestId === null ? "" : ` InResponseTo="${requestId}"`;
    const attributes = Object.entries(options.attributes ?? {}).map(
      ([name, values]) =>
        `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join("")}</saml:Attribute>`,
    );
    const statement =
      attributes.length > 0
        ? `<saml:AttributeStatement>${attributes.join("")}</saml:AttributeStatement>`
        : "";
    const context =
      options.authnContext ?? "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
    return (
      `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_r${count}" Version="2.0" IssueInstant="${time(0)}" Destination="${acsUrl}"${answers}>` +
      `<saml:Issuer>${this.entityId}</saml:Issuer>` +
      `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>` +
      `<saml:Assertion ID="${options.assertionId ?? `_a${count}${process.pid}`}" Version="2.0" IssueInstant="${time(0)}">` +
      `<saml:Issuer>${this.entityId}</saml:Issuer>` +
      `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">${nameId}</saml:NameID>` +
      `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="${acsUrl}" NotOnOrAfter="${end}"${answers}/></saml:SubjectConfirmation></saml:Subject>` +
      `<saml:Conditions NotBefore="${time(-1000)}" NotOnOrAfter="${end}"><saml:AudienceRestriction><saml:Audience>${audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
      `<saml:AuthnStatement AuthnInstant="${(options.authenticatedAt ?? now).toISOString()}" SessionIndex="_s${count}"><saml:AuthnContext><saml:AuthnContextClassRef>${context}</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>` +
      `${statement}</saml:Assertion></samlp:Response>`
    );
  }
}

/** As the browser posts it. */
export function encode(xml: string): string {
  return Buffer.from(xml).toString("base64");
}
