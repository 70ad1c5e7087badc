import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { rowsPerPage } from "../api/limits.ts";
import { tenantKeysQuery } from "../features/encryption/queries.ts";
import {
  plansQuery,
  protectionQuery,
  tenantQuery,
  tenantsQuery,
  usageQuery,
} from "../features/tenants/queries.ts";
import { parseTenantsSearch } from "../features/tenants/tenants-search.ts";
import { crumbs } from "../shell/crumbs.tsx";
import { parseActSearch, parseCursorSearch, parseStepSearch } from "./searches.ts";
import { frame } from "./staff-frame.ts";

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
  component: lazyRouteComponent(() => import("../features/tenants/TenantsPage.tsx"), "TenantsPage"),
});

const newTenant = createRoute({
  getParentRoute: () => tenants,
  path: "/new",
  staticData: { crumb: crumbs.newTenant },
  component: lazyRouteComponent(() => import("../features/tenants/NewTenantPage.tsx"), "NewTenantPage"),
});

const tenant = createRoute({
  getParentRoute: () => tenants,
  path: "/$tenantId",
  staticData: { crumb: crumbs.tenant },
  validateSearch: parseActSearch,
  loader: ({ context, params }) => void context.client.prefetchQuery(tenantQuery(params.tenantId)),
  component: lazyRouteComponent(() => import("../features/tenants/TenantLayout.tsx"), "TenantLayout"),
});

const tenantOverview = createRoute({
  getParentRoute: () => tenant,
  path: "/",
  component: lazyRouteComponent(() => import("../features/tenants/OverviewTab.tsx"), "OverviewTab"),
});

const tenantData = createRoute({
  getParentRoute: () => tenant,
  path: "/data",
  loader: ({ context, params }) => void context.client.prefetchQuery(usageQuery(params.tenantId)),
  component: lazyRouteComponent(() => import("../features/tenants/DataTab.tsx"), "DataTab"),
});

const tenantIsolation = createRoute({
  getParentRoute: () => tenant,
  path: "/isolation",
  loader: ({ context, params }) => void context.client.prefetchQuery(protectionQuery(params.tenantId)),
  component: lazyRouteComponent(() => import("../features/tenants/IsolationTab.tsx"), "IsolationTab"),
});

const tenantKeys = createRoute({
  getParentRoute: () => tenant,
  path: "/keys",
  loader: ({ context, params }) => void context.client.prefetchQuery(tenantKeysQuery(params.tenantId)),
  component: lazyRouteComponent(() => import("../features/tenants/KeysTab.tsx"), "KeysTab"),
});

const tenantAccess = createRoute({
  getParentRoute: () => tenant,
  path: "/access",
  component: lazyRouteComponent(() => import("../features/tenants/AccessTab.tsx"), "AccessTab"),
});

const tenantSso = createRoute({
  getParentRoute: () => tenant,
  path: "/sso",
  staticData: { crumb: crumbs.sso },
  component: lazyRouteComponent(() => import("../features/tenants/SsoTab.tsx"), "SsoTab"),
});

/** A set-up is a page of its own, not a tab of the tenant. */
const tenantSsoSetUp = createRoute({
  getParentRoute: () => tenants,
  id: "sso-set-up",
  component: lazyRouteComponent(() => import("../features/tenants/SsoSetUpFrame.tsx"), "SsoSetUpFrame"),
});

const tenantSsoNew = createRoute({
  getParentRoute: () => tenantSsoSetUp,
  path: "/$tenantId/sso/new",
  staticData: { crumb: crumbs.newSso },
  component: lazyRouteComponent(() => import("../features/sso/NewConnectionPage.tsx"), "NewConnectionPage"),
});

const tenantSsoConnection = createRoute({
  getParentRoute: () => tenantSsoSetUp,
  path: "/$tenantId/sso/$connectionId",
  staticData: { crumb: crumbs.ssoConnection },
  validateSearch: parseStepSearch,
  component: lazyRouteComponent(() => import("../features/sso/ConnectionPage.tsx"), "ConnectionPage"),
});

const tenantActivity = createRoute({
  getParentRoute: () => tenant,
  path: "/activity",
  validateSearch: parseCursorSearch,
  component: lazyRouteComponent(() => import("../features/tenants/ActivityTab.tsx"), "ActivityTab"),
});

export const tenantsRoutes = tenants.addChildren([
  tenantsIndex,
  newTenant,
  tenant.addChildren([
    tenantOverview,
    tenantData,
    tenantIsolation,
    tenantKeys,
    tenantAccess,
    tenantSso,
    tenantActivity,
  ]),
  tenantSsoSetUp.addChildren([tenantSsoNew, tenantSsoConnection]),
]);
