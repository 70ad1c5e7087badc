import { Type } from "typebox";
import { findTenant, toApiTenant } from "../api-tenant.ts";
import { route } from "../route.ts";
import { Tenant, TenantDelete, TenantSuspend } from "../schemas/tenants.ts";

const params = { tenant: "Id, slug or domain of the tenant." };
const Empty = Type.Object({}, { additionalProperties: false });

export const tenantStateRoutes = [
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/suspend",
    tag: "Tenants",
    permission: "tenants.suspend",
    action: "tenant.suspended",
    summary: "Suspend a tenant",
    description: "Closed to its members within a second on every process; its data stays.",
    params,
    body: TenantSuspend,
    answer: Tenant,
    handle: async ({ house, params, body, by }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiTenant(await house.tenancy.tenants.as(by).suspend(id, body.reason));
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/resume",
    tag: "Tenants",
    permission: "tenants.suspend",
    action: "tenant.resumed",
    summary: "Resume a suspended tenant",
    params,
    body: Empty,
    isBodyOptional: true,
    answer: Tenant,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiTenant(await house.tenancy.tenants.as(by).resume(id));
    },
  }),
  route({
    method: "POST",
    url: "/v1/tenants/:tenant/restore",
    tag: "Tenants",
    permission: "tenants.delete",
    action: "tenant.deletion_cancelled",
    summary: "Take the deletion of a tenant back, during its grace period",
    params,
    body: Empty,
    isBodyOptional: true,
    answer: Tenant,
    handle: async ({ house, params, by }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiTenant(await house.tenancy.tenants.as(by).restore(id));
    },
  }),
  route({
    method: "DELETE",
    url: "/v1/tenants/:tenant",
    tag: "Tenants",
    permission: "tenants.delete",
    action: "tenant.deletion_requested",
    summary: "Delete a tenant",
    description:
      "Closed at once, erased when the grace period ends, and restorable until then. With `graceDays` 0 the erasure begins within a second.",
    params,
    body: TenantDelete,
    status: 202,
    answer: Tenant,
    handle: async ({ house, params, body, by }) => {
      const { id } = await findTenant(house, params.tenant);
      return toApiTenant(await house.tenancy.tenants.as(by).delete(id, body));
    },
  }),
];
