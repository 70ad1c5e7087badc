import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Authenticator } from "../../test/support/authenticator.ts";
import { BY, from, opened, PASSWORD, refused, Signers, waiting } from "../../test/support/signers.ts";
import { Credentials } from "./credentials.ts";
import { beginPasskey, enrolPasskey, enrolTotp, readFactors, removeTotp } from "./factors.ts";
import {
  beginPasskeySignIn,
  challengeSecondFactor,
  completeSecondFactor,
  signInWithPasskey,
  stepUp,
} from "./second-factor.ts";
import { signInWithLink, signInWithPassword } from "./sign-in.ts";

let signers: Signers;

before(async () => {
  signers = await Signers.open();
});
after(async () => {
  await signers[Symbol.asyncDispose]();
});
beforeEach(() => {
  signers.nowMs = Date.now();
});

test("who has a second factor is asked for it, by whatever way they come in", async () => {
  const { email, code } = await signers.personWithTotp();

  for (const step of [
    await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()),
    await signInWithLink(signers.parts, await signers.linkFor(email), from()),
  ])
    assert.deepEqual(waiting(step).methods, ["totp", "recovery_code"]);

  const step = waiting(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));
  const session = opened(
    await completeSecondFactor(signers.parts, step.token, { kind: "totp", code: code() }, from()),
  );
  const principal = await signers.principalOf(session.token);
  assert.deepEqual([...principal.amr].sort(), ["mfa", "otp", "pwd"]);
  assert.equal(principal.mfaAt?.getTime(), signers.nowMs);
});

test("a code works once, also for two who bring it at the same moment, and none before it works after it", async () => {
  const { email, code } = await signers.personWithTotp();
  const steps = await Promise.all(
    Array.from({ length: 4 }, async () =>
      waiting(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from())),
    ),
  );

  const outcomes = await Promise.allSettled(
    steps.map(({ token }) =>
      completeSecondFactor(signers.parts, token, { kind: "totp", code: code() }, from()),
    ),
  );

  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  const again = waiting(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));
  await assert.rejects(
    completeSecondFactor(signers.parts, again.token, { kind: "totp", code: code(-1) }, from()),
    refused("sign_in.wrong_code"),
  );
  opened(await completeSecondFactor(signers.parts, again.token, { kind: "totp", code: code(1) }, from()));
});

test("a sign-in has five tries of its code and ten minutes", async () => {
  const { email, code } = await signers.personWithTotp();
  const step = waiting(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));
  for (let i = 0; i < 5; i++)
    await assert.rejects(
      completeSecondFactor(signers.parts, step.token, { kind: "totp", code: "000000" }, from()),
      refused("sign_in.wrong_code"),
    );
  await assert.rejects(
    completeSecondFactor(signers.parts, step.token, { kind: "totp", code: code() }, from()),
    refused("sign_in.expired"),
  );
  const late = waiting(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));
  signers.nowMs += 10 * 60_000;
  await assert.rejects(
    completeSecondFactor(signers.parts, late.token, { kind: "totp", code: code() }, from()),
    refused("sign_in.expired"),
  );
});

test("a recovery code works once, however it is typed and however many bring it; its use is told by mail", async () => {
  const { email, recoveryCodes, user } = await signers.personWithTotp();
  assert.equal(recoveryCodes.length, 10);
  assert.match(recoveryCodes[0] ?? "", /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  const typed = (recoveryCodes[0] ?? "")
    .toLowerCase()
    .replaceAll("-", " ")
    .replaceAll("0", "o")
    .replaceAll("1", "l");
  const steps = await Promise.all(
    Array.from({ length: 4 }, async () =>
      waiting(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from())),
    ),
  );

  const outcomes = await Promise.allSettled(
    steps.map(({ token }) =>
      completeSecondFactor(signers.parts, token, { kind: "recovery_code", code: typed }, from()),
    ),
  );

  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  assert.equal((await readFactors(signers.parts, user.id)).recoveryCodesLeft, 9);
  assert.ok((await signers.parts.mail.list(email)).some((mail) => mail.kind === "factor_changed"));
  const stranger = await signers.personWithTotp();
  const theirs = waiting(
    await signInWithPassword(signers.parts, { email: stranger.email, password: PASSWORD }, from()),
  );
  await assert.rejects(
    completeSecondFactor(
      signers.parts,
      theirs.token,
      { kind: "recovery_code", code: recoveryCodes[1] ?? "" },
      from(),
    ),
    refused("sign_in.wrong_code"),
  );
});

test("a passkey is first factor and second; a wrong origin, challenge, person or copy is none", async () => {
  const { email, principal, user } = await signers.person();
  const origin = signers.parts.site.origin();
  const device = new Authenticator(origin);
  device.counter = 1;
  const { token, options } = await beginPasskey(signers.parts, principal);
  const response = device.create(options);
  const added = await enrolPasskey(signers.parts, principal, { token, response, name: "Laptop" }, BY);
  assert.equal(added.recoveryCodes?.length, 10);

  const alone = await beginPasskeySignIn(signers.parts);
  assert.deepEqual(alone.options.allowCredentials ?? [], [], "nobody is named");
  const session = opened(
    await signInWithPasskey(
      signers.parts,
      { token: alone.token, response: device.get(alone.options) },
      from(),
    ),
  );
  const signed = await signers.principalOf(session.token);
  assert.equal(signed.id, user.id);
  assert.equal(signed.mfaAt?.getTime(), signers.nowMs, "with its person verified it is two factors");

  const step = waiting(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));
  const second = await challengeSecondFactor(signers.parts, step.token);
  opened(
    await completeSecondFactor(
      signers.parts,
      step.token,
      { kind: "passkey", response: device.get(second, { isVerified: false }) },
      from(),
    ),
  );

  const wrong = async (make: (options: { challenge: string; rpId?: string }) => unknown) => {
    const challenge = await beginPasskeySignIn(signers.parts);
    await assert.rejects(
      signInWithPasskey(signers.parts, { token: challenge.token, response: make(challenge.options) }, from()),
      refused("sign_in.wrong"),
    );
  };
  await wrong((given) => device.get(given, { isVerified: false }));
  await wrong((given) => device.get({ ...given, challenge: Buffer.alloc(32).toString("base64url") }));
  await wrong((given) => device.get({ ...given, rpId: "evil.example" }));
  await wrong((given) => Object.assign(device.get(given), { id: "AAAA" }));
  await wrong(() => ({}));
  device.counter = 1;
  await wrong((given) => device.get(given));
  const used = await beginPasskeySignIn(signers.parts);
  device.counter = 50;
  const answer = device.get(used.options);
  opened(await signInWithPasskey(signers.parts, { token: used.token, response: answer }, from()));
  await assert.rejects(
    signInWithPasskey(signers.parts, { token: used.token, response: answer }, from()),
    refused("sign_in.wrong"),
  );
});

test("changes of factors ask for a fresh proof, of the second factor if there is one", async () => {
  const plain = await signers.person();
  signers.nowMs += 11 * 60_000;
  await assert.rejects(enrolTotp(signers.parts, plain.principal), refused("session.step_up"));
  const renewed = await stepUp(
    signers.parts,
    plain.principal,
    { kind: "password", password: PASSWORD },
    null,
    from(),
  );
  await enrolTotp(signers.parts, await signers.principalOf(renewed.token));

  const { code, principal } = await signers.personWithTotp();
  signers.nowMs += 11 * 60_000;
  await assert.rejects(removeTotp(signers.parts, principal, BY), refused("session.step_up"));
  const password = await stepUp(
    signers.parts,
    principal,
    { kind: "password", password: PASSWORD },
    null,
    from(),
  );
  await assert.rejects(
    removeTotp(signers.parts, await signers.principalOf(password.token), BY),
    refused("session.step_up"),
  );
  const strong = await stepUp(signers.parts, principal, { kind: "totp", code: code() }, null, from());
  await removeTotp(signers.parts, await signers.principalOf(strong.token), BY);
});

test("a step-up gives the session a new token, and the old one is worth nothing", async () => {
  const { code, principal, email } = await signers.personWithTotp();
  const step = waiting(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));
  const session = opened(
    await completeSecondFactor(signers.parts, step.token, { kind: "totp", code: code() }, from()),
  );
  signers.nowMs += 60_000;
  const signed = await signers.principalOf(session.token);

  const fresh = await stepUp(signers.parts, signed, { kind: "totp", code: code() }, null, from());

  assert.equal(await new Credentials(signers.parts).session(session.token), undefined);
  assert.equal((await signers.principalOf(fresh.token)).sessionId, signed.sessionId);
  await assert.rejects(
    stepUp(signers.parts, principal, { kind: "totp", code: code() }, null, from()),
    refused("sign_in.wrong_code"),
  );
});

test("no password, code, seed or token stands in a table or in the trail", async () => {
  const { email, recoveryCodes, principal, code } = await signers.personWithTotp();
  const step = waiting(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));
  const session = opened(
    await completeSecondFactor(signers.parts, step.token, { kind: "totp", code: code() }, from()),
  );
  const link = await signers.linkFor(email);
  await beginPasskey(signers.parts, await signers.principalOf(session.token));
  assert.ok(principal);

  const tables = [
    "users",
    "sessions",
    "user_totps",
    "recovery_codes",
    "user_links",
    "ceremonies",
    "mails",
    "events",
    "sign_in_delays",
  ];
  let all = "";
  for (const table of tables) {
    const { rows } = await signers.parts.pool.query(
      `select row_to_json(t)::text as text from tenancy.${table} t`,
    );
    all += rows.map((row: { text: string }) => row.text).join("\n");
  }

  for (const secret of [PASSWORD, recoveryCodes[0] ?? "", step.token, session.token, link])
    assert.ok(secret !== "" && !all.includes(secret) && !all.includes(Buffer.from(secret).toString("hex")));
});
