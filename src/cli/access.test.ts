import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { signedUser } from "../../test/support/users.ts";

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

test("a grant from the command line holds until it is ended, and is listed with its reason", async () => {
  const { id } = await house.tenancy.tenants.get("studio");
  const { user } = await signedUser(house.tenancy, { tenants: { [id]: ["member"] } });
  const what = ["--email", user.email, "--minutes", "60", "--reason", "Ticket 4711"];

  const given = answerOf(await run(["grant", "give", "studio", "--role", "auditor", ...what, "--json"]));
  const listed = answerOf(await run(["grant", "list", "studio", "--live", "--json"]));
  const ended = await run(["grant", "end", "studio", given.id, "--reason", "Done"]);
  const none = await run(["grant", "give", "studio", "--role", "no_such", ...what]);

  assert.deepEqual(
    listed.items.map((each: { id: string; reason: string }) => [each.id, each.reason]),
    [[given.id, "Ticket 4711"]],
  );
  assert.equal(ended.code, 0, ended.stderr);
  assert.deepEqual(answerOf(await run(["grant", "list", "studio", "--live", "--json"])).items, []);
  assert.match(none.stderr, /has no role no_such/);
});

test("support asks from the command line, and no command consents for the tenant", async () => {
  assert.equal((await run(["operator", "link", "--name", "Sue"])).code, 0);
  const what = ["--minutes", "60", "--reason", "Ticket 4711", "--json"];

  const asked = answerOf(await run(["support", "ask", "studio", "--operator", "Sue", ...what]));
  const listed = answerOf(await run(["support", "list", "studio", "--json"]));
  const ended = answerOf(await run(["support", "end", asked.id, "--json"]));
  const unknown = await run(["support", "ask", "studio", "--operator", "Nobody", ...what]);
  const consent = await run(["support", "consent", "studio", asked.id]);

  assert.deepEqual([asked.state, asked.scope, ended.state], ["requested", "read", "ended"]);
  assert.deepEqual(
    listed.items.map((each: { id: string }) => each.id),
    [asked.id],
  );
  assert.match(unknown.stderr, /There is no such operator/);
  assert.equal(consent.code, 2);
});

test("`policy check` names line and column, and a test that would fail; `policy replay` counts what would change", async () => {
  const broken = await run(
    ["policy", "check", "studio", "-"],
    'forbid (principal,\n  action == Action::"audit.reed", resource);',
  );
  const good = await run(["policy", "check", "studio", "-"], "forbid (principal, action, resource);");
  const nothing = answerOf(
    await run(["policy", "replay", "studio", "-", "--json"], "forbid (principal, action, resource);"),
  );
  const unknown = await run(
    ["policy", "replay", "studio", "-", "--without", "00000000-0000-7000-8000-000000000009"],
    "forbid (principal, action, resource);",
  );

  assert.equal(broken.code, 1);
  assert.match(broken.stdout, /^-:2:13 unrecognized action/);
  assert.equal(good.code, 0, good.stderr);
  assert.deepEqual([nothing.replayed, nothing.allowedToDenied, nothing.isSample], [0, 0, false]);
  assert.notEqual(unknown.code, 0);
});

test("an access review from the command line: started, decided, closed by its default, taken out", async () => {
  const { id } = await house.tenancy.tenants.get("studio");
  const { user } = await signedUser(house.tenancy, { tenants: { [id]: ["member", "auditor"] } });
  const started = answerOf(
    await run(["review", "start", "studio", "--name", "Q4", "--days", "21", "--json"]),
  );
  const { items } = answerOf(await run(["review", "show", "studio", started.id, "--open", "--json"]));
  const item = items.find(
    (each: { subject: string; holds: string[] }) =>
      each.subject === user.email && each.holds[0] === "auditor",
  );
  const choice = ["--decision", "withdraw", "--reason", "Left the team"];

  const decided = await run(["review", "decide", "studio", started.id, item.id, ...choice]);
  const closed = answerOf(await run(["review", "close", "studio", started.id, "--json"]));
  const csv = await run(["review", "export", "studio", started.id]);

  assert.equal(decided.code, 0, decided.stderr);
  assert.deepEqual([closed.openItems, closed.withdrawn], [0, 1]);
  assert.match(
    csv.stdout,
    new RegExp(`Q4,${user.email},role,auditor,membership,[^,]*,withdraw,false,Left the team,cli:`),
  );
  assert.equal(answerOf(await run(["review", "list", "studio", "--json"])).items.length, 1);
});
