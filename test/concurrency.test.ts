import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import type { Context } from "../src/isolation/data-manager.ts";
import type { Tenant } from "../src/lifecycle/tenant-manager.ts";
import { ISOLATION_LEVELS } from "../src/tenants/tenant.ts";
import { type House, openHouse } from "./support/house.ts";

const TENANTS = { table: 10, schema: 10, database: 3 } as const;
const RUN_MS = 6_000;
const SEED = 20_261_123;
/** What a client may see when its connection is killed under it, or its own statement is refused. */
const EXPECTED =
  /terminat|ECONNRESET|EPIPE|Connection|not queryable|division by zero|stopped|statement timeout|isolation\.busy|No database connection|already/i;

interface Side {
  readonly tenant: Tenant;
  readonly canary: string;
}

let house: House;
const sides: Side[] = [];

before(async () => {
  house = await openHouse({ connections: { expressMax: 2, privateMax: 4 } });
  for (const isolation of ISOLATION_LEVELS) {
    for (let n = 0; n < TENANTS[isolation]; n++) {
      const tenant = await house.tenancy.tenants.create({
        name: `Crowd ${isolation} ${n}`,
        isolation,
        plan: "enterprise",
      });
      const canary = `canary-${tenant.id}`;
      await house.tenancy.data.run(tenant.id, (ctx) =>
        ctx.query({ text: "insert into tracks (title) values ($1), ($1)", values: [canary] }),
      );
      sides.push({ tenant, canary });
    }
  }
});
after(() => house?.[Symbol.asyncDispose]());

/** Mulberry32: the same run for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Deed = (ctx: Context, side: Side, draw: () => number) => Promise<void>;

function assertOwn(rows: readonly Record<string, unknown>[], { tenant, canary }: Side): void {
  for (const row of rows) {
    assert.equal(row["title"], canary);
    if ("tenant_id" in row) assert.equal(row["tenant_id"], tenant.id);
  }
}

/** What tenants do, all at once; each leaves the tenant's two rows as they were. */
const DEEDS: readonly Deed[] = [
  async (ctx, side) => {
    const { rows } = await ctx.query({ text: "select title, tenant_id from tracks order by id" });
    assert.equal(rows.length, 2);
    assertOwn(rows, side);
  },
  async (ctx, side) => {
    const { rows } = await ctx.query({ text: "select title from tracks where id > $1 limit 1", values: [0] });
    assertOwn(rows, side);
  },
  async (ctx, side) => {
    const { rows } = await ctx.query({
      text: "update tracks set duration_ms = 5 returning title, tenant_id",
    });
    assert.equal(rows.length, 2);
    assertOwn(rows, side);
  },
  async (ctx, side) => {
    await ctx.transaction(async (tx) => {
      await tx.query({
        text: "insert into mixes (track_id, name) select min(id), $1 from tracks",
        values: [crypto.randomUUID()],
      });
      assertOwn(
        (await tx.query({ text: "select t.title from mixes m join tracks t on t.id = m.track_id" })).rows,
        side,
      );
      await tx.query({ text: "delete from mixes" });
    });
  },
  async (ctx) => void (await ctx.query({ text: "select 1 / (select 0 from tracks limit 1)" })),
  async (ctx) => {
    await ctx.transaction(async (tx) => {
      await tx.query({ text: "delete from tracks" });
      throw new Error("stopped");
    });
  },
  async (ctx, _side, draw) => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("stopped")), draw() * 30);
    await ctx.query({ text: "select pg_sleep(2)" }, stop.signal);
  },
  async (ctx) => {
    await ctx.transaction(async (tx) => {
      await tx.query({ text: "set local statement_timeout = 5" });
      await tx.query({ text: "select pg_sleep(1)" });
    });
  },
  async (ctx, side) => {
    const rows: Record<string, unknown>[] = [];
    for await (const row of ctx.stream("select title, tenant_id from tracks"))
      rows.push(row as Record<string, unknown>);
    assertOwn(rows, side);
  },
  async (ctx, side) => {
    const client = await ctx.pg.connect();
    try {
      await client.query("set time zone 'Asia/Tokyo'");
      await client.query(`select set_config('app.who', '${side.canary}', false)`);
      assertOwn(
        ((await client.query("select title from tracks")) as { rows: Record<string, unknown>[] }).rows,
        side,
      );
    } finally {
      client.release();
    }
  },
  async (ctx, { canary }) => {
    const { rows } = await ctx.query({
      text: "select coalesce(current_setting('app.who', true), '') as who, current_setting('TimeZone') as zone",
    });
    assert.ok(rows[0].who === "" || rows[0].who === canary, `state of another tenant: ${rows[0].who}`);
    assert.notEqual(rows[0].zone, "Asia/Tokyo");
  },
];

test(`a crowd on all lanes, with backends killed at random, sees its own rows alone (seed ${SEED})`, async () => {
  const untilMs = performance.now() + RUN_MS;
  const done = new Map<number, number>();
  const unexpected: Error[] = [];
  const crowd = sides.flatMap((side, index) =>
    [0, 1].map(async (worker) => {
      const draw = random(SEED + index * 2 + worker);
      while (performance.now() < untilMs && unexpected.length === 0) {
        const deed = Math.floor(draw() * DEEDS.length);
        try {
          await house.tenancy.data.run(side.tenant.id, (ctx) => (DEEDS[deed] as Deed)(ctx, side, draw));
          done.set(deed, (done.get(deed) ?? 0) + 1);
        } catch (failure) {
          const error = failure as Error & { code?: string };
          if (error.code === "ERR_ASSERTION" || !EXPECTED.test(`${error.code} ${error.message}`))
            unexpected.push(error);
        }
      }
    }),
  );
  const killer = kill(untilMs);

  await Promise.all(crowd);
  const kills = await killer;

  assert.deepEqual(unexpected, []);
  assert.ok(kills > 5, `${kills} kills`);
  for (const deed of [0, 1, 2, 3, 8, 9, 10])
    assert.ok((done.get(deed) ?? 0) > 0, `deed ${deed} never succeeded`);
});

async function kill(untilMs: number): Promise<number> {
  let kills = 0;
  while (performance.now() < untilMs) {
    const { rowCount } = await house.tenancy.internals.control.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where application_name = 'tenancy' and backend_type = 'client backend'
         and (datname = current_database() or usename = any ($1)) order by random() limit 1`,
      [sides.map(({ tenant }) => tenant.record.placement.database)],
    );
    kills += rowCount ?? 0;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return kills;
}

test("afterwards every tenant has what it had, and no connection is in another's state", async () => {
  await Promise.all(
    sides.map((side) =>
      retried(() =>
        house.tenancy.data.run(side.tenant.id, async (ctx) => {
          for (let look = 0; look < 5; look++) {
            const { rows } = await ctx.query({ text: "select title, tenant_id from tracks" });
            assert.equal(rows.length, 2);
            assertOwn(rows, side);
            const state = await ctx.query({
              text: "select tenancy.current_tenant() as id, current_setting('TimeZone') as zone",
            });
            assert.equal(state.rows[0].id, side.tenant.id);
            assert.notEqual(state.rows[0].zone, "Asia/Tokyo");
          }
        }),
      ),
    ),
  );
});

/** The last kill may still be on its way. */
async function retried(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (failure) {
    if ((failure as { code?: string }).code === "ERR_ASSERTION") throw failure;
    await new Promise((resolve) => setTimeout(resolve, 200));
    await work();
  }
}

for (const level of ISOLATION_LEVELS) {
  test(`a suspended tenant at ${level} level is refused within a second in another process, whatever runs there`, async () => {
    const tenant = await house.tenancy.tenants.create({
      name: `Suspended ${level}`,
      isolation: level,
      plan: "enterprise",
    });
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "support/other-process.ts"), tenant.id, house.cwd],
      {
        env: { ...process.env, ...house.env },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const ended = once(child, "close");
    const endings = new Map<string, { code: string; atMs: number }>();
    let suspendedMs = 0;

    for await (const line of createInterface(child.stdout)) {
      const said = JSON.parse(line) as { ready?: boolean; what?: string; code?: string; atMs?: number };
      if (said.ready) {
        suspendedMs = Date.now();
        await house.tenancy.tenants.suspend(tenant.id, "test");
      } else endings.set(said.what ?? "", { code: said.code ?? "", atMs: said.atMs ?? 0 });
    }
    await ended;

    const whats = ["cache", "download", "reads", "snapshot", "statement", "transaction", "upload"];
    assert.deepEqual([...endings.keys()].sort(), whats);
    for (const [what, { code, atMs }] of endings) {
      assert.equal(code, "tenant.suspended", what);
      assert.ok(atMs - suspendedMs < 1_000, `${what}: ${atMs - suspendedMs} ms`);
    }
  });
}
