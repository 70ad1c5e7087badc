import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { type SignedUser, signedUser } from "../../test/support/users.ts";
import { readEvents } from "../audit/record.ts";
import { readApiKeys } from "../identity/api-keys.ts";
import { readInvitations } from "../identity/invitations.ts";

let platform: Platform;
before(async () => {
  platform = await startPlatform({ sql: null, background: false, consoleDir: null });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

const identity = () => platform.tenancy.internals.identity.parts;
let count = 0;

const WIDE = [
  "members.read",
  "members.invite",
  "members.manage",
  "api_keys.manage",
  "api_keys.read",
  "grants.manage",
  "data.read",
];
const NARROW = WIDE.filter((permission) => permission !== "members.manage");
const roleOf = (permissions: readonly string[]) => ({ grants: [{ permissions, conditions: [] }] });

/** A tenant with a role of its own, and what a holder of it made: each thing once within the narrowed role, once beyond. */
async function openStudio() {
  const { id } = await platform.tenancy.tenants.create({ name: `Narrow ${++count}` });
  const asOwner = (method: string, path: string, body?: unknown) =>
    call(platform, method, `/v1/tenants/${id}${path}`, { body });
  assert.equal((await asOwner("POST", "/roles", { key: "lead", name: "Lead", ...roleOf(WIDE) })).status, 201);
  const join = (roles: readonly string[]) =>
    signedUser(platform.tenancy, { tenants: { [id]: roles }, isMfa: true });
  return { id, asOwner, join };
}

async function makeThings(tenantId: string, { headers, user }: SignedUser, guest: SignedUser): Promise<void> {
  const post = async (path: string, body: unknown) => {
    const made = await call(platform, "POST", `/v1/tenants/${tenantId}${path}`, { body, headers, key: null });
    assert.equal(made.status, 201, made.text);
  };
  await post("/api-keys", { name: "within", scopes: ["members.read"] });
  await post("/api-keys", { name: "beyond", scopes: ["members.read", "members.manage"] });
  await post("/invitations", { email: `beyond-${user.id}@example.com`, roles: ["lead"] });
  const give = (permissions: readonly string[]) =>
    post("/grants", { userId: guest.user.id, permissions, durationMinutes: 60, reason: "a night shift" });
  await give(["members.read"]);
  await give(["members.manage"]);
}

async function left(tenantId: string) {
  const keys = (await readApiKeys(identity().pool, tenantId)).map(({ name }) => name).sort();
  const invited = (await readInvitations(identity(), tenantId)).length;
  const { body } = await call<{ items: { permissions: string[] }[] }>(
    platform,
    "GET",
    `/v1/tenants/${tenantId}/grants?live=true`,
  );
  return { keys, invited, granted: body.items.flatMap(({ permissions }) => permissions).sort() };
}

test("what holders made under a role ends when the role is narrowed, in the same moment and in that tenant alone", async () => {
  const [here, there] = [await openStudio(), await openStudio()];
  for (const { id, join } of [here, there])
    await makeThings(id, await join(["lead"]), await join(["viewer"]));
  const everything = await left(there.id);
  assert.deepEqual(everything.keys, ["beyond", "within"]);
  assert.deepEqual(everything.granted, ["members.manage", "members.read"]);

  assert.equal((await here.asOwner("PATCH", "/roles/lead", { name: "Leads" })).status, 200);
  assert.deepEqual(await left(here.id), everything);
  const narrowed = await here.asOwner("PATCH", "/roles/lead", roleOf(NARROW));

  assert.equal(narrowed.status, 200, narrowed.text);
  // The invitation is to the role itself, which is narrower now, too.
  assert.deepEqual(await left(here.id), { keys: ["within"], invited: 1, granted: ["members.read"] });
  assert.deepEqual(await left(there.id), everything);
  const reasons = (await readEvents(identity().pool, { tenantId: here.id, limit: 20 }))
    .filter(({ detail }) => /roles that its maker still holds/.test(String(detail["reason"])))
    .map(({ action }) => action)
    .sort();
  assert.deepEqual(reasons, ["api_key.revoked", "grant.ended"]);
});

test("who may still do it by another role keeps what they made, and a narrowing that is refused ends nothing", async () => {
  const { id, asOwner, join } = await openStudio();
  const guest = await join(["viewer"]);
  await makeThings(id, await join(["lead", "admin"]), guest);
  const before = await left(id);
  const member = await join(["lead"]);
  const refused = await call(platform, "PATCH", `/v1/tenants/${id}/roles/lead`, {
    body: roleOf(NARROW),
    headers: member.headers,
    key: null,
  });
  assert.equal(refused.status, 403);
  assert.deepEqual(await left(id), before);

  assert.equal((await asOwner("PATCH", "/roles/lead", roleOf(NARROW))).status, 200);

  assert.deepEqual(await left(id), before);
});
