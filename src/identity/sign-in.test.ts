import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { hash } from "@node-rs/argon2";
import { BY, from, opened, PASSWORD, refused, Signers } from "../../test/support/signers.ts";
import { signedUser } from "../../test/support/users.ts";
import { withTx } from "../db/tx.ts";
import { anyList, embeddedList, rangeList } from "./breached.ts";
import { Credentials } from "./credentials.ts";
import { HashQueue } from "./hash-queue.ts";
import { changePassword, checkPassword } from "./passwords.ts";
import { NO_ORIGIN, openSession, readSessions } from "./sessions.ts";
import { mailSignInLink, signInWithLink, signInWithPassword } from "./sign-in.ts";
import { setUserEnabled } from "./users.ts";

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

test("address and password open a session; every way of being wrong is one answer", async () => {
  const { email, user } = await signers.person();

  const session = opened(
    await signInWithPassword(signers.parts, { email: email.toUpperCase(), password: PASSWORD }, from()),
  );
  const principal = await signers.principalOf(session.token);
  assert.equal(principal.id, user.id);
  assert.deepEqual(principal.amr, ["pwd"]);
  assert.equal(principal.mfaAt, null);

  const noPassword = await signedUser(signers.house.tenancy);
  const disabled = await signers.person();
  await setUserEnabled(signers.parts, disabled.user.id, false, BY);
  for (const [address, password] of [
    [email, `${PASSWORD}!`],
    ["nobody@example.com", PASSWORD],
    [noPassword.user.email, "nobody has this password"],
    [disabled.email, PASSWORD],
    ["not an address", PASSWORD],
    [email, "x".repeat(1_024)],
  ] as const) {
    const failure = await signInWithPassword(signers.parts, { email: address, password }, from()).catch(
      (e: Error) => e,
    );
    assert.ok(refused("sign_in.wrong")(failure), address);
    assert.doesNotMatch((failure as Error).message, /nobody@|disabled/);
  }
});

test("an unknown address takes the work of a known one", async () => {
  const { email } = await signers.person();
  await signers.parts.hashes.verify(null, "warm");
  const measure = async (address: string) => {
    const took: number[] = [];
    for (let i = 0; i < 9; i++) {
      const began = process.cpuUsage();
      await signInWithPassword(
        signers.parts,
        { email: address, password: "wrong wrong wrong" },
        from(),
      ).catch(() => 0);
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
  const { email } = await signers.person();
  const guess = (address: string) =>
    signInWithPassword(signers.parts, { email, password: "wrong wrong wrong" }, from(address)).catch(
      (e: Error) => e,
    );

  for (let i = 0; i < 5; i++) assert.ok(refused("sign_in.wrong")(await guess("192.0.2.1")), `try ${i}`);
  assert.ok(refused("sign_in.too_many")(await guess("192.0.2.1")));
  for (const waitS of [1, 2, 4, 8]) {
    signers.nowMs += waitS * 1_000;
    assert.ok(refused("sign_in.wrong")(await guess("192.0.2.1")), `after ${waitS} s`);
    assert.ok(refused("sign_in.too_many")(await guess("192.0.2.1")));
  }

  opened(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from("198.51.100.7")));
});

test("strangers from everywhere make an owner wait for seconds, never longer", async () => {
  const { email } = await signers.person();
  for (let i = 0; i < 53; i++) {
    signers.nowMs += 11_000;
    await signInWithPassword(signers.parts, { email, password: "wrong wrong wrong" }, from()).catch(() => 0);
  }

  signers.nowMs += 10_000;

  opened(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from("203.0.113.5")));
  // And from where they have signed in before they do not wait at all, however busy the strangers are.
  for (let i = 0; i < 53; i++) {
    signers.nowMs += 11_000;
    await signInWithPassword(signers.parts, { email, password: "wrong wrong wrong" }, from()).catch(() => 0);
  }
  opened(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from("203.0.113.5")));
});

test("guesses at the same moment are counted one by one, for an address without a user too", async () => {
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, () =>
      signInWithPassword(
        signers.parts,
        { email: "ghost@example.com", password: "wrong" },
        from("192.0.2.99"),
      ).catch((error: { code: string }) => error.code),
    ),
  );

  assert.equal(outcomes.filter((code) => code === "sign_in.wrong").length, 5);
});

test("a password under old parameters works once more and is hashed anew", async () => {
  const { email, user } = await signers.person();
  const old = await hash(PASSWORD, { memoryCost: 8_192, timeCost: 1, parallelism: 1 });
  await signers.parts.pool.query("update tenancy.users set password_hash = $2 where id = $1", [user.id, old]);

  opened(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));

  const { rows } = await signers.parts.pool.query("select password_hash from tenancy.users where id = $1", [
    user.id,
  ]);
  assert.ok(HashQueue.isOld(old));
  assert.ok(!HashQueue.isOld(rows[0].password_hash));
  opened(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));
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
  const check = (password: string) => checkPassword(signers.parts, password, "ada.lovelace@example.com");
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
  const { user, principal, email } = await signers.person();
  const other = opened(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));

  await changePassword(signers.parts, principal, "another four unrelated words", BY);

  assert.equal(await new Credentials(signers.parts).session(other.token), undefined);
  await signers.principalOf((await signedUserToken(user.id)) ?? "");
  const [mail] = await signers.parts.mail.list(email);
  assert.equal(mail?.kind, "password_changed");
});

/** The session of this user that is left. */
async function signedUserToken(userId: string): Promise<string | undefined> {
  const { rows } = await signers.parts.pool.query(
    "select count(*)::int as n from tenancy.sessions where user_id = $1",
    [userId],
  );
  assert.equal(rows[0].n, 1);
  return opened(
    await signInWithPassword(
      signers.parts,
      {
        email: (await signers.parts.pool.query("select email from tenancy.users where id = $1", [userId]))
          .rows[0].email,
        password: "another four unrelated words",
      },
      from(),
    ),
  ).token;
}

test("a mailed link signs in once, however many try; a stranger's address gets no mail", async () => {
  const { email } = await signers.person();
  const token = await signers.linkFor(email);

  const outcomes = await Promise.allSettled(
    Array.from({ length: 6 }, () => signInWithLink(signers.parts, token, from())),
  );

  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  await mailSignInLink(signers.parts, "stranger@example.com");
  assert.equal((await signers.parts.mail.list("stranger@example.com")).length, 0);
  const late = await signers.linkFor(email);
  signers.nowMs += 15 * 60_000;
  await assert.rejects(signInWithLink(signers.parts, late, from()), refused("sign_in.link_invalid"));
});

test("whoever asks for links does not fill a mailbox, and the links that are there still work", async () => {
  const { email } = await signers.person();
  const { mail } = signers.house.tenancy.internals;

  for (let i = 0; i < 8; i++) await mailSignInLink(signers.parts, email);
  const links = (await mail.list(email)).filter(({ kind }) => kind === "sign_in_link");
  assert.equal(links.length, 5);

  signers.nowMs += 16 * 60_000;
  await mailSignInLink(signers.parts, email);
  assert.equal((await mail.list(email)).filter(({ kind }) => kind === "sign_in_link").length, 6);
});

test("a person has so many sessions: with one more the one that rested longest ends", async () => {
  const { email, user } = await signers.person();
  const first = opened(await signInWithPassword(signers.parts, { email, password: PASSWORD }, from()));
  signers.nowMs += 1_000;
  const open = () =>
    withTx(signers.parts.pool, (tx) =>
      openSession(tx, signers.parts, {
        person: { userId: user.id },
        amr: ["pwd"],
        isMfa: false,
        origin: NO_ORIGIN,
      }),
    );

  for (let i = 0; i < 199; i++) await open();
  assert.equal((await readSessions(signers.parts, user.id)).length, 200);
  await open();

  const left = await readSessions(signers.parts, user.id);
  assert.equal(left.length, 200);
  assert.ok(!left.some(({ id }) => id === first.id));
});
