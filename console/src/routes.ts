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
import { AccountFrame } from "./features/account/AccountFrame.tsx";
import { factorsQuery, meQuery, mySessionsQuery } from "./features/account/queries.ts";
import { eventsQuery, parseActivitySearch } from "./features/activity/queries.ts";
import { apiKeysQuery } from "./features/api-keys/queries.ts";
import { parseAuditSearch } from "./features/audit/queries.ts";
import { cellsQuery } from "./features/cells/queries.ts";
import { encryptionQuery, tenantKeysQuery } from "./features/encryption/queries.ts";
import { type AttemptFilter, outcomes } from "./features/isolation/attempts.ts";
import { proofQuery } from "./features/isolation/queries.ts";
import { parseMembersSearch } from "./features/members/queries.ts";
import { driftQuery, migrationsQuery, runQuery } from "./features/migrations/queries.ts";
import { parsePeopleSearch, userQuery, usersQuery } from "./features/people/queries.ts";
import { PortalFrame } from "./features/portal/PortalFrame.tsx";
import { postureQuery } from "./features/posture/queries.ts";
import type { OperatorSignInSearch } from "./features/session/OperatorSignInPage.tsx";
import { sessionQuery } from "./features/session/queries.ts";
import type { UserSignInSearch } from "./features/sign-in/SignInPage.tsx";
import { type Step, steps } from "./features/sso/providers.ts";
import {
  plansQuery,
  protectionQuery,
  tenantQuery,
  tenantsQuery,
  usageQuery,
} from "./features/tenants/queries.ts";
import { parseTenantsSearch } from "./features/tenants/tenants-search.ts";
import { crumbs } from "./shell/crumbs.tsx";
import { CrashPage, NotFoundPage } from "./shell/ErrorPages.tsx";
import { OperatorFrame } from "./shell/OperatorFrame.tsx";
import { localPath, oneOf, parseSearch, stringifySearch, textOf } from "./url/search.ts";

/** The whole map of the console. Loaders start requests and never wait: pages draw their own loading state. */

interface RouterContext {
  readonly client: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({ component: Outlet });

const operatorSignIn = createRoute({
  getParentRoute: () => root,
  path: "/operator/sign-in",
  validateSearch: (raw: Record<string, unknown>): OperatorSignInSearch => ({
    to: localPath(raw["to"]),
    because: oneOf(["ended", "link"], raw["because"]),
  }),
  component: lazyRouteComponent(
    () => import("./features/session/OperatorSignInPage.tsx"),
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
  component: lazyRouteComponent(() => import("./features/sign-in/SignInPage.tsx"), "SignInPage"),
});
const signInLink = createRoute({
  getParentRoute: () => root,
  path: "/sign-in/link",
  component: lazyRouteComponent(() => import("./features/sign-in/LinkPage.tsx"), "LinkPage"),
});
const signInSso = createRoute({
  getParentRoute: () => root,
  path: "/sign-in/sso",
  component: lazyRouteComponent(() => import("./features/sign-in/SsoPage.tsx"), "SsoPage"),
});
const recovery = createRoute({
  getParentRoute: () => root,
  path: "/recovery",
  component: lazyRouteComponent(() => import("./features/recovery/RecoveryPage.tsx"), "RecoveryPage"),
});
const cancelRecovery = createRoute({
  getParentRoute: () => root,
  path: "/recovery/cancel",
  component: lazyRouteComponent(() => import("./features/recovery/CancelPage.tsx"), "CancelPage"),
});
const integrationFinish = createRoute({
  getParentRoute: () => root,
  path: "/integrations/finish",
  component: lazyRouteComponent(() => import("./features/integrations/FinishPage.tsx"), "FinishPage"),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("./features/sign-in/InvitationPage.tsx"), "InvitationPage"),
});

/** Staff's rooms ask who is signed in as staff; a user who strays in is led to their own. */
const frame = createRoute({
  getParentRoute: () => root,
  id: "frame",
  beforeLoad: async ({ context, location }) => {
    try {
      const { isMfaMissing } = await context.client.ensureQueryData(sessionQuery);
      if (isMfaMissing && !location.pathname.startsWith("/operator/"))
        throw redirect({ to: "/operator/methods", replace: true });
    } catch (error) {
      if (isApiError(error, "session.none")) throw redirect({ to: "/account", replace: true });
      if (!isApiError(error, "session.required")) throw error;
      if (location.pathname === "/") throw redirect({ to: "/sign-in", replace: true });
      const search = location.pathname === "/tenants" ? {} : { to: location.href };
      throw redirect({ to: "/operator/sign-in", search, replace: true });
    }
  },
  component: OperatorFrame,
});

const staffMethods = createRoute({
  getParentRoute: () => frame,
  path: "/operator/methods",
  staticData: { crumb: crumbs.methods },
  loader: ({ context }) => void context.client.prefetchQuery(factorsQuery),
  component: lazyRouteComponent(() => import("./features/session/StaffMethodsPage.tsx"), "StaffMethodsPage"),
});
const staffDevices = createRoute({
  getParentRoute: () => frame,
  path: "/operator/devices",
  staticData: { crumb: crumbs.devices },
  loader: ({ context }) => void context.client.prefetchQuery(mySessionsQuery),
  component: lazyRouteComponent(() => import("./features/account/SessionsPage.tsx"), "SessionsPage"),
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

const newTenant = createRoute({
  getParentRoute: () => tenants,
  path: "/new",
  staticData: { crumb: crumbs.newTenant },
  component: lazyRouteComponent(() => import("./features/tenants/NewTenantPage.tsx"), "NewTenantPage"),
});
const tenant = createRoute({
  getParentRoute: () => tenants,
  path: "/$tenantId",
  staticData: { crumb: crumbs.tenant },
  validateSearch: parseActSearch,
  loader: ({ context, params }) => void context.client.prefetchQuery(tenantQuery(params.tenantId)),
  component: lazyRouteComponent(() => import("./features/tenants/TenantLayout.tsx"), "TenantLayout"),
});
const tenantOverview = createRoute({
  getParentRoute: () => tenant,
  path: "/",
  component: lazyRouteComponent(() => import("./features/tenants/OverviewTab.tsx"), "OverviewTab"),
});
const tenantData = createRoute({
  getParentRoute: () => tenant,
  path: "/data",
  loader: ({ context, params }) => void context.client.prefetchQuery(usageQuery(params.tenantId)),
  component: lazyRouteComponent(() => import("./features/tenants/DataTab.tsx"), "DataTab"),
});
const tenantIsolation = createRoute({
  getParentRoute: () => tenant,
  path: "/isolation",
  loader: ({ context, params }) => void context.client.prefetchQuery(protectionQuery(params.tenantId)),
  component: lazyRouteComponent(() => import("./features/tenants/IsolationTab.tsx"), "IsolationTab"),
});
const tenantKeys = createRoute({
  getParentRoute: () => tenant,
  path: "/keys",
  loader: ({ context, params }) => void context.client.prefetchQuery(tenantKeysQuery(params.tenantId)),
  component: lazyRouteComponent(() => import("./features/tenants/KeysTab.tsx"), "KeysTab"),
});
const tenantAccess = createRoute({
  getParentRoute: () => tenant,
  path: "/access",
  component: lazyRouteComponent(() => import("./features/tenants/AccessTab.tsx"), "AccessTab"),
});
const tenantSso = createRoute({
  getParentRoute: () => tenant,
  path: "/sso",
  staticData: { crumb: crumbs.sso },
  component: lazyRouteComponent(() => import("./features/tenants/SsoTab.tsx"), "SsoTab"),
});
/** A set-up is a page of its own, not a tab of the tenant. */
const tenantSsoSetUp = createRoute({
  getParentRoute: () => tenants,
  id: "sso-set-up",
  component: lazyRouteComponent(() => import("./features/tenants/SsoSetUpFrame.tsx"), "SsoSetUpFrame"),
});
const tenantSsoNew = createRoute({
  getParentRoute: () => tenantSsoSetUp,
  path: "/$tenantId/sso/new",
  staticData: { crumb: crumbs.newSso },
  component: lazyRouteComponent(() => import("./features/sso/NewConnectionPage.tsx"), "NewConnectionPage"),
});
const tenantSsoConnection = createRoute({
  getParentRoute: () => tenantSsoSetUp,
  path: "/$tenantId/sso/$connectionId",
  staticData: { crumb: crumbs.ssoConnection },
  validateSearch: parseStepSearch,
  component: lazyRouteComponent(() => import("./features/sso/ConnectionPage.tsx"), "ConnectionPage"),
});
const tenantActivity = createRoute({
  getParentRoute: () => tenant,
  path: "/activity",
  validateSearch: parseCursorSearch,
  component: lazyRouteComponent(() => import("./features/tenants/ActivityTab.tsx"), "ActivityTab"),
});

const migrations = createRoute({
  getParentRoute: () => frame,
  path: "/migrations",
  staticData: { crumb: crumbs.migrations },
});
const migrationTabs = createRoute({
  getParentRoute: () => migrations,
  id: "tabs",
  component: lazyRouteComponent(
    () => import("./features/migrations/MigrationsLayout.tsx"),
    "MigrationsLayout",
  ),
});
const versions = createRoute({
  getParentRoute: () => migrationTabs,
  path: "/",
  loader: ({ context }) => void context.client.prefetchQuery(migrationsQuery),
  component: lazyRouteComponent(() => import("./features/migrations/VersionsTab.tsx"), "VersionsTab"),
});
const drift = createRoute({
  getParentRoute: () => migrationTabs,
  path: "/drift",
  staticData: { crumb: crumbs.drift },
  loader: ({ context }) => void context.client.prefetchQuery(driftQuery),
  component: lazyRouteComponent(() => import("./features/migrations/DriftTab.tsx"), "DriftTab"),
});
const runs = createRoute({
  getParentRoute: () => migrationTabs,
  path: "/runs",
  staticData: { crumb: crumbs.runs },
  validateSearch: parseCursorSearch,
  component: lazyRouteComponent(() => import("./features/migrations/RunsTab.tsx"), "RunsTab"),
});
const newRun = createRoute({
  getParentRoute: () => migrations,
  path: "/runs/new",
  staticData: { crumb: crumbs.newRun },
  component: lazyRouteComponent(() => import("./features/migrations/NewRunPage.tsx"), "NewRunPage"),
});
const run = createRoute({
  getParentRoute: () => migrations,
  path: "/runs/$runId",
  staticData: { crumb: crumbs.run },
  loader: ({ context, params }) => void context.client.prefetchQuery(runQuery(params.runId)),
  component: lazyRouteComponent(() => import("./features/migrations/RunPage.tsx"), "RunPage"),
});

const isolation = createRoute({
  getParentRoute: () => frame,
  path: "/isolation",
  staticData: { crumb: crumbs.isolation },
});
const isolationIndex = createRoute({
  getParentRoute: () => isolation,
  path: "/",
  validateSearch: parseCursorSearch,
  component: lazyRouteComponent(() => import("./features/isolation/IsolationPage.tsx"), "IsolationPage"),
});
const proof = createRoute({
  getParentRoute: () => isolation,
  path: "/$proofId",
  staticData: { crumb: crumbs.proof },
  validateSearch: parseAttemptFilter,
  loader: ({ context, params }) => void context.client.prefetchQuery(proofQuery(params.proofId)),
  component: lazyRouteComponent(() => import("./features/isolation/ProofPage.tsx"), "ProofPage"),
});

const encryption = createRoute({
  getParentRoute: () => frame,
  path: "/encryption",
  staticData: { crumb: crumbs.encryption },
  loader: ({ context }) => void context.client.prefetchQuery(encryptionQuery),
  component: lazyRouteComponent(() => import("./features/encryption/EncryptionPage.tsx"), "EncryptionPage"),
});

const cells = createRoute({
  getParentRoute: () => frame,
  path: "/cells",
  staticData: { crumb: crumbs.cells },
  loader: ({ context }) => void context.client.prefetchQuery(cellsQuery),
  component: lazyRouteComponent(() => import("./features/cells/CellsPage.tsx"), "CellsPage"),
});

const activity = createRoute({
  getParentRoute: () => frame,
  path: "/activity",
  staticData: { crumb: crumbs.activity },
  validateSearch: parseActivitySearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.client.prefetchQuery(eventsQuery(deps, rowsPerPage)),
  component: lazyRouteComponent(() => import("./features/activity/ActivityPage.tsx"), "ActivityPage"),
});

const audit = createRoute({
  getParentRoute: () => frame,
  path: "/audit",
  staticData: { crumb: crumbs.audit },
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import("./features/audit/AuditPage.tsx"), "AuditPage"),
});

const security = createRoute({
  getParentRoute: () => frame,
  path: "/security",
  staticData: { crumb: crumbs.security },
  loader: ({ context }) => void context.client.prefetchQuery(postureQuery(null)),
  component: lazyRouteComponent(() => import("./features/posture/PosturePage.tsx"), "PosturePage"),
});

const apiKeys = createRoute({
  getParentRoute: () => frame,
  path: "/api-keys",
  staticData: { crumb: crumbs.apiKeys },
});
const apiKeysIndex = createRoute({
  getParentRoute: () => apiKeys,
  path: "/",
  validateSearch: (raw: Record<string, unknown>): { revoke?: string } => ({
    revoke: textOf(raw["revoke"], 36),
  }),
  loader: ({ context }) => void context.client.prefetchQuery(apiKeysQuery),
  component: lazyRouteComponent(() => import("./features/api-keys/ApiKeysPage.tsx"), "ApiKeysPage"),
});
const newApiKey = createRoute({
  getParentRoute: () => apiKeys,
  path: "/new",
  staticData: { crumb: crumbs.newApiKey },
  component: lazyRouteComponent(() => import("./features/api-keys/NewApiKeyPage.tsx"), "NewApiKeyPage"),
});

/** Everything that a person, not staff, has here. */
async function needUser(client: QueryClient, location: { pathname: string; href: string }): Promise<void> {
  try {
    await client.ensureQueryData(meQuery);
  } catch (error) {
    if (!isApiError(error, "session.required") && !isApiError(error, "session.none")) throw error;
    const search = location.pathname === "/account" ? {} : { to: location.href, because: "needed" as const };
    throw redirect({ to: "/sign-in", search, replace: true });
  }
}

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
  component: lazyRouteComponent(() => import("./features/account/ProfilePage.tsx"), "ProfilePage"),
});
const methods = createRoute({
  getParentRoute: () => account,
  path: "/methods",
  staticData: { crumb: crumbs.methods },
  loader: ({ context }) => void context.client.prefetchQuery(factorsQuery),
  component: lazyRouteComponent(() => import("./features/account/MethodsPage.tsx"), "MethodsPage"),
});
const devices = createRoute({
  getParentRoute: () => account,
  path: "/sessions",
  staticData: { crumb: crumbs.devices },
  loader: ({ context }) => void context.client.prefetchQuery(mySessionsQuery),
  component: lazyRouteComponent(() => import("./features/account/SessionsPage.tsx"), "SessionsPage"),
});

/** A tenant's rooms for its members. Which tenant it is stands in the address alone. */
const portal = createRoute({
  getParentRoute: () => root,
  path: "/t/$slug",
  beforeLoad: ({ context, location }) => needUser(context.client, location),
  loader: ({ context, params }) => void context.client.prefetchQuery(tenantQuery(params.slug)),
  component: PortalFrame,
});
const portalOverview = createRoute({
  getParentRoute: () => portal,
  path: "/",
  staticData: { crumb: crumbs.portalOverview },
  component: lazyRouteComponent(() => import("./features/portal/OverviewRoom.tsx"), "OverviewRoom"),
});
const portalMembers = createRoute({
  getParentRoute: () => portal,
  path: "/members",
  staticData: { crumb: crumbs.members },
  component: lazyRouteComponent(() => import("./features/portal/MembersRoom.tsx"), "MembersRoom"),
});
const members = createRoute({
  getParentRoute: () => portalMembers,
  path: "/",
  validateSearch: parseMembersSearch,
  component: lazyRouteComponent(() => import("./features/members/MembersTab.tsx"), "MembersTab"),
});
const invitations = createRoute({
  getParentRoute: () => portalMembers,
  path: "/invitations",
  component: lazyRouteComponent(() => import("./features/members/InvitationsTab.tsx"), "InvitationsTab"),
});
const recoveries = createRoute({
  getParentRoute: () => portalMembers,
  path: "/recoveries",
  component: lazyRouteComponent(() => import("./features/members/RecoveriesTab.tsx"), "RecoveriesTab"),
});
const portalAccess = createRoute({
  getParentRoute: () => portal,
  path: "/access",
  staticData: { crumb: crumbs.portalAccess },
  component: lazyRouteComponent(() => import("./features/portal/AccessRoom.tsx"), "AccessRoom"),
});
const portalSso = createRoute({
  getParentRoute: () => portal,
  path: "/sso",
  staticData: { crumb: crumbs.sso },
});
const portalSsoIndex = createRoute({
  getParentRoute: () => portalSso,
  path: "/",
  component: lazyRouteComponent(() => import("./features/portal/SsoRoom.tsx"), "SsoRoom"),
});
const portalSsoNew = createRoute({
  getParentRoute: () => portalSso,
  path: "/new",
  staticData: { crumb: crumbs.newSso },
  component: lazyRouteComponent(() => import("./features/sso/NewConnectionPage.tsx"), "NewConnectionPage"),
});
const portalSsoConnection = createRoute({
  getParentRoute: () => portalSso,
  path: "/$connectionId",
  staticData: { crumb: crumbs.ssoConnection },
  validateSearch: parseStepSearch,
  component: lazyRouteComponent(() => import("./features/sso/ConnectionPage.tsx"), "ConnectionPage"),
});
const portalScim = createRoute({
  getParentRoute: () => portal,
  path: "/provisioning",
  staticData: { crumb: crumbs.scim },
  component: lazyRouteComponent(() => import("./features/portal/ScimRoom.tsx"), "ScimRoom"),
});
const portalIntegrations = createRoute({
  getParentRoute: () => portal,
  path: "/integrations",
  staticData: { crumb: crumbs.integrations },
  component: lazyRouteComponent(() => import("./features/portal/IntegrationsRoom.tsx"), "IntegrationsRoom"),
});
const portalKeys = createRoute({
  getParentRoute: () => portal,
  path: "/keys",
  staticData: { crumb: crumbs.encryption },
  component: lazyRouteComponent(() => import("./features/portal/KeysRoom.tsx"), "KeysRoom"),
});
const portalPolicies = createRoute({
  getParentRoute: () => portal,
  path: "/policies",
  staticData: { crumb: crumbs.policies },
});
const policiesIndex = createRoute({
  getParentRoute: () => portalPolicies,
  path: "/",
  component: lazyRouteComponent(() => import("./features/policies/PoliciesPage.tsx"), "PoliciesPage"),
});
const newPolicy = createRoute({
  getParentRoute: () => portalPolicies,
  path: "/new",
  staticData: { crumb: crumbs.newPolicy },
  component: lazyRouteComponent(() => import("./features/policies/PolicyPage.tsx"), "NewPolicyPage"),
});
const policy = createRoute({
  getParentRoute: () => portalPolicies,
  path: "/$policyId",
  staticData: { crumb: crumbs.policy },
  component: lazyRouteComponent(() => import("./features/policies/PolicyPage.tsx"), "PolicyPage"),
});
const portalSecurity = createRoute({
  getParentRoute: () => portal,
  path: "/security",
  staticData: { crumb: crumbs.security },
  component: lazyRouteComponent(() => import("./features/portal/SecurityRoom.tsx"), "SecurityRoom"),
});
const portalAudit = createRoute({
  getParentRoute: () => portal,
  path: "/audit",
  staticData: { crumb: crumbs.audit },
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import("./features/portal/AuditRoom.tsx"), "AuditRoom"),
});

const portalPrograms = createRoute({
  getParentRoute: () => portal,
  path: "/programs",
  staticData: { crumb: crumbs.programs },
  component: lazyRouteComponent(() => import("./features/portal/ProgramsRoom.tsx"), "ProgramsRoom"),
});
const programKeys = createRoute({
  getParentRoute: () => portalPrograms,
  path: "/",
  component: lazyRouteComponent(() => import("./features/programs/KeysTab.tsx"), "KeysTab"),
});
const programAccounts = createRoute({
  getParentRoute: () => portalPrograms,
  path: "/accounts",
  component: lazyRouteComponent(() => import("./features/programs/AccountsTab.tsx"), "AccountsTab"),
});

const people = createRoute({
  getParentRoute: () => frame,
  path: "/people",
  staticData: { crumb: crumbs.people },
});
const peopleTabs = createRoute({
  getParentRoute: () => people,
  id: "tabs",
  component: lazyRouteComponent(() => import("./features/people/PeopleLayout.tsx"), "PeopleLayout"),
});
const users = createRoute({
  getParentRoute: () => peopleTabs,
  path: "/",
  validateSearch: parsePeopleSearch,
  loaderDeps: ({ search }) => search,
  loader: ({ context, deps }) => void context.client.prefetchQuery(usersQuery(deps)),
  component: lazyRouteComponent(() => import("./features/people/UsersTab.tsx"), "UsersTab"),
});
const staffRecoveries = createRoute({
  getParentRoute: () => peopleTabs,
  path: "/recoveries",
  component: lazyRouteComponent(
    () => import("./features/people/StaffRecoveriesTab.tsx"),
    "StaffRecoveriesTab",
  ),
});
const user = createRoute({
  getParentRoute: () => people,
  path: "/$userId",
  staticData: { crumb: crumbs.user },
  loader: ({ context, params }) => void context.client.prefetchQuery(userQuery(params.userId)),
  component: lazyRouteComponent(() => import("./features/people/UserPage.tsx"), "UserPage"),
});

const notFound = createRoute({ getParentRoute: () => frame, path: "$", component: NotFoundPage });

function parseCursorSearch(raw: Record<string, unknown>): { cursor?: string } {
  return { cursor: textOf(raw["cursor"]) };
}

function parseStepSearch(raw: Record<string, unknown>): { step?: Step } {
  return { step: oneOf(steps, raw["step"]) };
}

function parseActSearch(raw: Record<string, unknown>): { act?: string } {
  return { act: oneOf(["suspend", "delete", "edit"], raw["act"]) };
}

function parseAttemptFilter(raw: Record<string, unknown>): AttemptFilter {
  return { way: textOf(raw["way"], 60), outcome: oneOf(outcomes, raw["outcome"]) };
}

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
  signInLink,
  signInSso,
  integrationFinish,
  invitation,
  recovery,
  cancelRecovery,
  operatorSignIn,
  account.addChildren([profile, methods, devices]),
  portal.addChildren([
    portalOverview,
    portalMembers.addChildren([members, invitations, recoveries]),
    portalAccess,
    portalPrograms.addChildren([programKeys, programAccounts]),
    portalSso.addChildren([portalSsoIndex, portalSsoNew, portalSsoConnection]),
    portalScim,
    portalIntegrations,
    portalKeys,
    portalPolicies.addChildren([policiesIndex, newPolicy, policy]),
    portalSecurity,
    portalAudit,
  ]),
  frame.addChildren([
    home,
    staffMethods,
    staffDevices,
    people.addChildren([peopleTabs.addChildren([users, staffRecoveries]), user]),
    tenants.addChildren([
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
    ]),
    migrations.addChildren([migrationTabs.addChildren([versions, drift, runs]), newRun, run]),
    isolation.addChildren([isolationIndex, proof]),
    encryption,
    cells,
    activity,
    security,
    audit,
    apiKeys.addChildren([apiKeysIndex, newApiKey]),
    notFound,
  ]),
]);

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
  interface StaticDataRouteOption {
    crumb?: ComponentType;
  }
}
