import { authorise } from "../src/gate/authorise.ts";
import { CALLS } from "../src/gate/limits.ts";
import { drawToken, hashToken } from "../src/identity/token.ts";
import type { Tenancy } from "../src/start.ts";
import { median, openBench, type Result } from "./support.ts";

/** Fewer for a look: filling takes minutes. */
const SESSIONS = Number(process.env["TENANCY_BENCH_SESSIONS"] ?? 100_000);
const TENANTS = { few: 10, many: Number(process.env["TENANCY_BENCH_TENANTS"] ?? 10_000) } as const;
/** Of each kind in a round; those of many tenants are drawn at random. */
const DECISIONS = 5_000;
const ROUNDS = 7;
const FLAT_MAX = 1.25;

/**
 * What 100,000 live sessions in 10,000 tenants with roles of their own cost against 10 tenants, in one interleaved
 * run: from the token to the verdict, with the rate. All are known to the process before it is timed.
 */
export async function benchSessions(): Promise<Result[]> {
  await using bench = await openBench();
  const { tenancy } = bench;
  const tokens = await fill(tenancy);
  const { identity, executor, limits } = tenancy.internals;
  const access = await tenancy.internals.access();
  await limits.open();
  const gate = {
    access,
    memberships: identity.memberships,
    assertServing: (id: string) => executor.directory.get(id),
  };
  const decide = async ({ token, tenantId }: Live) => {
    const principal = await identity.credentials.session(token);
    if (principal?.kind !== "user") throw new Error("A live session is somebody's.");
    await limits.rates.take(`credential:${principal.actor}`, CALLS);
    const facts = { now: new Date(), ip: "192.168.1.7", amr: principal.amr, mfaAt: principal.mfaAt };
    const verdict = await authorise(gate, { principal, permission: "usage.read", tenantId, facts });
    if (verdict.kind !== "admitted") throw new Error(`Every member may read usage: ${verdict.kind}.`);
  };
  const few = tokens.filter(({ tenant }) => tenant < TENANTS.few);
  const before = heapMb();
  const all = async () => {
    for (let at = 0; at < tokens.length; at += 400) await Promise.all(tokens.slice(at, at + 400).map(decide));
  };
  const coldUs = (await cpuUs(all)) / tokens.length;
  // What was learned before the first look at the revocations counts for nothing, and is learned again.
  await all();
  const memoryMb = heapMb() - before;
  const times = { few: [] as number[], many: [] as number[] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [kind, live] of Object.entries({ few, many: tokens }) as ["few" | "many", Live[]][]) {
      const drawn = Array.from(
        { length: DECISIONS },
        () => live[Math.floor(Math.random() * live.length)] as Live,
      );
      const spentUs = await cpuUs(async () => {
        for (const [i, each] of drawn.entries()) {
          await decide(each);
          // As between requests: what is heard of revocations and rules comes by the loop.
          if (i % 20 === 0) await new Promise(setImmediate);
        }
      });
      if (round > 0) times[kind].push(spentUs / DECISIONS);
    }
  }
  const ratios = times.many.map((us, i) => us / (times.few[i] ?? 1)).toSorted((a, b) => a - b);
  const ratio = median(ratios);
  return [
    {
      work: `token to verdict, ${SESSIONS.toLocaleString("en")} live sessions in ${TENANTS.many.toLocaleString("en")} tenants with own roles, CPU against ${few.length} sessions in ${TENANTS.few}`,
      must: `flat: ≤ ${FLAT_MAX}x`,
      measured: `${ratio.toFixed(2)}x [${ratios[0]?.toFixed(2)}–${ratios.at(-1)?.toFixed(2)}] (${median(times.many).toFixed(1)} µs against ${median(times.few).toFixed(1)})`,
      isMet: ratio <= FLAT_MAX,
    },
    {
      work: "memory of all of them: sessions, memberships, compiled rules, rates",
      must: "stated",
      measured: `${memoryMb.toFixed(0)} MB, ${((memoryMb * 1e6) / SESSIONS / 1e3).toFixed(1)} kB a session; learning one costs ${coldUs.toFixed(0)} µs of CPU`,
      isMet: null,
    },
  ];
}

interface Live {
  readonly token: string;
  readonly tenantId: string;
  readonly tenant: number;
}

/** Written as the platform would, and used until the end of the bench: each of the tenants has a role of its own, which its members hold. */
async function fill({ tenants, internals }: Tenancy): Promise<Live[]> {
  const { control } = internals;
  const first = await tenants.create({ name: "First", plan: "premium" });
  const template = first.id;
  await control.query(
    `insert into tenancy.tenants (id, slug, name, status, plan, region, limits)
     select gen_random_uuid(), 's' || g, 'S' || g, 'active', 'premium', region, '{"maxApiCallsPerHour": 100000000}'
     from tenancy.tenants, generate_series(1, $2::int) g where id = $1`,
    [template, TENANTS.many],
  );
  await control.query(
    `insert into tenancy.placements (tenant_id, cell, level, database_name, schema_name)
     select t.id, p.cell, p.level, p.database_name, p.schema_name
     from tenancy.tenants t, tenancy.placements p where p.tenant_id = $1 and t.id <> $1`,
    [template],
  );
  const { rolePolicies } = await import("../src/access/role.ts");
  const { rows } = await control.query<{ id: string }>(
    "select id from tenancy.tenants where id <> $1 order by slug",
    [template],
  );
  const roles = rows.map((_, i) => ({
    key: "analyst",
    name: `Analyst ${i}`,
    description: "",
    grants: [
      {
        permissions: ["usage.read" as const],
        conditions: [
          { kind: "address" as const, ranges: ["192.168.0.0/16", `10.${i % 256}.0.0/16`] },
          { kind: "mfa" as const, maxAgeMinutes: 60 + (i % 600) },
        ],
      },
    ],
  }));
  await control.query(
    `insert into tenancy.roles (tenant_id, key, name, description, grants, policy, created_by, created_at, updated_at)
     select r.id, 'analyst', 'Analyst', '', r.grants::jsonb, r.policy, 'bench', now(), now()
     from unnest($1::uuid[], $2::text[], $3::text[]) as r (id, grants, policy)`,
    [
      rows.map(({ id }) => id),
      roles.map(({ grants }) => JSON.stringify(grants)),
      roles.map((role) => Object.values(rolePolicies(role)).join("\n")),
    ],
  );
  const live = Array.from({ length: SESSIONS }, (_, i) => ({
    token: drawToken(),
    tenant: i % TENANTS.many,
    tenantId: rows[i % TENANTS.many]?.id as string,
  }));
  const people = await control.query<{ id: string }>(
    `insert into tenancy.users (id, email, name, created_at, updated_at)
     select gen_random_uuid(), 'p' || g || '@example.com', 'P', now(), now() from generate_series(1, $1::int) g returning id`,
    [SESSIONS],
  );
  const ids = people.rows.map(({ id }) => id);
  await control.query(
    `insert into tenancy.memberships (tenant_id, user_id, roles, created_at, updated_at)
     select m.tenant, m.person, '{analyst}', now(), now() from unnest($1::uuid[], $2::uuid[]) as m (tenant, person)`,
    [live.map(({ tenantId }) => tenantId), ids],
  );
  await control.query(
    `insert into tenancy.sessions (token_hash, id, user_id, amr, mfa_at, device, created_at, last_used_at, expires_at)
     select decode(s.hash, 'hex'), gen_random_uuid(), s.person, '{pwd,otp}', now(), '', now(), now() + interval '10 minutes', now() + interval '12 hours'
     from unnest($1::text[], $2::uuid[]) as s (hash, person)`,
    [live.map(({ token }) => hashToken(token).toString("hex")), ids],
  );
  await control.query(
    "analyze tenancy.sessions, tenancy.memberships, tenancy.tenants, tenancy.roles, tenancy.users",
  );
  return live;
}

function heapMb(): number {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

async function cpuUs(work: () => Promise<void>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return user + system;
}
