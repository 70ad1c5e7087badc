import { randomBytes } from "node:crypto";
import type { ChainableCommander, Redis } from "ioredis";
import { LRUCache } from "lru-cache";
import type { RootKey } from "../keys/derive.ts";
import type { Keyring } from "../keys/keyring.ts";
import {
  BoundCache,
  type CacheBackend,
  type CacheCounts,
  type CachePlace,
  type CacheStore,
  type Flights,
  type TenantCache,
} from "./cache.ts";
import { openCached, sealCached } from "./cache-seal.ts";
import { isolationError } from "./errors.ts";
import { type CacheLogin, RedisAcl } from "./redis-acl.ts";
import { type RedisConnections, RedisLink } from "./redis-link.ts";

export interface RedisCacheOptions {
  /** TENANT_CACHE_URL: Redis 7 or Valkey, with a login that may manage ACL users. */
  readonly url: string;
  /** TENANT_CACHE_PREFIX. */
  readonly prefix: string;
  readonly rootKey: RootKey;
  /** Values lie sealed with their tenant's key; absent: as they are. */
  readonly keyring?: Keyring;
  /** Of each call. Default 250. */
  readonly deadlineMs?: number;
  /** Called once when the server is lost and once when it is back: one log line each. */
  readonly onChange?: (state: "lost" | "back", cause?: unknown) => void;
}

/** What a pipeline answered: the error or the value of each command. */
type Reply = readonly [Error | null, unknown];
type Outcome =
  | { readonly isDone: true; readonly reply: Reply[]; readonly generation: string }
  | { readonly isDone: false };

const DEADLINE_MS = 250;
const TENANTS_KNOWN_MAX = 50_000;
/** A generation may change under a call, and a login may be gone; more than that is a failure. */
const ATTEMPTS_MAX = 4;

/**
 * The cache on Redis, shared by all processes. Isolation does not rest on our key building alone: each call logs in
 * as the tenant's ACL user, who can reach the tenant's keys only, runs, and logs out to a user who can do nothing
 * (docs/decisions/0010-cache-acl.md).
 *
 * Keys are `<prefix>:{<tenantId>}:<epoch>:<generation>:<key>`. `clear` draws a new generation, in
 * `<prefix>:{<tenantId>}:generation`; each call reads it along with what it does, and repeats itself when the
 * generation is not the one it had assumed. What an old generation or epoch left expires by its ttl.
 */
export class RedisCache implements CacheStore, CacheBackend {
  readonly #acl: RedisAcl;
  readonly #keyring: Keyring | undefined;
  readonly #link: RedisLink;
  readonly #flights: Flights = new Map();
  readonly #generations = new LRUCache<string, string>({ max: TENANTS_KNOWN_MAX });
  /** Logins that this process has seen to exist. */
  readonly #granted = new LRUCache<string, CacheLogin>({ max: TENANTS_KNOWN_MAX });
  readonly #nobody: CacheLogin;
  /** Erased tenants get no login again. */
  readonly #erased = new LRUCache<string, true>({ max: TENANTS_KNOWN_MAX });
  /** Tenants with a delete or clear that did not reach the server: cleared before anything is read again. */
  readonly #unclean = new Set<string>();

  constructor(options: RedisCacheOptions) {
    this.#acl = new RedisAcl(options);
    this.#keyring = options.keyring;
    this.#nobody = this.#acl.laneLogin();
    this.#link = new RedisLink({
      url: options.url,
      acl: this.#acl,
      deadlineMs: options.deadlineMs ?? DEADLINE_MS,
      onChange: (state, cause) => {
        // A server that was restarted has forgotten the logins, if it keeps no ACL file.
        if (state === "back") this.#granted.clear();
        options.onChange?.(state, cause);
      },
    });
  }

  /**
   * Connects, to find out at start that the server is there and lets us manage its users. A server that is away is
   * no error: the cache is empty until it comes.
   *
   * @throws `cache.acl_refused`
   */
  async start(): Promise<void> {
    await this.#link.connect().catch((error: { code?: string }) => {
      if (error.code === "cache.acl_refused") throw error;
    });
  }

  bind(place: CachePlace): TenantCache {
    return new BoundCache(this, place, this.#flights);
  }

  async read(place: CachePlace, key: string): Promise<{ bytes: Buffer | undefined; mark: unknown }> {
    const outcome = await this.#attempt(place, (pipe, name) => pipe.getBuffer(name(key)));
    const [error, value] = (outcome.isDone && outcome.reply[0]) || [];
    const found = !error && Buffer.isBuffer(value) ? value : undefined;
    const bytes = found && (await openCached(this.#keyring, place.tenantId, key, found));
    return { bytes, mark: outcome.isDone ? outcome.generation : null };
  }

  async write(place: CachePlace, key: string, bytes: Buffer, ttlMs: number, mark?: unknown): Promise<void> {
    if (mark !== undefined && mark !== this.#generations.get(place.tenantId)) return;
    const sealed = await sealCached(this.#keyring, place.tenantId, key, bytes);
    if (!sealed) return;
    await this.#attempt(place, (pipe, name) => pipe.set(name(key), sealed, "PX", ttlMs), mark);
  }

  async remove(place: CachePlace, key: string): Promise<void> {
    const outcome = await this.#attempt(place, (pipe, name) => pipe.unlink(name(key)));
    if (!outcome.isDone) this.#unclean.add(place.tenantId);
  }

  async clear(place: CachePlace): Promise<void> {
    this.#unclean.add(place.tenantId);
    await this.#attempt(place, (pipe) => pipe);
  }

  async add(place: CachePlace, key: string, by: number, ttlMs: number): Promise<number | undefined> {
    let failure: unknown;
    const outcome = await this.#attempt(
      place,
      (pipe, name) => pipe.incrby(name(key), by).pexpire(name(key), ttlMs, "NX"),
      undefined,
      (cause) => {
        failure = cause;
      },
    );
    if (!outcome.isDone) {
      const reason = failure instanceof Error ? failure.message : "the server is away";
      throw isolationError("cache.unavailable", { reason }, { cause: failure });
    }
    const [error, value] = outcome.reply[0] ?? [];
    if (error && !/integer|overflow/.test(error.message)) {
      throw isolationError("cache.unavailable", { reason: error.message }, { cause: error });
    }
    return !error && Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  }

  /** What is still being loaded for a tenant that was closed or moved is not kept: its generation is not known here. */
  letGo(tenantId: string | null): void {
    if (tenantId === null) this.#generations.clear();
    else this.#generations.delete(tenantId);
  }

  async eraseTenant(tenantId: string): Promise<CacheCounts> {
    this.#erased.set(tenantId, true);
    const { admin } = await this.#administer();
    const counts = await this.#acl.erase(admin, tenantId);
    this.#granted.delete(tenantId);
    this.#generations.delete(tenantId);
    this.#unclean.delete(tenantId);
    return counts;
  }

  async countTenantKeys(tenantId: string): Promise<CacheCounts> {
    const { admin } = await this.#administer();
    return this.#acl.count(admin, tenantId);
  }

  async close(): Promise<void> {
    await this.#link.close();
  }

  async #administer(): Promise<RedisConnections> {
    try {
      return await this.#link.connect();
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw isolationError("cache.unavailable", { reason }, { cause });
    }
  }

  /** Runs the commands as the tenant, in its generation; not done when the server is away or does not answer. */
  async #attempt(
    place: CachePlace,
    command: (pipe: ChainableCommander, name: (key: string) => string) => ChainableCommander,
    mark?: unknown,
    onFailure?: (cause: unknown) => void,
  ): Promise<Outcome> {
    const connections = this.#link.current();
    if (!connections || this.#erased.has(place.tenantId)) return { isDone: false };
    try {
      return await this.#link.within(this.#run(connections, place, command, mark));
    } catch (cause) {
      onFailure?.(cause);
      this.#link.lose(cause);
      return { isDone: false };
    }
  }

  async #run(
    { admin, lane }: RedisConnections,
    place: CachePlace,
    command: (pipe: ChainableCommander, name: (key: string) => string) => ChainableCommander,
    mark: unknown,
  ): Promise<Outcome> {
    const { tenantId, epoch } = place;
    const keys = this.#acl.tenantKeys(tenantId);
    const generationKey = `${keys}generation`;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      const login = this.#granted.get(tenantId) ?? (await this.#grant(admin, tenantId));
      const generation = this.#unclean.has(tenantId) ? undefined : this.#generations.get(tenantId);
      if (generation === undefined) {
        await this.#learnGeneration(lane, tenantId, login, generationKey);
        continue;
      }
      if (mark !== undefined && mark !== generation) return { isDone: false };
      const name = (key: string) => `${keys}${epoch}:${generation}:${key}`;
      const reply = await this.#as(lane, tenantId, login, (pipe) => command(pipe.get(generationKey), name));
      if (!reply) continue;
      const [[, current] = [null, null], ...answers] = reply;
      if (current === generation) return { isDone: true, reply: answers, generation };
      if (typeof current === "string") this.#generations.set(tenantId, current);
      else this.#generations.delete(tenantId);
    }
    throw new Error("The tenant's generation or login changes without end");
  }

  async #grant(admin: Redis, tenantId: string): Promise<CacheLogin> {
    await this.#acl.grantTenant(admin, tenantId);
    const login = this.#acl.tenantLogin(tenantId);
    this.#granted.set(tenantId, login);
    return login;
  }

  /** Draws a generation where there is none: at first use, when the server evicted it, and to clear. */
  async #learnGeneration(
    lane: Redis,
    tenantId: string,
    login: CacheLogin,
    generationKey: string,
  ): Promise<void> {
    const drawn = randomBytes(9).toString("base64url");
    const isClear = this.#unclean.has(tenantId);
    const reply = await this.#as(lane, tenantId, login, (pipe) =>
      (isClear ? pipe.set(generationKey, drawn) : pipe.set(generationKey, drawn, "NX")).get(generationKey),
    );
    const [failure, current] = reply?.[1] ?? [];
    if (failure) throw failure;
    if (typeof current !== "string") return;
    this.#generations.set(tenantId, current);
    if (isClear) this.#unclean.delete(tenantId);
  }

  /** One message: log in as the tenant, the commands, log out. Undefined when the tenant's login is gone. */
  async #as(
    lane: Redis,
    tenantId: string,
    login: CacheLogin,
    command: (pipe: ChainableCommander) => ChainableCommander,
  ): Promise<Reply[] | undefined> {
    const pipe = command(lane.pipeline().auth(login.user, login.password));
    const reply = await pipe.auth(this.#nobody.user, this.#nobody.password).exec();
    const entered = reply?.[0];
    if (!reply || !entered) throw new Error("The pipeline was dropped");
    const logout = reply.at(-1);
    if (logout?.[0]) throw logout[0];
    if (!entered[0]) return reply.slice(1, -1);
    if (!/^WRONGPASS/.test(entered[0].message)) throw entered[0];
    this.#granted.delete(tenantId);
    return undefined;
  }
}
