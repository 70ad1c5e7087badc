import { createHash } from "node:crypto";
import type { Redis } from "ioredis";
import { isUuid } from "../base/ids.ts";
import type { RootKey } from "../keys/derive.ts";
import type { CacheCounts } from "./cache.ts";

/** All that a tenant's login may run. No SCAN, KEYS or scripts: those are not bound by key patterns. */
const TENANT_COMMANDS = ["get", "set", "del", "incrby", "pexpire", "unlink", "mget"] as const;
const SCAN_COUNT = 1_000;

/** A login on the cache server: who, and the password that this installation derives for it. */
export interface CacheLogin {
  readonly user: string;
  readonly password: string;
}

/**
 * The logins on the server: one per tenant, bound to its keys, and the powerless one in which a connection rests.
 * Everything here runs on the connection of the administrator.
 */
export class RedisAcl {
  readonly #prefix: string;
  readonly #rootKey: RootKey;

  constructor(options: { prefix: string; rootKey: RootKey }) {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$/.test(options.prefix)) {
      throw new RangeError(`The cache prefix ${JSON.stringify(options.prefix)} could be read as a pattern`);
    }
    this.#prefix = options.prefix;
    this.#rootKey = options.rootKey;
  }

  tenantLogin(tenantId: string): CacheLogin {
    return this.#login(checked(tenantId));
  }

  laneLogin(): CacheLogin {
    return this.#login("lane");
  }

  /** The braces put a tenant's keys into one slot of a Redis cluster. */
  tenantKeys(tenantId: string): string {
    return `${this.#prefix}:{${checked(tenantId)}}:`;
  }

  /** Repeatable; also mends a login whose rules have changed. */
  async grantTenant(admin: Redis, tenantId: string): Promise<void> {
    const rules = [`~${this.tenantKeys(tenantId)}*`, ...TENANT_COMMANDS.map((command) => `+${command}`)];
    await this.#setUser(admin, this.tenantLogin(tenantId), rules);
  }

  async grantLane(admin: Redis): Promise<void> {
    // SELECT, for a URL with a database number, is the one command that comes before a tenant's login.
    await this.#setUser(admin, this.laneLogin(), ["+select"]);
  }

  /** Removes the login first, so that nobody writes behind the sweep. */
  async erase(admin: Redis, tenantId: string): Promise<CacheCounts> {
    const users = Number(await admin.acl("DELUSER", this.tenantLogin(tenantId).user));
    let keys = 0;
    for await (const batch of this.#scan(admin, tenantId)) keys += await admin.unlink(...batch);
    return { keys, users };
  }

  async count(admin: Redis, tenantId: string): Promise<CacheCounts> {
    const keys = new Set<string>();
    for await (const batch of this.#scan(admin, tenantId)) {
      for (const key of batch) keys.add(key.toString("latin1"));
    }
    const user = await admin.acl("GETUSER", this.tenantLogin(tenantId).user);
    return { keys: keys.size, users: user === null ? 0 : 1 };
  }

  async *#scan(admin: Redis, tenantId: string): AsyncGenerator<Buffer[]> {
    let cursor = "0";
    do {
      const match = `${this.tenantKeys(tenantId)}*`;
      const [next, keys] = await admin.scanBuffer(cursor, "MATCH", match, "COUNT", SCAN_COUNT);
      if (keys.length > 0) yield keys;
      cursor = next.toString();
    } while (cursor !== "0");
  }

  /** The server gets the password's hash, so that it shows in no log and no MONITOR. */
  async #setUser(admin: Redis, login: CacheLogin, rules: readonly string[]): Promise<void> {
    const hash = createHash("sha256").update(login.password).digest("hex");
    await admin.acl("SETUSER", login.user, "reset", "on", `#${hash}`, ...rules);
  }

  #login(name: string): CacheLogin {
    const user = `${this.#prefix}-${name}`;
    return { user, password: this.#rootKey.password(`cache:${user}`) };
  }
}

/** A tenant's id becomes part of a pattern and of a user's name: only a UUID may. */
function checked(tenantId: string): string {
  if (!isUuid(tenantId)) throw new RangeError(`Expected a tenant's id, got ${JSON.stringify(tenantId)}`);
  return tenantId;
}
