import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { hash } from "@node-rs/argon2";
import { Secret, TOTP } from "otpauth";
import { Authenticator } from "../../test/support/authenticator.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { signedUser } from "../../test/support/users.ts";
import { isTenancyError } from "../base/errors.ts";
import { anyList, embeddedList, rangeList } from "./breached.ts";
import { Credentials } from "./credentials.ts";
import { beginPasskey, confirmTotp, enrolPasskey, enrolTotp, readFactors, removeTotp } from "./factors.ts";
import { HashQueue } from "./hash-queue.ts";
import type { IdentityParts } from "./identity.ts";
import { changePassword, checkPassword } from "./passwords.ts";
import type { UserPrincipal } from "./principal.ts";
import {
  beginPasskeySignIn,
  challengeSecondFactor,
  completeSecondFactor,
  signInWithPasskey,
  stepUp,
} from "./second-factor.ts";
import { mailSignInLink, type SignInStep, signInWithLink, signInWithPassword } from "./sign-in.ts";
import { setUserEnabled } from "./users.ts";

const BY = { actor: "test" };
const PASSWORD = "four words unrelated here";
let house: House;
let parts: IdentityParts;
let nowMs: number;
let ip = 0;

before(async () => {
  house = await openHouse({ sql: null, clock: { now: () => new Date(nowMs) } });
  parts = house.tenancy.internals.identity.parts;
});
after(async () => {
  await house[Symbol.asyncDispose]();
});
beforeEach(() => {
  nowMs = Date.now();
});

/** Each call from an address of its own, unless a test says otherwise. */
const from = (address = `10.0.${Math.floor(++ip / 250)}.${ip % 250}`) => ({
  origin: { device: "Test", ip: address },
});
const refused = (code: string) => (error: unknown) => isTenancyError(error, code);
const principalOf = async (token: string): Promise<UserPrincipal> => {
  const principal = await new Credentials(parts).session(token);
  assert.ok(principal?.kind === "user");
  return principal;
};

async function person(email?: string) {
  const signed = await signedUser(house.tenancy, email ? { email } : {});
  const principal = await principalOf(signed.token);
  await changePassword(parts, principal, PASSWORD, BY);
  return { ...signed, principal, email: signed.user.email };
}

/** A person with an authenticator app; `code(n)` is the code of n steps from now. */
async function personWithTotp() {
  const signed = await person();
  const { secret } = await enrolTotp(parts, signed.principal);
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = (steps = 0) => totp.generate({ timestamp: nowMs + steps * 30_000 });
  const { recoveryCodes, token } = await confirmTotp(parts, signed.principal, code(), BY);
  nowMs += 60_000;
  return { ...signed, code, recoveryCodes: recoveryCodes ?? [], principal: await principalOf(token) };
}

function waiting(step: SignInStep) {
  assert.ok(step.status === "second_factor", step.status);
  return step;
}

function opened(step: SignInStep) {
  assert.ok(step.status === "signed_in", step.status);
  return step.session;
}

test("address and password open a session; every way of being wrong is one answer", async () => {
  const { email, user } = await person();

  const session = opened(
    await signInWithPassword(parts, { email: email.toUpperCase(), password: PASSWORD }, from()),
  );
  const principal = await principalOf(session.token);
  assert.equal(principal.id, user.id);
  assert.deepEqual(principal.amr, ["pwd"]);
  assert.equal(principal.mfaAt, null);

  const noPassword = await signedUser(house.tenancy);
  const disabled = await person();
  await setUserEnabled(parts, disabled.user.id, false, BY);
  for (const [address, password] of [
    [email, `${PASSWORD}!`],
    ["nobody@example.com", PASSWORD],
    [noPassword.user.email, "nobody has this password"],
    [disabled.email, PASSWORD],
    ["not an address", PASSWORD],
    [email, "x".repeat(1_024)],
  ] as const) {
    const failure = await signInWithPassword(parts, { email: address, password }, from()).catch(
      (e: Error) => e,
    );
    assert.ok(refused("sign_in.wrong")(failure), address);
    assert.doesNotMatch((failure as Error).message, /nobody@|disabled/);
  }
});

test("an unknown address takes the work of a known one", async () => {
  const { email } = await person();
  await parts.hashes.verify(null, "warm");
  const measure = async (address: string) => {
    const took: number[] = [];
    for (let i = 0; i < 9; i++) {
      const began = process.cpuUsage();
      await signInWithPassword(parts, { email: address, password: "wrong wrong wrong" }, from()).catch(
        () => 0,
      );
      const { user, system } = process.cpuUsage(began);
      took.push(user + system);
    }
    return took.sort((a, b) => a - b)[4] ?? 0;
  };

  const [known, unknown] = [await measure(email), await measure("stranger@example.com")];

  // The hash is most of it: without it the unknown would cost a small part.
  assert.ok(unknown > 0.6 * known && known > 0.6 * unknown, `${known} and ${unknown} µs of CPU`);
});

test("a guesser waits ever longer at one account, and its owner elsewhere does not", async () => {
  const { email } = await person();
  const guess = (address: string) =>
    signInWithPassword(parts, { email, password: "wrong wrong wrong" }, from(address)).catch((e: Error) => e);

  for (let i = 0; i < 5; i++) assert.ok(refused("sign_in.wrong")(await guess("192.0.2.1")), `try ${i}`);
  assert.ok(refused("sign_in.too_many")(await guess("192.0.2.1")));
  for (const waitS of [1, 2, 4, 8]) {
    nowMs += waitS * 1_000;
    assert.ok(refused("sign_in.wrong")(await guess("192.0.2.1")), `after ${waitS} s`);
    assert.ok(refused("sign_in.too_many")(await guess("192.0.2.1")));
  }

  opened(await signInWithPassword(parts, { email, password: PASSWORD }, from("198.51.100.7")));
});

test("strangers from everywhere make an owner wait for seconds, never longer", async () => {
  const { email } = await person();
  for (let i = 0; i < 53; i++) {
    nowMs += 11_000;
    await signInWithPassword(parts, { email, password: "wrong wrong wrong" }, from()).catch(() => 0);
  }

  nowMs += 10_000;

  opened(await signInWithPassword(parts, { email, password: PASSWORD }, from("203.0.113.5")));
  // And from where they have signed in before they do not wait at all, however busy the strangers are.
  for (let i = 0; i < 53; i++) {
    nowMs += 11_000;
    await signInWithPassword(parts, { email, password: "wrong wrong wrong" }, from()).catch(() => 0);
  }
  opened(await signInWithPassword(parts, { email, password: PASSWORD }, from("203.0.113.5")));
});

test("guesses at the same moment are counted one by one, for an address without a user too", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () =>
      signInWithPassword(parts, { email: "ghost@example.com", password: "wrong" }, from("192.0.2.99")).catch(
        (error: { code: string }) => error.code,
      ),
    ),
  );

  assert.equal(outcomes.filter((code) => code === "sign_in.wrong").length, 5);
});

test("a password under old parameters works once more and is hashed anew", async () => {
  const { email, user } = await person();
  const old = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
  await parts.pool.query("update tenancy.users set password_hash = $2 where id = $1", [user.id, old]);

  opened(await signInWithPassword(parts, { email, password: PASSWORD }, from()));

  const { rows } = await parts.pool.query("select password_hash from tenancy.users where id = $1", [user.id]);
  assert.ok(HashQueue.isOld(old));
  assert.ok(!HashQueue.isOld(rows[0].password_hash));
  opened(await signInWithPassword(parts, { email, password: PASSWORD }, from()));
});

test("a full queue of hashes refuses rather than starving the rest", async () => {
  const queue = new HashQueue();

  const outcomes = await Promise.allSettled(Array.from({ length: 200 }, () => queue.hash("x")));

  const busy = outcomes.filter((each) => each.status === "rejected" && refused("sign_in.busy")(each.reason));
  assert.ok(busy.length > 100);
  assert.ok(outcomes.some((each) => each.status === "fulfilled"));
  await queue.hash("and afterwards it works again");
});

test("a password is long and not guessable; kinds of characters do not matter", async () => {
  const check = (password: string) => checkPassword(parts, password, "ada.lovelace@example.com");
  await assert.rejects(check("short"), refused("password.too_short"));
  await assert.rejects(check("x".repeat(257)), refused("password.too_long"));
  for (const guessable of [
    "password1234",
    "PassWord-1234",
    "aaaaaaaaaaaaaa",
    "abababababab",
    "ada.lovelace@example.com",
    "qwertyuiop123",
  ])
    await assert.rejects(check(guessable), refused("password.guessable"), guessable);
  assert.equal(await check("e\u0301t\u00e9 chaud au jardin"), "\u00e9t\u00e9 chaud au jardin");
  await check("only lower case words");
});

test("the range list hears five digits of a hash, and its absence stops nobody", async () => {
  const asked: string[] = [];
  // SHA-1 of "hunter2hunter2": 5 digits go out.
  const { createHash } = await import("node:crypto");
  const digest = createHash("sha1").update("hunter2hunter2").digest("hex").toUpperCase();
  const answer = async (url: Parameters<typeof fetch>[0]) => {
    asked.push(String(url));
    return new Response(
      `0000000000000000000000000000000000A:3\r\n${digest.slice(5)}:17\r\n${"F".repeat(35)}:0`,
    );
  };
  const list = rangeList("https://list.example/range/", answer as typeof fetch);

  assert.equal(await list.has("hunter2hunter2"), true);
  assert.deepEqual(asked, [`https://list.example/range/${digest.slice(0, 5)}`]);
  assert.equal(await list.has("something else"), false);
  const away = rangeList("https://list.example/range/", (() =>
    Promise.reject(new Error("away"))) as typeof fetch);
  assert.equal(await anyList([embeddedList, away]).has("something else entirely"), false);
  assert.equal(await anyList([embeddedList, away]).has("password1234"), true);
});

test("a new password ends all other sessions and links, and tells by mail", async () => {
  const { user, principal, email } = await person();
  const other = opened(await signInWithPassword(parts, { email, password: PASSWORD }, from()));

  await changePassword(parts, principal, "another four unrelated words", BY);

  assert.equal(await new Credentials(parts).session(other.token), undefined);
  await principalOf((await signedUserToken(user.id)) ?? "");
  const [mail] = await parts.mail.list(email);
  assert.equal(mail?.kind, "password_changed");
});

/** The session of this user that is left. */
async function signedUserToken(userId: string): Promise<string | undefined> {
  const { rows } = await parts.pool.query(
    "select count(*)::int as n from tenancy.sessions where user_id = $1",
    [userId],
  );
  assert.equal(rows[0].n, 1);
  return opened(
    await signInWithPassword(
      parts,
      {
        email: (await parts.pool.query("select email from tenancy.users where id = $1", [userId])).rows[0]
          .email,
        password: "another four unrelated words",
      },
      from(),
    ),
  ).token;
}

async function linkFor(email: string): Promise<string> {
  await mailSignInLink(parts, email);
  const [mail] = await parts.mail.list(email);
  const { text } = await parts.mail.read(mail?.id ?? "");
  return /#sign-in=([\w-]+)/.exec(text ?? "")?.[1] ?? "";
}

test("a mailed link signs in once, however many try; a stranger's address gets no mail", async () => {
  const { email } = await person();
  const token = await linkFor(email);

  const outcomes = await Promise.allSettled(
    Array.from({ length: 6 }, () => signInWithLink(parts, token, from())),
  );

  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  await mailSignInLink(parts, "stranger@example.com");
  assert.equal((await parts.mail.list("stranger@example.com")).length, 0);
  const late = await linkFor(email);
  nowMs += 15 * 60_000;
  await assert.rejects(signInWithLink(parts, late, from()), refused("sign_in.link_invalid"));
});

test("who has a second factor is asked for it, by whatever way they come in", async () => {
  const { email, code } = await personWithTotp();

  for (const step of [
    await signInWithPassword(parts, { email, password: PASSWORD }, from()),
    await signInWithLink(parts, await linkFor(email), from()),
  ])
    assert.deepEqual(waiting(step).methods, ["totp", "recovery_code"]);

  const step = waiting(await signInWithPassword(parts, { email, password: PASSWORD }, from()));
  const session = opened(
    await completeSecondFactor(parts, step.token, { kind: "totp", code: code() }, from()),
  );
  const principal = await principalOf(session.token);
  assert.deepEqual([...principal.amr].sort(), ["mfa", "otp", "pwd"]);
  assert.equal(principal.mfaAt?.getTime(), nowMs);
});

test("a code works once, also for two who bring it at the same moment, and none before it works after it", async () => {
  const { email, code } = await personWithTotp();
  const steps = await Promise.all(
    Array.from({ length: 4 }, async () =>
      waiting(await signInWithPassword(parts, { email, password: PASSWORD }, from())),
    ),
  );

  const outcomes = await Promise.allSettled(
    steps.map(({ token }) => completeSecondFactor(parts, token, { kind: "totp", code: code() }, from())),
  );

  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  const again = waiting(await signInWithPassword(parts, { email, password: PASSWORD }, from()));
  await assert.rejects(
    completeSecondFactor(parts, again.token, { kind: "totp", code: code(-1) }, from()),
    refused("sign_in.wrong_code"),
  );
  opened(await completeSecondFactor(parts, again.token, { kind: "totp", code: code(1) }, from()));
});

test("a sign-in has five tries of its code and ten minutes", async () => {
  const { email, code } = await personWithTotp();
  const step = waiting(await signInWithPassword(parts, { email, password: PASSWORD }, from()));
  for (let i = 0; i < 5; i++)
    await assert.rejects(
      completeSecondFactor(parts, step.token, { kind: "totp", code: "000000" }, from()),
      refused("sign_in.wrong_code"),
    );
  await assert.rejects(
    completeSecondFactor(parts, step.token, { kind: "totp", code: code() }, from()),
    refused("sign_in.expired"),
  );
  const late = waiting(await signInWithPassword(parts, { email, password: PASSWORD }, from()));
  nowMs += 10 * 60_000;
  await assert.rejects(
    completeSecondFactor(parts, late.token, { kind: "totp", code: code() }, from()),
    refused("sign_in.expired"),
  );
});

test("a recovery code works once, however it is typed and however many bring it; its use is told by mail", async () => {
  const { email, recoveryCodes, user } = await personWithTotp();
  assert.equal(recoveryCodes.length, 10);
  assert.match(recoveryCodes[0] ?? "", /^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
  const typed = (recoveryCodes[0] ?? "")
    .toLowerCase()
    .replaceAll("-", " ")
    .replaceAll("0", "o")
    .replaceAll("1", "l");
  const steps = await Promise.all(
    Array.from({ length: 4 }, async () =>
      waiting(await signInWithPassword(parts, { email, password: PASSWORD }, from())),
    ),
  );

  const outcomes = await Promise.allSettled(
    steps.map(({ token }) =>
      completeSecondFactor(parts, token, { kind: "recovery_code", code: typed }, from()),
    ),
  );

  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  assert.equal((await readFactors(parts, user.id)).recoveryCodesLeft, 9);
  assert.ok((await parts.mail.list(email)).some((mail) => mail.kind === "factor_changed"));
  const stranger = await personWithTotp();
  const theirs = waiting(
    await signInWithPassword(parts, { email: stranger.email, password: PASSWORD }, from()),
  );
  await assert.rejects(
    completeSecondFactor(
      parts,
      theirs.token,
      { kind: "recovery_code", code: recoveryCodes[1] ?? "" },
      from(),
    ),
    refused("sign_in.wrong_code"),
  );
});

test("a passkey is first factor and second; a wrong origin, challenge, person or copy is none", async () => {
  const { email, principal, user } = await person();
  const origin = parts.site.origin();
  const device = new Authenticator(origin);
  device.counter = 1;
  const { token, options } = await beginPasskey(parts, principal);
  const response = device.create(options);
  const added = await enrolPasskey(parts, principal, { token, response, name: "Laptop" }, BY);
  assert.equal(added.recoveryCodes?.length, 10);

  const alone = await beginPasskeySignIn(parts);
  assert.deepEqual(alone.options.allowCredentials ?? [], [], "nobody is named");
  const session = opened(
    await signInWithPasskey(parts, { token: alone.token, response: device.get(alone.options) }, from()),
  );
  const signed = await principalOf(session.token);
  assert.equal(signed.id, user.id);
  assert.equal(signed.mfaAt?.getTime(), nowMs, "with its person verified it is two factors");

  const step = waiting(await signInWithPassword(parts, { email, password: PASSWORD }, from()));
  const second = await challengeSecondFactor(parts, step.token);
  opened(
    await completeSecondFactor(
      parts,
      step.token,
      { kind: "passkey", response: device.get(second, { isVerified: false }) },
      from(),
    ),
  );

  const wrong = async (make: (options: { challenge: string; rpId?: string }) => unknown) => {
    const challenge = await beginPasskeySignIn(parts);
    await assert.rejects(
      signInWithPasskey(parts, { token: challenge.token, response: make(challenge.options) }, from()),
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
  const used = await beginPasskeySignIn(parts);
  device.counter = 50;
  const answer = device.get(used.options);
  opened(await signInWithPasskey(parts, { token: used.token, response: answer }, from()));
  await assert.rejects(
    signInWithPasskey(parts, { token: used.token, response: answer }, from()),
    refused("sign_in.wrong"),
  );
});

test("changes of factors ask for a fresh proof, of the second factor if there is one", async () => {
  const plain = await person();
  nowMs += 11 * 60_000;
  await assert.rejects(enrolTotp(parts, plain.principal), refused("session.step_up"));
  const renewed = await stepUp(
    parts,
    plain.principal,
    { kind: "password", password: PASSWORD },
    null,
    from(),
  );
  await enrolTotp(parts, await principalOf(renewed.token));

  const { code, principal } = await personWithTotp();
  nowMs += 11 * 60_000;
  await assert.rejects(removeTotp(parts, principal, BY), refused("session.step_up"));
  const password = await stepUp(parts, principal, { kind: "password", password: PASSWORD }, null, from());
  await assert.rejects(removeTotp(parts, await principalOf(password.token), BY), refused("session.step_up"));
  const strong = await stepUp(parts, principal, { kind: "totp", code: code() }, null, from());
  await removeTotp(parts, await principalOf(strong.token), BY);
});

test("a step-up gives the session a new token, and the old one is worth nothing", async () => {
  const { code, principal, email } = await personWithTotp();
  const step = waiting(await signInWithPassword(parts, { email, password: PASSWORD }, from()));
  const session = opened(
    await completeSecondFactor(parts, step.token, { kind: "totp", code: code() }, from()),
  );
  nowMs += 60_000;
  const signed = await principalOf(session.token);

  const fresh = await stepUp(parts, signed, { kind: "totp", code: code() }, null, from());

  assert.equal(await new Credentials(parts).session(session.token), undefined);
  assert.equal((await principalOf(fresh.token)).sessionId, signed.sessionId);
  await assert.rejects(
    stepUp(parts, principal, { kind: "totp", code: code() }, null, from()),
    refused("sign_in.wrong_code"),
  );
});

test("no password, code, seed or token stands in a table or in the trail", async () => {
  const { email, recoveryCodes, principal, code } = await personWithTotp();
  const step = waiting(await signInWithPassword(parts, { email, password: PASSWORD }, from()));
  const session = opened(
    await completeSecondFactor(parts, step.token, { kind: "totp", code: code() }, from()),
  );
  const link = await linkFor(email);
  await beginPasskey(parts, await principalOf(session.token));
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
    const { rows } = await parts.pool.query(`select row_to_json(t)::text as text from tenancy.${table} t`);
    all += rows.map((row: { text: string }) => row.text).join("\n");
  }

  for (const secret of [PASSWORD, recoveryCodes[0] ?? "", step.token, session.token, link])
    assert.ok(secret !== "" && !all.includes(secret) && !all.includes(Buffer.from(secret).toString("hex")));
});
