import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from "@simplewebauthn/browser";
import { request } from "../../api/client.ts";
import type { InvitationAccept, OpenInvitation, SignInStep } from "../../api/types.ts";

export function signInWithPassword(email: string, password: string): Promise<SignInStep> {
  return request("POST", "/v1/sign-in/password", { body: { email, password } });
}

/** Answers the same whether or not there is such an account. */
export function askForLink(email: string): Promise<void> {
  return request("POST", "/v1/sign-in/link", { body: { email } });
}

export function signInWithLink(token: string): Promise<SignInStep> {
  return request("POST", "/v1/sign-in/link/complete", { body: { token } });
}

export interface PasskeyChallenge {
  readonly token: string;
  readonly options: PublicKeyCredentialRequestOptionsJSON;
}

export function beginPasskey(): Promise<PasskeyChallenge> {
  return request("POST", "/v1/sign-in/passkey/challenge");
}

export function signInWithPasskey(token: string, response: AuthenticationResponseJSON): Promise<SignInStep> {
  return request("POST", "/v1/sign-in/passkey", { body: { token, response } });
}

export async function challengeSecondFactor(token: string): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const answer = await request<{ options: PublicKeyCredentialRequestOptionsJSON }>(
    "POST",
    "/v1/sign-in/second-factor/challenge",
    { body: { token } },
  );
  return answer.options;
}

/** One of them. */
export interface FactorAnswer {
  readonly totp?: string;
  readonly recoveryCode?: string;
  readonly passkey?: AuthenticationResponseJSON;
}

export function secondFactor(token: string, answer: FactorAnswer): Promise<SignInStep> {
  return request("POST", "/v1/sign-in/second-factor", { body: { token, ...answer } });
}

export function showInvitation(token: string): Promise<OpenInvitation> {
  return request("POST", "/v1/sign-in/invitation/show", { body: { token } });
}

export function acceptInvitation(body: InvitationAccept): Promise<SignInStep> {
  return request("POST", "/v1/sign-in/invitation", { body });
}
