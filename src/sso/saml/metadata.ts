import { X509Certificate } from "node:crypto";
import { parseUrl } from "../../base/parse-url.ts";
import { RESPONSE_BYTES_MAX, SIGNATURE } from "./filter.ts";
import { SamlRefusal } from "./refusal.ts";
import { attributeOf, childrenOf, escapeXml, readXml, withDescendants, type XmlElement } from "./xml.ts";

const METADATA = "urn:oasis:names:tc:SAML:2.0:metadata";
const REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
const PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol";

/** While a provider rotates it shows the old and the new one; more than four point to a federation's file. */
export const CERTIFICATES_MAX = 4;
const RSA_BITS_MIN = 2048;

export interface IdpMetadata {
  readonly entityId: string;
  /** Single sign-on by the redirect binding. */
  readonly ssoUrl: string;
  /** PEM, in the order of the document. */
  readonly certificates: readonly string[];
}

/**
 * Reads the metadata of one identity provider (SAML 2.0 metadata, section 2.4.3). A file of a whole federation is
 * refused: which of its members could sign people in would not be a decision any more. Throws SamlRefusal.
 */
export function readIdpMetadata(text: string): IdpMetadata {
  if (text.length > RESPONSE_BYTES_MAX) throw new SamlRefusal("too_large");
  // Comments are usual here, and nothing that is signed depends on where they stand.
  const root = readXml(
    text
      .replace(/^\ufeff/, "")
      .replace(/<!--.*?-->/gs, "")
      .trim(),
  );
  if (root.local !== "EntityDescriptor" || root.namespace !== METADATA) throw new SamlRefusal("structure");
  const entityId = attributeOf(root, "entityID");
  const descriptors = childrenOf(root, METADATA, "IDPSSODescriptor").filter((each) =>
    (attributeOf(each, "protocolSupportEnumeration") ?? "").split(/\s+/).includes(PROTOCOL),
  );
  const [descriptor] = descriptors;
  if (!entityId || !descriptor || descriptors.length !== 1) throw new SamlRefusal("structure");
  const ssoUrl = childrenOf(descriptor, METADATA, "SingleSignOnService")
    .filter((each) => attributeOf(each, "Binding") === REDIRECT)
    .map((each) => attributeOf(each, "Location"))
    .find((location) => location !== undefined && parseUrl(location) !== undefined);
  const certificates = readCertificates(descriptor);
  if (!ssoUrl || certificates.length === 0) throw new SamlRefusal("structure");
  return { entityId, ssoUrl, certificates };
}

function readCertificates(descriptor: XmlElement): string[] {
  const found = new Set<string>();
  for (const key of childrenOf(descriptor, METADATA, "KeyDescriptor")) {
    if ((attributeOf(key, "use") ?? "signing") !== "signing") continue;
    for (const element of withDescendants(key)) {
      if (element.namespace === SIGNATURE && element.local === "X509Certificate")
        found.add(toPem(element.text));
    }
  }
  if (found.size > CERTIFICATES_MAX) throw new SamlRefusal("structure");
  return [...found];
}

/**
 * A certificate in PEM, from PEM or bare base64. Only its key counts: an identity provider's certificate is trusted
 * because it is configured, not because somebody signed it. Throws SamlRefusal for what is no RSA certificate of
 * at least 2048 bits.
 */
export function toPem(text: string): string {
  const base64 = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, "").replace(/\s+/g, "");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new SamlRefusal("not_base64");
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(Buffer.from(base64, "base64"));
  } catch (cause) {
    throw new SamlRefusal("structure", { cause });
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  if (asymmetricKeyType !== "rsa" || (asymmetricKeyDetails?.modulusLength ?? 0) < RSA_BITS_MIN) {
    throw new SamlRefusal("algorithm");
  }
  return certificate.toString();
}

/** Our side, for the identity provider to import. */
export function serviceMetadata({ entityId, acsUrl }: { entityId: string; acsUrl: string }): string {
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<md:EntityDescriptor xmlns:md="${METADATA}" entityID="${escapeXml(entityId)}">` +
    `<md:SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true" protocolSupportEnumeration="${PROTOCOL}">` +
    `<md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</md:NameIDFormat>` +
    `<md:NameIDFormat>urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress</md:NameIDFormat>` +
    `<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${escapeXml(acsUrl)}" index="0" isDefault="true"/>` +
    `</md:SPSSODescriptor></md:EntityDescriptor>\n`
  );
}
