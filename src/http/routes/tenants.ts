import { readEvents } from "../../audit/record.ts";
import { createTenant } from "../../lifecycle/create-tenant.ts";
import { measureTenant } from "../../lifecycle/usage.ts";
import { listTenantPage } from "../../tenants/catalog.ts";
import { findTenant, toApiEvent, toApiTenant } from "../api-tenant.ts";
import { CREATE_WAIT_MS } from "../limits.ts";
import { readPage } from "../page.ts";
import { route } from "../route.ts";
import { ListQuery } from "../schemas/common.ts";
import {
  AuditEventPage,
  Tenant,
  TenantCreate,
  TenantPage,
  TenantQuery,
  TenantUpdate,
  TenantUsage,
} from "../schemas/tenants.ts";
import { settled } from "../settled.ts";

export const TENANT = "Id, slug or domain of the tenant.";

export const tenantRoutes = [
  route({
    method: "GET",
    url: "/v1/tenants",
    tag: "Tenants",
    permission: "tenants.list",
    action: "tenant.read",
    summary: "List, search and filter tenants",
    query: TenantQuery,
    answer: TenantPage,
    handle: async ({ house, query }) => {
      const { limit, cursor, ...filters } = query;
      const { rows, nextCursor } = await readPage(house, {
        list: "tenants",
        query: { limit, cursor },
        filters,
        read: (rowsMax, after: { value: string; id: string } | undefined) =>
          listTenantPage(house.tenancy.internals.control, { ...filters, limit: rowsMax, after }),
        positionOf: (tenant) => ({
          value: filters.sort?.endsWith("name") ? tenant.name : tenant.createdAt.toISOString(),
          id: tenant.id,
        }),
      });
      return { items: rows.map(toApiTenant), nextCursor };
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants",
    tag: "Tenants",
    permission: "tenants.create",
    action: "tenant.created",
    summary: "Create a tenant",
    description:
      "The tenant is ready and safe when this answers. Should making its place take longer than 10 seconds, it is answered with status `provisioning` and the workflow that goes on.",
    body: TenantCreate,
    status: 201,
    answer: Tenant,
    handle: async ({ house, body, by }) => {
      const { parts, workflows, config } = house.tenancy.internals;
      const options = { defaultLevel: config.isolationLevel, by, wait: false };
      const made = await createTenant(parts, workflows, body, options);
      if (made.workflowId === null) return toApiTenant(made);
      await settled(
        house,
        "A tenant could not be provisioned",
        workflows.run(made.workflowId),
        CREATE_WAIT_MS,
      );
      return toApiTenant(await findTenant(house, made.id));
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant",
    tag: "Tenants",
    permission: "tenants.read",
    action: "tenant.read",
    summary: "Show a tenant",
    params: { tenant: TENANT },
    answer: Tenant,
    handle: async ({ house, params }) => toApiTenant(await findTenant(house, params.tenant)),
  }),
  route({
    method: "PATCH",
    url: "/v1/tenants/:tenant",
    tag: "Tenants",
    permission: "tenants.update",
    action: "tenant.updated",
    summary: "Change name, plan, features or limits of a tenant",
    params: { tenant: TENANT },
    body: TenantUpdate,
    answer: Tenant,
    handle: async ({ house, params, body, by }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiTenant(await house.tenancy.tenants.as(by).update(id, body));
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/usage",
    tag: "Tenants",
    permission: "usage.read",
    action: "usage.read",
    summary: "Measure what a tenant has: rows by table, bytes, files",
    params: { tenant: TENANT },
    answer: TenantUsage,
    handle: async ({ house, params }) => {
      const { tables, ...usage } = await measureTenant(
        house.tenancy.internals.parts,
        await findTenant(house, params.tenant),
      );
      return { ...usage, tables: tables.map((table) => ({ ...table })) };
    },
  }),
  route({
    method: "GET",
    url: "/v1/tenants/:tenant/events",
    tag: "Tenants",
    permission: "audit.read",
    action: "event.read",
    summary: "List what was done to a tenant, newest first",
    params: { tenant: TENANT },
    query: ListQuery,
    answer: AuditEventPage,
    handle: async ({ house, params, query }) => {
      const { id: tenantId } = await findTenant(house, params.tenant);
      const { rows, nextCursor } = await readPage(house, {
        list: "tenant events",
        query,
        filters: tenantId,
        read: (limit, beforeId: string | undefined) =>
          readEvents(house.tenancy.internals.control, { tenantId, limit, beforeId }),
        positionOf: (event) => event.id,
      });
      return { items: rows.map(toApiEvent), nextCursor };
    },
  }),
];
