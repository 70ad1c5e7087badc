import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { openTestTenancy, type TestTenancy } from "../../../src/embed/testing.ts";
import type { Tenant } from "../../../src/index.ts";
import { testCluster } from "../../../test/support/db.ts";
import { buildApp } from "../app.ts";
import { openStudios } from "../studios.ts";

export const BASE_DOMAIN = "localhost";

export interface OpenApp {
  readonly house: TestTenancy;
  readonly app: FastifyInstance;
  /** aurora, basement, meridian. */
  readonly studios: readonly [Tenant, Tenant, Tenant];
  ask(slug: string, url: string, body?: object): Promise<{ status: number; body: unknown; text: string }>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The app with its three studios, on a database of its own. */
export async function openApp(): Promise<OpenApp> {
  const { url: databaseUrl } = await testCluster();
  const folder = join(import.meta.dirname, "../migrations");
  const house = await openTestTenancy({ databaseUrl, migrations: { folder, shared: ["genres"] } });
  const studios = (await openStudios(house.tenancy)) as [Tenant, Tenant, Tenant];
  const app = await buildApp(house.tenancy, { baseDomain: BASE_DOMAIN, unsafeSearchForTests: true });
  return {
    house,
    app,
    studios,
    ask: async (slug, url, body) => {
      const response = await app.inject({
        url,
        method: body ? "POST" : "GET",
        headers: { host: `${slug}.${BASE_DOMAIN}:7100` },
        ...(body ? { payload: body } : {}),
      });
      const isJson = String(response.headers["content-type"]).includes("json");
      return { status: response.statusCode, text: response.body, body: isJson ? response.json() : undefined };
    },
    [Symbol.asyncDispose]: async () => {
      await app.close();
      await house[Symbol.asyncDispose]();
    },
  };
}
