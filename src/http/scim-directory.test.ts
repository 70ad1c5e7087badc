import assert from "node:assert/strict";
import { test } from "node:test";
import { call } from "../../test/support/api.ts";
import { startPlatform } from "../../test/support/platform.ts";

test("a tenant sees what its directory brought, with the roles that groups give; another tenant sees its own", async () => {
  await using platform = await startPlatform({ background: false, consoleDir: null, sql: null });
  const api = async <T>(method: string, path: string, body?: unknown) =>
    (await call<T>(platform, method, path, body === undefined ? {} : { body })).body;
  const newTenant = async (name: string) => (await api<{ id: string }>("POST", "/v1/tenants", { name })).id;
  const [ours, theirs] = [await newTenant("Ours"), await newTenant("Theirs")];
  // As if DNS had said so: a directory speaks for proven domains.
  await platform.tenancy.internals.control.query(
    `insert into tenancy.sso_domains (tenant_id, domain, challenge, verified_at, created_at)
     values ($1, 'studio.example.com', 'x', now(), now())`,
    [ours],
  );
  await api("PATCH", `/v1/tenants/${ours}/sso-rules`, {
    groupRoles: [{ group: "Engineers", roles: ["admin"] }],
  });
  const path = `/v1/tenants/${ours}/scim-tokens`;
  const { token } = await api<{ token: string }>("POST", path, { name: "Entra" });
  const send = async (method: string, to: string, body: object) => {
    const answer = await call<{ id: string }>(platform, method, `/scim/v2/${ours}${to}`, {
      key: null,
      body: JSON.stringify(body),
      headers: { authorization: `Bearer ${token}`, "content-type": "application/scim+json" },
    });
    assert.ok(answer.status < 300, answer.text);
    return answer.body.id;
  };
  const user = (name: string) => {
    const userName = `${name}@studio.example.com`;
    return { userName, emails: [{ primary: true, value: userName }], active: true };
  };
  const ada = await send("POST", "/Users", user("ada"));
  const bob = await send("POST", "/Users", user("bob"));
  await send("POST", "/Groups", { displayName: "Engineers", members: [{ value: ada }] });
  await send("POST", "/Groups", { displayName: "Artists" });
  await send("PATCH", `/Users/${bob}`, {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
    Operations: [{ op: "replace", path: "active", value: false }],
  });
  interface Shown {
    userCount: number;
    activeCount: number;
    groupCount: number;
    lastChanged: { userName: string; isActive: boolean; groups: string[] }[];
    groups: { name: string; userCount: number; roles: string[] }[];
  }

  const shown = await api<Shown>("GET", `/v1/tenants/${ours}/scim-directory`);

  assert.deepEqual([shown.userCount, shown.activeCount, shown.groupCount], [2, 1, 2]);
  const brief = shown.lastChanged.map(({ userName, isActive, groups }) => [userName, isActive, groups]);
  assert.deepEqual(brief, [
    ["bob@studio.example.com", false, []],
    ["ada@studio.example.com", true, ["Engineers"]],
  ]);
  assert.deepEqual(
    shown.groups.map(({ name, userCount, roles }) => [name, userCount, roles]),
    [
      ["Artists", 0, []],
      ["Engineers", 1, ["admin"]],
    ],
  );
  assert.deepEqual((await api<Shown>("GET", `/v1/tenants/${theirs}/scim-directory`)).lastChanged, []);
});
