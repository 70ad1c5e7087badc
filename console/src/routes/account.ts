import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { AccountFrame } from "../features/account/AccountFrame.tsx";
import { factorsQuery, mySessionsQuery } from "../features/account/queries.ts";
import { crumbs } from "../shell/crumbs.tsx";
import { needUser } from "./need-user.ts";
import { root } from "./root.ts";

const account = createRoute({
  getParentRoute: () => root,
  path: "/account",
  staticData: { crumb: crumbs.account },
  beforeLoad: ({ context, location }) => needUser(context.client, location),
  component: AccountFrame,
});

const profile = createRoute({
  getParentRoute: () => account,
  path: "/",
  component: lazyRouteComponent(() => import("../features/account/ProfilePage.tsx"), "ProfilePage"),
});

const methods = createRoute({
  getParentRoute: () => account,
  path: "/methods",
  staticData: { crumb: crumbs.methods },
  loader: ({ context }) => void context.client.prefetchQuery(factorsQuery),
  component: lazyRouteComponent(() => import("../features/account/MethodsPage.tsx"), "MethodsPage"),
});

const devices = createRoute({
  getParentRoute: () => account,
  path: "/sessions",
  staticData: { crumb: crumbs.devices },
  loader: ({ context }) => void context.client.prefetchQuery(mySessionsQuery),
  component: lazyRouteComponent(() => import("../features/account/SessionsPage.tsx"), "SessionsPage"),
});

export const accountRoutes = account.addChildren([profile, methods, devices]);
