import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { signInMember, tenantKey } from "../../test/support/people.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { isGenuine, Receiver } from "../../test/support/receiver.ts";

let platform: Platform;
let receiver: Receiver;
before(async () => {
  receiver = await new Receiver().start();
  platform = await startPlatform({
    background: false,
    consoleDir: null,
    configFile: 'export default { security: { outboundAllow: ["127.0.0.0/8"] } };\n',
  });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

/** What the nine routes answer, together. */
interface Told {
  readonly code: string;
  readonly stream: { readonly id: string };
  readonly secret: string;
  readonly isDelivered: boolean;
  readonly status: number | string;
  readonly items: readonly object[];
  readonly messages: number;
}

const make = async (name: string) => (await platform.tenancy.tenants.create({ name, slug: name })).id;

test("a tenant's admin subscribes, tests, pauses, rotates and removes; the secret is told twice in all, and is right", async () => {
  const tenantId = await make("signals");
  const { headers } = await signInMember(platform, tenantId, ["admin"]);
  const ask = (method: string, path: string, body?: object) =>
    call<Told>(platform, method, `/v1/tenants/signals/audit/streams${path}`, {
      key: null,
      headers,
      ...(body ? { body } : {}),
    });
  const body = { name: "SIEM", url: `${receiver.url}?token=s3cr3t`, format: "ocsf", actions: ["audit.*"] };

  const created = await ask("POST", "", body);
  const { id } = created.body.stream;
  const tested = await ask("POST", `/${id}/test`);
  const rotated = await ask("POST", `/${id}/rotate-secret`, { overlapHours: 1 });
  await platform.tenancy.internals.audit.sequencer.run();
  await platform.tenancy.internals.sender.run();
  const paused = await ask("PATCH", `/${id}`, { status: "paused" });
  const listed = await ask("GET", "");
  const failed = await ask("GET", `/${id}/failed`);
  const replayed = await ask("POST", `/${id}/replay`);
  const removed = await ask("DELETE", `/${id}`);

  assert.deepEqual([created.status, rotated.status, removed.status], [201, 200, 204]);
  assert.deepEqual([tested.body.isDelivered, tested.body.status], [true, 204]);
  assert.equal(paused.body.status, "paused");
  assert.deepEqual([failed.body.items, replayed.body.messages], [[], 0]);
  assert.equal(listed.body.items.length, 1);
  assert.ok(!/s3cr3t|whsec_/.test(listed.text + paused.text + failed.text));
  const [first, message] = receiver.take();
  assert.ok(first && message && isGenuine(first, created.body.secret));
  assert.ok(isGenuine(message, created.body.secret) && isGenuine(message, rotated.body.secret));
  assert.equal((await ask("GET", `/${id}`)).body.code, "stream.not_found");
  const { rows } = await platform.tenancy.internals.control.query<{ body: string }>(
    "select body from tenancy.audit_records where action like 'audit.stream_%'",
  );
  assert.ok(rows.length >= 6 && rows.every((row) => !/s3cr3t|whsec_/.test(row.body)));
});

test("who only reads, or holds a narrow key, makes no stream; one of tenant A's is not there for tenant B", async () => {
  const [a, b] = [await make("streams-a"), await make("streams-b")];
  const viewer = await signInMember(platform, a, ["auditor"]);
  const narrow = await tenantKey(platform, a, ["audit.read", "audit.export"]);
  const foreign = await tenantKey(platform, b, ["audit.read", "audit.manage"]);
  const body = { name: "SIEM", url: receiver.url };
  const path = (slug: string, rest = "") => `/v1/tenants/${slug}/audit/streams${rest}`;

  for (const options of [{ key: null, headers: viewer.headers }, { key: narrow }])
    assert.equal((await call(platform, "POST", path("streams-a"), { ...options, body })).status, 403);
  const made = await call<{ stream: { id: string } }>(platform, "POST", path("streams-a"), { body });
  const { id } = made.body.stream;
  const name = { name: "Mine" };
  for (const [method, rest, change] of [
    ["GET", ""],
    ["PATCH", "", name],
    ["DELETE", ""],
    ["POST", "/test"],
    ["POST", "/rotate-secret"],
    ["GET", "/failed"],
    ["POST", "/replay"],
  ] as const) {
    const answer = await call(platform, method, path("streams-b", `/${id}${rest}`), {
      key: foreign,
      ...(change && { body: change }),
    });
    assert.deepEqual([answer.status, answer.body.code], [404, "stream.not_found"], `${method} ${rest}`);
  }
  assert.equal((await call(platform, "GET", path("streams-a", `/${id}`), { key: narrow })).status, 200);
  assert.equal((await call(platform, "GET", `/v1/audit/streams/${id}`)).status, 404);
  assert.equal((await call(platform, "PATCH", `/v1/audit/streams/${id}`, { body: name })).status, 404);
});

test("every fault of the settings is told at once, with its field", async () => {
  await make("faults");
  const answer = await call(platform, "POST", "/v1/tenants/faults/audit/streams", {
    body: { name: "x", url: "ftp://example.com/", actions: ["Tenant.created", "user.*"] },
  });

  assert.equal(answer.body.code, "stream.settings_invalid");
  assert.deepEqual(
    answer.body.errors?.map(({ path }) => path),
    ["url", "actions"],
  );
});
