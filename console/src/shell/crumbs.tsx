import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { connectionQuery } from "../features/sso/queries.ts";
import { tenantQuery } from "../features/tenants/queries.ts";
import { useMessages } from "../messages/LocaleProvider.tsx";

/** What a route is called in the breadcrumbs. */
export const crumbs = {
  tenants: () => useMessages().shell.rooms.tenants,
  newTenant: () => useMessages().tenants.create,
  tenant: TenantCrumb,
  migrations: () => useMessages().shell.rooms.migrations,
  runs: () => useMessages().migrations.tabs.runs,
  newRun: () => useMessages().migrations.migrate,
  drift: () => useMessages().migrations.tabs.drift,
  isolation: () => useMessages().shell.rooms.isolation,
  encryption: () => useMessages().shell.rooms.encryption,
  cells: () => useMessages().shell.rooms.cells,
  activity: () => useMessages().shell.rooms.activity,
  policies: () => useMessages().policies.title,
  newPolicy: () => useMessages().policies.write,
  policy: () => useMessages().policies.one,
  security: () => useMessages().posture.title,
  audit: () => useMessages().audit.title,
  apiKeys: () => useMessages().shell.rooms.apiKeys,
  newApiKey: () => useMessages().apiKeys.create,
  portalOverview: () => useMessages().portal.rooms.overview,
  members: () => useMessages().portal.rooms.members,
  programs: () => useMessages().programs.title,
  people: () => useMessages().people.title,
  user: () => useShortParam("userId"),
  portalAccess: () => useMessages().portal.rooms.access,
  sso: () => useMessages().sso.title,
  scim: () => useMessages().scim.title,
  integrations: () => useMessages().integrations.title,
  newSso: () => useMessages().sso.connect,
  ssoConnection: SsoConnectionCrumb,
  account: () => useMessages().account.title,
  methods: () => useMessages().account.methods.title,
  devices: () => useMessages().account.sessions.title,
  run: () => useShortParam("runId"),
  proof: () => useShortParam("proofId"),
};

function TenantCrumb() {
  const { tenantId = "" } = useParams({ strict: false });
  return useQuery(tenantQuery(tenantId)).data?.name ?? "…";
}

function SsoConnectionCrumb() {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  const tenant = useQuery(tenantQuery(params["tenantId"] ?? params["slug"] ?? "")).data;
  const found = useQuery({
    ...connectionQuery(tenant?.id ?? "", params["connectionId"] ?? ""),
    enabled: tenant !== undefined,
  });
  return found.data?.name ?? "…";
}

function useShortParam(name: "runId" | "proofId" | "userId"): string {
  const params: Record<string, string | undefined> = useParams({ strict: false });
  return `…${(params[name] ?? "").slice(-8)}`;
}
