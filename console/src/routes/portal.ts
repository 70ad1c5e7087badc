import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { parseAuditSearch } from "../features/audit/queries.ts";
import { parseMembersSearch } from "../features/members/queries.ts";
import { tenantQuery } from "../features/tenants/queries.ts";
import { crumbs } from "../shell/crumbs.tsx";
import { needUser } from "./need-user.ts";
import { root } from "./root.ts";
import { parseStepSearch } from "./searches.ts";

/** A tenant's rooms for its members. Which tenant it is stands in the address alone. */
const portal = createRoute({
  getParentRoute: () => root,
  path: "/t/$slug",
  beforeLoad: ({ context, location }) => needUser(context.client, location),
  loader: ({ context, params }) => void context.client.prefetchQuery(tenantQuery(params.slug)),
  component: lazyRouteComponent(() => import("../features/portal/PortalFrame.tsx"), "PortalFrame"),
});

const portalOverview = createRoute({
  getParentRoute: () => portal,
  path: "/",
  staticData: { crumb: crumbs.portalOverview },
  component: lazyRouteComponent(() => import("../features/portal/OverviewRoom.tsx"), "OverviewRoom"),
});

const portalMembers = createRoute({
  getParentRoute: () => portal,
  path: "/members",
  staticData: { crumb: crumbs.members },
  component: lazyRouteComponent(() => import("../features/portal/MembersRoom.tsx"), "MembersRoom"),
});

const members = createRoute({
  getParentRoute: () => portalMembers,
  path: "/",
  validateSearch: parseMembersSearch,
  component: lazyRouteComponent(() => import("../features/members/MembersTab.tsx"), "MembersTab"),
});

const invitations = createRoute({
  getParentRoute: () => portalMembers,
  path: "/invitations",
  component: lazyRouteComponent(() => import("../features/members/InvitationsTab.tsx"), "InvitationsTab"),
});

const recoveries = createRoute({
  getParentRoute: () => portalMembers,
  path: "/recoveries",
  component: lazyRouteComponent(() => import("../features/members/RecoveriesTab.tsx"), "RecoveriesTab"),
});

const portalAccess = createRoute({
  getParentRoute: () => portal,
  path: "/access",
  staticData: { crumb: crumbs.portalAccess },
  component: lazyRouteComponent(() => import("../features/portal/AccessRoom.tsx"), "AccessRoom"),
});

const portalSso = createRoute({
  getParentRoute: () => portal,
  path: "/sso",
  staticData: { crumb: crumbs.sso },
});

const portalSsoIndex = createRoute({
  getParentRoute: () => portalSso,
  path: "/",
  component: lazyRouteComponent(() => import("../features/portal/SsoRoom.tsx"), "SsoRoom"),
});

const portalSsoNew = createRoute({
  getParentRoute: () => portalSso,
  path: "/new",
  staticData: { crumb: crumbs.newSso },
  component: lazyRouteComponent(() => import("../features/sso/NewConnectionPage.tsx"), "NewConnectionPage"),
});

const portalSsoConnection = createRoute({
  getParentRoute: () => portalSso,
  path: "/$connectionId",
  staticData: { crumb: crumbs.ssoConnection },
  validateSearch: parseStepSearch,
  component: lazyRouteComponent(() => import("../features/sso/ConnectionPage.tsx"), "ConnectionPage"),
});

const portalScim = createRoute({
  getParentRoute: () => portal,
  path: "/provisioning",
  staticData: { crumb: crumbs.scim },
  component: lazyRouteComponent(() => import("../features/portal/ScimRoom.tsx"), "ScimRoom"),
});

const portalIntegrations = createRoute({
  getParentRoute: () => portal,
  path: "/integrations",
  staticData: { crumb: crumbs.integrations },
  component: lazyRouteComponent(() => import("../features/portal/IntegrationsRoom.tsx"), "IntegrationsRoom"),
});

const portalKeys = createRoute({
  getParentRoute: () => portal,
  path: "/keys",
  staticData: { crumb: crumbs.encryption },
  component: lazyRouteComponent(() => import("../features/portal/KeysRoom.tsx"), "KeysRoom"),
});

const portalPolicies = createRoute({
  getParentRoute: () => portal,
  path: "/policies",
  staticData: { crumb: crumbs.policies },
});

const policiesIndex = createRoute({
  getParentRoute: () => portalPolicies,
  path: "/",
  component: lazyRouteComponent(() => import("../features/policies/PoliciesPage.tsx"), "PoliciesPage"),
});

const newPolicy = createRoute({
  getParentRoute: () => portalPolicies,
  path: "/new",
  staticData: { crumb: crumbs.newPolicy },
  component: lazyRouteComponent(() => import("../features/policies/PolicyPage.tsx"), "NewPolicyPage"),
});

const policy = createRoute({
  getParentRoute: () => portalPolicies,
  path: "/$policyId",
  staticData: { crumb: crumbs.policy },
  component: lazyRouteComponent(() => import("../features/policies/PolicyPage.tsx"), "PolicyPage"),
});

const portalSecurity = createRoute({
  getParentRoute: () => portal,
  path: "/security",
  staticData: { crumb: crumbs.security },
  component: lazyRouteComponent(() => import("../features/portal/SecurityRoom.tsx"), "SecurityRoom"),
});

const portalAudit = createRoute({
  getParentRoute: () => portal,
  path: "/audit",
  staticData: { crumb: crumbs.audit },
  validateSearch: parseAuditSearch,
  component: lazyRouteComponent(() => import("../features/portal/AuditRoom.tsx"), "AuditRoom"),
});

const portalPrograms = createRoute({
  getParentRoute: () => portal,
  path: "/programs",
  staticData: { crumb: crumbs.programs },
  component: lazyRouteComponent(() => import("../features/portal/ProgramsRoom.tsx"), "ProgramsRoom"),
});

const programKeys = createRoute({
  getParentRoute: () => portalPrograms,
  path: "/",
  component: lazyRouteComponent(() => import("../features/programs/KeysTab.tsx"), "KeysTab"),
});

const programAccounts = createRoute({
  getParentRoute: () => portalPrograms,
  path: "/accounts",
  component: lazyRouteComponent(() => import("../features/programs/AccountsTab.tsx"), "AccountsTab"),
});

export const portalRoutes = portal.addChildren([
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
]);
