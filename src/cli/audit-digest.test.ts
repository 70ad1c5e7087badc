import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { digestKeyOf, digestState } from "../audit/digest.ts";
import { searchAudit } from "../audit/search.ts";
import { changeSettings } from "../audit/settings.ts";
import { changeSignInRules } from "../identity/sign-in-rules.ts";

const BY = { actor: "test" };

let house: House;
before(async () => {
  house = await openHouse({ sql: null });
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const make = async (slug: string) => (await house.tenancy.tenants.create({ name: "Digests", slug })).id;
const recordsOf = async (tenantId: string, action: string) =>
  (await searchAudit(house.tenancy.internals.control, { tenantId, action }, { limit: 10 })).reverse();

test("a record proves what the thing was and what it became, and the next one goes on from there", async () => {
  const id = await make("digests-a");
  const { record } = await house.tenancy.tenants.get(id);
  const { name, plan, features, limits } = record;

  await house.tenancy.tenants.update(id, { name: "Renamed" });
  await house.tenancy.tenants.update(id, { features: ["analytics"] });

  const [first, second] = await recordsOf(id, "tenant.updated");
  const key = digestKeyOf(house.tenancy.internals.control, id);
  const of = `tenant:${id}`;
  assert.equal(first?.of, of);
  assert.equal(first.before, digestState(key, of, { limits, features, plan, name }));
  assert.equal(first.after, digestState(key, of, { name: "Renamed", plan, features, limits }));
  assert.equal(second?.before, first.after);
  assert.notEqual(second?.after, second?.before);
});

test("the same rules of two tenants have nothing in common in the log", async () => {
  const [a, b] = [await make("digests-b"), await make("digests-c")];
  const { parts } = house.tenancy.internals.identity;
  for (const id of [a, b]) await changeSignInRules(parts, id, { mfaRequired: true }, BY);

  const [ofA] = await recordsOf(a, "tenant.sign_in_rules_changed");
  const [ofB] = await recordsOf(b, "tenant.sign_in_rules_changed");

  assert.ok(ofA?.after && ofB?.after && ofA.before);
  assert.equal(new Set([ofA.before, ofA.after, ofB.before, ofB.after]).size, 4);
});

test("with the key at hand a state is proved without any database", async () => {
  const id = await make("digests-d");
  await changeSettings(house.tenancy.internals.control, id, { holdReason: "Lawsuit" }, BY);
  const [record] = await recordsOf(id, "audit.settings_changed");
  const file = join(house.cwd, "state.json");
  writeFileSync(file, '{ "holdReason": "Lawsuit",\n  "reads": "strict" }');
  const here = { cwd: house.cwd, env: house.env };
  const { key } = answerOf(await runCli(["audit", "digest-key", "--tenant", "digests-d", "--json"], here));
  const args = ["audit", "digest", file, "--of", "audit_settings"];
  const nowhere = { cwd: house.cwd, env: { TENANT_DATABASE_URL: "postgresql://x@127.0.0.1:1/x" } };

  const offline = await runCli([...args, "--key", key], nowhere);
  const online = await runCli([...args, "--tenant", "digests-d"], here);

  assert.equal(offline.stdout.trim(), record?.after);
  assert.equal(online.stdout.trim(), record?.after);
});
