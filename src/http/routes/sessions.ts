import { readSessionCookie } from "../../gate/credential.ts";
import { identityError } from "../../identity/errors.ts";
import { signIn } from "../../identity/operators.ts";
import type { OperatorPrincipal } from "../../identity/principal.ts";
import { signOut } from "../../identity/sessions.ts";
import { isHttps } from "../authenticate.ts";
import { endedSessionCookie, sessionCookie } from "../cookie.ts";
import { originOf } from "../origin.ts";
import { route } from "../route.ts";
import { Session, SessionCreate } from "../schemas/operators.ts";

export const sessionRoutes = [
  route({
    method: "POST",
    url: "/v1/sessions",
    tag: "Sessions",
    permission: "anyone",
    action: "operator.signed_in",
    summary: "Sign in with a one-time link",
    description:
      "Answers with a session cookie. The link works once, so an Idempotency-Key changes nothing here; the session's token is stored nowhere in clear.",
    isPublic: true,
    isSignIn: true,
    isSecret: true,
    body: SessionCreate,
    status: 201,
    answer: Session,
    handle: async ({ house, body, request, reply, requestId }) => {
      const { token, principal } = await signIn(house.operators, body.token, requestId, originOf(request));
      reply.header("set-cookie", sessionCookie(token, principal.expiresAt, isHttps(request)));
      return toApiSession(principal, house.version);
    },
  }),
  route({
    method: "GET",
    url: "/v1/session",
    tag: "Sessions",
    permission: "signed_in",
    action: "session.read",
    summary: "Show who is signed in",
    answer: Session,
    handle: async ({ house, principal }) => {
      if (principal.kind !== "operator") throw identityError("session.none");
      return toApiSession(principal, house.version);
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/session",
    tag: "Sessions",
    permission: "signed_in",
    isPersonal: true,
    action: "operator.signed_out",
    summary: "Sign out",
    description: "For staff and users alike; of a user the audit log says `user.signed_out`.",
    answer: null,
    handle: async ({ house, principal, by, request, reply }) => {
      const token = readSessionCookie(request.headers.cookie, isHttps(request));
      if (principal.kind === "key" || !token) throw identityError("session.none");
      await signOut(house.operators, token, by);
      house.credentials.forget();
      reply.header("set-cookie", endedSessionCookie(isHttps(request)));
    },
  }),
];

function toApiSession({ id, name, expiresAt }: OperatorPrincipal, version: string) {
  return { operator: { id, name }, expiresAt: expiresAt.toISOString(), version };
}
