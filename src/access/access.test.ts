import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { type House, openHouse } from "../../test/support/house.ts";
import { systemClock } from "../base/clock.ts";
import { createLog } from "../base/log.ts";
import { Access } from "./access.ts";
import { Entities, placed, uid } from "./cedar/entities.ts";
import { CedarSet } from "./cedar/value.ts";
import { circumstances } from "./circumstances.ts";
import { createPolicy } from "./policies.ts";
import type { Question } from "./ports.ts";
import { setOperatorRole } from "./settings.ts";

const ADA = "01980000-0000-7000-8000-00000000000a";
const GRACE = "01980000-0000-7000-8000-00000000000b";
let house: House;
let tenantId: string;
const AUTHOR = { by: { actor: "test" }, subject: null };
const log = createLog({ level: "error", json: true, clock: systemClock, write: () => undefined });

before(async () => {
  house = await openHouse({ sql: null });
  ({ id: tenantId } = await house.tenancy.tenants.create({ name: "Studio" }));
});
after(() => house[Symbol.asyncDispose]());

function ask(more: Partial<Question> = {}): Question {
  return {
    subject: { kind: "user", id: "01980000-0000-7000-8000-000000000001", roles: ["owner"], scopes: null },
    permission: "usage.read",
    tenantId,
    facts: { now: new Date(), amr: ["pwd"], mfaAt: null },
    ...more,
  };
}

test("where the official engine decides otherwise access is refused and an incident recorded", async () => {
  const incidents: unknown[] = [];
  const pool = house.tenancy.internals.control;
  const access = await Access.open({
    pool,
    clock: systemClock,
    log,
    shadowRate: 1,
    onMismatch: async (detail) => void incidents.push(detail),
  });
  const text = 'forbid (principal, action == Action::"usage.read", resource) when { context has purpose };';
  const { id } = await createPolicy(
    { pool, clock: systemClock, access },
    tenantId,
    { name: "p", text },
    AUTHOR,
  );
  assert.equal((await access.decide(ask())).allowed, true);
  assert.deepEqual(incidents, []);

  // As if the compiler had got this policy wrong: the official engine reads another text than was compiled.
  access.book.forget(tenantId);
  const { policies } = await access.book.rules(tenantId);
  (policies.policies as Record<string, string>)[`policy:${id}`] = "forbid (principal, action, resource);";

  await assert.rejects(access.decide(ask()), { code: "access.undecided" });
  const [incident] = incidents as { compiled: boolean; official: boolean; permission: string }[];
  assert.deepEqual(
    [incident?.compiled, incident?.official, incident?.permission],
    [true, false, "usage.read"],
  );
});

test("while the database cannot be asked nothing is decided, however much is remembered", async () => {
  const pool = new pg.Pool({ connectionString: house.url, max: 1 });
  const access = await Access.open({
    pool,
    clock: systemClock,
    log,
    shadowRate: 0,
    onMismatch: async () => undefined,
  });
  assert.equal((await access.decide(ask())).allowed, true);
  await pool.end();

  const until = Date.now() + 1_000;
  let refused = false;
  while (!refused && Date.now() < until) {
    refused = await access.decide(ask()).then(
      () => false,
      () => true,
    );
  }

  assert.ok(refused, "within a second of the last look");
});

test("an owner of one tenant is forbidden in another even if all else failed to notice", async () => {
  const access = await house.tenancy.internals.access();
  const { id: foreign } = await house.tenancy.tenants.create({ name: "Foreign" });
  const { policies } = await access.book.rules(foreign);
  const home = uid("Tenant", tenantId);
  const principal = uid("User", ADA);
  const owner = placed(principal, { parents: [uid("Role", "owner")], attrs: new Map([["tenant", home]]) });
  const context = circumstances(ask().facts, { plan: "", features: new CedarSet([]), timeZone: "UTC" });
  const on = (tenant: string) =>
    policies.explain({
      principal,
      action: uid("Action", "usage.read"),
      resource: uid("Tenant", tenant),
      context,
      entities: new Entities().add(owner),
    });

  assert.equal(on(tenantId).isAllowed, true);
  assert.deepEqual(on(foreign), { isAllowed: false, reasons: ["guard:tenant"], errors: [] });
});

test("an operator is what their role says, on all processes within a second", async () => {
  const { internals } = house.tenancy;
  const { control: pool } = internals;
  await pool.query("insert into tenancy.operators (id, name) values ($1, 'Ada'), ($2, 'Grace')", [
    ADA,
    GRACE,
  ]);
  const here = await internals.access();
  const there = await Access.open({
    pool,
    clock: systemClock,
    log,
    shadowRate: 0,
    onMismatch: async () => undefined,
  });
  assert.equal(await there.book.operatorRole(ADA), "administrator");

  await setOperatorRole({ pool, clock: systemClock, access: here }, ADA, "read_only", AUTHOR);

  assert.equal(await here.book.operatorRole(ADA), "read_only");
  const startMs = Date.now();
  while ((await there.book.operatorRole(ADA)) !== "read_only") assert.ok(Date.now() - startMs < 1_000);
  const subject = { kind: "operator", id: ADA, roles: ["read_only"], scopes: null } as const;
  const asked = (permission: Question["permission"]) =>
    there.decide(ask({ subject, permission, tenantId: null }));
  assert.equal((await asked("tenants.list")).allowed, true);
  assert.equal((await asked("tenants.delete")).allowed, false);
  assert.equal((await asked("data.read")).allowed, false);
});

test("a role of the platform gives nothing to a member, nor a tenant's role to an operator", async () => {
  const access = await house.tenancy.internals.access();
  const member = { kind: "user", id: ADA, roles: ["administrator", "support"], scopes: null } as const;
  const staff = { kind: "operator", id: ADA, roles: ["owner", "admin"], scopes: null } as const;

  assert.equal((await access.decide(ask({ subject: member }))).allowed, false);
  assert.equal((await access.decide(ask({ subject: staff }))).allowed, false);
  assert.equal((await access.decide(ask({ subject: member, permission: "tenants.delete" }))).allowed, false);
});

test("scopes bound a key whatever its roles permit", async () => {
  const access = await house.tenancy.internals.access();
  const subject = { kind: "service_account", id: ADA, roles: ["owner"], scopes: ["usage.read"] } as const;

  assert.equal((await access.decide(ask({ subject }))).allowed, true);
  assert.equal((await access.decide(ask({ subject, permission: "audit.read" }))).allowed, false);
});

test("attributes of a resource and the tenant's zone decide where a role asks for them", async () => {
  const access = await house.tenancy.internals.access();
  const role = {
    key: "mixer",
    name: "Mixer",
    description: "",
    grants: [
      {
        permissions: ["data.write" as const],
        conditions: [
          { kind: "attribute" as const, name: "genre", values: ["jazz"] },
          { kind: "time" as const, days: ["sun" as const], from: "02:30", to: "03:30" },
        ],
      },
    ],
  };
  const rules = await access.book.rules(tenantId);
  const paris = { ...rules, traits: { ...rules.traits, timeZone: "Europe/Paris" } };
  const draft = access.book.draft(paris, { roles: [role], policies: {} });
  const decide = (now: string, genre: string) =>
    access.decideUnder(draft, {
      ...ask({ permission: "data.write" }),
      subject: { kind: "user", id: ADA, roles: ["mixer"], scopes: null },
      facts: { now: new Date(now), amr: [], mfaAt: null },
      resource: { id: "7", attributes: { genre } },
    }).allowed;

  // 2026-03-29 02:00 in Paris is skipped: 01:00 UTC is 03:00 there.
  assert.equal(decide("2026-03-29T01:00:00Z", "jazz"), true);
  assert.equal(decide("2026-03-29T00:59:00Z", "jazz"), false);
  assert.equal(decide("2026-03-29T01:30:00Z", "jazz"), false);
  assert.equal(decide("2026-03-29T01:00:00Z", "rock"), false);
});

test("a tenant's rules end where their length says so, and what was in force stays", async () => {
  const pool = house.tenancy.internals.control;
  const access = await house.tenancy.internals.access();
  const parts = { pool, clock: systemClock, access };
  const { id } = await house.tenancy.tenants.create({ name: "Wordy" });
  const text = `forbid (principal, action, resource) when { false }; // ${"x".repeat(9_900)}`;
  const write = (name: string) => createPolicy(parts, id, { name, text }, AUTHOR);

  for (let n = 1; n <= 20; n++) await write(`p${n}`);

  await assert.rejects(write("one more"), { code: "policy.too_large" });
  assert.equal((await access.decide(ask({ tenantId: id }))).allowed, true);
});

test("a set of thousands of elements, which would hold the process up, is refused by its size", async () => {
  const access = await house.tenancy.internals.access();
  const text = `forbid (principal, action, resource) when { [${'"a",'.repeat(2_000)}"a"].contains("b") };`;

  const [fault] = access.check({ policy: text });

  assert.equal(fault?.message, "Expected at most 500 commas, got 2002.");
});
