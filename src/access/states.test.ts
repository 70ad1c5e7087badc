import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { lockAwaited } from "../../test/support/lock-awaited.ts";
import { signInMember } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { systemClock } from "../base/clock.ts";
import { changeMember } from "../identity/members.ts";
import { changeConsent } from "../visits/settings.ts";
import { changeRole, createRole, readTenantRole } from "./custom-roles.ts";
import { changePolicy, createPolicy, readPolicies } from "./policies.ts";
import { changeAccessSettings, readAccessSettings } from "./settings.ts";

const AUTHOR = { by: { actor: "test" }, subject: null };
const BY = { actor: "test", principal: null };

let platform: Platform;
let tenantId: string;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  ({ id: tenantId } = await platform.tenancy.tenants.create({ name: "Studio" }));
});
after(() => platform[Symbol.asyncDispose]());

async function rules() {
  const { control } = platform.tenancy.internals;
  const access = await platform.tenancy.internals.access();
  return { pool: control, clock: systemClock, access, onNarrowed: async () => undefined };
}

/** Begins both while a lock holds them up, so that each has read what was there before either. */
async function both(lock: string, first: () => Promise<unknown>, second: () => Promise<unknown>) {
  const { control } = platform.tenancy.internals;
  const client = await control.connect();
  try {
    await client.query("begin");
    await client.query(lock);
    const one = first();
    await lockAwaited(control);
    const two = second();
    await lockAwaited(control, 2);
    await client.query("commit");
    await Promise.all([one, two]);
  } finally {
    client.release();
  }
}

/** Of the action's last two records one begins where the other ended. */
async function assertChained(action: string): Promise<void> {
  const { rows } = await platform.tenancy.internals.control.query<{ before: string; after: string }>(
    `select body::json ->> 'before' as before, body::json ->> 'after' as after from tenancy.audit_records
     where tenant_id = $1 and action = $2 order by id desc limit 2`,
    [tenantId, action],
  );
  const [one, two] = rows;
  assert.ok(one?.after && two?.after, action);
  assert.notEqual(one.after, two.after);
  assert.ok(one.before === two.after || two.before === one.after, action);
}

const RULES = () => `select pg_advisory_xact_lock(hashtextextended('access ${tenantId}', 0))`;

test("two changes of a role at once both count, and the later record begins where the earlier ended", async () => {
  const parts = await rules();
  await createRole(parts, tenantId, { key: "own", name: "Own", grants: [] }, AUTHOR);

  await both(
    RULES(),
    () => changeRole(parts, tenantId, "own", { name: "Other" }, AUTHOR),
    () => changeRole(parts, tenantId, "own", { description: "New" }, AUTHOR),
  );

  const { name, description } = await readTenantRole(parts, tenantId, "own");
  assert.deepEqual([name, description], ["Other", "New"]);
  await assertChained("role.updated");
});

test("two changes of a policy at once both count, and the later record begins where the earlier ended", async () => {
  const parts = await rules();
  const text = (action: string) => `forbid (principal, action == Action::"${action}", resource);`;
  const { id } = await createPolicy(parts, tenantId, { name: "p", text: text("usage.read") }, AUTHOR);

  await both(
    RULES(),
    () => changePolicy(parts, tenantId, id, { text: text("audit.read") }, AUTHOR),
    () => changePolicy(parts, tenantId, id, { isEnabled: false }, AUTHOR),
  );

  const [policy] = await readPolicies(parts, tenantId);
  assert.deepEqual([policy?.text, policy?.isEnabled], [text("audit.read"), false]);
  await assertChained("policy.updated");
});

test("two changes of the access settings at once both count, and the later record begins where the earlier ended", async () => {
  const parts = await rules();

  await both(
    RULES(),
    () => changeAccessSettings(parts, tenantId, { timeZone: "Europe/Paris" }, AUTHOR),
    () => changeAccessSettings(parts, tenantId, { allowedRanges: ["10.0.0.0/8"] }, AUTHOR),
  );

  const settings = await readAccessSettings(parts, tenantId);
  assert.deepEqual(settings, { timeZone: "Europe/Paris", allowedRanges: ["10.0.0.0/8"] });
  await assertChained("access.settings_updated");
});

test("of a member who is suspended while their roles change the later record says so", async () => {
  const { parts } = platform.tenancy.internals.identity;
  await signInMember(platform, tenantId, ["owner"]);
  const { userId } = await signInMember(platform, tenantId, ["viewer"]);

  await both(
    `select from tenancy.memberships where tenant_id = '${tenantId}' for update`,
    () => changeMember(parts, { tenantId, userId, status: "suspended" }, BY),
    () => changeMember(parts, { tenantId, userId, roles: ["billing"] }, BY),
  );

  await assertChained("member.updated");
});

test("a standing consent proves what it was before and after", async () => {
  const parts = { pool: platform.tenancy.internals.control, clock: systemClock };
  const consent = {
    scope: "read",
    durationMinutesMax: 60,
    days: ["mon"],
    from: "09:00",
    to: "17:00",
    until: null,
  } as const;

  await changeConsent(parts, tenantId, consent, BY);
  await changeConsent(parts, tenantId, { ...consent, durationMinutesMax: 30 }, BY);

  await assertChained("support.settings_changed");
});
