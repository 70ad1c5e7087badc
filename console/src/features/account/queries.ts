import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/browser";
import { queryOptions } from "@tanstack/react-query";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type { Device, Enrolled, Factors, Items, Me, RecoveryCodes, TotpEnrolment } from "../../api/types.ts";
import type { FactorAnswer } from "../sign-in/queries.ts";

export const meQuery = queryOptions({ ...getQuery<Me>("/v1/me"), staleTime: 60_000 });
export const mySessionsQuery = getQuery<Items<Device>>("/v1/me/sessions");
export const factorsQuery = getQuery<Factors>("/v1/me/factors");

export const meTouches = ["/v1/me", "/v1/session"];

export function updateMe(body: { name?: string; locale?: "en" | "fr" }): Promise<Me> {
  return request("PATCH", "/v1/me", { body });
}

export function endSession(id: string): Promise<void> {
  return request("DELETE", `/v1/me/sessions/${id}`);
}

export function endOtherSessions(): Promise<void> {
  return request("DELETE", "/v1/me/sessions");
}

/** The other sessions end. */
export function changePassword(password: string): Promise<void> {
  return request("PUT", "/v1/me/password", { body: { password } });
}

export function beginTotp(): Promise<TotpEnrolment> {
  return request("POST", "/v1/me/factors/totp");
}

export function confirmTotp(code: string): Promise<Enrolled> {
  return request("POST", "/v1/me/factors/totp/confirm", { body: { code } });
}

export function removeTotp(): Promise<void> {
  return request("DELETE", "/v1/me/factors/totp");
}

export interface PasskeyCreation {
  readonly token: string;
  readonly options: PublicKeyCredentialCreationOptionsJSON;
}

export function beginPasskey(): Promise<PasskeyCreation> {
  return request("POST", "/v1/me/factors/passkeys/challenge");
}

export function addPasskey(body: {
  token: string;
  name: string;
  response: RegistrationResponseJSON;
}): Promise<Enrolled> {
  return request("POST", "/v1/me/factors/passkeys", { body });
}

export function removePasskey(id: string): Promise<void> {
  return request("DELETE", `/v1/me/factors/passkeys/${encodeURIComponent(id)}`);
}

export function drawRecoveryCodes(): Promise<RecoveryCodes> {
  return request("POST", "/v1/me/factors/recovery-codes");
}

export interface StepUpChallenge {
  readonly token: string;
  readonly options: PublicKeyCredentialRequestOptionsJSON;
}

export function beginStepUp(): Promise<StepUpChallenge> {
  return request("POST", "/v1/me/step-up/challenge");
}

/** One of them; a passkey with the token of its challenge. */
export interface StepUpAnswer extends FactorAnswer {
  readonly token?: string;
  readonly password?: string;
}

/** Proves anew who is there; the session gets a new token. */
export function stepUp(answer: StepUpAnswer): Promise<void> {
  return request("POST", "/v1/me/step-up", { body: answer });
}
