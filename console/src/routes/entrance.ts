import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import type { OperatorSignInSearch } from "../features/session/OperatorSignInPage.tsx";
import type { UserSignInSearch } from "../features/sign-in/SignInPage.tsx";
import { localPath, oneOf } from "../url/search.ts";
import { root } from "./root.ts";

/** Pages before anyone is signed in. */

const operatorSignIn = createRoute({
  getParentRoute: () => root,
  path: "/operator/sign-in",
  validateSearch: (raw: Record<string, unknown>): OperatorSignInSearch => ({
    to: localPath(raw["to"]),
    because: oneOf(["ended", "link"], raw["because"]),
  }),
  component: lazyRouteComponent(
    () => import("../features/session/OperatorSignInPage.tsx"),
    "OperatorSignInPage",
  ),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (raw: Record<string, unknown>): UserSignInSearch => ({
    to: localPath(raw["to"]),
    because: oneOf(["ended", "needed"], raw["because"]),
  }),
  component: lazyRouteComponent(() => import("../features/sign-in/SignInPage.tsx"), "SignInPage"),
});

const signInLink = createRoute({
  getParentRoute: () => root,
  path: "/sign-in/link",
  component: lazyRouteComponent(() => import("../features/sign-in/LinkPage.tsx"), "LinkPage"),
});

const signInSso = createRoute({
  getParentRoute: () => root,
  path: "/sign-in/sso",
  component: lazyRouteComponent(() => import("../features/sign-in/SsoPage.tsx"), "SsoPage"),
});

const recovery = createRoute({
  getParentRoute: () => root,
  path: "/recovery",
  component: lazyRouteComponent(() => import("../features/recovery/RecoveryPage.tsx"), "RecoveryPage"),
});

const cancelRecovery = createRoute({
  getParentRoute: () => root,
  path: "/recovery/cancel",
  component: lazyRouteComponent(() => import("../features/recovery/CancelPage.tsx"), "CancelPage"),
});

const integrationFinish = createRoute({
  getParentRoute: () => root,
  path: "/integrations/finish",
  component: lazyRouteComponent(
    () => import("../features/integrations/IntegrationFinishPage.tsx"),
    "IntegrationFinishPage",
  ),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("../features/sign-in/InvitationPage.tsx"), "InvitationPage"),
});

export const entranceRoutes = [
  signIn,
  signInLink,
  signInSso,
  integrationFinish,
  invitation,
  recovery,
  cancelRecovery,
  operatorSignIn,
] as const;
