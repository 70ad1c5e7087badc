import type { Tenancy } from "../start.ts";
import { tenantError } from "../tenants/errors.ts";
import { TenantResolver } from "../tenants/resolve.ts";

/**
 * Where a request says which tenant it is for. Never from the session: a session that outlives a change of address
 * would write into the tenant before.
 *
 * - `host`: a tenant's domain, or `<slug>.<base domain>`.
 * - `header`: id or slug in a header; only behind a gateway that sets it and drops what clients send.
 * - `path`: the segment after `prefix`, such as `/t/aurora/tracks`.
 * - a function of the request that gives an id or a slug.
 */
export type Resolve<R> =
  | { readonly by: "host"; readonly baseDomain?: string | readonly string[] }
  | { readonly by: "header"; readonly name?: string }
  | { readonly by: "path"; readonly prefix?: string }
  | ((request: R) => string | undefined | Promise<string | undefined>);

/** What is read of a request, whatever the framework. */
export interface Addressed {
  readonly url: string;
  readonly host: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

const HEADER = "x-tenant";

/** Finds the tenant's id; throws tenant.not_found. One per app: it keeps what it found. */
export function tenantOfRequest<R>(
  tenancy: Tenancy,
  resolve: Resolve<R>,
): (request: R, addressed: Addressed) => Promise<string> {
  const { control, executor } = tenancy.internals;
  const resolver = new TenantResolver({
    control,
    onNotice: (listener) => executor.directory.onNotice(listener),
    baseDomains:
      typeof resolve === "object" && resolve.by === "host" ? [resolve.baseDomain ?? []].flat() : [],
  });
  const find = async (request: R, addressed: Addressed): Promise<string | undefined> => {
    if (typeof resolve === "object" && resolve.by === "host") return resolver.byHost(addressed.host);
    const name = typeof resolve === "function" ? await resolve(request) : nameIn(resolve, addressed);
    return name === undefined ? undefined : resolver.byName(name);
  };
  return async (request, addressed) => {
    const id = await find(request, addressed);
    if (id === undefined) throw tenantError("tenant.not_found", { tenant: "at this address" });
    return id;
  };
}

type Named = Exclude<Exclude<Resolve<never>, { by: "host" }>, (...args: never[]) => unknown>;

function nameIn(resolve: Named, { url, headers }: Addressed): string | undefined {
  switch (resolve.by) {
    case "header": {
      const value = headers[(resolve.name ?? HEADER).toLowerCase()];
      // Sent twice it means two tenants, so it means none.
      return typeof value === "string" ? value : undefined;
    }
    case "path": {
      const prefix = resolve.prefix ?? "/";
      if (!url.startsWith(prefix)) return undefined;
      return url.slice(prefix.length).split(/[/?#]/, 1)[0] || undefined;
    }
    default:
      throw new TypeError(
        `Expected \`resolve.by\` to be host, header or path, got ${JSON.stringify(resolve satisfies never)}.`,
      );
  }
}
