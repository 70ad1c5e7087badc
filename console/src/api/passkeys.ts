import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
} from "@simplewebauthn/browser";
import { ApiError, localProblem } from "./api-error.ts";

/** Whether this browser knows passkeys at all; over plain HTTP only on this machine. */
export function hasPasskeys(): boolean {
  return browserSupportsWebAuthn();
}

/** Asks for a passkey of this site. @throws ApiError with `console.passkey_*` */
export function askForPasskey(optionsJSON: PublicKeyCredentialRequestOptionsJSON) {
  return told(() => startAuthentication({ optionsJSON }));
}

/** Makes a passkey on this device, or on one nearby. @throws ApiError with `console.passkey_*` */
export function makePasskey(optionsJSON: PublicKeyCredentialCreationOptionsJSON) {
  return told(() => startRegistration({ optionsJSON }));
}

/** What a browser says about passkeys is meant to tell nothing; these are the three cases that it does tell. */
async function told<T>(ceremony: () => Promise<T>): Promise<T> {
  if (!hasPasskeys()) throw problem("console.passkey_unsupported");
  try {
    return await ceremony();
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : "";
    if (name === "InvalidStateError") throw problem("console.passkey_known", cause);
    throw problem("console.passkey_unused", cause);
  }
}

function problem(code: string, cause?: unknown): ApiError {
  return new ApiError(localProblem(code, 0, code), cause);
}
