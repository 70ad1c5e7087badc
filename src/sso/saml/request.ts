import { randomBytes } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { escapeXml } from "./xml.ts";

export interface SamlRequest {
  readonly ssoUrl: string;
  readonly entityId: string;
  readonly acsUrl: string;
  readonly requestId: string;
  readonly relayState: string;
  /** Ask for a new sign-in, even if the person has a session there. */
  readonly isForced: boolean;
  /** Address that the identity provider may fill in; null: none. */
  readonly loginHint: string | null;
  readonly now: Date;
}

/** An xs:ID that nobody guesses: the answer must repeat it. */
export function drawRequestId(): string {
  return `_${randomBytes(20).toString("hex")}`;
}

/** Where the browser goes: an AuthnRequest in the redirect binding (SAML 2.0 bindings, section 3.4.4). */
export function requestUrl(request: SamlRequest): string {
  const url = new URL(request.ssoUrl);
  url.searchParams.set("SAMLRequest", deflateRawSync(authnRequest(request)).toString("base64"));
  url.searchParams.set("RelayState", request.relayState);
  return url.href;
}

function authnRequest({
  ssoUrl,
  entityId,
  acsUrl,
  requestId,
  isForced,
  loginHint,
  now,
}: SamlRequest): string {
  const subject = loginHint
    ? `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">${escapeXml(loginHint)}</saml:NameID></saml:Subject>`
    : "";
  const instant = now.toISOString().replace(/\.\d+Z$/, "Z");
  return (
    `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"` +
    ` ID="${escapeXml(requestId)}" Version="2.0" IssueInstant="${instant}" Destination="${escapeXml(ssoUrl)}"` +
    ` AssertionConsumerServiceURL="${escapeXml(acsUrl)}" ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"` +
    `${isForced ? ' ForceAuthn="true"' : ""}>` +
    `<saml:Issuer>${escapeXml(entityId)}</saml:Issuer>${subject}` +
    `<samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>`
  );
}
