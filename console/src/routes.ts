import type { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { accountRoutes } from "./routes/account.ts";
import { entranceRoutes } from "./routes/entrance.ts";
import { peopleRoutes } from "./routes/people.ts";
import { platformRoutes } from "./routes/platform.ts";
import { portalRoutes } from "./routes/portal.ts";
import { root } from "./routes/root.ts";
import { frame } from "./routes/staff-frame.ts";
import { staffOwnRoutes } from "./routes/staff-own.ts";
import { tenantsRoutes } from "./routes/tenants.ts";
import { CrashPage, NotFoundPage } from "./shell/ErrorPages.tsx";
import { parseSearch, stringifySearch } from "./url/search.ts";

/** The whole map of the console; each area has a file in `routes/`. Loaders start requests and never wait: pages draw their own loading state. */

const routeTree = root.addChildren([
  ...entranceRoutes,
  accountRoutes,
  portalRoutes,
  frame.addChildren([...staffOwnRoutes, peopleRoutes, tenantsRoutes, ...platformRoutes]),
]);

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

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
  interface StaticDataRouteOption {
    crumb?: ComponentType;
  }
}
