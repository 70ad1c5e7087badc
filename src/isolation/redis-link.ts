import { Redis, type RedisOptions } from "ioredis";
import { isolationError } from "./errors.ts";
import type { RedisAcl } from "./redis-acl.ts";

export interface RedisLinkOptions {
  readonly url: string;
  readonly acl: RedisAcl;
  /** Of each call. */
  readonly deadlineMs: number;
  /** Called once when the server is lost and once when it is back. */
  readonly onChange: (state: "lost" | "back", cause?: unknown) => void;
}

export interface RedisConnections {
  /** The login of TENANT_CACHE_URL. */
  readonly admin: Redis;
  /** Shared by all tenants; between two calls it is logged in as nobody. */
  readonly lane: Redis;
}

/** How long a lost server is left alone; each call in between is answered at once. */
const PAUSE_MS = 500;
const CONNECT_TIMEOUT_MS = 2_000;
/** SCAN and ACL of an administrator. */
const ADMIN_TIMEOUT_MS = 5_000;

/**
 * The two connections to Redis. There is no reconnection in the background: the first call after a pause tries,
 * and nobody waits for it longer than the deadline.
 */
export class RedisLink {
  readonly #options: RedisLinkOptions;
  #connections: RedisConnections | undefined;
  #connecting: Promise<RedisConnections> | undefined;
  #notBeforeMs = 0;
  #isLost = false;
  #isClosed = false;

  constructor(options: RedisLinkOptions) {
    this.#options = options;
  }

  /** The connections when they are up; else undefined, and an attempt to get them is under way. */
  current(): RedisConnections | undefined {
    if (this.#connections) return this.#connections;
    if (!this.#isClosed && Date.now() >= this.#notBeforeMs) void this.connect().catch(() => undefined);
    return undefined;
  }

  /** @throws `cache.acl_refused`, or what the network said */
  connect(): Promise<RedisConnections> {
    if (this.#connections) return Promise.resolve(this.#connections);
    this.#connecting ??= this.#open().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #open(): Promise<RedisConnections> {
    const { url, acl } = this.#options;
    const admin = makeClient(url, { commandTimeout: ADMIN_TIMEOUT_MS });
    const { user, password } = acl.laneLogin();
    const lane = makeClient(withoutLogin(url), { username: user, password });
    try {
      await admin.connect();
      await refusalNamed(acl.grantLane(admin));
      await lane.connect();
    } catch (cause) {
      admin.disconnect();
      lane.disconnect();
      this.lose(cause);
      throw cause;
    }
    const connections = { admin, lane };
    if (this.#isClosed) throw closeBoth(connections, new Error("The cache was closed"));
    for (const client of [admin, lane]) {
      client.on("close", () => {
        if (this.#connections === connections) this.lose(new Error("The connection closed"));
      });
    }
    this.#connections = connections;
    if (this.#isLost) this.#options.onChange("back");
    this.#isLost = false;
    return connections;
  }

  /** Gives the server up for a moment, when it does not answer either. */
  lose(cause: unknown): void {
    const connections = this.#connections;
    this.#connections = undefined;
    this.#notBeforeMs = Date.now() + PAUSE_MS;
    if (connections) closeBoth(connections, undefined);
    if (this.#isLost || this.#isClosed) return;
    this.#isLost = true;
    this.#options.onChange("lost", cause);
  }

  /** @throws an error without a code when the answer is late */
  async within<T>(answer: Promise<T>): Promise<T> {
    const { deadlineMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error(`No answer within ${deadlineMs} ms`)), deadlineMs);
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      clearTimeout(timer);
      answer.catch(() => undefined);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connecting?.catch(() => undefined);
    if (this.#connections) closeBoth(this.#connections, undefined);
    this.#connections = undefined;
  }
}

/** ioredis prefers the login of the URL to that of its options. */
function withoutLogin(url: string): string {
  const plain = new URL(url);
  plain.username = "";
  plain.password = "";
  return plain.href;
}

function makeClient(url: string, options: RedisOptions): Redis {
  const client = new Redis(url, {
    ...options,
    protocol: 2,
    lazyConnect: true,
    // Each of these would send commands of its own making, at a moment of its own choosing.
    enableReadyCheck: false,
    enableOfflineQueue: false,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    disableClientInfo: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  // Failures reach the calls themselves.
  client.on("error", () => undefined);
  return client;
}

function closeBoth<T>(connections: RedisConnections, result: T): T {
  connections.admin.disconnect();
  connections.lane.disconnect();
  return result;
}

async function refusalNamed(grant: Promise<void>): Promise<void> {
  try {
    await grant;
  } catch (cause) {
    if (!(cause instanceof Error) || !/^(ERR|NOPERM|NOAUTH|WRONGPASS)/.test(cause.message)) throw cause;
    throw isolationError("cache.acl_refused", { reason: cause.message }, { cause });
  }
}
