import type { FastifyReply, FastifyRequest } from "fastify";
import { readSessionCookie } from "../../gate/credential.ts";
import {
  beginPasskeySignIn,
  challengeSecondFactor,
  completeSecondFactor,
  type FactorAnswer,
  signInWithPasskey,
} from "../../identity/second-factor.ts";
import {
  mailSignInLink,
  type SignInCall,
  type SignInStep as Step,
  signInWithLink,
  signInWithPassword,
} from "../../identity/sign-in.ts";
import { isHttps } from "../authenticate.ts";
import { sessionCookie } from "../cookie.ts";
import { deviceCookie, readDeviceCookie } from "../device-cookie.ts";
import { httpError } from "../errors.ts";
import { originOf } from "../origin.ts";
import { route } from "../route.ts";
import {
  LinkRequest,
  LinkSignIn,
  PasskeyAnswer,
  PasskeyChallenge,
  PasswordSignIn,
  SecondFactorAnswer,
  SecondFactorChallenge,
  SignInStep,
  WebAuthnChallenge,
} from "../schemas/identity.ts";

const OPEN = {
  tag: "Sign-in",
  permission: "anyone",
  isPublic: true,
  isSignIn: true,
  isSecret: true,
} as const;

export const signInRoutes = [
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/password",
    action: "user.signed_in",
    summary: "Sign in with address and password",
    description:
      "Sets the session cookie, or asks for the second factor. An unknown address, a wrong password and a disabled user are one answer, `sign_in.wrong`, after the same work.",
    body: PasswordSignIn,
    answer: SignInStep,
    handle: async ({ house, body, request, reply }) =>
      toApiStep(await signInWithPassword(house.identity, body, callOf(request)), request, reply),
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/link",
    action: "user.link_mailed",
    summary: "Ask for a sign-in link by mail",
    description:
      "The answer is the same whether there is such a user or not. Who forgot the password signs in this way and sets a new one by `PUT /v1/me/password`.",
    body: LinkRequest,
    status: 202,
    answer: null,
    handle: async ({ house, body }) => {
      house.inBackground("A sign-in link could not be mailed", () =>
        mailSignInLink(house.identity, body.email),
      );
    },
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/link/complete",
    action: "user.signed_in",
    summary: "Sign in with a mailed link",
    description:
      "The link works once, for 15 minutes. It is one factor: a second one is asked for if there is one.",
    body: LinkSignIn,
    answer: SignInStep,
    handle: async ({ house, body, request, reply }) =>
      toApiStep(await signInWithLink(house.identity, body.token, callOf(request)), request, reply),
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/passkey/challenge",
    action: "user.signed_in",
    summary: "Begin to sign in with a passkey",
    description: "Nobody is named: the browser offers the passkeys that it has for this site.",
    answer: PasskeyChallenge,
    handle: async ({ house }) => {
      const { token, options } = await beginPasskeySignIn(house.identity);
      return { token, options: { ...options } };
    },
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/passkey",
    action: "user.signed_in",
    summary: "Sign in with a passkey",
    description: "A passkey with its person verified is two factors at once: no other is asked for.",
    body: PasskeyAnswer,
    answer: SignInStep,
    handle: async ({ house, body, request, reply }) =>
      toApiStep(await signInWithPasskey(house.identity, body, callOf(request)), request, reply),
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/second-factor/challenge",
    action: "user.signed_in",
    summary: "Ask for the challenge of a passkey as second factor",
    body: SecondFactorChallenge,
    answer: WebAuthnChallenge,
    handle: async ({ house, body }) => ({
      options: { ...(await challengeSecondFactor(house.identity, body.token)) },
    }),
  }),
  route({
    ...OPEN,
    method: "POST",
    url: "/v1/sign-in/second-factor",
    action: "user.signed_in",
    summary: "Complete a sign-in with the second factor",
    description: "Five tries, within ten minutes; then the sign-in begins again.",
    body: SecondFactorAnswer,
    answer: SignInStep,
    handle: async ({ house, body, request, reply }) => {
      const answer = toFactorAnswer(body);
      return toApiStep(
        await completeSecondFactor(house.identity, body.token, answer, callOf(request)),
        request,
        reply,
      );
    },
  }),
];

export function callOf(request: FastifyRequest): SignInCall {
  return {
    origin: originOf(request),
    requestId: request.id,
    previousToken: readSessionCookie(request.headers.cookie, isHttps(request)),
    deviceToken: readDeviceCookie(request.headers.cookie, isHttps(request)),
  };
}

/** The session goes into the cookie alone: no script of the page ever sees it. */
export function toApiStep(step: Step, request: FastifyRequest, reply: FastifyReply) {
  if (step.status === "second_factor") {
    const { status, kind, token, methods, expiresAt } = step;
    const isStaff = kind === "operator";
    return { status, isStaff, token, methods: [...methods], expiresAt: expiresAt.toISOString() };
  }
  const { token, expiresAt } = step.session;
  const device = step.device ? [deviceCookie(step.device, isHttps(request))] : [];
  reply.header("set-cookie", [sessionCookie(token, expiresAt, isHttps(request)), ...device]);
  const isStaff = step.kind === "operator";
  return { status: step.status, isStaff, token: null, methods: [], expiresAt: expiresAt.toISOString() };
}

interface Codes {
  readonly totp?: string;
  readonly recoveryCode?: string;
  readonly passkey?: object;
}

/** Exactly one of them. */
export function toFactorAnswer(body: Codes): FactorAnswer {
  const answers: FactorAnswer[] = [];
  if (body.totp !== undefined) answers.push({ kind: "totp", code: body.totp });
  if (body.recoveryCode !== undefined) answers.push({ kind: "recovery_code", code: body.recoveryCode });
  if (body.passkey !== undefined) answers.push({ kind: "passkey", response: body.passkey });
  const [answer, ...others] = answers;
  if (answer && others.length === 0) return answer;
  const message = "Expected exactly one of `totp`, `recoveryCode` and `passkey`.";
  throw httpError("request.invalid", {}, { problems: [{ path: "body", message }] });
}
