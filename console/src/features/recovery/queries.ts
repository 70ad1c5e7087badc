import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from "@simplewebauthn/browser";
import { request } from "../../api/client.ts";
import { getQuery } from "../../api/get-query.ts";
import type {
  MyRecovery,
  OwnRecovery,
  Recovered,
  RecoveryApproved,
  RecoveryList,
  SignInRules,
  TotpEnrolment,
} from "../../api/types.ts";

/** What both steps of coming back need: the mailed link's token, and a sign-in that waits for the second factor. */
export interface Proofs {
  readonly link: string;
  readonly token: string;
}

export const myRecoveryQuery = getQuery<MyRecovery>("/v1/me/recovery");

/** @param token Of the sign-in that waits. Asking again only tells how it stands. */
export function askRecovery(token: string): Promise<OwnRecovery> {
  return request("POST", "/v1/sign-in/recovery", { body: { token } });
}

export function cancelByLink(token: string): Promise<void> {
  return request("POST", "/v1/sign-in/recovery/cancel", { body: { token } });
}

export function cancelMine(): Promise<void> {
  return request("DELETE", "/v1/me/recovery");
}

export function beginApp(proofs: Proofs): Promise<TotpEnrolment> {
  return request("POST", "/v1/sign-in/recovery/totp", { body: proofs });
}

export interface PasskeyCreation {
  readonly token: string;
  readonly options: PublicKeyCredentialCreationOptionsJSON;
}

export function beginPasskey(proofs: Proofs): Promise<PasskeyCreation> {
  return request("POST", "/v1/sign-in/recovery/passkey", { body: proofs });
}

export type NewFactor =
  | { readonly totp: string }
  | {
      readonly passkey: {
        readonly token: string;
        readonly name: string;
        readonly response: RegistrationResponseJSON;
      };
    };

export function complete(proofs: Proofs, factor: NewFactor): Promise<Recovered> {
  return request("POST", "/v1/sign-in/recovery/complete", { body: { ...proofs, ...factor } });
}

/** @param base `/v1/tenants/{id}` of a tenant's own people, `/v1` of everybody. */
export function recoveriesQuery(base: string) {
  return getQuery<RecoveryList>(`${base}/recoveries`);
}

export function approveRecovery(base: string, id: string): Promise<RecoveryApproved> {
  return request("POST", `${base}/recoveries/${id}/approve`);
}

export function refuseRecovery(base: string, id: string): Promise<void> {
  return request("POST", `${base}/recoveries/${id}/refuse`);
}

export function signInRulesQuery(tenantId: string) {
  return getQuery<SignInRules>(`/v1/tenants/${tenantId}/sign-in-rules`);
}

export function saveSignInRules(tenantId: string, body: SignInRules): Promise<SignInRules> {
  return request("PUT", `/v1/tenants/${tenantId}/sign-in-rules`, { body });
}
