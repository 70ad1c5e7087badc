import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { lockAwaited } from "../../test/support/lock-awaited.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { signedUser } from "../../test/support/users.ts";
import { exec, query } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";

let platform: Platform;
before(async () => {
  platform = await startPlatform({ sql: null, background: false, consoleDir: null });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

const setRoles = query(
  "test.set_roles",
  "update tenancy.memberships set roles = $3::text[] where tenant_id = $1::uuid and user_id = $2::uuid",
);

const GIVEN = [
  [
    "a role for a time",
    "/grants",
    (guest: string) => ({ userId: guest, roles: ["admin"], durationMinutes: 60, reason: "shift" }),
  ],
  [
    "a permission for a time",
    "/grants",
    (guest: string) => ({
      userId: guest,
      permissions: ["members.manage"],
      durationMinutes: 60,
      reason: "shift",
    }),
  ],
  ["an invitation", "/invitations", () => ({ email: "later@race.example.com", roles: ["admin"] })],
  ["a key", "/api-keys", () => ({ name: "late", scopes: ["members.manage"] })],
] as const;

for (const [what, path, body] of GIVEN) {
  test(`${what}: given while the giver loses the role, it is refused; while they keep it, it is given`, async () => {
    const { id: tenantId } = await platform.tenancy.tenants.create({ name: `Race ${path}` });
    const giver = await signedUser(platform.tenancy, { tenants: { [tenantId]: ["admin"] }, isMfa: true });
    const guest = await signedUser(platform.tenancy, { tenants: { [tenantId]: ["viewer"] } });
    const { control } = platform.tenancy.internals;
    const give = () =>
      call(platform, "POST", `/v1/tenants/${tenantId}${path}`, {
        body: body(guest.user.id),
        headers: giver.headers,
        key: null,
      });
    const giveWhile = async (roles: readonly string[]) => {
      let answer: ReturnType<typeof give> | undefined;
      await withTx(control, async (tx) => {
        await exec(tx, setRoles, [tenantId, giver.user.id, roles]);
        answer = give();
        await lockAwaited(control);
      });
      return answer as ReturnType<typeof give>;
    };

    const kept = await giveWhile(["admin", "viewer"]);
    const lost = await giveWhile(["member"]);

    assert.equal(kept.status, 201, kept.text);
    assert.deepEqual([lost.status, lost.body.code], [403, "role.not_grantable"], lost.text);
  });
}
