import {
  askRecovery,
  cancelRecoveryByLink,
  cancelRecoveryOf,
  type OwnRecovery as Own,
  readOwnRecovery,
} from "../../identity/recovery.ts";
import {
  beginRecoveryPasskey,
  beginRecoveryTotp,
  completeRecovery,
  type NewFactor,
} from "../../identity/recovery-completion.ts";
import { httpError } from "../errors.ts";
import { route } from "../route.ts";
import { TotpEnrolment } from "../schemas/identity.ts";
import {
  MyRecovery,
  OwnRecovery,
  Recovered,
  RecoveryAsk,
  RecoveryCancel,
  RecoveryCompletion,
  RecoveryPasskey,
  RecoveryProofs,
} from "../schemas/recoveries.ts";
import { userOf } from "./me.ts";
import { callOf, toApiStep } from "./sign-in.ts";

const OPEN = {
  tag: "Sign-in",
  permission: "anyone",
  isPublic: true,
  isSignIn: true,
  isSecret: true,
} as const;
const OWN = { tag: "Me", permission: "signed_in", isPersonal: true } as const;

/** The way back of somebody who lost every second factor. Who approves it: recoveries.ts. */
export const signInRecoveryRoutes = [
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/recovery",
    action: "user.recovery_asked",
    summary: "Ask to come back without a second factor",
    description:
      "For a person who proved the first factor and lost every second one. Two others approve it, a delay runs, and mails tell the person of each step. Asking again while a request is open changes nothing.",
    body: RecoveryAsk,
    status: 202,
    answer: OwnRecovery,
    handle: async ({ house, body, request }) =>
      toApiOwn(await askRecovery(house.identity, body.token, callOf(request))),
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/recovery/cancel",
    action: "user.recovery_cancelled",
    summary: "Cancel a recovery by the link in a mail",
    description: "Without a sign-in: whoever reads the mails is asked whether they want it.",
    body: RecoveryCancel,
    answer: null,
    handle: async ({ house, body, requestId }) =>
      cancelRecoveryByLink(house.identity, body.token, { requestId }),
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/recovery/totp",
    action: "user.recovered",
    summary: "Begin to come back with a new authenticator app",
    body: RecoveryProofs,
    answer: TotpEnrolment,
    handle: async ({ house, body }) => beginRecoveryTotp(house.identity, body),
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/recovery/passkey",
    action: "user.recovered",
    summary: "Begin to come back with a new passkey",
    body: RecoveryProofs,
    answer: RecoveryPasskey,
    handle: async ({ house, body }) => {
      const { token, options } = await beginRecoveryPasskey(house.identity, body);
      return { token, options: { ...options } };
    },
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/recovery/complete",
    action: "user.recovered",
    summary: "Come back: enrol the new factor, and end everything old",
    description:
      "The new factor is written, and every old factor, session and mailed link ends, in one transaction. Ten recovery codes come with it, and the session cookie.",
    body: RecoveryCompletion,
    answer: Recovered,
    handle: async ({ house, body, request, reply }) => {
      const { link, token } = body;
      const call = callOf(request);
      const { step, recoveryCodes } = await completeRecovery(
        house.identity,
        { link, token },
        toNewFactor(body),
        call,
      );
      house.credentials.forget();
      const { expiresAt } = toApiStep(step, request, reply);
      return { recoveryCodes: [...recoveryCodes], expiresAt };
    },
  }),
  route({
    ...OWN,
    method: "GET",
    url: "/v1/me/recovery",
    action: "recovery.read",
    summary: "Show whether somebody asks to enter one's account without a second factor",
    answer: MyRecovery,
    handle: async ({ house, principal }) => {
      const recovery = await readOwnRecovery(house.identity, userOf(principal).id);
      return { recovery: recovery && toApiOwn(recovery) };
    },
  }),
  route({
    ...OWN,
    method: "DELETE",
    url: "/v1/me/recovery",
    action: "user.recovery_cancelled",
    summary: "Cancel the recovery of one's account",
    description: "From any session, without a fresh proof: cancelling leaves everything as it is.",
    answer: null,
    handle: async ({ house, principal, by }) =>
      cancelRecoveryOf(house.identity, userOf(principal).id, by, "session"),
  }),
];

function toNewFactor(body: {
  readonly totp?: string;
  readonly passkey?: { readonly token: string; readonly response: unknown; readonly name: string };
}): NewFactor {
  if (body.totp !== undefined && body.passkey === undefined) return { kind: "totp", code: body.totp };
  if (body.totp === undefined && body.passkey !== undefined) return { kind: "passkey", ...body.passkey };
  const message = "Expected exactly one of `totp` and `passkey`.";
  throw httpError("request.invalid", {}, { problems: [{ path: "body", message }] });
}

export function toApiOwn({ status, askedAt, device, ip, readyAt, expiresAt }: Own) {
  return {
    status,
    askedAt: askedAt.toISOString(),
    device,
    ip,
    readyAt: readyAt?.toISOString() ?? null,
    expiresAt: expiresAt.toISOString(),
  };
}
