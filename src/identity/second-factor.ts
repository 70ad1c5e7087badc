import type { PublicKeyCredentialRequestOptionsJSON } from "@simplewebauthn/server";
import { recordEvent } from "../audit/record.ts";
import { exec, maybe } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { countTry, forgive } from "./delays.ts";
import { identityError } from "./errors.ts";
import type { IdentityParts } from "./identity.ts";
import { CEREMONY_LIFETIME_MS, CODE_TRIES_MAX } from "./limits.ts";
import { factorChanged } from "./messages.ts";
import { passkeyRequest, usePasskeyAnswer } from "./passkeys.ts";
import { normalizePassword } from "./passwords.ts";
import type { PersonPrincipal } from "./principal.ts";
import { cancelOpen } from "./recovery.ts";
import { spendRecoveryCode } from "./recovery-codes.ts";
import { announceRevocation } from "./revocations.ts";
import { strengthenSession } from "./sessions-store.ts";
import { openFor, proveFirst, recordRefusal, type SignInCall, type SignInStep } from "./sign-in.ts";
import {
  type CeremonyRow,
  findCeremony,
  findSigner,
  insertCeremony,
  type SignerRow,
  setChallenge,
  takeCeremony,
  tryCeremony,
} from "./sign-in-store.ts";
import { tellPerson } from "./tell-person.ts";
import { drawToken, hashToken } from "./token.ts";
import { spendTotpCode } from "./totp.ts";

/** What somebody brings as a second factor. */
export type FactorAnswer =
  | { readonly kind: "totp"; readonly code: string }
  | { readonly kind: "recovery_code"; readonly code: string }
  | { readonly kind: "passkey"; readonly response: unknown };

export interface PasskeyChallenge {
  readonly token: string;
  readonly options: PublicKeyCredentialRequestOptionsJSON;
  readonly expiresAt: Date;
}

/** Begins a sign-in by passkey alone: nobody is named, so nothing is told about anybody. */
export async function beginPasskeySignIn(parts: IdentityParts): Promise<PasskeyChallenge> {
  return openCeremony(parts, "passkey", null, await passkeyRequest(parts, null));
}

/** A passkey with its person verified is two factors at once. Throws sign_in.wrong. */
export async function signInWithPasskey(
  parts: IdentityParts,
  input: { readonly token: string; readonly response: unknown },
  call: SignInCall,
): Promise<SignInStep> {
  await countTry(parts, { door: "passkey", account: input.token, ip: call.origin.ip });
  const step = await withTx(parts.pool, async (tx) => {
    const ceremony = await maybe(tx, takeCeremony, [hashToken(input.token), "passkey", parts.clock.now()]);
    if (!ceremony?.challenge) return undefined;
    const { challenge } = ceremony;
    const used = await usePasskeyAnswer(parts, tx, { challenge, response: input.response, isAlone: true });
    const user = used && (await maybe(tx, findSigner, [used.userId]));
    if (!used || user?.status !== "active") return undefined;
    const by = { actor: `${user.kind}:${user.id}`, requestId: call.requestId };
    await cancelOpen(tx, parts, user.id, by, "factor_used");
    return proveFirst(tx, parts, user, { amr: [used.amr, "user", "mfa"], isMfa: true }, call);
  });
  if (step) return step;
  await recordRefusal(parts, "passkey", null, call);
  throw identityError("sign_in.wrong");
}

/** The challenge for a passkey as second factor. Throws sign_in.expired. */
export async function challengeSecondFactor(
  parts: IdentityParts,
  token: string,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const now = parts.clock.now();
  const ceremony = await maybe(parts.pool, findCeremony, [hashToken(token), "second_factor", now]);
  if (!ceremony) throw identityError("sign_in.expired");
  const options = await passkeyRequest(parts, ceremony.user_id);
  await exec(parts.pool, setChallenge, [hashToken(token), options.challenge]);
  return options;
}

/**
 * The second step of a sign-in.
 *
 * @throws sign_in.expired after too long or too many tries, sign_in.wrong_code, sign_in.too_many
 */
export async function completeSecondFactor(
  parts: IdentityParts,
  token: string,
  answer: FactorAnswer,
  call: SignInCall,
): Promise<SignInStep> {
  const tried = await takeCodeTry(parts, token, "second_factor");
  const userId = tried.user_id as string; // a second factor is somebody's
  const attempt = { door: "code", account: userId, ip: call.origin.ip };
  await countTry(parts, attempt);
  const step = await withTx(parts.pool, async (tx) => {
    const user = await maybe(tx, findSigner, [userId]);
    if (user?.status !== "active") return undefined;
    const amr = await spendAnswer(tx, parts, user, answer, tried.challenge);
    if (!amr) return undefined;
    // Whoever ends it opens the session: one, even if two right answers come at once.
    const ended = await maybe(tx, takeCeremony, [hashToken(token), "second_factor", parts.clock.now()]);
    if (!ended) throw identityError("sign_in.expired");
    const by = { actor: `${user.kind}:${userId}`, requestId: call.requestId };
    await cancelOpen(tx, parts, userId, by, "factor_used");
    return openFor(tx, parts, user, { amr: [...ended.amr, ...amr, "mfa"], isMfa: true }, call);
  });
  if (step) {
    await forgive(parts, attempt);
    return step;
  }
  await recordRefusal(parts, answer.kind, userId, call);
  throw identityError("sign_in.wrong_code");
}

/** Begins a step-up by passkey. */
export async function beginStepUp(
  parts: IdentityParts,
  principal: PersonPrincipal,
): Promise<PasskeyChallenge> {
  return openCeremony(parts, "step_up", principal.id, await passkeyRequest(parts, principal.id));
}

export type StepUpAnswer = FactorAnswer | { readonly kind: "password"; readonly password: string };

/**
 * Proves anew who is there, in a session that is open. A second factor makes it fresh for what needs one; the
 * password renews the first only. The session gets a new token.
 *
 * @param token Of the challenge, for a passkey.
 * @throws sign_in.wrong_code, sign_in.too_many, sign_in.expired
 */
export async function stepUp(
  parts: IdentityParts,
  principal: PersonPrincipal,
  answer: StepUpAnswer,
  token: string | null,
  call: SignInCall,
): Promise<{ readonly token: string; readonly expiresAt: Date }> {
  const attempt = { door: "code", account: principal.id, ip: call.origin.ip };
  await countTry(parts, attempt);
  const found = await maybe(parts.pool, findSigner, [principal.id]);
  const isPassword =
    answer.kind === "password" &&
    (await parts.hashes.verify(found?.password_hash ?? null, normalizePassword(answer.password)));
  const fresh = await withTx(parts.pool, async (tx) => {
    const user = await maybe(tx, findSigner, [principal.id]);
    if (user?.status !== "active") return undefined;
    if (answer.kind === "password") {
      return isPassword ? renewSession(tx, parts, principal, ["pwd"], false) : undefined;
    }
    let challenge: string | null = null;
    if (answer.kind === "passkey") {
      const now = parts.clock.now();
      const ceremony =
        token === null ? undefined : await maybe(tx, takeCeremony, [hashToken(token), "step_up", now]);
      if (!ceremony || ceremony.user_id !== principal.id) throw identityError("sign_in.expired");
      challenge = ceremony.challenge;
    }
    const amr = await spendAnswer(tx, parts, user, answer, challenge);
    if (!amr) return undefined;
    const by = { actor: principal.actor, requestId: call.requestId };
    await cancelOpen(tx, parts, user.id, by, "factor_used");
    return renewSession(tx, parts, principal, [...amr, "mfa"], true);
  });
  if (!fresh) {
    await recordRefusal(parts, answer.kind, principal.id, call);
    throw identityError("sign_in.wrong_code");
  }
  await forgive(parts, attempt);
  return fresh;
}

/** Another proof in a session: a new token, and a record of it. */
export async function renewSession(
  tx: Tx,
  parts: IdentityParts,
  principal: PersonPrincipal,
  amr: readonly string[],
  isMfa: boolean,
): Promise<{ token: string; expiresAt: Date } | undefined> {
  const token = drawToken();
  const now = parts.clock.now();
  const renewed = await maybe(tx, strengthenSession, [
    principal.sessionId,
    hashToken(token),
    amr,
    now,
    isMfa,
  ]);
  if (!renewed) return undefined;
  await announceRevocation(tx, "session", principal.sessionId);
  const action = principal.kind === "operator" ? "operator.stepped_up" : "user.stepped_up";
  await recordEvent(tx, { actor: principal.actor }, action, null, {
    sessionId: principal.sessionId,
    amr,
  });
  return { token, expiresAt: renewed.expires_at };
}

/** The methods that were proved (RFC 8176); undefined when the answer is no good. */
async function spendAnswer(
  tx: Tx,
  parts: IdentityParts,
  user: SignerRow,
  answer: FactorAnswer,
  challenge: string | null,
): Promise<readonly string[] | undefined> {
  switch (answer.kind) {
    case "totp":
      return (await spendTotpCode(parts, tx, user.id, answer.code)) ? ["otp"] : undefined;
    case "recovery_code": {
      if (!(await spendRecoveryCode(tx, parts, user.id, answer.code))) return undefined;
      const message = factorChanged(user.locale, "recovery_code_used", parts.site.origin());
      await tellPerson(tx, parts, user, "factor_changed", message);
      return ["recovery"];
    }
    case "passkey": {
      if (challenge === null) return undefined;
      const { response } = answer;
      const used = await usePasskeyAnswer(parts, tx, { challenge, response, isAlone: false });
      return used && used.userId === user.id ? [used.amr] : undefined;
    }
    default:
      return answer satisfies never;
  }
}

async function takeCodeTry(
  parts: IdentityParts,
  token: string,
  kind: CeremonyRow["kind"],
): Promise<CeremonyRow> {
  const values = [hashToken(token), kind, parts.clock.now(), CODE_TRIES_MAX];
  const tried = await maybe(parts.pool, tryCeremony, values);
  if (!tried) throw identityError("sign_in.expired");
  return tried;
}

async function openCeremony(
  parts: IdentityParts,
  kind: CeremonyRow["kind"],
  userId: string | null,
  options: PublicKeyCredentialRequestOptionsJSON,
): Promise<PasskeyChallenge> {
  const token = drawToken();
  const expiresAt = new Date(parts.clock.now().getTime() + CEREMONY_LIFETIME_MS);
  const values = [hashToken(token), kind, userId, [], options.challenge, expiresAt];
  await exec(parts.pool, insertCeremony, values);
  return { token, options, expiresAt };
}
