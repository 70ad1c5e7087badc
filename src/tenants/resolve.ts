import { LRUCache } from "lru-cache";
import { isUuid } from "../base/ids.ts";
import { maybe, type Queryable } from "../db/sql.ts";
import { findTenantIdByDomain, findTenantIdBySlug } from "./store.ts";

export interface ResolverOptions {
  readonly control: Queryable;
  /** Registers a listener for the ids of tenants that may have changed; null: any of them. */
  readonly onNotice: (listener: (tenantId: string | null) => void) => void;
  /** Hosts below these are `<slug>.<base domain>`, and nothing else. */
  readonly baseDomains?: readonly string[];
}

const KNOWN_MAX = 50_000;
/** Names that belong to nobody: anybody can invent them, so they are few and soon forgotten. */
const UNKNOWN_MAX = 10_000;
const UNKNOWN_MS = 10_000;
/** Should a notification be lost, an old domain leads to its former tenant no longer than this. */
const KNOWN_MS = 60_000;

const HOST = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const SLUG = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Which tenant a request is for: by host, slug or id. Answers come from memory and are dropped when tenants change. */
export class TenantResolver {
  readonly #control: Queryable;
  readonly #baseDomains: readonly string[];
  readonly #keys = new Map<string, Set<string>>();
  readonly #known = new LRUCache<string, string>({
    max: KNOWN_MAX,
    ttl: KNOWN_MS,
    dispose: (id, key) => this.#unlink(id, key),
  });
  readonly #unknown = new LRUCache<string, true>({ max: UNKNOWN_MAX, ttl: UNKNOWN_MS });
  readonly #asking = new Map<string, Promise<string | undefined>>();
  #generation = 0;

  constructor(options: ResolverOptions) {
    this.#control = options.control;
    this.#baseDomains = (options.baseDomains ?? []).map((domain) => domain.toLowerCase());
    options.onNotice((tenantId) => this.#forget(tenantId));
  }

  /** The tenant of a Host header: port, case and a final dot do not count. Undefined when it is nobody's. */
  async byHost(header: string | undefined): Promise<string | undefined> {
    const host = header
      ?.toLowerCase()
      .replace(/:\d{1,5}$/, "")
      .replace(/\.$/, "");
    if (host === undefined || !HOST.test(host)) return undefined;
    for (const base of this.#baseDomains) {
      // No tenant's own domain may stand in for a slug here.
      if (host.endsWith(`.${base}`)) return this.bySlug(host.slice(0, -base.length - 1));
    }
    return this.#find(
      `domain:${host}`,
      async () => (await maybe(this.#control, findTenantIdByDomain, [host]))?.id,
    );
  }

  async bySlug(slug: string): Promise<string | undefined> {
    if (!SLUG.test(slug)) return undefined;
    return this.#find(
      `slug:${slug}`,
      async () => (await maybe(this.#control, findTenantIdBySlug, [slug]))?.id,
    );
  }

  /** By id or slug. An id is taken as it is: whether the tenant exists shows when its context opens. */
  async byName(name: string): Promise<string | undefined> {
    return isUuid(name) ? name : this.bySlug(name);
  }

  #find(key: string, ask: () => Promise<string | undefined>): Promise<string | undefined> {
    const known = this.#known.get(key);
    if (known !== undefined) return Promise.resolve(known);
    if (this.#unknown.has(key)) return Promise.resolve(undefined);
    const running = this.#asking.get(key);
    if (running) return running;
    const generation = this.#generation;
    const asking = ask()
      .then((id) => {
        // A change that came while we asked may be newer than the answer.
        if (generation !== this.#generation) return id;
        if (id === undefined) this.#unknown.set(key, true);
        else this.#remember(key, id);
        return id;
      })
      .finally(() => {
        if (this.#asking.get(key) === asking) this.#asking.delete(key);
      });
    this.#asking.set(key, asking);
    return asking;
  }

  #forget(tenantId: string | null): void {
    this.#generation += 1;
    this.#asking.clear();
    this.#unknown.clear();
    const keys = tenantId === null ? this.#known.keys() : this.#keys.get(tenantId);
    for (const key of [...(keys ?? [])]) this.#known.delete(key);
  }

  #remember(key: string, id: string): void {
    this.#known.set(key, id);
    this.#keys.set(id, (this.#keys.get(id) ?? new Set()).add(key));
  }

  #unlink(id: string, key: string): void {
    const keys = this.#keys.get(id);
    keys?.delete(key);
    if (keys?.size === 0) this.#keys.delete(id);
  }
}
