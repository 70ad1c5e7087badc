import { GUARDS, tenantRoles } from "../src/access/built-in-roles.ts";
import { loadCedar } from "../src/access/cedar/engine.ts";
import { Entities, placed, uid } from "../src/access/cedar/entities.ts";
import type { Request } from "../src/access/cedar/expression.ts";
import { PolicySet } from "../src/access/cedar/policy-set.ts";
import { CedarSet } from "../src/access/cedar/value.ts";
import { circumstances } from "../src/access/circumstances.ts";
import { createRole } from "../src/access/custom-roles.ts";
import { type Role, rolePolicies } from "../src/access/role.ts";
import { authorise } from "../src/gate/authorise.ts";
import { addMember } from "../src/identity/members.ts";
import { createUser } from "../src/identity/users.ts";
import { median, openBench, type Result } from "./support.ts";

const ROUNDS = 5;
const RATIO_MIN = 100;
const GATE_US_MAX = 15;
const BY = { actor: "bench", principal: null };

/** Three conditions: a window of time, a network, a fresh second factor. */
const ANALYST: Role = {
  key: "analyst",
  name: "Analyst",
  description: "",
  grants: [
    {
      permissions: ["usage.read"],
      conditions: [
        { kind: "time", days: ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], from: "00:00", to: "23:59" },
        { kind: "address", ranges: ["10.0.0.0/8", "192.168.0.0/16"] },
        { kind: "mfa", maxAgeMinutes: 60 },
      ],
    },
  ],
};
const FACTS = {
  now: new Date("2026-11-25T12:00:00Z"),
  ip: "192.168.1.7",
  amr: ["pwd", "otp"],
  mfaAt: new Date("2026-11-25T11:50:00Z"),
};

/** Decisions a second of CPU against the official engine with the same policies, parsed once; and the gate alone. */
export async function benchPolicy(): Promise<Result[]> {
  const engine = await loadCedar();
  const policies = {
    ...GUARDS,
    ...(Object.assign({}, ...[...tenantRoles, ANALYST].map(rolePolicies)) as Record<string, string>),
  };
  const set = new PolicySet({ engine, policies, areActionsFlat: true });
  const request = requestOf();
  if (!set.isAllowed(request) || !engine.decide(policies, request).isAllowed)
    throw new Error("The bench's request is allowed.");
  const ours: number[] = [];
  const official: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    ours.push(perCpuSecond(300_000, () => set.isAllowed(request)));
    official.push(perCpuSecond(300, () => engine.decide(policies, request).isAllowed));
  }
  const ratio = median(ours.slice(1)) / median(official.slice(1));
  return [
    {
      work: `policy decisions, ${Object.keys(policies).length} policies, 3 conditions`,
      must: `≥ ${RATIO_MIN}x cedar-wasm`,
      measured: `${ratio.toFixed(0)}x (${million(median(ours.slice(1)))} against ${Math.round(median(official.slice(1)))} per CPU second)`,
      isMet: ratio >= RATIO_MIN,
    },
    await benchGate(),
  ];
}

function requestOf(): Request {
  const tenant = uid("Tenant", "01980000-0000-7000-8000-000000000001");
  const principal = uid("User", "01980000-0000-7000-8000-000000000002");
  const entity = placed(principal, {
    parents: [uid("Role", "analyst")],
    attrs: new Map([["tenant", tenant]]),
  });
  return {
    principal,
    action: uid("Action", "usage.read"),
    resource: tenant,
    context: circumstances(FACTS, {
      plan: "premium",
      features: new CedarSet(["analytics"]),
      timeZone: "UTC",
    }),
    entities: new Entities().add(entity),
  };
}

/** From principal to verdict: membership, state of the tenant, addresses, policy with three conditions. */
async function benchGate(): Promise<Result> {
  await using bench = await openBench();
  const { internals, tenants } = bench.tenancy;
  const { id: tenantId } = await tenants.create({ name: "Bench" });
  const access = await internals.access();
  const { identity, control, executor } = internals;
  const parts = { pool: control, clock: { now: () => new Date() }, access };
  await createRole(parts, tenantId, ANALYST, { by: BY, subject: null });
  const user = await createUser(identity.parts, { email: "bench@example.com", name: "Bench" }, BY);
  await addMember(identity.parts, { tenantId, userId: user.id, roles: ["analyst"] }, BY);
  const principal = {
    kind: "user",
    id: user.id,
    name: "Bench",
    email: user.email,
    locale: "en",
    actor: `user:${user.id}`,
    sessionId: user.id,
    amr: FACTS.amr,
    authenticatedAt: FACTS.mfaAt,
    mfaAt: FACTS.mfaAt,
    expiresAt: new Date(Date.now() + 3_600_000),
  } as const;
  const gate = {
    access,
    memberships: identity.memberships,
    assertServing: (id: string) => executor.directory.get(id),
  };
  const once = () => authorise(gate, { principal, permission: "usage.read", tenantId, facts: FACTS });
  if ((await once()).kind !== "admitted") throw new Error("The bench's member is admitted.");
  const times: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const startUs = cpuUs();
    for (let i = 0; i < 20_000; i++) await once();
    times.push((cpuUs() - startUs) / 20_000);
  }
  const us = median(times.slice(1));
  return {
    work: "gate from principal to verdict, 3 conditions, CPU per request",
    must: `≤ ${GATE_US_MAX} µs`,
    measured: `${us.toFixed(1)} µs`,
    isMet: us <= GATE_US_MAX,
  };
}

function perCpuSecond(count: number, work: () => boolean): number {
  const startUs = cpuUs();
  let allowed = 0;
  for (let i = 0; i < count; i++) if (work()) allowed += 1;
  if (allowed !== count) throw new Error(`${count - allowed} decisions were wrong.`);
  return (count / (cpuUs() - startUs)) * 1e6;
}

function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function million(perSecond: number): string {
  return `${(perSecond / 1e6).toFixed(2)} M`;
}
