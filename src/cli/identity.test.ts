import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { Signers } from "../../test/support/signers.ts";
import { signedUser } from "../../test/support/users.ts";
import { askRecovery } from "../identity/recovery.ts";

let house: House;
let tenantId: string;

before(async () => {
  house = await openHouse({ sql: null });
  tenantId = (await house.tenancy.tenants.create({ name: "Studio" })).id;
});
after(() => house[Symbol.asyncDispose]());

const run = (...args: string[]) => runCli(args, { cwd: house.cwd, env: house.env });
/** What it answers with --json. */
const ask = async (...args: string[]) => answerOf(await run(...args, "--json"));

test("a member is invited, gets other roles, and is removed", async () => {
  const { user } = await signedUser(house.tenancy, { tenants: { [tenantId]: ["member"] } });
  const of = ["studio", "--email", user.email];
  await signedUser(house.tenancy, { tenants: { [tenantId]: ["owner"] } });

  const invited = await ask("member", "invite", "studio", "--email", "new@example.com", "--role", "viewer");
  assert.deepEqual([invited.email, invited.roles], ["new@example.com", ["viewer"]]);
  const changed = await ask("member", "set-roles", ...of, "--role", "admin", "--role", "billing");
  assert.deepEqual(changed.roles, ["admin", "billing"]);
  const listed = (await ask("member", "list", "studio")).items;
  assert.deepEqual(listed.find((each: { userId: string }) => each.userId === user.id).roles, [
    "admin",
    "billing",
  ]);
  assert.equal((await ask("member", "remove", ...of)).removed, true);
  assert.equal((await ask("member", "list", "studio")).items.length, 1);
});

test("a user is found, seen where they are signed in, signed out, disabled and enabled", async () => {
  const { user } = await signedUser(house.tenancy, { name: "Ada Lovelace" });

  const [found] = (await ask("user", "list", "--search", "lovelace")).items;
  assert.equal(found.id, user.id);
  const [session] = (await ask("user", "sessions", user.email)).items;
  assert.equal(session.device, "Test, Linux");
  assert.equal((await ask("user", "sign-out", user.email)).ended, 1);
  assert.deepEqual((await ask("user", "sessions", user.id)).items, []);
  assert.equal((await ask("user", "disable", user.email)).status, "disabled");
  assert.equal((await ask("user", "enable", user.email)).status, "active");
});

test("a service account acts by its keys, which are made, rotated and revoked in its tenant alone", async () => {
  const account = await ask("service-account", "create", "studio", "--name", "import", "--role", "member");
  assert.deepEqual(account.roles, ["member"]);
  const { id } = account;
  const made = await ask("key", "create", "--tenant", "studio", "--name", "k", "--service-account", id);
  assert.match(made.key, /^ten_/);
  assert.equal((await ask("key", "list")).items.length, 0, "not one of the platform");
  assert.equal((await run("key", "revoke", made.id)).code, 3, "nor revoked as one");
  const next = await ask("key", "rotate", made.id, "--tenant", "studio", "--overlap-hours", "1");
  assert.equal(next.replaces, made.id);
  assert.equal((await ask("key", "list", "--tenant", "studio")).items.length, 2);
  assert.equal((await ask("key", "revoke", made.id, "--tenant", "studio")).revoked, true);
  const scoped = await ask("key", "create", "--tenant", "studio", "--name", "s", "--scope", "usage.read");
  assert.deepEqual(scoped.scopes, ["usage.read"]);

  assert.equal((await ask("service-account", "disable", "studio", id)).status, "disabled");
  assert.equal((await ask("service-account", "enable", "studio", id)).status, "active");
  assert.equal((await ask("service-account", "remove", "studio", id)).removed, true);
  assert.deepEqual((await ask("service-account", "list", "studio")).items, []);
  const left = (await ask("key", "list", "--tenant", "studio")).items;
  assert.deepEqual(
    left.map((each: { id: string }) => each.id),
    [scoped.id],
    "its keys went with it",
  );
});

test("directories' tokens are shown once, listed and revoked; domains wait for their proof", async () => {
  const made = await ask("scim", "token", "create", "studio", "--name", "Entra");
  assert.ok(made.token.length > 20);
  const [listed] = (await ask("scim", "token", "list", "studio")).items;
  assert.deepEqual([listed.id, listed.name, listed.token], [made.id, "Entra", undefined]);
  assert.equal((await ask("scim", "token", "revoke", "studio", made.id)).revoked, true);
  assert.deepEqual((await ask("scim", "token", "list", "studio")).items, []);

  assert.deepEqual((await ask("sso", "list", "studio")).items, []);
  const domain = await run("sso", "domain", "add", "studio", "example.org", "--json");
  assert.equal(domain.code, 0, domain.stderr);
  const [waiting] = (await ask("sso", "domain", "list", "studio")).items;
  assert.equal(waiting.domain, "example.org");
});

/** What cannot be done, with the code of the complaint. */
const REFUSED: readonly (readonly [string, readonly string[], string])[] = [
  [
    "roles of nobody",
    ["member", "set-roles", "studio", "--email", "x@example.com", "--role", "admin"],
    "user.not_found",
  ],
  [
    "a role that is none",
    ["member", "invite", "studio", "--email", "y@example.com", "--role", "king"],
    "role.unknown",
  ],
  [
    "an address that is none",
    ["member", "invite", "studio", "--email", "nonsense", "--role", "owner"],
    "user.email_invalid",
  ],
  ["a tenant that is none", ["member", "list", "nowhere"], "tenant.not_found"],
  ["sessions of nobody", ["user", "sessions", "x@example.com"], "user.not_found"],
  ["signing nobody out", ["user", "sign-out", "x@example.com"], "user.not_found"],
  ["a recovery that nobody asked for", ["user", "recovery", "cancel", "x@example.com"], "user.not_found"],
  [
    "a tenant's key without bounds",
    ["key", "create", "--tenant", "studio", "--name", "k"],
    "api_key.unbounded",
  ],
  [
    "a scope that is none",
    ["key", "create", "--tenant", "studio", "--name", "k", "--scope", "fly"],
    "api_key.scope_unknown",
  ],
  [
    "a platform's scope for a tenant",
    ["key", "create", "--tenant", "studio", "--name", "k", "--scope", "tenants.list"],
    "api_key.scope_unknown",
  ],
  ["a key that is none", ["key", "rotate", "01980000-0000-7000-8000-00000000dead"], "api_key.not_found"],
  ["an account that is none", ["service-account", "remove", "studio", "x"], "service_account.not_found"],
  ["a token that is none", ["scim", "token", "revoke", "studio", "x"], "scim.token_not_found"],
  ["a domain that is none", ["sso", "domain", "prove", "studio", "example.net"], "sso.domain_not_found"],
  ["an operator that is none", ["operator", "remove-factors", "Nobody", "--yes"], "operator.name_unknown"],
];

for (const [what, args, code] of REFUSED) {
  test(`${what} is refused: ${args.slice(0, 2).join(" ")}`, async () => {
    const { code: exit, stderr } = await run(...args, "--json");

    assert.notEqual(exit, 0);
    assert.equal(JSON.parse(stderr).error.code, code, stderr);
  });
}

test("an operator's factors are taken only by who says so", async () => {
  await ask("operator", "link", "--name", "Ada", "--email", "ada@example.com", "--locale", "fr");

  const unasked = await run("operator", "remove-factors", "Ada", "--json");
  assert.equal(JSON.parse(unasked.stderr).error.code, "cli.confirmation_missing");
  assert.equal((await ask("operator", "remove-factors", "Ada", "--yes")).removed, true);
  const { items } = await ask("events", "--action", "operator.factor_changed");
  assert.equal(items.length, 1, "the record of the deed itself, under its own name");
  assert.match(items[0].actor, /^cli:/);
});

test("an open recovery is listed and cancelled; there is no command that approves one", async () => {
  await using signers = await Signers.open();
  const person = await signers.personWithTotp();
  const { token } = await signers.halfWay(person.email);
  await askRecovery(signers.parts, token, { origin: { device: "Phone", ip: "192.0.2.1" } });
  const there = (...args: string[]) => runCli(args, { cwd: signers.house.cwd, env: signers.house.env });

  const [listed] = answerOf(await there("user", "recovery", "list", "--json")).items;
  assert.deepEqual([listed.email, listed.status, listed.ip], [person.email, "asked", "192.0.2.1"]);
  const cancelled = answerOf(await there("user", "recovery", "cancel", person.email, "--json"));
  assert.equal(cancelled.cancelled, true);
  assert.equal(
    JSON.parse((await there("user", "recovery", "approve", "--json")).stderr).error.code,
    "cli.unknown_command",
  );
});
