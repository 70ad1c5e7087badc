import { recordEvent } from "../audit/record.ts";
import { exec, maybe, one } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { countTry, forgive } from "./delays.ts";
import { type DeviceMark, recogniseDevice } from "./devices.ts";
import { normalizeEmail } from "./email.ts";
import { identityError } from "./errors.ts";
import { HashQueue } from "./hash-queue.ts";
import type { IdentityParts } from "./identity.ts";
import {
  CEREMONY_LIFETIME_MS,
  PASSWORD_CHARACTERS_MAX,
  USER_LINK_LIFETIME_MS,
  USER_LINKS_MAX,
} from "./limits.ts";
import { signInLink } from "./messages.ts";
import { normalizePassword } from "./passwords.ts";
import { announceRevocation } from "./revocations.ts";
import { type FreshSession, type Origin, openSession } from "./sessions.ts";
import { deleteSession } from "./sessions-store.ts";
import {
  countUserLinks,
  deleteOldCeremonies,
  deleteUserLinks,
  findSigner,
  findSignerByEmail,
  insertCeremony,
  insertUserLink,
  rehashPassword,
  type SignerRow,
  takeUserLink,
} from "./sign-in-store.ts";
import { drawToken, hashToken } from "./token.ts";
import { verifyEmail } from "./users-store.ts";

export type SecondFactor = "totp" | "passkey" | "recovery_code";

/** Where a sign-in stands: done, or waiting for the second factor. */
export type SignInStep =
  | {
      readonly status: "signed_in";
      readonly kind: "user" | "operator";
      /** The user, or the operator. */
      readonly userId: string;
      readonly session: FreshSession;
      /** For the browser to keep; undefined: there is none. */
      readonly device: DeviceMark | undefined;
    }
  | {
      readonly status: "second_factor";
      readonly kind: "user" | "operator";
      /** The browser holds it until the second factor comes. */
      readonly token: string;
      readonly methods: readonly SecondFactor[];
      readonly expiresAt: Date;
    };

export interface SignInCall {
  readonly origin: Origin;
  readonly requestId?: string | undefined;
  /** The session that the browser still has; it ends with the new one. */
  readonly previousToken?: string | undefined;
  /** What the browser is known by; null: nothing yet. Default: no browser is there to be known. */
  readonly deviceToken?: string | null;
}

/**
 * Address and password. An address without a user, a user without a password, a disabled one and a wrong password are
 * one answer, after the same work.
 *
 * @throws sign_in.wrong, sign_in.too_many, sign_in.busy
 */
export async function signInWithPassword(
  parts: IdentityParts,
  input: { readonly email: string; readonly password: string },
  call: SignInCall,
): Promise<SignInStep> {
  const account = normalizeEmail(input.email) ?? input.email.toLowerCase();
  const attempt = { door: "password", account, ip: call.origin.ip };
  await countTry(parts, attempt);
  const user = await maybe(parts.pool, findSignerByEmail, [account]);
  // Longer than any password here: its beginning must not count as one.
  const isPossible = input.password.length <= 4 * PASSWORD_CHARACTERS_MAX;
  const given = isPossible ? normalizePassword(input.password) : "";
  const hashed = user?.password_hash ?? null;
  const isRight = await parts.hashes.verify(hashed, given);
  if (!user || !isRight || hashed === null || user.status !== "active") {
    await recordRefusal(parts, "password", user?.id ?? null, call);
    throw identityError("sign_in.wrong");
  }
  await forgive(parts, attempt);
  if (HashQueue.isOld(hashed)) {
    await exec(parts.pool, rehashPassword, [user.id, hashed, await parts.hashes.hash(given)]);
  }
  return withTx(parts.pool, (tx) => proveFirst(tx, parts, user, { amr: ["pwd"], isMfa: false }, call));
}

/**
 * Mails a link that signs in, if there is such a user; nothing tells the asker whether there is. The work is meant to
 * run after the answer, so that its time tells nothing either.
 */
export async function mailSignInLink(parts: IdentityParts, email: string): Promise<void> {
  const address = normalizeEmail(email);
  const user = address === undefined ? undefined : await maybe(parts.pool, findSignerByEmail, [address]);
  if (user?.status !== "active") return;
  const now = parts.clock.now();
  if ((await one(parts.pool, countUserLinks, [user.id, now])).n >= USER_LINKS_MAX) return;
  const token = drawToken();
  await withTx(parts.pool, async (tx) => {
    const expiresAt = new Date(now.getTime() + USER_LINK_LIFETIME_MS);
    await exec(tx, insertUserLink, [hashToken(token), user.id, expiresAt]);
    await parts.mail.write(tx, {
      to: user.email,
      kind: "sign_in_link",
      locale: user.locale,
      message: signInLink(user.locale, parts.site.link("sign-in", token)),
    });
    await recordEvent(tx, { actor: "nobody" }, "user.link_mailed", null, { userId: user.id });
  });
}

/** Throws sign_in.link_invalid, the same for a used, an old and a made-up link, and for a disabled user's. */
export async function signInWithLink(
  parts: IdentityParts,
  token: string,
  call: SignInCall,
): Promise<SignInStep> {
  return withTx(parts.pool, async (tx) => {
    const now = parts.clock.now();
    const link = await maybe(tx, takeUserLink, [hashToken(token), now]);
    const user = link && (await maybe(tx, findSigner, [link.user_id]));
    if (user?.status !== "active") throw identityError("sign_in.link_invalid");
    await exec(tx, verifyEmail, [user.id, now]);
    // The mailbox was proved; what else was mailed is not needed any more.
    await exec(tx, deleteUserLinks, [user.id, now]);
    return proveFirst(tx, parts, user, { amr: ["link"], isMfa: false }, call);
  });
}

/** What somebody has proved so far. */
export interface Proof {
  readonly amr: readonly string[];
  /** A second factor is among it. */
  readonly isMfa: boolean;
}

/**
 * A first factor was proved, in whatever way: password, link, passkey, invitation, an identity provider. Who has a
 * second factor is asked for it, unless the proof had one. Every way in ends here.
 */
export async function proveFirst(
  tx: Tx,
  parts: IdentityParts,
  user: SignerRow,
  proof: Proof,
  call: SignInCall,
): Promise<SignInStep> {
  const methods = methodsOf(user);
  if (proof.isMfa || methods.length === 0) return openFor(tx, parts, user, proof, call);
  const now = parts.clock.now();
  const expiresAt = new Date(now.getTime() + CEREMONY_LIFETIME_MS);
  const token = drawToken();
  await exec(tx, deleteOldCeremonies, [now]);
  await exec(tx, insertCeremony, [hashToken(token), "second_factor", user.id, proof.amr, null, expiresAt]);
  return { status: "second_factor", kind: user.kind, token, methods, expiresAt };
}

/** All is proved: a session, and the one that the browser had before is over. */
export async function openFor(
  tx: Tx,
  parts: IdentityParts,
  person: Pick<SignerRow, "id" | "kind" | "email" | "locale">,
  proof: Proof,
  call: SignInCall,
): Promise<SignInStep> {
  const { id: userId, kind } = person;
  if (call.previousToken !== undefined) {
    const previous = await maybe(tx, deleteSession, [hashToken(call.previousToken)]);
    if (previous) await announceRevocation(tx, "session", previous.id);
  }
  const amr = [...new Set(proof.amr)];
  const token = call.deviceToken;
  const recognised =
    token === undefined
      ? undefined
      : await recogniseDevice(tx, parts, person, { token, origin: call.origin });
  const session = await openSession(tx, parts, {
    person: kind === "operator" ? { operatorId: userId } : { userId },
    amr,
    isMfa: proof.isMfa,
    origin: call.origin,
    deviceSince: recognised?.since,
  });
  const by = { actor: `${kind}:${userId}`, requestId: call.requestId };
  const { ip, device } = call.origin;
  await recordEvent(
    tx,
    by,
    kind === "operator" ? "operator.signed_in" : "user.signed_in",
    null,
    { sessionId: session.id, amr, ...(recognised ? { isNewDevice: recognised.isNew } : {}) },
    {
      personal: { subject: `${kind}:${userId}`, data: { ip, device } },
    },
  );
  return { status: "signed_in", kind, userId, session, device: recognised?.mark };
}

/**
 * A try that failed is on record; who it was aimed at, if there is such a user. Where it came from stands open: it is
 * somebody else's address as likely as not, and attacks are searched by it.
 */
export async function recordRefusal(
  parts: IdentityParts,
  door: string,
  userId: string | null,
  call: SignInCall,
): Promise<void> {
  await withTx(parts.pool, (tx) =>
    recordEvent(
      tx,
      { actor: "nobody", requestId: call.requestId, ip: call.origin.ip },
      "user.sign_in_refused",
      null,
      { door, userId },
    ),
  );
}

/** The second factors that a user has. Recovery codes stand in for one; alone they are none. */
export function methodsOf(user: SignerRow): SecondFactor[] {
  const methods: SecondFactor[] = [];
  if (user.passkeys > 0) methods.push("passkey");
  if (user.has_totp) methods.push("totp");
  if (methods.length > 0 && user.recovery_codes > 0) methods.push("recovery_code");
  return methods;
}
