import type { Config } from "../base/config.ts";
import { type ConfiguredProvider, PROVIDERS, type Provider } from "./providers.ts";

const TEXTS = ["name", "authorizeUrl", "tokenUrl", "profileUrl", "accountId", "accountName"] as const;

/**
 * The services that the platform has a client for: built in, changed in single points, or whole entries of the
 * configuration's own. One that lacks something is an error at the start, not at a tenant's click.
 */
export function configuredProviders(
  configured: Config["integrations"],
): ReadonlyMap<string, ConfiguredProvider> {
  const found = new Map<string, ConfiguredProvider>();
  for (const [key, entry] of Object.entries(configured?.reveal() ?? {})) {
    const builtIn = Object.hasOwn(PROVIDERS, key) ? PROVIDERS[key] : undefined;
    const base = {
      key,
      name: key,
      revokeUrl: null,
      scopes: [],
      clientAuth: "body",
      tokenScheme: "Bearer",
      parameters: {},
      ...builtIn,
    };
    // Each part is checked below; what is unknown is carried along unread.
    const provider = { ...base, ...entry, key } as unknown as ConfiguredProvider;
    const missing = TEXTS.filter((name) => typeof provider[name as keyof Provider] !== "string");
    if (missing.length > 0)
      throw new Error(`The integration ${key} in the configuration lacks ${missing.join(", ")}.`);
    found.set(key, provider);
  }
  return found;
}
