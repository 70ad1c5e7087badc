import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet } from "@tanstack/react-router";

interface RouterContext {
  readonly client: QueryClient;
}

export const root = createRootRouteWithContext<RouterContext>()({ component: Outlet });
