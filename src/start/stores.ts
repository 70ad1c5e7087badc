import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import type { CacheStore } from "../isolation/cache.ts";
import { MemoryCache } from "../isolation/memory-cache.ts";
import { RedisCache } from "../isolation/redis-cache.ts";
import type { ObjectStorage } from "../isolation/storage.ts";
import type { RootKey } from "../keys/derive.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { LifecycleParts } from "../lifecycle/parts.ts";

export async function openCache(
  config: Config,
  rootKey: RootKey,
  keyring: Keyring,
  log: Log,
): Promise<CacheStore> {
  if (!config.cacheUrl) return new MemoryCache();
  const cache = new RedisCache({
    url: config.cacheUrl.reveal(),
    prefix: config.cachePrefix,
    rootKey,
    keyring,
    onChange: (state) =>
      log.warn(state === "lost" ? "The cache is unreachable; reads miss" : "The cache is back"),
  });
  await cache.start();
  return cache;
}

/** Cache and files as the erasure sees them. */
export function remnantsOf(
  cache: CacheStore,
  storage: ObjectStorage,
): Pick<LifecycleParts, "cache" | "storage"> {
  return {
    cache: {
      erase: async (tenantId) => void (await cache.eraseTenant(tenantId)),
      count: async (tenantId) => {
        const { keys, users } = await cache.countTenantKeys(tenantId);
        return keys + users;
      },
    },
    storage: {
      erase: async (tenantId) => void (await storage.eraseTenant(tenantId)),
      count: async (tenantId) => {
        const { rows, files } = await storage.countTenantObjects(tenantId);
        return rows + files;
      },
    },
  };
}
