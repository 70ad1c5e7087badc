import { isUuid } from "../base/ids.ts";
import { tenantError } from "../tenants/errors.ts";
import type { AppRepositories } from "./app-tables.ts";
import type { ContextParts, TenantContext } from "./context.ts";

/** The context as apps see it: tables of the app schema are its properties. */
export type Context = TenantContext & AppRepositories;

export interface DataParts extends ContextParts {
  /** `TenantContext` with the tables of the app schema. */
  readonly contextClass: typeof TenantContext;
}

/** Opens contexts: the one door to tenants' data. */
export class TenantDataManager {
  readonly #parts: () => DataParts;

  /** @param parts Asked at each context, so that a new app schema is seen. */
  constructor(parts: () => DataParts) {
    this.#parts = parts;
  }

  /**
   * A context of this tenant, until it is closed. Throws tenant.not_found, tenant.suspended, tenant.not_ready.
   *
   * @example
   * await using ctx = await tenancy.data.context(tenant.id);
   * const tracks = await ctx.tracks.findAll({ where: { genre: "jazz" }, orderBy: "-createdAt", limit: 20 });
   */
  async context(tenantId: string): Promise<Context> {
    // The catalogue would fail to read anything else as an id.
    if (!isUuid(tenantId)) throw tenantError("tenant.not_found", { tenant: String(tenantId) });
    const parts = this.#parts();
    await parts.executor.directory.get(tenantId);
    // Its tables are properties that the class cannot declare.
    return new parts.contextClass(tenantId, parts) as unknown as Context;
  }

  /** Runs `work` in a context and closes it. A promise that escapes finds the context ended. */
  async run<T>(tenantId: string, work: (ctx: Context) => Promise<T>): Promise<T> {
    const ctx = await this.context(tenantId);
    try {
      return await work(ctx);
    } finally {
      ctx.close();
    }
  }
}
