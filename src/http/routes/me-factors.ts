import {
  beginPasskey,
  confirmTotp,
  enrolPasskey,
  enrolTotp,
  readFactors,
  removePasskey,
  removeTotp,
  renewRecoveryCodes,
} from "../../identity/factors.ts";
import { route } from "../route.ts";
import {
  Enrolled,
  Factors,
  PasskeyChallenge,
  PasskeyEnrolment,
  RecoveryCodes,
  TotpConfirmation,
  TotpEnrolment,
} from "../schemas/identity.ts";
import { personOf, renewCookie } from "./me.ts";

const OWN = { tag: "Me", permission: "signed_in", isPersonal: true } as const;
const FRESH =
  "Needs a second factor of the last ten minutes, or without one a sign-in of the last ten minutes (`session.step_up`).";

export const meFactorRoutes = [
  route({
    ...OWN,
    method: "GET",
    url: "/v1/me/factors",
    action: "factor.read",
    summary: "List how one signs in",
    answer: Factors,
    handle: async ({ house, principal }) => {
      const factors = await readFactors(house.identity, personOf(principal).id);
      return {
        hasPassword: factors.hasPassword,
        totpSince: factors.totpSince?.toISOString() ?? null,
        passkeys: factors.passkeys.map((each) => ({
          ...each,
          createdAt: each.createdAt.toISOString(),
          lastUsedAt: each.lastUsedAt?.toISOString() ?? null,
        })),
        recoveryCodesLeft: factors.recoveryCodesLeft,
      };
    },
  }),
  route({
    ...OWN,
    method: "POST",
    url: "/v1/me/factors/totp",
    action: "user.factor_changed",
    summary: "Begin to add an authenticator app",
    description: `The app counts once its first code came. ${FRESH}`,
    isSecret: true,
    status: 201,
    answer: TotpEnrolment,
    handle: async ({ house, principal }) => enrolTotp(house.identity, personOf(principal)),
  }),
  route({
    ...OWN,
    method: "POST",
    url: "/v1/me/factors/totp/confirm",
    action: "user.factor_changed",
    summary: "Add the authenticator app with its first code",
    description: "With the first factor come ten recovery codes. The session counts as having used it.",
    isSecret: true,
    body: TotpConfirmation,
    answer: Enrolled,
    handle: async ({ house, principal, body, by, request, reply }) => {
      const enrolled = await confirmTotp(house.identity, personOf(principal), body.code, by);
      house.credentials.forget();
      await renewCookie(house, enrolled, request, reply);
      return { recoveryCodes: enrolled.recoveryCodes && [...enrolled.recoveryCodes] };
    },
  }),
  route({
    ...OWN,
    method: "DELETE",
    url: "/v1/me/factors/totp",
    action: "user.factor_changed",
    summary: "Remove the authenticator app",
    description: FRESH,
    answer: null,
    handle: async ({ house, principal, by }) => removeTotp(house.identity, personOf(principal), by),
  }),
  route({
    ...OWN,
    method: "POST",
    url: "/v1/me/factors/passkeys/challenge",
    action: "user.factor_changed",
    summary: "Begin to add a passkey",
    description: FRESH,
    isSecret: true,
    answer: PasskeyChallenge,
    handle: async ({ house, principal }) => {
      const { token, options } = await beginPasskey(house.identity, personOf(principal));
      return { token, options: { ...options } };
    },
  }),
  route({
    ...OWN,
    method: "POST",
    url: "/v1/me/factors/passkeys",
    action: "user.factor_changed",
    summary: "Add a passkey",
    description: "With the first factor come ten recovery codes. The session counts as having used it.",
    isSecret: true,
    body: PasskeyEnrolment,
    status: 201,
    answer: Enrolled,
    handle: async ({ house, principal, body, by, request, reply }) => {
      const enrolled = await enrolPasskey(house.identity, personOf(principal), body, by);
      house.credentials.forget();
      await renewCookie(house, enrolled, request, reply);
      return { recoveryCodes: enrolled.recoveryCodes && [...enrolled.recoveryCodes] };
    },
  }),
  route({
    ...OWN,
    method: "DELETE",
    url: "/v1/me/factors/passkeys/:id",
    action: "user.factor_changed",
    summary: "Remove a passkey",
    description: FRESH,
    params: { id: "Id of the passkey." },
    answer: null,
    handle: async ({ house, principal, params, by }) =>
      removePasskey(house.identity, personOf(principal), params.id, by),
  }),
  route({
    ...OWN,
    method: "POST",
    url: "/v1/me/factors/recovery-codes",
    action: "user.factor_changed",
    summary: "Draw ten new recovery codes",
    description: `The old ones no longer work. ${FRESH}`,
    isSecret: true,
    status: 201,
    answer: RecoveryCodes,
    handle: async ({ house, principal, by }) => ({
      recoveryCodes: await renewRecoveryCodes(house.identity, personOf(principal), by),
    }),
  }),
];
