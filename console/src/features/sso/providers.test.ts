import assert from "node:assert/strict";
import { test } from "node:test";
import type { SsoConnection } from "../../api/types.ts";
import { en } from "../../messages/en.ts";
import { fr } from "../../messages/fr.ts";
import { readGuide } from "./guide.ts";
import { firstOpenStep, issuerFrom, providers, textFromIssuer } from "./providers.ts";

test("the issuer comes from what people find at their provider, and goes back into the field", () => {
  const issuers = [
    ["entra", "8c1d", "https://login.microsoftonline.com/8c1d/v2.0"],
    ["okta", "your-org.okta.com", "https://your-org.okta.com"],
    ["google", "", "https://accounts.google.com"],
    ["keycloak", "https://k.example.com/realms/staff", "https://k.example.com/realms/staff"],
    ["other", "https://id.example.com/", "https://id.example.com/"],
  ] as const;
  for (const [provider, text, issuer] of issuers) {
    assert.equal(issuerFrom(provider, text), issuer);
    if (provider !== "google") assert.equal(textFromIssuer(provider, issuer), text);
  }
});

test("a pasted address works where a short name is asked for, and so does that of the discovery document", () => {
  const entra = "https://login.microsoftonline.us/8c1d/v2.0";
  assert.equal(issuerFrom("entra", entra), entra);
  assert.equal(textFromIssuer("entra", entra), entra);
  assert.equal(issuerFrom("okta", "https://your-org.okta.com/"), "https://your-org.okta.com");
  assert.equal(
    issuerFrom("other", "https://id.example.com/x/.well-known/openid-configuration"),
    "https://id.example.com/x",
  );
  assert.equal(issuerFrom("keycloak", "  "), "");
});

test("each guide names exactly the addresses of its protocol, in both languages", () => {
  const expected = { oidc: ["callbackUrl"], saml: ["acsUrl", "entityId"] };
  for (const { ssoGuides } of [en, fr]) {
    for (const provider of providers) {
      for (const protocol of ["oidc", "saml"] as const) {
        const parts = ssoGuides[provider][protocol].flatMap(readGuide);
        const addresses = parts.flatMap((part) => (part.kind === "address" ? [part.name] : []));
        assert.deepEqual(addresses.sort(), expected[protocol], `${provider} ${protocol}`);
        for (const part of parts) if (part.kind === "text") assert.doesNotMatch(part.text, /[*`{}]/);
      }
    }
  }
});

test("each guide of a directory names its address once, in both languages", () => {
  for (const { scim } of [en, fr]) {
    for (const [directory, steps] of Object.entries(scim.guides)) {
      const addresses = steps
        .flatMap(readGuide)
        .flatMap((part) => (part.kind === "address" ? [part.name] : []));
      assert.deepEqual(addresses, ["baseUrl"], directory);
    }
  }
});

test("a set-up that is half done is opened where it stands", () => {
  const connection = { isDescribed: false, status: "draft" } as SsoConnection;
  assert.equal(firstOpenStep(connection, true), "provider");
  assert.equal(firstOpenStep({ ...connection, isDescribed: true }, false), "domains");
  assert.equal(firstOpenStep({ ...connection, isDescribed: true }, true), "test");
  assert.equal(firstOpenStep({ ...connection, isDescribed: true, status: "active" }, true), "use");
});
