import type pg from "pg";
import { exec, many, query } from "../db/sql.ts";
import { HOLD_MS, LATE_HOLDS_MAX, STORE_TIMEOUT_MS } from "./limits.ts";
import type { Hold, HoldAsk, Lease, LeaseAsk, RateStore } from "./ports.ts";
import { withinMs } from "./within-ms.ts";

/**
 * Leases slots of several rates in one statement. Rows are locked in the order of their keys, so that two processes
 * never wait for each other. A state from before the clock was set back counts as a whole burst at most.
 */
export const leaseRates = query<{ key: string; granted: number; full_at_us: number; now_us: number }>(
  "gate.lease_rates",
  `with now as (select extract(epoch from clock_timestamp())::float8 * 1e6 as us)
   insert into tenancy.gate_rates as r (key, full_at_us, granted, ask)
   select a.key, now.us + a.backlog_us + g.n * a.cost_us, g.n,
     array[a.cost_us, a.depth_us, a.need, a.want, a.backlog_us]
   from unnest($1::text[], $2::float8[], $3::float8[], $4::int[], $5::int[], $6::float8[])
       as a (key, cost_us, depth_us, need, want, backlog_us),
     now,
     lateral (select tenancy.gate_grant(now.us + a.backlog_us, now.us, a.cost_us, a.depth_us, a.need, a.want) as n) g
   order by a.key
   on conflict (key) do update set (full_at_us, granted, ask) = (
     select b.us + g.n * a.cost_us, g.n, excluded.ask
     from now,
       lateral (
         select excluded.ask[1] as cost_us, excluded.ask[2] as depth_us, excluded.ask[3]::int as need,
           excluded.ask[4]::int as want, excluded.ask[5] as backlog_us
       ) a,
       lateral (select greatest(now.us, least(r.full_at_us, now.us + a.depth_us)) + a.backlog_us as us) b,
       lateral (select tenancy.gate_grant(b.us, now.us, a.cost_us, a.depth_us, a.need, a.want) as n) g
   )
   returning r.key, r.granted, r.full_at_us, (select us from now) as now_us`,
);

/** Holds as many of each as fit beside what others hold, until its time ends; asked for again it is held on. */
export const holdShares = query<{ key: string; granted: number; others: number }>(
  "gate.hold_shares",
  `with now as (select extract(epoch from clock_timestamp())::float8 * 1e6 as us)
   insert into tenancy.gate_holders as h (key, holders, granted, ask)
   select a.key, jsonb_build_object($1::text, jsonb_build_array(least(a.want, a.most), now.us + $5::float8 * 1000)),
     least(a.want, a.most), array[a.want, a.most]
   from unnest($2::text[], $3::int[], $4::int[]) as a (key, want, most), now
   order by a.key
   on conflict (key) do update set (holders, granted, ask) = (
     select others.holders || jsonb_build_object($1::text, jsonb_build_array(g.n, now.us + $5::float8 * 1000)), g.n,
       excluded.ask
     from now,
       lateral (
         select coalesce(jsonb_object_agg(e.key, e.value), '{}') as holders,
           coalesce(sum((e.value ->> 0)::int), 0)::int as held
         from jsonb_each(h.holders) e
         where e.key <> $1::text and (e.value ->> 1)::float8 > now.us
       ) others,
       lateral (select greatest(0, least(excluded.ask[1], excluded.ask[2] - others.held)) as n) g
   )
   returning h.key, h.granted, (select count(*)::int - 1 from jsonb_object_keys(h.holders)) as others`,
);

export const letGoShares = query(
  "gate.let_go_shares",
  `update tenancy.gate_holders set holders = holders - $1::text where key = any ($2::text[])`,
);

export const letGoEverything = query(
  "gate.let_go_everything",
  `update tenancy.gate_holders set holders = holders - $1::text where holders ? $1::text`,
);

export const sweepRates = query(
  "gate.sweep_rates",
  `delete from tenancy.gate_rates where full_at_us < extract(epoch from clock_timestamp())::float8 * 1e6`,
);

export const sweepHolders = query(
  "gate.sweep_holders",
  `delete from tenancy.gate_holders h
   where not exists (
     select from jsonb_each(h.holders) e
     where (e.value ->> 1)::float8 > extract(epoch from clock_timestamp())::float8 * 1e6
   )`,
);

/** Rates in PostgreSQL. */
export class PostgresRates implements RateStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async lease(asks: readonly LeaseAsk[]): Promise<readonly Lease[]> {
    const rows = await many(this.#pool, leaseRates, [
      asks.map(({ key }) => key),
      asks.map(({ costUs }) => costUs),
      asks.map(({ depthUs }) => depthUs),
      asks.map(({ need }) => need),
      asks.map(({ want }) => want),
      asks.map(({ backlogUs }) => backlogUs),
    ]);
    const byKey = new Map(rows.map((row) => [row.key, row]));
    return asks.map(({ key }) => {
      const row = byKey.get(key);
      if (!row) throw new Error(`No lease of ${key} came back.`);
      return { granted: row.granted, fullAtUs: row.full_at_us, nowUs: row.now_us };
    });
  }

  close(): void {}
}

/** Counts of what is held at one time, by process. */
export class Holders {
  readonly #pool: pg.Pool;
  readonly #processId: string;
  /** Asked, given up, and still holding a connection. */
  #late = 0;

  constructor(pool: pg.Pool, processId: string) {
    this.#pool = pool;
    this.#processId = processId;
  }

  /** Fails after STORE_TIMEOUT_MS, and at once while as many answers as LATE_HOLDS_MAX are overdue. */
  async hold(asks: readonly HoldAsk[]): Promise<ReadonlyMap<string, Hold>> {
    if (this.#late >= LATE_HOLDS_MAX) throw new Error(`${this.#late} answers are overdue`);
    const answer = this.#hold(asks);
    try {
      return await withinMs(answer, STORE_TIMEOUT_MS);
    } catch (failure) {
      this.#late += 1;
      void answer.catch(() => undefined).finally(() => (this.#late -= 1));
      throw failure;
    }
  }

  async #hold(asks: readonly HoldAsk[]): Promise<ReadonlyMap<string, Hold>> {
    const gone = asks.filter(({ want }) => want === null).map(({ key }) => key);
    if (gone.length > 0) await exec(this.#pool, letGoShares, [this.#processId, gone]);
    const held = asks.filter(({ want }) => want !== null);
    if (held.length === 0) return new Map();
    const rows = await many(this.#pool, holdShares, [
      this.#processId,
      held.map(({ key }) => key),
      held.map(({ want }) => want),
      held.map(({ most }) => most),
      HOLD_MS,
    ]);
    return new Map(rows.map(({ key, granted, others }) => [key, { granted, others }]));
  }

  async letGo(): Promise<void> {
    await exec(this.#pool, letGoEverything, [this.#processId]);
  }

  async sweep(): Promise<void> {
    await exec(this.#pool, sweepRates);
    await exec(this.#pool, sweepHolders);
  }
}
