import type { Route } from "./route.ts";
import { serverRoutes } from "./routes/server.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { tenantDomainRoutes } from "./routes/tenant-domains.ts";
import { tenantStateRoutes } from "./routes/tenant-state.ts";
import { tenantRoutes } from "./routes/tenants.ts";

/** Every route of the API. */
export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...tenantRoutes,
  ...tenantStateRoutes,
  ...tenantDomainRoutes,
  ...serverRoutes,
];
