import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { uuidv7 } from "../src/base/ids.ts";
import { exec } from "../src/db/sql.ts";
import { inspectWalls } from "../src/isolation/walls.ts";
import { makeCanary } from "../src/lifecycle/canaries.ts";
import { insertProof } from "../src/lifecycle/proof-store.ts";
import {
  listProofs,
  readProof,
  startProof,
  sweepProofs,
  workOnProof,
} from "../src/lifecycle/prove-isolation.ts";
import type { Tenant } from "../src/lifecycle/tenant-manager.ts";
import { ISOLATION_LEVELS } from "../src/tenants/tenant.ts";
import { type House, openHouse } from "./support/house.ts";
import { crossings, proofParts, prove, WIDE_SQL } from "./support/proof.ts";

/** Every way that must have been tried, at each level it exists at. */
const SESSION_WAYS = ["cursor", "session", "temp"];
const WAYS =
  `select cast insert returning update delete upsert merge copy truncate trigger alter_table view row_security
  statistics foreign_key unique_key sequence function set_role alter_role set_config catalogue activity signal
  large_object advisory_lock wal_message file temp create prepared cursor session lock notify several cache storage`.split(
    /\s+/,
  );

let house: House;
const tenants: Tenant[] = [];

before(async () => {
  house = await openHouse({ sql: WIDE_SQL });
  for (const isolation of ISOLATION_LEVELS) {
    const tenant = await house.tenancy.tenants.create({ name: `Studio ${isolation}`, isolation });
    tenants.push(tenant);
    await house.tenancy.data.run(tenant.id, async (ctx) => {
      await ctx.query({
        text: `insert into tracks (title, secret) values ('the secret of ${tenant.id}', '\\x00')`,
      });
    });
  }
});
after(() => house?.[Symbol.asyncDispose]());

test("between tenants of every level no way leads across, and each way was tried", async () => {
  const startedMs = performance.now();

  const proof = await prove(house);

  assert.deepEqual(crossings(proof), []);
  assert.equal(proof.error, null);
  assert.equal(proof.status, "held");
  for (const level of ISOLATION_LEVELS) {
    const tried = proof.attempts.filter((each) => each.level === level && each.outcome !== "not_applicable");
    // Tenants with databases of their own share no connection, so there is nothing to leave on one.
    const ways = WAYS.filter((way) => level !== "database" || !SESSION_WAYS.includes(way));
    for (const way of ways)
      assert.ok(
        tried.some((each) => each.way === way),
        `${way} was not tried at ${level} level`,
      );
  }
  assert.ok(proof.attempts.some((each) => each.way === "connect" && each.outcome === "refused"));
  assert.ok(performance.now() - startedMs < 60_000);
  const { rows } = await house.tenancy.internals.control.query(
    "select (select count(*)::int from tenancy.proof_canaries) as canaries, (select count(*)::int from tenancy.tenants where status <> 'erased') as tenants",
  );
  assert.deepEqual(rows[0], { canaries: 0, tenants: tenants.length }, "the canaries are erased");
});

for (const [index, level] of ISOLATION_LEVELS.entries()) {
  test(`a real tenant at ${level} level cannot be reached, nor reach others, and the proof leaves it as it was`, async () => {
    const tenant = tenants[index] as Tenant;
    const content = () =>
      house.tenancy.data.run(tenant.id, (ctx) => ctx.tracks?.findAll() as Promise<unknown[]>);
    const before = await content();

    const proof = await prove(house, tenant.id);

    assert.deepEqual(crossings(proof), []);
    assert.equal(proof.status, "held");
    assert.equal(proof.tenant_id, tenant.id);
    assert.deepEqual(await content(), before);
    assert.ok((await tenant.setupSecurityPolicies()).every((wall) => wall.holds));
    const [newest] = await listProofs(proofParts(house), { tenantId: tenant.id });
    assert.equal(newest?.id, proof.id);
  });
}

test("a proof whose process died is called failed, and its tenants are erased", async () => {
  const parts = proofParts(house);
  const id = uuidv7();
  await exec(house.tenancy.internals.control, insertProof, [id, null, "test"]);
  await house.tenancy.internals.control.query(
    "update tenancy.proofs set started_at = now() - interval '1 minute' where id = $1",
    [id],
  );
  const canary = await makeCanary(parts, id, { level: "schema" });

  await sweepProofs(parts);

  const proof = await readProof(parts, id);
  assert.equal(proof.status, "failed");
  const { rows } = await house.tenancy.internals.control.query(
    "select status from tenancy.tenants where id = $1",
    [canary.tenantId],
  );
  assert.equal(rows[0]?.status, "erased");
});

test("a suspended tenant is not tried; an unknown proof is told", async () => {
  const parts = proofParts(house);
  const tenant = await house.tenancy.tenants.create({ name: "Asleep" });
  await tenant.suspend("test");

  await assert.rejects(startProof(parts, { tenantId: tenant.id }, { actor: "test" }), {
    code: "tenant.wrong_state",
  });
  await assert.rejects(workOnProof(parts, uuidv7()), { code: "proof.not_found" });
});

test("what a schema-level tenant wrote into the shared tables is erased with it", async () => {
  const tenant = await house.tenancy.tenants.create({ name: "Stray", isolation: "schema" });
  const { control } = house.tenancy.internals;
  await control.query("insert into public.albums (tenant_id, title) values ($1, 'stray')", [tenant.id]);

  await tenant.delete({ confirm: tenant.slug ?? "", graceDays: 0 });
  const erased = await house.tenancy.tenants.erase(tenant.id);

  assert.equal(erased.status, "erased");
});

/** A wall that is broken on purpose, and the way that must find the hole. */
const MUTATIONS: readonly {
  readonly name: string;
  readonly sql: string;
  readonly way?: string;
  readonly wall?: string;
  readonly isSample?: boolean;
}[] = [
  {
    name: "the guard policy is dropped",
    sql: "drop policy tenancy_guard on tracks",
    way: "select",
    wall: "guard",
  },
  {
    name: "the guard is permissive",
    sql: "drop policy tenancy_guard on tracks; create policy tenancy_guard on tracks using (tenant_id = (select tenancy.current_tenant()))",
    way: "select",
    wall: "guard",
  },
  {
    name: "row security is disabled",
    sql: "alter table tracks disable row level security",
    way: "update",
    wall: "forced",
  },
  {
    name: "row security is not forced",
    sql: "alter table tracks no force row level security",
    wall: "forced",
  },
  {
    name: "tenants may read seats",
    sql: "grant select on tenancy.seats to tenancy_tenant",
    way: "catalogue",
    wall: "seat",
  },
  { name: "tenants may read tenants", sql: "grant select on tenancy.tenants to public", way: "catalogue" },
  {
    name: "tenants may truncate",
    sql: "grant truncate on plays to tenancy_tenant",
    way: "truncate",
    wall: "privileges",
  },
  {
    name: "a view runs with its owner's rights",
    sql: "create view leak with (security_invoker = false) as select * from tracks; grant select on leak to tenancy_tenant",
    way: "view",
  },
  {
    name: "a function runs as a superuser",
    sql: "create function leak() returns setof text language sql security definer as 'select title from public.tracks'; grant execute on function leak() to tenancy_tenant",
    way: "function",
  },
  {
    name: "a table has no tenant_id",
    sql: "create table notes (id int primary key, body text); grant select, insert, update, delete on notes to tenancy_tenant",
    way: "update",
    wall: "guard",
  },
  {
    name: "tenants may set sequences",
    sql: "grant update on sequence plays_id_seq to tenancy_tenant",
    way: "sequence",
  },
  {
    name: "a unique key spans tenants",
    sql: "create unique index across on tracks (title)",
    way: "unique_key",
    isSample: true,
  },
  {
    name: "tenants may create in public",
    sql: "grant create on schema public to tenancy_tenant",
    way: "create",
    wall: "privileges",
  },
  {
    name: "large objects are open again",
    sql: "grant execute on function pg_catalog.lo_get(oid) to public; grant execute on function pg_catalog.lo_from_bytea(oid, bytea) to public",
    way: "large_object",
  },
  {
    name: "activity is open again",
    sql: "grant execute on function pg_catalog.pg_stat_get_activity(int) to public",
    way: "activity",
  },
  {
    name: "the login role bypasses row security",
    sql: "alter role {role} bypassrls",
    way: "select",
    wall: "privileges",
  },
  {
    name: "the login role may become the owner",
    sql: "grant tenancy_owner to {role}",
    way: "set_role",
    wall: "privileges",
  },
  {
    name: "the seat admits anything",
    sql: "create or replace function tenancy.current_tenant() returns uuid language sql stable as $$ select split_part(current_setting('tenancy.context'), ':', 1)::uuid $$",
    way: "set_config",
  },
];

/** A platform and a proof for each wall: a busy machine needs more than the five minutes that other tests have. */
const WALLS_MS_MAX = 20 * 60_000;

test("a proof that cannot fail is worthless: each broken wall is found", {
  timeout: WALLS_MS_MAX,
}, async (t) => {
  for (const mutation of MUTATIONS) {
    await t.test(mutation.name, async () => {
      await using broken = await openHouse({ sql: WIDE_SQL });
      const tenant = await broken.tenancy.tenants.create({ name: "Victim" });
      await broken.tenancy.data.run(tenant.id, (ctx) =>
        ctx.query({ text: "insert into tracks (title) values ('theirs')" }),
      );
      const admin = new pg.Client(broken.url);
      await admin.connect();
      const role = pg.escapeIdentifier(broken.tenancy.internals.parts.role);
      await admin.query(`set search_path = public; ${mutation.sql.replaceAll("{role}", role)}`);
      await admin.end();

      const proof = await prove(broken, mutation.isSample ? undefined : tenant.id);
      const { parts } = broken.tenancy.internals;
      const walls = await inspectWalls(parts, (await tenant.reload()).record);

      if (mutation.way) {
        assert.equal(proof.status, "crossed");
        assert.ok(
          crossings(proof).some((each) => each.way === mutation.way),
          JSON.stringify(crossings(proof).slice(0, 5)),
        );
      }
      if (mutation.wall) {
        assert.ok(
          walls.some((wall) => wall.key === mutation.wall && !wall.holds),
          JSON.stringify(walls),
        );
      }
    });
  }
});
