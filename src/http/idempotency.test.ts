import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { createApiKey } from "../identity/api-keys.ts";
import { sweepKeys } from "./idempotency.ts";

interface Named {
  readonly id: string;
  readonly name: string;
}
const DAY_MS = 86_400_000;
let platform: Platform;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

const create = (name: string, key: string, apiKey = platform.apiKey) =>
  call<Named & { code: string }>(platform, "POST", "/v1/tenants", {
    body: { name },
    headers: { "idempotency-key": key },
    key: apiKey,
  });

async function countTenants(name: string): Promise<number> {
  return (await platform.tenancy.tenants.list({ q: name })).length;
}

test("a repeated POST is answered with the first answer, and done once", async () => {
  const first = await create("Repeated", "a-1");
  const second = await create("Repeated", "a-1");

  assert.equal(first.status, 201);
  assert.equal(first.headers.get("idempotency-replayed"), null);
  assert.deepEqual(second.body, first.body);
  assert.equal(second.status, 201);
  assert.equal(second.headers.get("idempotency-replayed"), "true");
  assert.equal(await countTenants("Repeated"), 1);
});

test("of many at the same moment one does the work; the others are told, or get its answer", async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => create("Crowd", "b-1")));

  const made = answers.filter(({ status }) => status === 201);
  const waiting = answers.filter(({ body }) => body.code === "request.in_progress");
  assert.equal(made.length + waiting.length, 12);
  assert.equal(new Set(made.map(({ body }) => body.id)).size, 1);
  assert.equal(await countTenants("Crowd"), 1);
  assert.equal((await create("Crowd", "b-1")).status, 201);
});

test("the same key with another body, or on another route, is refused", async () => {
  await create("Matched", "c-1");

  assert.equal((await create("Mismatched", "c-1")).body.code, "request.idempotency_mismatch");
  const elsewhere = await call(platform, "POST", "/v1/tenants/matched/resume", {
    headers: { "idempotency-key": "c-1" },
  });
  assert.equal(elsewhere.body.code, "request.idempotency_mismatch");
  assert.equal(await countTenants("Mismatched"), 0);
});

test("keys of two principals never meet", async () => {
  const { control, parts } = platform.tenancy.internals;
  const other = await createApiKey(
    { pool: control, clock: parts.clock },
    { name: "other" },
    { actor: "test" },
  );

  const mine = await create("Mine", "d-1");
  const theirs = await create("Theirs", "d-1", other.key);

  assert.equal(theirs.body.name, "Theirs");
  assert.notEqual(mine.body.id, theirs.body.id);
});

test("a refusal is kept like any answer", async () => {
  const first = await create("", "e-1");
  const second = await create("", "e-1");

  assert.equal(first.body.code, "tenant.input_invalid");
  assert.equal(second.text, first.text);
  assert.equal(second.headers.get("idempotency-replayed"), "true");
  assert.match(second.headers.get("content-type") ?? "", /^application\/problem\+json/);
});

test("after a fault of ours the same key is a new try", async () => {
  const { control } = platform.tenancy.internals;
  await control.query("alter table tenancy.placements rename to placements_away");
  const failed = await create("Tried again", "f-1");
  await control.query("alter table tenancy.placements_away rename to placements");

  assert.equal(failed.status, 500);
  assert.equal((await create("Tried again", "f-1")).status, 201);
});

test("an API key is created once, and its repeat shows no secret, since none is stored", async () => {
  const post = () =>
    call<{ key: string; code: string }>(platform, "POST", "/v1/api-keys", {
      body: { name: "once" },
      headers: { "idempotency-key": "g-1" },
    });
  const first = await post();
  const second = await post();

  assert.match(first.body.key, /^ten_[\w-]{43}$/);
  assert.deepEqual([second.status, second.body.code], [409, "request.secret_shown_once"]);
  const { rows } = await platform.tenancy.internals.control.query<{ text: string }>(
    "select row_to_json(k)::text as text from tenancy.idempotency_keys k",
  );
  assert.ok(rows.every(({ text }) => !text.includes("ten_")));
});

test("a request whose process died is not done a second time: its outcome is called unknown", async () => {
  const { control } = platform.tenancy.internals;
  await create("Died", "h-1");
  await control.query(
    "update tenancy.idempotency_keys set status = null, response = null, created_at = now() - interval '3 minutes' where key = 'h-1'",
  );

  assert.equal((await create("Died", "h-1")).body.code, "request.outcome_unknown");
  assert.equal(await countTenants("Died"), 1);
});

test("keys that cannot be ones are refused before anything is done", async () => {
  for (const key of [" ", "x".repeat(201), "a b", "clé"]) {
    const { body } = await create("Never", key);
    assert.equal(body.code, "request.idempotency_key_invalid", JSON.stringify(key));
  }
  assert.equal(await countTenants("Never"), 0);
});

test("answers are forgotten after a day", async () => {
  const { control } = platform.tenancy.internals;
  await create("Daily", "i-1");

  assert.equal(await sweepKeys(control, new Date(Date.now() + DAY_MS - 600_000)), 0);
  assert.ok((await sweepKeys(control, new Date(Date.now() + DAY_MS + 60_000))) > 0);
  assert.equal((await create("Daily", "i-1")).body.name, "Daily");
  assert.equal(await countTenants("Daily"), 2);
});
