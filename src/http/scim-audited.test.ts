import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { type Directory, openDirectory, patch, person } from "../../test/support/scim.ts";
import { uuidv7 } from "../base/ids.ts";

let platform: Platform;
let ours: Directory;
let theirs: Directory;
before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null, sql: null });
  ours = await openDirectory(platform);
  theirs = await openDirectory(platform);
});
after(() => platform[Symbol.asyncDispose]());

type Left = readonly [action: string, outcome: string, actor: string, tenantId: string | null];

/** What a request left in the log. */
async function left({ headers }: { headers: Headers }): Promise<Left[]> {
  const { rows } = await platform.tenancy.internals.control.query(
    "select action, outcome, actor, tenant_id from tenancy.audit_records where request_id = $1",
    [headers.get("x-request-id")],
  );
  return rows.map(({ action, outcome, actor, tenant_id }) => [action, outcome, actor, tenant_id]);
}

async function actorOf({ tenantId }: Directory): Promise<string> {
  const { body } = await call<{ items: { id: string }[] }>(
    platform,
    "GET",
    `/v1/tenants/${tenantId}/scim-tokens`,
  );
  return `scim:${body.items[0]?.id}`;
}

test("what a directory reads and changes leaves exactly one record each, in its tenant's log and in its name", async () => {
  const actor = await actorOf(ours);
  const made = await ours.send("POST", "/Users", person("ada"));
  const { id } = made.body;
  const group = await ours.send("POST", "/Groups", { displayName: "Mixers" });
  const rename = patch({ op: "replace", path: "displayName", value: "Ada L." });
  for (const [answer, action] of [
    [made, "scim.user_created"],
    [await ours.send("GET", "/Users"), "scim_user.read"],
    [await ours.send("GET", `/Users/${id}`), "scim_user.read"],
    [await ours.send("GET", `/Users/${id}`, undefined, { "if-none-match": 'W/"1"' }), "scim_user.read"],
    [await ours.send("PATCH", `/Users/${id}`, rename), "scim.user_updated"],
    [await ours.send("PATCH", `/Users/${id}`, rename), "scim.user_updated"],
    [group, "scim.group_created"],
    [await ours.send("GET", "/Groups"), "scim_group.read"],
    [await ours.send("GET", `/Groups/${group.body.id}`), "scim_group.read"],
    [await ours.send("GET", "/Schemas"), "scim_schema.read"],
    [await ours.send("DELETE", `/Groups/${group.body.id}`), "scim.group_removed"],
    [await ours.send("DELETE", `/Users/${id}`), "scim.user_removed"],
  ] as const) {
    assert.ok(answer.status < 400, answer.text);
    const rows = await left(answer);
    const own = rows.filter(([what]) => what === action);
    assert.deepEqual(own, [[action, "allowed", actor, ours.tenantId]]);
    // A new member is a change of its own, by the same hand.
    if (action.endsWith(".read")) assert.deepEqual(rows, own);
    for (const [, outcome, by] of rows) assert.deepEqual([outcome, by], ["allowed", actor]);
  }
});

test("what is refused a directory leaves exactly one record, too", async () => {
  const actor = await actorOf(ours);
  for (const [method, path, body, action] of [
    ["GET", `/Users/${uuidv7()}`, undefined, "scim_user.read"],
    ["GET", "/Users?filter=nothing", undefined, "scim_user.read"],
    ["POST", "/Users", { schemas: [] }, "scim.user_created"],
    ["PATCH", `/Groups/${uuidv7()}`, patch({ op: "add", value: {} }), "scim.group_updated"],
    ["DELETE", `/Users/${uuidv7()}`, undefined, "scim.user_removed"],
  ] as const) {
    const answer = await ours.send(method, path, body);
    assert.ok(answer.status >= 400 && answer.status < 500, answer.text);
    const [row, ...more] = await left(answer);
    assert.deepEqual([row?.[0], row?.[2], row?.[3], more], [action, actor, ours.tenantId, []], path);
    assert.notEqual(row?.[1], "allowed");
  }
});

test("a directory that comes with another tenant's token, or with none, is in the log of whom it came for, as nobody", async () => {
  for (const token of [theirs.token, "wrong-token-of-nobody", undefined]) {
    const answer = await call(platform, "GET", `/scim/v2/${ours.tenantId}/Users`, {
      key: null,
      ...(token && { headers: { authorization: `Bearer ${token}` } }),
    });
    assert.equal(answer.status, 401);
    assert.deepEqual(await left(answer), [["scim_user.read", "denied", "nobody", ours.tenantId]]);
  }
});
