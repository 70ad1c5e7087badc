import assert from "node:assert/strict";
import { after, before, beforeEach } from "node:test";
import { type Action, recordEvent } from "../../src/audit/record.ts";
import { guardedFetch } from "../../src/base/guarded-fetch.ts";
import { withTx } from "../../src/db/tx.ts";
import { type DisabledStream, StreamSender } from "../../src/streams/sender.ts";
import type { NewStream, Streams } from "../../src/streams/streams.ts";
import { type House, openHouse } from "./house.ts";
import { type Received, Receiver } from "./receiver.ts";

export const BY = { actor: "test" };
const ALLOWED = ["127.0.0.0/8"];

/** A house with a receiver beside it that is new for each test, and a clock that the tests put forward. */
export class StreamWorld {
  house!: House; // opened before the first test
  receiver!: Receiver; // started before each test
  aheadMs = 0;
  tenants = 0;
  readonly clock = { now: () => new Date(Date.now() + this.aheadMs) };

  constructor() {
    const { clock } = this;
    before(async () => {
      const configFile = `export default { security: { outboundAllow: ${JSON.stringify(ALLOWED)} } };\n`;
      this.house = await openHouse({ sql: null, clock, configFile });
    });
    beforeEach(async () => {
      await this.receiver?.[Symbol.asyncDispose]();
      this.receiver = await new Receiver().start();
      await this.house.tenancy.internals.control.query("delete from tenancy.audit_streams");
    });
    after(async () => {
      await this.receiver[Symbol.asyncDispose]();
      await this.house[Symbol.asyncDispose]();
    });
  }

  get streams(): Streams {
    return this.house.tenancy.internals.streams;
  }

  async newTenant(): Promise<string> {
    this.tenants += 1;
    const { tenants, internals } = this.house.tenancy;
    const { id } = await tenants.create({ name: `Stream ${this.tenants}`, slug: `stream-${this.tenants}` });
    await internals.audit.sequencer.run();
    return id;
  }

  subscribe(tenantId: string | null, input: Partial<NewStream> = {}) {
    return this.streams.create(tenantId, { name: "SIEM", url: this.receiver.url, ...input }, BY);
  }

  async write(tenantId: string | null, number: number, action: Action = "tenant.updated"): Promise<void> {
    const { control, audit } = this.house.tenancy.internals;
    for (let i = 0; i < number; i++)
      await withTx(control, (tx) => recordEvent(tx, BY, action, tenantId, { i }));
    await audit.sequencer.run();
  }

  /** One pass with a sender of its own; resolves to the notices. */
  async pass(options: FetchOptions = {}): Promise<DisabledStream[]> {
    const told: DisabledStream[] = [];
    const sender = this.newSender(told, options);
    await sender.run();
    await sender.close();
    return told;
  }

  newSender(told: DisabledStream[], options: FetchOptions = {}): StreamSender {
    return new StreamSender({
      ...this.streams.parts,
      fetch: guardedFetch({ allow: options.allow ?? ALLOWED, timeoutMs: options.timeoutMs ?? 5_000 }),
      tell: async (_, stream) => void told.push(stream),
      onError: (error) => assert.fail(error),
      random: () => 0,
    });
  }
}

interface FetchOptions {
  readonly allow?: readonly string[];
  readonly timeoutMs?: number;
}

interface Sent {
  readonly type: string;
  readonly data: {
    readonly stream: string;
    readonly first: number;
    readonly last: number;
    readonly removed: number;
    readonly records: readonly {
      readonly number: number;
      readonly action: string;
      readonly tenantId: string | null;
    }[];
  };
}

export function parsed(message: Received): Sent {
  return JSON.parse(message.body);
}

export function numbersOf(messages: readonly Received[]): number[] {
  return messages.flatMap((each) => parsed(each).data.records.map(({ number }) => number));
}

export function upTo(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
