import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { factorsQuery, mySessionsQuery } from "../features/account/queries.ts";
import { crumbs } from "../shell/crumbs.tsx";
import { NotFoundPage } from "../shell/ErrorPages.tsx";
import { frame } from "./staff-frame.ts";

/** What staff have for themselves, and where staff land. */

const home = createRoute({
  getParentRoute: () => frame,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/tenants", replace: true });
  },
});

const staffMethods = createRoute({
  getParentRoute: () => frame,
  path: "/operator/methods",
  staticData: { crumb: crumbs.methods },
  loader: ({ context }) => void context.client.prefetchQuery(factorsQuery),
  component: lazyRouteComponent(() => import("../features/session/StaffMethodsPage.tsx"), "StaffMethodsPage"),
});

const staffDevices = createRoute({
  getParentRoute: () => frame,
  path: "/operator/devices",
  staticData: { crumb: crumbs.devices },
  loader: ({ context }) => void context.client.prefetchQuery(mySessionsQuery),
  component: lazyRouteComponent(() => import("../features/account/SessionsPage.tsx"), "SessionsPage"),
});

const notFound = createRoute({ getParentRoute: () => frame, path: "$", component: NotFoundPage });

export const staffOwnRoutes = [home, staffMethods, staffDevices, notFound] as const;
