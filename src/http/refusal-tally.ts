import { isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import type { AuditLog } from "../audit/log.ts";
import type { Clock } from "../base/clock.ts";
import { ANONYMOUS_RECORDS, TALLY_MS, TALLY_NETWORKS_MAX } from "./limits.ts";
import { RateLimit } from "./rate-limit.ts";

interface Count {
  count: number;
  since: Date;
  readonly statuses: Map<number, number>;
}

const EVERYONE = "";

/**
 * Refusals of callers without a credential: each leaves a record while they come at a human pace; those of a flood are
 * counted, and leave one record per network now and then. So nobody from outside can fill the log, or drown in it what
 * else was done.
 */
export class RefusalTally {
  readonly #audit: AuditLog;
  readonly #clock: Clock;
  readonly #onError: (error: Error) => void;
  readonly #ofNetwork: RateLimit;
  readonly #ofAll: RateLimit;
  #counts = new Map<string, Count>();
  #timer: NodeJS.Timeout | undefined;
  #flush: Promise<unknown> = Promise.resolve();

  constructor(options: { audit: AuditLog; clock: Clock; onError: (error: Error) => void }) {
    this.#audit = options.audit;
    this.#clock = options.clock;
    this.#onError = options.onError;
    this.#ofNetwork = new RateLimit(ANONYMOUS_RECORDS.ofNetwork, options.clock);
    this.#ofAll = new RateLimit(ANONYMOUS_RECORDS.ofAll, options.clock);
  }

  /** True: the refusal leaves a record of its own. False: it was counted. */
  takes(ip: string, status: number): boolean {
    const network = networkOf(ip);
    // The network's own share first: one that floods does not use up what is there for the others.
    if (this.#ofNetwork.admits(network) && this.#ofAll.admits(EVERYONE)) return true;
    this.#add(network, status);
    return false;
  }

  /** Writes the counts so far. What could not be written is kept for the next time. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const counts = this.#counts;
    this.#counts = new Map();
    try {
      for (const [network, { count, since, statuses }] of counts) {
        await this.#audit.writer.write({
          kind: "request",
          action: "request.refusals_counted",
          by: { actor: "nobody" },
          tenantId: null,
          outcome: "denied",
          detail: {
            network: network === EVERYONE ? null : network,
            count,
            since: since.toISOString(),
            statuses: Object.fromEntries(statuses),
          },
        });
        counts.delete(network);
      }
    } finally {
      for (const [network, { since, statuses }] of counts)
        for (const [status, count] of statuses) this.#add(network, status, count, since);
    }
  }

  async close(): Promise<void> {
    await this.#flush;
    await this.flush();
  }

  #add(network: string, status: number, count = 1, since = this.#clock.now()): void {
    const isKnown = this.#counts.has(network) || this.#counts.size < TALLY_NETWORKS_MAX;
    const key = isKnown ? network : EVERYONE;
    const entry = this.#counts.get(key) ?? { count: 0, since, statuses: new Map() };
    entry.count += count;
    if (since < entry.since) entry.since = since;
    entry.statuses.set(status, (entry.statuses.get(status) ?? 0) + count);
    this.#counts.set(key, entry);
    this.#timer ??= setTimeout(() => {
      this.#flush = this.flush().catch(this.#onError);
    }, TALLY_MS).unref();
  }
}

/** An address; of IPv6 the /64, of which one subscriber has all. */
function networkOf(ip: string): string {
  const [address = ""] = ip.split("%");
  if (!isIPv6(address)) return address;
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address}/64`).toString()}/64`;
}
