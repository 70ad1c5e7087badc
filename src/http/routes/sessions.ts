import type { Permission } from "../../access/permissions.ts";
import { readSessionCookie } from "../../gate/credential.ts";
import { identityError } from "../../identity/errors.ts";
import { signInOperator } from "../../identity/operators.ts";
import type { OperatorPrincipal } from "../../identity/principal.ts";
import { signOut } from "../../identity/sessions.ts";
import { isHttps } from "../authenticate.ts";
import { permissionsOnPlatform } from "../authorise.ts";
import { endedSessionCookie } from "../cookie.ts";
import type { House } from "../house.ts";
import { route } from "../route.ts";
import { SignInStep } from "../schemas/identity.ts";
import { Session, SessionCreate } from "../schemas/operators.ts";
import { callOf, toApiStep } from "./sign-in.ts";

export const sessionRoutes = [
  route({
    method: "POST",
    url: "/v1/sessions",
    tag: "Sessions",
    permission: "anyone",
    action: "operator.signed_in",
    summary: "Sign in with a one-time link",
    description:
      "Sets the session cookie, or asks for the second factor of an operator who has one: send it to `/v1/sign-in/second-factor`. The link works once, so an Idempotency-Key changes nothing here; the session's token is stored nowhere in clear.",
    isPublic: true,
    isSignIn: true,
    isSecret: true,
    body: SessionCreate,
    status: 201,
    answer: SignInStep,
    handle: async ({ house, body, request, reply }) =>
      toApiStep(await signInOperator(house.identity, body.token, callOf(request)), request, reply),
  }),
  route({
    method: "GET",
    url: "/v1/session",
    tag: "Sessions",
    permission: "signed_in",
    action: "session.read",
    summary: "Show who is signed in",
    answer: Session,
    handle: async ({ house, principal, request }) => {
      if (principal.kind !== "operator") throw identityError("session.none");
      return toApiSession(house, principal, await permissionsOnPlatform(house, request, principal));
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

function toApiSession(
  house: House,
  { id, name, expiresAt, mfaAt }: OperatorPrincipal,
  permissions: readonly Permission[],
) {
  return {
    operator: { id, name },
    expiresAt: expiresAt.toISOString(),
    mfaAt: mfaAt?.toISOString() ?? null,
    isMfaMissing: mfaAt === null && house.tenancy.config.security.operatorMfaRequired,
    permissions: [...permissions],
    isMfaEnabled: house.identity.isMfaEnabled,
    version: house.version,
  };
}
