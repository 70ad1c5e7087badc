import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Authenticator } from "../../test/support/authenticator.ts";
import { BY, from, opened, PASSWORD, refused, Signers, waiting } from "../../test/support/signers.ts";
import { beginPasskey, enrolPasskey, readFactors } from "./factors.ts";
import {
  beginPasskeySignIn,
  challengeSecondFactor,
  completeSecondFactor,
  signInWithPasskey,
} from "./second-factor.ts";
import { signInWithPassword } from "./sign-in.ts";

let signers: Signers;
before(async () => {
  signers = await Signers.open();
});
after(async () => {
  await signers[Symbol.asyncDispose]();
});

/** A person with a passkey of this site, and the device that holds it. */
async function holder() {
  const person = await signers.person();
  const device = new Authenticator(signers.parts.site.origin());
  const { token, options } = await beginPasskey(signers.parts, person.principal);
  const input = { token, response: device.create(options), name: "Laptop" };
  await enrolPasskey(signers.parts, person.principal, input, BY);
  return { ...person, device };
}

async function signIn(device: Authenticator) {
  const { token, options } = await beginPasskeySignIn(signers.parts);
  return signInWithPasskey(signers.parts, { token, response: device.get(options) }, from());
}

/** Pages that a phisher, a neighbour on the machine or a sibling host could show. */
function foreignOrigins(): string[] {
  const own = new URL(signers.parts.site.origin());
  return [
    `https://${own.host}`,
    `http://${own.hostname}:${Number(own.port || 80) + 1}`,
    `http://evil.${own.host}`,
    `http://${own.hostname}.evil.example`,
    `${own.origin}/`,
    own.origin.toUpperCase(),
    "null",
    "",
  ];
}

test("a passkey that was used on another origin signs nobody in, and one that was made there is none", async () => {
  const { device } = await holder();
  const other = await signers.person();

  for (const origin of foreignOrigins()) {
    device.origin = origin;
    await assert.rejects(signIn(device), refused("sign_in.wrong"), origin);
    const { token, options } = await beginPasskey(signers.parts, other.principal);
    const response = new Authenticator(origin).create(options);
    await assert.rejects(
      enrolPasskey(signers.parts, other.principal, { token, response, name: "Phished" }, BY),
      refused("factor.refused"),
      origin,
    );
  }

  assert.deepEqual((await readFactors(signers.parts, other.user.id)).passkeys, []);
  device.origin = signers.parts.site.origin();
  opened(await signIn(device));
});

test("a passkey that was used in a frame of another site's page is none, as factor or alone, nor is one made there", async () => {
  const { device, email } = await holder();
  const other = await signers.person();
  const asSecond = async () => {
    const step = waiting(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));
    const response = device.get(await challengeSecondFactor(signers.parts, step.token));
    return completeSecondFactor(signers.parts, step.token, { kind: "passkey", response }, from());
  };

  device.isFramed = true;
  await assert.rejects(signIn(device), refused("sign_in.wrong"));
  await assert.rejects(asSecond(), refused("sign_in.wrong_code"));
  const framed = new Authenticator(device.origin);
  framed.isFramed = true;
  const { token, options } = await beginPasskey(signers.parts, other.principal);
  const input = { token, response: framed.create(options), name: "Framed" };
  await assert.rejects(enrolPasskey(signers.parts, other.principal, input, BY), refused("factor.refused"));

  device.isFramed = false;
  opened(await signIn(device));
  opened(await asSecond());
});

test("a passkey answers for its own person alone: not as another's second factor, nor under another's name", async () => {
  const [mine, theirs] = [await holder(), await holder()];
  const credentials = { email: theirs.email, password: PASSWORD };
  const step = waiting(await signInWithPassword(signers.parts, credentials, from()));
  const challenge = await challengeSecondFactor(signers.parts, step.token);
  const as = (response: unknown) =>
    completeSecondFactor(signers.parts, step.token, { kind: "passkey", response }, from());

  await assert.rejects(as(mine.device.get(challenge)), refused("sign_in.wrong_code"));
  const begun = await beginPasskeySignIn(signers.parts);
  const answer = mine.device.get(begun.options);
  const theirHandle = theirs.device.get(begun.options).response.userHandle;
  const response = { ...answer, response: { ...answer.response, userHandle: theirHandle } };
  await assert.rejects(
    signInWithPasskey(signers.parts, { token: begun.token, response }, from()),
    refused("sign_in.wrong"),
  );

  const again = await challengeSecondFactor(signers.parts, step.token);
  opened(await as(theirs.device.get(again)));
});
