import type { FastifyReply, FastifyRequest } from "fastify";
import { identityError } from "../../identity/errors.ts";
import { assertFresh } from "../../identity/factors.ts";
import { wordOfProvider } from "../../identity/own-proof.ts";
import { changePassword } from "../../identity/passwords.ts";
import type { PersonPrincipal, Principal, UserPrincipal } from "../../identity/principal.ts";
import { type StepUpAnswer as Answer, beginStepUp, stepUp } from "../../identity/second-factor.ts";
import { endSession, endSessions, readSessions } from "../../identity/sessions.ts";
import { changeUser, readTenantsOf, readUser } from "../../identity/users.ts";
import { tenantsOfProviders } from "../../sso/rules.ts";
import { isHttps } from "../authenticate.ts";
import { sessionCookie } from "../cookie.ts";
import type { House } from "../house.ts";
import { route } from "../route.ts";
import {
  DeviceList,
  Ended,
  Me,
  MeChange,
  NewPassword,
  PasskeyChallenge,
  SessionState,
  StepUpAnswer,
} from "../schemas/identity.ts";
import { callOf, toFactorAnswer } from "./sign-in.ts";

const OWN = { tag: "Me", permission: "signed_in", isPersonal: true } as const;

export const meRoutes = [
  route({
    ...OWN,
    method: "GET",
    url: "/v1/me",
    action: "me.read",
    summary: "Show who is signed in, and where they are a member",
    answer: Me,
    handle: async ({ house, principal }) => toApiMe(house, userOf(principal)),
  }),
  route({
    ...OWN,
    method: "PATCH",
    url: "/v1/me",
    action: "user.updated",
    summary: "Change one's name or language",
    body: MeChange,
    answer: Me,
    handle: async ({ house, principal, body, by }) => {
      const user = userOf(principal);
      const { name, locale } = await changeUser(house.identity, user.id, body, by);
      house.credentials.forget();
      return toApiMe(house, { ...user, name, locale });
    },
  }),
  route({
    ...OWN,
    method: "PUT",
    url: "/v1/me/password",
    action: "user.password_changed",
    summary: "Set or change one's password",
    description:
      "Needs a sign-in or a second factor of the last ten minutes (`session.step_up`). All other sessions end, and a mail tells of it.",
    body: NewPassword,
    isSecret: true,
    answer: null,
    handle: async ({ house, principal, body, by }) => {
      const user = userOf(principal);
      await assertFresh(house.identity, user);
      await changePassword(house.identity, user, body.password, by);
      house.credentials.forget();
    },
  }),
  route({
    ...OWN,
    method: "GET",
    url: "/v1/me/sessions",
    action: "session.read",
    summary: "List where one is signed in",
    answer: DeviceList,
    handle: async ({ house, principal }) => {
      const user = personOf(principal);
      const devices = await readSessions(house.identity, user.id, wordOfProvider(user));
      return {
        items: devices.map((each) => ({
          id: each.id,
          device: each.device,
          ip: each.ip,
          isCurrent: each.id === user.sessionId,
          amr: [...each.amr],
          mfaAt: each.mfaAt?.toISOString() ?? null,
          createdAt: each.createdAt.toISOString(),
          lastUsedAt: each.lastUsedAt.toISOString(),
          expiresAt: each.expiresAt.toISOString(),
        })),
      };
    },
  }),
  route({
    ...OWN,
    method: "DELETE",
    url: "/v1/me/sessions/:id",
    action: "session.revoked",
    summary: "End one of one's sessions",
    params: { id: "Id of the session." },
    answer: null,
    handle: async ({ house, principal, params, by }) => {
      const user = personOf(principal);
      await endSession(house.identity, user.id, params.id, by, wordOfProvider(user));
      house.credentials.forget();
    },
  }),
  route({
    ...OWN,
    method: "DELETE",
    url: "/v1/me/sessions",
    action: "session.revoked",
    summary: "End all one's other sessions",
    answer: Ended,
    handle: async ({ house, principal, by }) => {
      const user = personOf(principal);
      const { id, sessionId } = user;
      const which = { keptId: sessionId, providers: wordOfProvider(user) };
      const ended = await endSessions(house.identity, id, by, which);
      house.credentials.forget();
      return { ended };
    },
  }),
  route({
    ...OWN,
    method: "POST",
    url: "/v1/me/step-up/challenge",
    action: "user.stepped_up",
    summary: "Ask for the challenge to step up with a passkey",
    isSecret: true,
    answer: PasskeyChallenge,
    handle: async ({ house, principal }) => {
      const { token, options } = await beginStepUp(house.identity, personOf(principal));
      return { token, options: { ...options } };
    },
  }),
  route({
    ...OWN,
    method: "POST",
    url: "/v1/me/step-up",
    action: "user.stepped_up",
    summary: "Prove anew who one is, in this session",
    description:
      "Where a request was refused for want of a fresh proof (RFC 9470). The session gets a new token in its cookie.",
    body: StepUpAnswer,
    isSecret: true,
    answer: SessionState,
    handle: async ({ house, principal, body, request, reply }) => {
      const user = personOf(principal);
      const { password } = body;
      const isPassword = password !== undefined && !body.totp && !body.recoveryCode && !body.passkey;
      const answer: Answer = isPassword ? { kind: "password", password } : toFactorAnswer(body);
      const fresh = await stepUp(house.identity, user, answer, body.token ?? null, callOf(request));
      house.credentials.forget();
      return renewCookie(house, fresh, request, reply);
    },
  }),
];

/** The user of a session; whoever else is signed in has no account of their own. */
export function userOf(principal: Principal): UserPrincipal {
  if (principal.kind !== "user") throw identityError("session.none");
  return principal;
}

/** Whoever is signed in as a person, staff too; a program has neither factors nor devices. */
export function personOf(principal: Principal): PersonPrincipal {
  if (principal.kind === "key") throw identityError("session.none");
  return principal;
}

/** The session's new token goes into the cookie; what it is now into the answer. */
export async function renewCookie(
  house: House,
  fresh: { readonly token: string; readonly expiresAt: Date },
  request: FastifyRequest,
  reply: FastifyReply,
) {
  reply.header("set-cookie", sessionCookie(fresh.token, fresh.expiresAt, isHttps(request)));
  const principal = await house.credentials.session(fresh.token);
  if (!principal) throw identityError("session.none");
  return toApiSessionState(personOf(principal));
}

async function toApiMe(house: House, user: UserPrincipal) {
  const tenants = await tenantsOf(house, user);
  const { email } = await readUser(house.identity.pool, user.id);
  return {
    id: user.id,
    email,
    name: user.name,
    locale: user.locale,
    session: toApiSessionState(user),
    tenants: tenants.map((tenant) => ({ ...tenant, roles: [...tenant.roles] })),
    isMfaEnabled: house.identity.isMfaEnabled,
    version: house.version,
  };
}

/** Where else somebody is a member is no matter of the provider that one session came from. */
async function tenantsOf(house: House, user: UserPrincipal) {
  const tenants = await readTenantsOf(house.identity.pool, user.id);
  const providers = wordOfProvider(user);
  if (providers === null) return tenants;
  const vouched = await tenantsOfProviders(house.tenancy.internals.sso.parts, providers);
  return tenants.filter(({ id }) => vouched.has(id));
}

function toApiSessionState(user: PersonPrincipal) {
  return {
    id: user.sessionId,
    amr: [...user.amr],
    authenticatedAt: user.authenticatedAt.toISOString(),
    mfaAt: user.mfaAt?.toISOString() ?? null,
    expiresAt: user.expiresAt.toISOString(),
  };
}
