import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Context } from "../src/isolation/data-manager.ts";
import type { Tenant } from "../src/lifecycle/tenant-manager.ts";
import { ISOLATION_LEVELS, type IsolationLevel } from "../src/tenants/tenant.ts";
import { type House, openHouse } from "./support/house.ts";
import { injectedStatements, injectedValues, type Target } from "./support/injections.ts";

/** The app that should not be: it puts what users type into its SQL, and has a function that runs any text. */
const UNSAFE_SQL = `
create table tracks (id bigint generated always as identity primary key, title text not null, plays int not null default 0);
create function run_report(query text) returns setof text language plpgsql as $$ begin return query execute query; end $$;
create function run_anything(statement text) returns void language plpgsql as $$ begin execute statement; end $$;
`;

const SETTINGS = `select current_setting('TimeZone') as zone, current_setting('DateStyle') as style, current_user as role,
  current_setting('row_security') as row_security, current_setting('search_path') as path,
  current_setting('standard_conforming_strings') as strings, current_setting('default_transaction_read_only') as read_only,
  current_setting('statement_timeout') as timeout, current_setting('transaction_isolation') as isolation`;

interface Side {
  readonly tenant: Tenant;
  readonly canary: string;
}

let house: House;
const attackers = new Map<IsolationLevel, Side>();
const victims = new Map<IsolationLevel, Side>();

before(async () => {
  house = await openHouse({ sql: UNSAFE_SQL, shared: [], connections: { expressMax: 1, privateMax: 2 } });
  for (const isolation of ISOLATION_LEVELS) {
    attackers.set(isolation, await makeSide("Mallory", isolation));
    victims.set(isolation, await makeSide("Alice", isolation));
  }
});
after(() => house?.[Symbol.asyncDispose]());

async function makeSide(name: string, isolation: IsolationLevel): Promise<Side> {
  const tenant = await house.tenancy.tenants.create({ name: `${name} ${isolation}`, isolation });
  const canary = `canary-of-${name}-${isolation}`;
  await house.tenancy.data.run(tenant.id, (ctx) =>
    ctx.query({ text: "insert into tracks (title) values ($1), ($1 || '-2')", values: [canary] }),
  );
  return { tenant, canary };
}

function targetOf({ tenant }: Side): Target {
  const { schema, database } = tenant.record.placement;
  return { tenantId: tenant.id, schema, database, role: house.tenancy.internals.parts.role };
}

/** Everything that an injection may do to the next tenant shows here. */
async function assertUnaffected(
  { tenant, canary }: Side,
  settings: unknown,
  injection: string,
): Promise<void> {
  await house.tenancy.data.run(tenant.id, async (ctx) => {
    const startedMs = performance.now();
    // Three times, so that the text takes the shared lane, too.
    for (let run = 0; run < 3; run++) {
      const { rows } = await ctx.query({ text: "select title, plays from tracks order by id" });
      assert.deepEqual(
        rows,
        [
          { title: canary, plays: 0 },
          { title: `${canary}-2`, plays: 0 },
        ],
        injection,
      );
    }
    assert.deepEqual((await ctx.query({ text: SETTINGS })).rows[0], settings, injection);
    await ctx.transaction(async (tx) => {
      await tx.query({ text: "update tracks set plays = 1" });
      await tx.query({ text: "update tracks set plays = 0" });
    });
    assert.ok(performance.now() - startedMs < 3_000, `${injection}: the next tenant was held up`);
  });
}

/** Puts the attacker's own rows back. */
async function heal({ tenant, canary }: Side): Promise<void> {
  await house.tenancy.data.run(tenant.id, async (ctx) => {
    await ctx.query({ text: "delete from tracks" });
    await ctx.query({ text: "insert into tracks (title) values ($1), ($1 || '-2')", values: [canary] });
  });
}

type Door = (ctx: Context, text: string) => Promise<unknown>;

/** The ways by which an app sends text. */
const DOORS: Readonly<Record<string, Door>> = {
  "ctx.query": (ctx, text) => ctx.query({ text }),
  "ctx.pg.query": (ctx, text) => ctx.pg.query(text) as Promise<unknown>,
  "a client in a transaction": async (ctx, text) => {
    const client = await ctx.pg.connect();
    try {
      await client.query("begin");
      const { rows } = (await client.query(text)) as { rows: unknown[] };
      await client.query("commit");
      return rows;
    } finally {
      client.release();
    }
  },
  "a client outside of one": async (ctx, text) => {
    const client = await ctx.pg.connect();
    try {
      return ((await client.query(text)) as { rows: unknown[] }).rows;
    } finally {
      client.release();
    }
  },
  "ctx.transaction": (ctx, text) => ctx.transaction((tx) => tx.query({ text })),
};

for (const level of ISOLATION_LEVELS) {
  for (const [door, send] of Object.entries(DOORS)) {
    test(`at ${level} level no injection through ${door} reaches another tenant or stays behind`, async () => {
      const attacker = attackers.get(level) as Side;
      const victim = victims.get(level) as Side;
      const target = targetOf(victim);
      const settings = await house.tenancy.data.run(
        victim.tenant.id,
        async (ctx) => (await ctx.query({ text: SETTINGS })).rows[0],
      );
      const texts = [
        ...injectedValues(target).map(
          (value) => `select id, title from tracks where title = '${value}' order by id`,
        ),
        ...injectedStatements(target),
      ];
      assert.ok(texts.length >= 80);

      for (const text of texts) {
        const seen: unknown[] = [];
        // Often enough for a text to be known and take the shared lane, if anything lets it.
        for (let run = 0; run < 4; run++) {
          const answer = await house.tenancy.data
            .run(attacker.tenant.id, (ctx) => send(ctx, text))
            .catch((failure: Error) => failure);
          seen.push(
            answer instanceof Error ? `${answer.message} ${(answer as { detail?: string }).detail}` : answer,
          );
        }

        const printed = JSON.stringify(seen);
        assert.ok(!printed.includes("canary-of-Alice"), `${text}\n${printed}`);
        assert.ok(!printed.includes("SCRAM-SHA-256"), text);
        await assertUnaffected(victim, settings, text);
        if (/delete|merge|insert/.test(text)) await heal(attacker);
      }
    });
  }
}

test("SQL that an app's function builds cannot lock the other tenants out, nor change their sessions for good", async () => {
  const { internals } = house.tenancy;
  for (const level of ["table", "database"] as const) {
    const attacker = attackers.get(level) as Side;
    const victim = level === "table" ? (victims.get("schema") as Side) : attacker;
    for (const deed of [
      "alter role current_user password 'x'",
      "alter role current_user password null",
      "alter role current_user set default_transaction_read_only = on",
      "alter role current_user set row_security = off",
      "do $do$ begin execute format('alter role %I in database %I set statement_timeout = 1', current_user, current_database()); end $do$",
    ]) {
      await house.tenancy.data.run(attacker.tenant.id, (ctx) =>
        ctx.query({ text: "select run_anything($1)", values: [deed] }),
      );
      // Every connection is new from here on.
      await internals.control.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where usename in ($1, $2) and backend_type = 'client backend' and application_name = 'tenancy'`,
        [internals.parts.role, attacker.tenant.record.placement.database],
      );
      await retried(() =>
        house.tenancy.data.run(victim.tenant.id, async (ctx) => {
          await ctx.query({ text: "update tracks set plays = 0" });
          await ctx.transaction((tx) => tx.query({ text: "update tracks set plays = 0" }));
          const { rows } = await ctx.query({ text: "select count(*)::int as n from tracks" });
          assert.equal(rows[0].n, 2, deed);
        }),
      );
    }
  }
});

/** Connections that were ended under way fail once, as any app must expect. */
async function retried(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (failure) {
      const isLost = /terminat|ECONNRESET|EPIPE|not queryable|Connection/.test((failure as Error).message);
      if (!isLost || attempt >= 10) throw failure;
    }
  }
}

test("text that an app's function runs has the tenant's rights and no more", async () => {
  for (const level of ISOLATION_LEVELS) {
    const attacker = attackers.get(level) as Side;
    const target = targetOf(victims.get(level) as Side);
    for (const text of injectedStatements(target)) {
      if (/^(vacuum|alter role|with s)/.test(text)) continue;
      const answer = await house.tenancy.data
        .run(attacker.tenant.id, (ctx) => ctx.query({ text: "select run_report($1)", values: [text] }))
        .then(
          (result) => JSON.stringify(result.rows),
          (failure: Error) => failure.message,
        );
      assert.ok(!answer.includes("canary-of-Alice"), `${text}: ${answer}`);
    }
  }
});
