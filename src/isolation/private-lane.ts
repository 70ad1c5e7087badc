import pg from "pg";
import { FairQueue } from "./fair-queue.ts";
import { openClient } from "./open-client.ts";

const WIPE_MS_MAX = 5_000;
/** Leases of one connection before it is replaced: its backend remembers every schema that it has seen, for good. */
const LEASES_MAX = 1_000;

export interface PrivateLaneOptions {
  readonly connection: pg.ClientConfig;
  readonly connectionsMax: number;
  /** Of one tenant at a time, so that whoever keeps all of its own busy leaves some to the others. */
  readonly tenantMax: number;
  /** How long a tenant may wait for a connection. */
  readonly waitMsMax: number;
  readonly onTimeout: (waitedMs: number) => Error;
}

export interface Lease {
  readonly client: pg.Client;
  /** Gives the connection back: wiped first, or closed when it cannot be wiped. */
  release(isBroken?: boolean): void;
}

interface Waiter {
  readonly tenantId: string;
  readonly resolve: (lease: Lease) => void;
  readonly reject: (error: Error) => void;
  readonly settle: () => void;
}

/**
 * Connections that one tenant has alone for a while: transactions, streams, and texts not yet known. Before the next
 * tenant gets one, `DISCARD ALL` wipes settings, temporary objects, prepared statements, cursors, advisory locks and
 * roles. Waiting tenants take turns.
 */
export class PrivateLane {
  readonly #options: PrivateLaneOptions;
  readonly #idle: pg.Client[] = [];
  readonly #waiting = new FairQueue<Waiter>();
  readonly #leased = new Map<pg.Client, string>();
  readonly #held = new Map<string, number>();
  readonly #leases = new WeakMap<pg.Client, number>();
  #opening = 0;
  #isClosed = false;

  constructor(options: PrivateLaneOptions) {
    this.#options = options;
  }

  get isBusy(): boolean {
    return this.#leased.size > 0 || this.#waiting.size > 0 || this.#opening > 0;
  }

  get connections(): number {
    return this.#idle.length + this.#leased.size + this.#opening;
  }

  lease(tenantId: string, signal?: AbortSignal): Promise<Lease> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    const client =
      this.#mayHold(tenantId) && this.#waiting.sizeOf(tenantId) === 0 ? this.#idle.pop() : undefined;
    if (client) return Promise.resolve(this.#lend(client, tenantId));
    return new Promise((resolve, reject) => {
      const startedMs = performance.now();
      const timer = setTimeout(
        () => fail(this.#options.onTimeout(performance.now() - startedMs)),
        this.#options.waitMsMax,
      );
      const onAbort = () => fail(signal?.reason as Error);
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
      };
      const waiter: Waiter = { tenantId, resolve, reject, settle };
      const fail = (error: Error) => {
        if (!this.#waiting.remove(tenantId, waiter)) return;
        settle();
        reject(error);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(tenantId, waiter);
      this.#grow();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#idle.splice(0).map((client) => client.end()));
  }

  /** Closes connections that nobody uses. */
  async shrink(): Promise<void> {
    await Promise.allSettled(this.#idle.splice(0).map((client) => client.end()));
  }

  #grow(): void {
    if (this.#isClosed || this.#opening >= this.#waiting.size) return;
    if (this.connections >= this.#options.connectionsMax) return;
    this.#opening += 1;
    const client = new pg.Client(this.#options.connection);
    client.on("error", () => this.#forget(client));
    client.on("end", () => this.#forget(client));
    openClient(client).then(
      () => {
        this.#opening -= 1;
        this.#offer(client);
      },
      (error: Error) => {
        this.#opening -= 1;
        void client.end().catch(() => undefined);
        const waiter = this.#waiting.shift();
        waiter?.settle();
        waiter?.reject(error);
      },
    );
  }

  #forget(client: pg.Client): void {
    const at = this.#idle.indexOf(client);
    if (at >= 0) this.#idle.splice(at, 1);
  }

  #mayHold(tenantId: string): boolean {
    return (this.#held.get(tenantId) ?? 0) < this.#options.tenantMax;
  }

  #lend(client: pg.Client, tenantId: string): Lease {
    this.#leased.set(client, tenantId);
    this.#held.set(tenantId, (this.#held.get(tenantId) ?? 0) + 1);
    this.#leases.set(client, (this.#leases.get(client) ?? 0) + 1);
    let isReleased = false;
    return {
      client,
      release: (isBroken = false) => {
        if (isReleased) return;
        isReleased = true;
        void this.#takeBack(client, isBroken);
      },
    };
  }

  async #takeBack(client: pg.Client, isBroken: boolean): Promise<void> {
    let isClean = false;
    const isSpent = (this.#leases.get(client) ?? 0) >= LEASES_MAX;
    if (!isBroken && !isSpent && !this.#isClosed) {
      try {
        isClean = await within(WIPE_MS_MAX, wipe(client));
      } catch {
        isClean = false;
      }
    }
    this.#forgetLease(client);
    if (isClean && !this.#isClosed) return this.#offer(client);
    void client.end().catch(() => undefined);
    // Who waited for this tenant's turn may take an idle one; others get a fresh one in place of the broken one.
    const idle = this.#idle.pop();
    if (idle) this.#offer(idle);
    this.#grow();
  }

  #forgetLease(client: pg.Client): void {
    const tenantId = this.#leased.get(client);
    if (tenantId === undefined) return;
    this.#leased.delete(client);
    const held = (this.#held.get(tenantId) ?? 1) - 1;
    if (held > 0) this.#held.set(tenantId, held);
    else this.#held.delete(tenantId);
  }

  #offer(client: pg.Client): void {
    const waiter = this.#waiting.shift((tenantId) => this.#mayHold(tenantId));
    if (waiter) {
      waiter.settle();
      waiter.resolve(this.#lend(client, waiter.tenantId));
      this.#grow();
    } else if (this.#isClosed) {
      void client.end().catch(() => undefined);
    } else {
      this.#idle.push(client);
    }
  }
}

/** Nothing of the last tenant stays: neither on the server nor in what node-postgres knows of prepared statements. */
async function wipe(client: pg.Client): Promise<boolean> {
  if (transactionStatus(client) !== "I") await client.query("rollback");
  await client.query("discard all");
  const { connection } = client as unknown as { connection: Record<string, object> };
  connection["parsedStatements"] = {};
  connection["submittedNamedStatements"] = {};
  return transactionStatus(client) === "I";
}

/** False when it takes longer: a cursor that nobody reads to its end would hold the connection for good. */
async function within(timeoutMs: number, work: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  try {
    return await Promise.race([work, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

/** I: idle, T: in a transaction, E: in a failed one (the byte of ReadyForQuery). */
export function transactionStatus(client: pg.Client): string | null {
  // node-postgres keeps it, @types/pg does not show it yet.
  return (client as unknown as { getTransactionStatus(): string | null }).getTransactionStatus();
}
