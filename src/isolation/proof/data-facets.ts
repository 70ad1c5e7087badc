import type { TenantDataManager } from "../data-manager.ts";
import type { ProofFacets } from "./facets.ts";

/** Cache and files for the proof, as a tenant's own context offers them. */
export function dataFacets(data: TenantDataManager): (tenantId: string) => ProofFacets {
  return (id) => ({
    cache: {
      get: (key) => data.run(id, (ctx) => ctx.cache.get(key)),
      set: (key, value) => data.run(id, (ctx) => ctx.cache.set(key, value)),
    },
    storage: {
      put: (path, body) => data.run(id, (ctx) => ctx.storage.put(path, body)),
      getBytes: (path) => data.run(id, (ctx) => ctx.storage.getBytes(path)),
      list: (prefix) => data.run(id, (ctx) => ctx.storage.list(prefix)),
      remove: (path) => data.run(id, async (ctx) => void (await ctx.storage.remove(path))),
    },
  });
}
