import { Redis } from "ioredis";
import { STORE_TIMEOUT_MS } from "./limits.ts";
import type { Lease, LeaseAsk, RateStore } from "./ports.ts";

/** The same as gate.lease_rates in PostgreSQL; the key goes when its burst is whole again. */
const LEASE = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local cost, depth, need, want, backlog = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local full = tonumber(redis.call('GET', KEYS[1]) or now)
full = math.max(now, math.min(full, now + depth)) + backlog
local free = math.min(1e9, math.max(0, math.floor((depth - (full - now)) / cost + 1e-6)))
local granted = math.min(free, math.max(need, math.min(want, math.floor(free / 8))))
full = full + granted * cost
redis.call('SET', KEYS[1], string.format('%.1f', full), 'PX', string.format('%d', math.max(1, math.ceil((full - now) / 1000))))
return {granted, string.format('%.1f', full), string.format('%d', now)}
`;

type Answer = readonly [granted: number, fullAtUs: string, nowUs: string];

interface Client extends Redis {
  tenancyLease(key: string, ...numbers: number[]): Promise<Answer>;
}

/** Rates in the Redis of TENANT_CACHE_URL, under `<prefix>:gate:`, which no tenant's login reaches. */
export class RedisRates implements RateStore {
  readonly #client: Client;
  readonly #prefix: string;

  constructor(options: { readonly url: string; readonly prefix: string }) {
    this.#prefix = `${options.prefix}:gate:`;
    const client = new Redis(options.url, {
      lazyConnect: true,
      enableOfflineQueue: false,
      enableReadyCheck: false,
      autoResendUnfulfilledCommands: false,
      disableClientInfo: true,
      connectTimeout: STORE_TIMEOUT_MS,
      commandTimeout: STORE_TIMEOUT_MS,
      maxRetriesPerRequest: 0,
      // Whoever asks next connects.
      retryStrategy: () => null,
    });
    client.on("error", () => undefined);
    client.defineCommand("tenancyLease", { numberOfKeys: 1, lua: LEASE });
    this.#client = client as Client; // with the command defined above
  }

  async lease(asks: readonly LeaseAsk[]): Promise<readonly Lease[]> {
    if (this.#client.status === "wait" || this.#client.status === "end") await this.#client.connect();
    return Promise.all(
      asks.map(async ({ key, costUs, depthUs, need, want, backlogUs }) => {
        const answer = await this.#client.tenancyLease(
          this.#prefix + key,
          costUs,
          depthUs,
          need,
          want,
          backlogUs,
        );
        return { granted: answer[0], fullAtUs: Number(answer[1]), nowUs: Number(answer[2]) };
      }),
    );
  }

  close(): void {
    this.#client.disconnect();
  }
}
