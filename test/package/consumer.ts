/** An app that uses every way into the published package; test/package.test.ts compiles and imports it. */
import Fastify from "fastify";
import {
  type Context,
  createTenancy,
  defineConfig,
  isTenancyError,
  type NewTenant,
  type Tenancy,
  TenancyError,
  Tenant,
  TenantDataManager,
  TenantManager,
} from "tenancy";
import { createClient } from "tenancy/client";
import { tenancyErrors, tenancyMiddleware } from "tenancy/express";
import { sendProblem, tenancyPlugin } from "tenancy/fastify";
import { bindKnex, typeormDriver } from "tenancy/pg";
import { openTestTenancy } from "tenancy/testing";

export default defineConfig({ security: { mfaRequired: true }, features: { compliance: ["GDPR"] } });
export const values = [isTenancyError, TenancyError, Tenant, TenantManager, TenantDataManager, sendProblem];
export const adapters = [bindKnex, typeormDriver, tenancyMiddleware, tenancyErrors, openTestTenancy];

export async function useContext(ctx: Context): Promise<number> {
  const found = await ctx.tracks?.findAll({ where: { genre: "jazz" }, orderBy: "-createdAt", limit: 20 });
  const { rows } = await ctx.pg.query<{ title: string }>("select title from tracks where bpm > $1", [120]);
  await ctx.db.selectFrom("tracks").selectAll().execute();
  await ctx.transaction(async (tx) => tx.table("mixes").insert({ trackId: 1 }), {
    isolation: "serializable",
  });
  await ctx.cache.set("top", found, { ttl: 60 });
  await ctx.storage.put("mix.wav", "bytes");
  for await (const row of ctx.stream<{ title: string }>("select title from tracks")) rows.push(row);
  return rows.map((row) => row.title.length).length;
}

export async function useTenancy(input: NewTenant): Promise<string[]> {
  const tenancy: Tenancy = await createTenancy();
  const tenant = await tenancy.tenants.create(input);
  await tenant.setupSecurityPolicies();
  await tenant.initializeDataIsolation();
  await tenancy.data.run(tenant.id, useContext);
  const system = await tenancy.system("nightly digest");
  await system.each(async (ctx, each) => [each.slug, await ctx.analytics.getMetrics()]);
  const app = Fastify();
  await app.register(tenancyPlugin(tenancy, { resolve: { by: "host", baseDomain: "studios.example.com" } }));
  app.get("/tracks", (request) => request.tenant.table("tracks").count());
  const { data, error } = await createClient({ baseUrl: "http://127.0.0.1:7007" }).GET("/v1/tenants");
  if (error) throw new Error(error.code);
  return data.items.map((item) => item.id);
}
