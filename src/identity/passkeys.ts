import {
  type AuthenticationResponseJSON,
  type AuthenticatorTransport,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { decodeClientDataJSON } from "@simplewebauthn/server/helpers";
import { exec, many, maybe, type Queryable } from "../db/sql.ts";
import { identityError } from "./errors.ts";
import { findPasskey, insertPasskey, listPasskeys, type PasskeyRow, usePasskey } from "./factors-store.ts";
import type { IdentityParts } from "./identity.ts";
import { PASSKEYS_MAX } from "./limits.ts";
import type { SignerRow } from "./sign-in-store.ts";

/**
 * What the browser's `navigator.credentials.create` needs. Throws factor.too_many.
 *
 * @param isReplacing The new one takes the place of all others: they are no hindrance, neither by their number nor when
 *   the device that holds one is the only one left.
 */
export async function passkeyCreation(
  parts: IdentityParts,
  user: Pick<SignerRow, "id" | "email" | "name">,
  { isReplacing = false }: { readonly isReplacing?: boolean } = {},
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const known = isReplacing ? [] : await many(parts.pool, listPasskeys, [user.id]);
  if (known.length >= PASSKEYS_MAX) throw identityError("factor.too_many", { max: PASSKEYS_MAX });
  return generateRegistrationOptions({
    rpName: "Tenancy",
    rpID: parts.site.host(),
    userID: new Uint8Array(handleOf(user.id)),
    userName: user.email ?? user.name,
    userDisplayName: user.name || (user.email ?? ""),
    attestationType: "none",
    excludeCredentials: known.map(toDescriptor),
    // Discoverable and with the person verified: then it is a first factor too, and needs no name typed.
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
  });
}

/** Checks what the authenticator answered and keeps the key. Throws factor.refused. */
export async function addPasskey(
  parts: IdentityParts,
  db: Queryable,
  userId: string,
  input: { readonly challenge: string; readonly response: unknown; readonly name: string },
): Promise<PasskeyRow> {
  const response = input.response as RegistrationResponseJSON; // the library checks every part of it
  const verified = await verifyRegistrationResponse({
    response,
    expectedChallenge: input.challenge,
    expectedOrigin: parts.site.origin(),
    expectedRPID: parts.site.host(),
    requireUserVerification: true,
  }).catch((cause: unknown) => {
    throw identityError("factor.refused", {}, { cause });
  });
  if (!verified.verified || isFramed(response)) throw identityError("factor.refused");
  const { credential, credentialBackedUp } = verified.registrationInfo;
  const row = await maybe(db, insertPasskey, [
    credential.id,
    userId,
    Buffer.from(credential.publicKey),
    credential.counter,
    (credential.transports ?? []).filter((each) => TRANSPORTS.has(each)),
    input.name,
    credentialBackedUp,
    parts.clock.now(),
  ]);
  if (!row) throw identityError("factor.refused");
  return row;
}

/** What `navigator.credentials.get` needs: of one user, or of whoever has a passkey here. */
export async function passkeyRequest(
  parts: IdentityParts,
  userId: string | null,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const known = userId === null ? [] : await many(parts.pool, listPasskeys, [userId]);
  return generateAuthenticationOptions({
    rpID: parts.site.host(),
    allowCredentials: known.map(toDescriptor),
    userVerification: userId === null ? "required" : "preferred",
  });
}

export interface UsedPasskey {
  readonly userId: string;
  /** RFC 8176: a key in hardware, or one that a passkey provider copies. */
  readonly amr: "hwk" | "swk";
}

/**
 * Whose passkey it was; undefined when it proves nothing: unknown key, wrong challenge, origin or signature, a counter
 * that stands still.
 *
 * @param isAlone It is the only factor, so the authenticator must have verified the person.
 */
export async function usePasskeyAnswer(
  parts: IdentityParts,
  db: Queryable,
  input: { readonly challenge: string; readonly response: unknown; readonly isAlone: boolean },
): Promise<UsedPasskey | undefined> {
  const response = input.response as AuthenticationResponseJSON; // the library checks every part of it
  const id = typeof response?.id === "string" ? response.id : "";
  const row = await maybe(db, findPasskey, [id]);
  if (!row) return undefined;
  const handle = response.response?.userHandle;
  if (handle !== undefined && handle !== handleOf(row.user_id).toString("base64url")) return undefined;
  const verified = await verifyAuthenticationResponse({
    response,
    expectedChallenge: input.challenge,
    expectedOrigin: parts.site.origin(),
    expectedRPID: parts.site.host(),
    credential: {
      id: row.id,
      publicKey: new Uint8Array(row.public_key),
      counter: Number(row.counter),
      transports: row.transports as AuthenticatorTransport[], // filtered when written
    },
    requireUserVerification: input.isAlone,
  }).catch(() => undefined);
  if (!verified?.verified || isFramed(response)) return undefined;
  const { newCounter, credentialBackedUp } = verified.authenticationInfo;
  // Two answers with one counter: the row lock lets the first through.
  const isUsed = await exec(db, usePasskey, [row.id, newCounter, credentialBackedUp, parts.clock.now()]);
  if (isUsed !== 1) return undefined;
  return { userId: row.user_id, amr: credentialBackedUp ? "swk" : "hwk" };
}

/** Our pages stand in no frame (WebAuthn 7.1 and 7.2, `crossOrigin`); the library leaves this to its caller. */
function isFramed({ response }: RegistrationResponseJSON | AuthenticationResponseJSON): boolean {
  return decodeClientDataJSON(response.clientDataJSON).crossOrigin === true;
}

const TRANSPORTS = new Set<string>(["ble", "cable", "hybrid", "internal", "nfc", "smart-card", "usb"]);

function toDescriptor({ id, transports }: PasskeyRow) {
  return { id, transports: transports as AuthenticatorTransport[] }; // filtered when written
}

/** 16 bytes: an authenticator shows it to whoever holds it, so it is not the address. */
function handleOf(userId: string): Buffer {
  return Buffer.from(userId.replaceAll("-", ""), "hex");
}
