import type { Integration as Connected } from "../../integrations/integrations.ts";
import { findTenant } from "../api-tenant.ts";
import { publicUrl } from "../public-url.ts";
import { route } from "../route.ts";
import {
  Integration,
  IntegrationFinish,
  IntegrationList,
  IntegrationStart,
  IntegrationStarted,
} from "../schemas/integrations.ts";

const TENANT = "Id, slug or domain of the tenant.";

export const integrationRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/integrations",
    tag: "Integrations",
    permission: "integrations.read",
    action: "integration.read",
    summary: "List the outside services of a tenant, and those that can be connected",
    params: { tenant: TENANT },
    answer: IntegrationList,
    handle: async ({ house, params }) => {
      const { id } = await findTenant(house, params.tenant);
      const { integrations } = house.tenancy.internals;
      const available = [...integrations.parts.providers.values()].map(({ key: provider, name }) => ({
        provider,
        name,
      }));
      return { items: (await integrations.list(id)).map(toApi), available };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/integrations/start",
    tag: "Integrations",
    permission: "integrations.manage",
    action: "integration.connect_started",
    summary: "Begin to connect an account at an outside service",
    description:
      "The service leads the browser back to the console, which finishes by `POST …/integrations`.",
    isSecret: true,
    params: { tenant: TENANT },
    body: IntegrationStart,
    status: 201,
    answer: IntegrationStarted,
    handle: async ({ house, params, body, by, request }) => {
      const { id } = await findTenant(house, params.tenant);
      const redirectUri = `${publicUrl(house, request)}/v1/integrations/callback`;
      return { url: await house.tenancy.internals.integrations.start(id, { ...body, redirectUri }, by) };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/integrations",
    tag: "Integrations",
    permission: "integrations.manage",
    action: "integration.connected",
    summary: "Finish connecting with what the service answered",
    description: "Only who began can finish. The same account again gets new tokens.",
    params: { tenant: TENANT },
    body: IntegrationFinish,
    status: 201,
    answer: Integration,
    handle: async ({ house, params, body, by }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApi(await house.tenancy.internals.integrations.finish(id, body.answer, by));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant/integrations/:id",
    tag: "Integrations",
    permission: "integrations.manage",
    action: "integration.disconnected",
    summary: "Disconnect an outside service",
    description: "Its tokens are ended at the service, where it can do that, and are gone here in any case.",
    params: { tenant: TENANT, id: "Id of the integration." },
    answer: null,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      await house.tenancy.internals.integrations.disconnect(id, params.id, by);
    },
  }),
];

function toApi(integration: Connected) {
  return {
    ...integration,
    scopes: [...integration.scopes],
    createdAt: integration.createdAt.toISOString(),
    refreshedAt: integration.refreshedAt.toISOString(),
    expiresAt: integration.expiresAt?.toISOString() ?? null,
  };
}
