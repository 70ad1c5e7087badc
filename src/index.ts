export { type ConfigInput, defineConfig } from "./base/config.ts";
export { isTenancyError, TenancyError } from "./base/errors.ts";
// By star: `declare module "tenancy"` merges with what is exported so, and not with names that are listed.
export type * from "./isolation/app-tables.ts";
export type { AppTransaction, Transaction } from "./isolation/context.ts";
export { type Context, TenantDataManager } from "./isolation/data-manager.ts";
export type { FindOptions, Repository } from "./isolation/repository.ts";
export type { NewTenant } from "./lifecycle/create-tenant.ts";
export { Tenant, TenantManager } from "./lifecycle/tenant-manager.ts";
export { createTenancy, type Tenancy, type TenancyOptions } from "./start.ts";
export type { IsolationLevel, TenantRecord } from "./tenants/tenant.ts";
