import type { PublicKeyCredentialCreationOptionsJSON } from "@simplewebauthn/server";
import { type Actor, recordEvent } from "../audit/record.ts";
import { exec, many, maybe } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { identityError } from "./errors.ts";
import { deletePasskey, deleteTotp, findTotp, listPasskeys } from "./factors-store.ts";
import type { IdentityParts } from "./identity.ts";
import { CEREMONY_LIFETIME_MS, FRESH_MS } from "./limits.ts";
import { type FactorChange, factorChanged } from "./messages.ts";
import { hasOwnFactor, isFromProvider } from "./own-proof.ts";
import { addPasskey, passkeyCreation } from "./passkeys.ts";
import type { PersonPrincipal } from "./principal.ts";
import { drawRecoveryCodes } from "./recovery-codes.ts";
import { renewSession } from "./second-factor.ts";
import { methodsOf } from "./sign-in.ts";
import { findSigner, insertCeremony, type SignerRow, takeCeremony } from "./sign-in-store.ts";
import { tellPerson } from "./tell-person.ts";
import { drawToken, hashToken } from "./token.ts";
import { beginTotp, confirmTotpCode, type TotpEnrolment } from "./totp.ts";

export interface Passkey {
  readonly id: string;
  readonly name: string;
  /** Kept by a passkey provider: a lost device does not lose it. */
  readonly isBackedUp: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

export interface Factors {
  readonly hasPassword: boolean;
  /** When the authenticator app was added; null: none. */
  readonly totpSince: Date | null;
  readonly passkeys: readonly Passkey[];
  readonly recoveryCodesLeft: number;
}

export async function readFactors(parts: IdentityParts, userId: string): Promise<Factors> {
  const user = await readSigner(parts, userId);
  const totp = await maybe(parts.pool, findTotp, [userId]);
  const passkeys = await many(parts.pool, listPasskeys, [userId]);
  return {
    hasPassword: user.password_hash !== null,
    totpSince: totp?.confirmed_at ?? null,
    passkeys: passkeys.map((row) => ({
      id: row.id,
      name: row.name,
      isBackedUp: row.is_backed_up,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
    })),
    recoveryCodesLeft: user.recovery_codes,
  };
}

/**
 * What changes how somebody signs in needs a proof that is fresh: of the second factor, if they have one. A stolen
 * session cookie alone must not become an account, and neither must the word of one tenant's identity provider: the
 * account opens other tenants too.
 *
 * @throws session.step_up, session.from_provider for somebody who could prove nothing here
 */
export async function assertFresh(parts: IdentityParts, principal: PersonPrincipal): Promise<void> {
  const user = await readSigner(parts, principal.id);
  const hasSecond = methodsOf(user).length > 0;
  const isOwn = !isFromProvider(principal) || hasOwnFactor(principal.amr, hasSecond);
  if (!isOwn && !hasSecond && user.password_hash === null) throw identityError("session.from_provider");
  const provedAt = hasSecond ? principal.mfaAt : principal.authenticatedAt;
  const ageMs = provedAt ? parts.clock.now().getTime() - provedAt.getTime() : Number.POSITIVE_INFINITY;
  if (!isOwn || ageMs > FRESH_MS) throw identityError("session.step_up", { maxAgeS: FRESH_MS / 1_000 });
}

/** Throws factor.disabled, session.step_up, factor.exists. */
export async function enrolTotp(parts: IdentityParts, principal: PersonPrincipal): Promise<TotpEnrolment> {
  await assertEnrolling(parts, principal);
  const { id, email, name } = await readSigner(parts, principal.id);
  return beginTotp(parts, { id, label: email ?? name });
}

/** What comes out of adding a factor: codes when it is the first, and the session's new token. */
export interface Enrolled {
  readonly recoveryCodes: readonly string[] | null;
  readonly token: string;
  readonly expiresAt: Date;
}

/** The first code of the app. Throws sign_in.wrong_code, session.step_up, factor.disabled. */
export async function confirmTotp(
  parts: IdentityParts,
  principal: PersonPrincipal,
  code: string,
  by: Actor,
): Promise<Enrolled> {
  await assertEnrolling(parts, principal);
  return withTx(parts.pool, async (tx) => {
    const user = await readSigner(parts, principal.id, tx);
    if (!(await confirmTotpCode(parts, tx, user.id, code))) throw identityError("sign_in.wrong_code");
    return enrolled(tx, parts, principal, user, "totp_added", ["otp"], by);
  });
}

export interface PasskeyEnrolment {
  readonly token: string;
  readonly options: PublicKeyCredentialCreationOptionsJSON;
}

/** Throws factor.disabled, session.step_up, factor.too_many. */
export async function beginPasskey(
  parts: IdentityParts,
  principal: PersonPrincipal,
): Promise<PasskeyEnrolment> {
  await assertEnrolling(parts, principal);
  const options = await passkeyCreation(parts, await readSigner(parts, principal.id));
  const token = drawToken();
  const expiresAt = new Date(parts.clock.now().getTime() + CEREMONY_LIFETIME_MS);
  const values = [hashToken(token), "enrol", principal.id, [], options.challenge, expiresAt];
  await exec(parts.pool, insertCeremony, values);
  return { token, options };
}

/** Throws sign_in.expired, factor.refused, session.step_up. */
export async function enrolPasskey(
  parts: IdentityParts,
  principal: PersonPrincipal,
  input: { readonly token: string; readonly response: unknown; readonly name: string },
  by: Actor,
): Promise<Enrolled> {
  await assertEnrolling(parts, principal);
  return withTx(parts.pool, async (tx) => {
    const user = await readSigner(parts, principal.id, tx);
    const now = parts.clock.now();
    const ceremony = await maybe(tx, takeCeremony, [hashToken(input.token), "enrol", now]);
    if (!ceremony?.challenge || ceremony.user_id !== principal.id) throw identityError("sign_in.expired");
    const { challenge } = ceremony;
    const { response, name } = input;
    const row = await addPasskey(parts, tx, principal.id, { challenge, response, name });
    const amr = row.is_backed_up ? "swk" : "hwk";
    return enrolled(tx, parts, principal, user, "passkey_added", [amr], by);
  });
}

/** Throws factor.not_found, session.step_up. */
export async function removeTotp(parts: IdentityParts, principal: PersonPrincipal, by: Actor): Promise<void> {
  await assertFresh(parts, principal);
  await withTx(parts.pool, async (tx) => {
    const user = await readSigner(parts, principal.id, tx);
    if ((await exec(tx, deleteTotp, [user.id])) === 0) throw identityError("factor.not_found");
    await tell(tx, parts, user, "totp_removed", by);
  });
}

/** Throws factor.not_found, for another user's passkey too; session.step_up. */
export async function removePasskey(
  parts: IdentityParts,
  principal: PersonPrincipal,
  id: string,
  by: Actor,
): Promise<void> {
  await assertFresh(parts, principal);
  await withTx(parts.pool, async (tx) => {
    const user = await readSigner(parts, principal.id, tx);
    if (!(await maybe(tx, deletePasskey, [id, user.id]))) throw identityError("factor.not_found");
    await tell(tx, parts, user, "passkey_removed", by);
  });
}

/** Ten new codes; the old ones are worth nothing. Throws session.step_up, factor.not_found without a factor. */
export async function renewRecoveryCodes(
  parts: IdentityParts,
  principal: PersonPrincipal,
  by: Actor,
): Promise<string[]> {
  await assertFresh(parts, principal);
  return withTx(parts.pool, async (tx) => {
    const user = await readSigner(parts, principal.id, tx);
    if (methodsOf(user).length === 0) throw identityError("factor.not_found");
    const codes = await drawRecoveryCodes(tx, parts, user.id);
    await tell(tx, parts, user, "recovery_codes_drawn", by);
    return codes;
  });
}

async function enrolled(
  tx: Tx,
  parts: IdentityParts,
  principal: PersonPrincipal,
  user: SignerRow,
  change: FactorChange,
  amr: readonly string[],
  by: Actor,
): Promise<Enrolled> {
  const isFirst = methodsOf(user).length === 0;
  const recoveryCodes = isFirst ? await drawRecoveryCodes(tx, parts, user.id) : null;
  await tell(tx, parts, user, change, by);
  // It was used just now, so the session has a second factor from here on.
  const renewed = await renewSession(tx, parts, principal, [...amr, "mfa"], true);
  if (!renewed) throw identityError("session.none");
  return { recoveryCodes, ...renewed };
}

/** On record, and by mail to the person: a change that they did not make must not stay unseen. */
async function tell(
  tx: Tx,
  parts: IdentityParts,
  user: SignerRow,
  change: FactorChange,
  by: Actor,
): Promise<void> {
  const isOperator = user.kind === "operator";
  const whose = isOperator ? { operatorId: user.id } : { userId: user.id };
  const action = isOperator ? "operator.factor_changed" : "user.factor_changed";
  await recordEvent(tx, by, action, null, { ...whose, change });
  const message = factorChanged(user.locale, change, parts.site.origin());
  await tellPerson(tx, parts, user, "factor_changed", message);
}

async function assertEnrolling(parts: IdentityParts, principal: PersonPrincipal): Promise<void> {
  if (!parts.isMfaEnabled) throw identityError("factor.disabled");
  await assertFresh(parts, principal);
}

async function readSigner(parts: IdentityParts, userId: string, tx?: Tx): Promise<SignerRow> {
  const user = await maybe(tx ?? parts.pool, findSigner, [userId]);
  if (!user) throw identityError("user.not_found", { user: userId });
  return user;
}
