import { discover } from "../../sso/domains.ts";
import { finishSignIn, startSignIn } from "../../sso/sign-in.ts";
import { isHttps } from "../authenticate.ts";
import { sessionCookie } from "../cookie.ts";
import { deviceCookie, readDeviceCookie } from "../device-cookie.ts";
import { originOf } from "../origin.ts";
import { publicUrl } from "../public-url.ts";
import { route } from "../route.ts";
import { SsoDiscover, SsoDiscovered, SsoFinish, SsoFinished, SsoStart, SsoStarted } from "../schemas/sso.ts";
import { endedSsoCookie, readSsoCookie, ssoCookie } from "../sso-cookie.ts";

export const signInSsoRoutes = [
  route({
    method: "POST",
    url: "/v1/sign-in/discover",
    tag: "Single sign-on",
    permission: "anyone",
    action: null,
    unrecorded:
      "It tells what anybody may know: which domains sign in where. Nothing is changed, nobody is named.",
    summary: "Find where people with an address sign in",
    description: "It looks at the domain alone: the answer tells nothing about who has an account.",
    isPublic: true,
    isSignIn: true,
    body: SsoDiscover,
    answer: SsoDiscovered,
    handle: async ({ house, body }) => ({
      connections: await discover(house.tenancy.internals.sso.parts, body.email),
    }),
  }),
  route({
    method: "POST",
    url: "/v1/sign-in/sso",
    tag: "Single sign-on",
    permission: "anyone",
    action: "sso.sign_in_started",
    summary: "Begin a sign-in at an identity provider",
    description: "Sets a cookie: the browser that begins is the one that must finish.",
    isPublic: true,
    isSignIn: true,
    isSecret: true,
    body: SsoStart,
    status: 201,
    answer: SsoStarted,
    handle: async ({ house, body, by, request, reply }) => {
      const input = { ...body, purpose: "sign_in", baseUrl: publicUrl(house, request) } as const;
      const { url, browserToken, expiresAt } = await startSignIn(
        house.tenancy.internals.sso.parts,
        input,
        by,
      );
      reply.header("set-cookie", ssoCookie(browserToken, expiresAt, isHttps(request)));
      return { url };
    },
  }),
  route({
    method: "POST",
    url: "/v1/sign-in/sso/finish",
    tag: "Single sign-on",
    permission: "anyone",
    action: "sso.signed_in",
    summary: "Finish a sign-in with what the identity provider answered",
    description: "Answers with a session cookie; after a test, with what the provider said.",
    isPublic: true,
    isSignIn: true,
    isSecret: true,
    body: SsoFinish,
    status: 201,
    answer: SsoFinished,
    handle: async ({ house, body, request, reply, requestId }) => {
      const browserToken = readSsoCookie(request.headers.cookie, isHttps(request));
      const deviceToken = readDeviceCookie(request.headers.cookie, isHttps(request));
      const input = { ...body, browserToken, deviceToken, origin: originOf(request), requestId };
      const finished = await finishSignIn(house.tenancy.internals.sso.parts, input);
      const ended = endedSsoCookie(isHttps(request));
      const { returnTo } = finished;
      if (finished.kind === "test") {
        reply.header("set-cookie", ended);
        const { subject, email, name, groups, isMfa, authenticatedAt } = finished.claimed;
        const at = authenticatedAt?.toISOString() ?? null;
        const test = { subject, email, name, groups: groups && [...groups], isMfa, authenticatedAt: at };
        return { returnTo, expiresAt: null, test };
      }
      const { token, expiresAt } = finished.session;
      reply.header("set-cookie", [
        sessionCookie(token, expiresAt, isHttps(request)),
        deviceCookie(finished.device, isHttps(request)),
        ended,
      ]);
      return { returnTo, expiresAt: expiresAt.toISOString(), test: null };
    },
  }),
];
