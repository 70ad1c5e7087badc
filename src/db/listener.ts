import pg from "pg";
import { connectionConfig } from "./url.ts";

const RECONNECT_MS = 500;

/**
 * One connection that hears NOTIFY. Notifications sent while it was away are lost, so after each reconnection
 * everybody is told to forget what they knew.
 */
export class Listener {
  readonly #url: string;
  readonly #handlers = new Map<string, (payload: string) => void>();
  readonly #resets: (() => void)[] = [];
  #client: pg.Client | undefined;
  #isClosed = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** Registers a channel; before `open`. Channel names are ours. */
  on(channel: string, handler: (payload: string) => void, onReset: () => void): void {
    this.#handlers.set(channel, handler);
    this.#resets.push(onReset);
  }

  async open(): Promise<void> {
    const client = new pg.Client(
      connectionConfig(this.#url, { applicationName: "tenancy-listener", searchPath: "pg_catalog" }),
    );
    client.on("notification", ({ channel, payload }) => this.#handlers.get(channel)?.(payload ?? ""));
    client.on("error", () => undefined);
    client.on("end", () => this.#lose(client));
    await client.connect();
    this.#client = client;
    for (const channel of this.#handlers.keys()) await client.query(`listen ${channel}`);
    for (const reset of this.#resets) reset();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#client?.end().catch(() => undefined);
  }

  #lose(client: pg.Client): void {
    if (this.#isClosed || this.#client !== client) return;
    this.#client = undefined;
    for (const reset of this.#resets) reset();
    this.#retry();
  }

  #retry(): void {
    setTimeout(() => {
      if (!this.#isClosed) this.open().catch(() => this.#retry());
    }, RECONNECT_MS).unref();
  }
}
