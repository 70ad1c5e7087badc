import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";

let house: House;

before(async () => {
  house = await openHouse({ sql: null });
  await house.tenancy.tenants.create({ name: "Studio" });
});
after(() => house[Symbol.asyncDispose]());

const run = (args: readonly string[], input = "") => runCli(args, { cwd: house.cwd, env: house.env, input });

test("a role and a policy from the command line decide what `policy try` tells", async () => {
  const grants = [{ permissions: ["audit.read"], conditions: [{ kind: "mfa", maxAgeMinutes: 10 }] }];
  const form = JSON.stringify({ key: "inspector", name: "Inspector", grants });
  const made = answerOf(await run(["role", "set", "studio", "-", "--json"], form));
  assert.match(made.policy, /context.mfaAge <= 600/);
  const ask = async (age: string) =>
    answerOf(
      await run([
        "policy",
        "try",
        "studio",
        "--roles",
        "inspector",
        "--permission",
        "audit.read",
        "--mfa-age-minutes",
        age,
        "--json",
      ]),
    );
  assert.equal((await ask("5")).allowed, true);
  assert.deepEqual((await ask("11")).needs, { maxAgeS: 600 });

  const text = 'forbid (principal, action == Action::"audit.read", resource);';
  const { id } = answerOf(await run(["policy", "add", "studio", "-", "--name", "closed", "--json"], text));

  assert.deepEqual((await ask("5")).policies, [`policy:${id}`]);
  assert.equal((await run(["policy", "delete", "studio", id])).code, 0);
  assert.equal((await ask("5")).allowed, true);
});

test("a form that is no role and a text that is no Cedar are refused with what is wrong", async () => {
  const form = await run(["role", "set", "studio", "-"], '{"key": "x"}');
  const text = await run(["policy", "add", "studio", "-", "--name", "broken"], "permit (principal");
  const permission = await run(["policy", "try", "studio", "--roles", "owner", "--permission", "audit.raed"]);

  assert.match(form.stderr, /`key` and `name` are text/);
  assert.match(text.stderr, /not valid Cedar/);
  assert.match(permission.stderr, /no permission `audit.raed`/);
  for (const { code } of [form, text, permission]) assert.notEqual(code, 0);
});
