import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import type { ComponentType } from "react";
import { isApiError } from "./api/api-error.ts";
import { rowsPerPage } from "./api/limits.ts";
import { sessionQuery } from "./features/session/queries.ts";
import type { SignInSearch } from "./features/session/SignInPage.tsx";
import { plansQuery, tenantQuery, tenantsQuery } from "./features/tenants/queries.ts";
import { parseTenantsSearch } from "./features/tenants/tenants-search.ts";
import { crumbs } from "./shell/crumbs.tsx";
import { CrashPage, NotFoundPage } from "./shell/ErrorPages.tsx";
import { Frame } from "./shell/Frame.tsx";
import { localPath, oneOf, parseSearch, stringifySearch, textOf } from "./url/search.ts";

/** The whole map of the console. Loaders start requests and never wait: pages draw their own loading state. */

interface RouterContext {
  readonly client: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (raw: Record<string, unknown>): SignInSearch => ({
    to: localPath(raw["to"]),
    because: oneOf(["ended", "link"], raw["because"]),
  }),
  component: lazyRouteComponent(() => import("./features/session/SignInPage.tsx"), "SignInPage"),
});

const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(sessionQuery);
    } catch (error) {
      if (!isApiError(error, "session.required")) throw error;
      const isHome = location.pathname === "/" || location.pathname === "/tenants";
      throw redirect({ to: "/sign-in", search: isHome ? {} : { to: location.href }, replace: true });
    }
  },
  component: Frame,
});

const home = createRoute({
  getParentRoute: () => frame,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/tenants", replace: true });
  },
});

const tenants = createRoute({
  getParentRoute: () => frame,
  path: "/tenants",
  staticData: { crumb: crumbs.tenants },
});
const tenantsIndex = createRoute({
  getParentRoute: () => tenants,
  path: "/",
  validateSearch: parseTenantsSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => {
    void context.client.prefetchQuery(tenantsQuery({ ...deps, limit: rowsPerPage }));
    void context.client.prefetchQuery(plansQuery);
  },
  component: lazyRouteComponent(() => import("./features/tenants/TenantsPage.tsx"), "TenantsPage"),
});

export function createConsoleRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    parseSearch,
    stringifySearch,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: CrashPage,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
  });
}

const routeTree = root.addChildren([
  signIn,
  frame.addChildren([home, tenants.addChildren([tenantsIndex])]),
]);

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
  interface StaticDataRouteOption {
    crumb?: ComponentType;
  }
}
