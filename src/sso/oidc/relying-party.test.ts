import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { OidcIdp } from "../../../test/support/oidc-idp.ts";
import { guardedFetch } from "../../base/guarded-fetch.ts";
import { OidcRefusal, type OidcSettings, RelyingParty } from "./relying-party.ts";

const REDIRECT = "https://app.example.com/v1/sign-in/oidc/1";
const ASK = { redirectUri: REDIRECT, loginHint: null, isForced: false, maxAgeS: null };
const clock = { now: () => new Date() };
const party = new RelyingParty({ fetch: guardedFetch({ allow: ["127.0.0.0/8"] }), clock });

let idp: OidcIdp;
let settings: OidcSettings;
before(async () => {
  idp = await OidcIdp.start({ redirectUris: [REDIRECT] });
  idp.accounts.set("ada", {
    email: "ada@studio.example.com",
    claims: { name: "Ada", groups: ["engineers"] },
  });
  settings = {
    issuer: idp.issuer,
    clientId: idp.clientId,
    clientSecret: idp.clientSecret,
    clientAuth: "client_secret_basic",
    scopes: ["email", "profile", "groups"],
  };
});
after(() => idp[Symbol.asyncDispose]());

async function refusal(work: Promise<unknown>): Promise<OidcRefusal> {
  const failure = await work.then(
    () => assert.fail("accepted"),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof OidcRefusal, String(failure));
  return failure;
}

test("a sign-in tells who, how and when", async () => {
  idp.next = { sub: "ada", amr: ["pwd", "mfa"] };
  const start = await party.start(settings, { ...ASK, loginHint: "ada@studio.example.com" });
  const answer = await idp.follow(start.url);

  const identity = await party.finish(settings, answer, { ...start, maxAgeS: null });

  assert.equal(identity.subject, "ada");
  assert.equal(identity.issuer, idp.issuer);
  assert.equal(identity.claims["email"], "ada@studio.example.com");
  assert.deepEqual(identity.claims["groups"], ["engineers"]);
  assert.deepEqual(identity.amr, ["pwd", "mfa"]);
  assert.equal(idp.lastAsked["login_hint"], "ada@studio.example.com");
});

test("the request has PKCE by S256, a state and a nonce, new each time", async () => {
  const one = await party.start(settings, ASK);
  const two = await party.start(settings, ASK);
  const query = new URL(one.url).searchParams;

  assert.equal(query.get("code_challenge_method"), "S256");
  assert.ok(!one.url.includes(one.codeVerifier));
  for (const name of ["state", "nonce", "codeVerifier"] as const) assert.notEqual(one[name], two[name]);
});

test("an answer works once, and only for the sign-in that it belongs to", async () => {
  const start = await party.start(settings, ASK);
  const other = await party.start(settings, ASK);
  const answer = await idp.follow(start.url);
  const checks = { ...start, maxAgeS: null };

  assert.match(
    (await refusal(party.finish(settings, answer, { ...checks, state: other.state }))).message,
    /state/,
  );
  await party.finish(settings, answer, checks);
  assert.equal((await refusal(party.finish(settings, answer, checks))).fault, "provider");
});

test("the wrong nonce and the wrong verifier are refused", async () => {
  const other = await party.start(settings, ASK);
  const first = await party.start(settings, ASK);
  const second = await party.start(settings, ASK);

  const nonce = party.finish(settings, await idp.follow(first.url), {
    ...first,
    nonce: other.nonce,
    maxAgeS: null,
  });
  assert.match((await refusal(nonce)).message, /nonce/);
  const verifier = party.finish(settings, await idp.follow(second.url), {
    ...second,
    codeVerifier: other.codeVerifier,
    maxAgeS: null,
  });
  assert.equal((await refusal(verifier)).fault, "provider");
});

test("the answer of another issuer is refused (RFC 9207)", async () => {
  const start = await party.start(settings, ASK);
  const answer = await idp.follow(start.url);
  assert.equal(answer.searchParams.get("iss"), idp.issuer);

  const mixed = new URL(answer);
  mixed.searchParams.set("iss", "https://evil.example.com");
  assert.match((await refusal(party.finish(settings, mixed, { ...start, maxAgeS: null }))).message, /iss/);
  const without = new URL(answer);
  without.searchParams.delete("iss");
  assert.match((await refusal(party.finish(settings, without, { ...start, maxAgeS: null }))).message, /iss/);
});

test("a forced sign-in asks for prompt=login and max_age, and proves when it was", async () => {
  const start = await party.start(settings, { ...ASK, isForced: true, maxAgeS: 0 });
  const answer = await idp.follow(start.url);

  const identity = await party.finish(settings, answer, { ...start, maxAgeS: 0 });

  assert.equal(idp.lastAsked["prompt"], "login");
  assert.ok(identity.authenticatedAt && Date.now() - identity.authenticatedAt.getTime() < 60_000);
});

test("a wrong client secret is told by the provider's words, without the secret", async () => {
  const wrong = { ...settings, clientSecret: "not-the-secret" };
  const start = await party.start(wrong, ASK);
  const answer = await idp.follow(start.url);

  const { fault, message } = await refusal(party.finish(wrong, answer, { ...start, maxAgeS: null }));

  assert.equal(fault, "provider");
  assert.ok(!message.includes("not-the-secret"));
});

test("discovery does not reach private networks, and does not believe another issuer's document", async () => {
  const strict = new RelyingParty({ fetch: guardedFetch({ allow: [] }), clock });
  assert.equal((await refusal(strict.discover(settings))).fault, "outbound");
  assert.equal(
    (await refusal(strict.discover({ ...settings, issuer: "https://169.254.169.254" }))).fault,
    "outbound",
  );

  const liar = createServer((_, response) =>
    response.setHeader("content-type", "application/json").end(JSON.stringify({ issuer: idp.issuer })),
  );
  await new Promise<void>((resolve) => liar.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(liar.address() as AddressInfo).port}`;
  assert.equal((await refusal(party.discover({ ...settings, issuer }))).fault, "discovery");
  liar.close();
});

test("endpoints that a provider names in private networks are not reached either", async () => {
  const evil = createServer((request, response) => {
    const issuer = `http://${request.headers.host}`;
    const token_endpoint = "https://169.254.169.254/token";
    const document = {
      issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint,
      jwks_uri: token_endpoint,
    };
    response.setHeader("content-type", "application/json").end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(evil.address() as AddressInfo).port}`;
  const start = await party.start({ ...settings, issuer }, ASK);
  const answer = new URL(`${REDIRECT}?code=x&state=${start.state}`);

  assert.equal(
    (await refusal(party.finish({ ...settings, issuer }, answer, { ...start, maxAgeS: null }))).fault,
    "outbound",
  );
  evil.close();
});
