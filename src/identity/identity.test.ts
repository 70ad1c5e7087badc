import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type House, openHouse } from "../../test/support/house.ts";
import { isTenancyError } from "../base/errors.ts";
import { createApiKey, readApiKeys, revokeApiKey } from "./api-keys.ts";
import { Credentials } from "./credentials.ts";
import type { IdentityParts } from "./identity.ts";
import { createOperatorLink, signInOperator } from "./operators.ts";
import { NO_ORIGIN, signOut } from "./sessions.ts";

const BY = { actor: "test" };
const MINUTE_MS = 60_000;
let house: House;
let nowMs: number;
let parts: IdentityParts;
let credentials: Credentials;

before(async () => {
  house = await openHouse({ sql: null });
});
after(async () => {
  await house[Symbol.asyncDispose]();
});
beforeEach(() => {
  nowMs = Date.now();
  const clock = { now: () => new Date(nowMs) };
  parts = { ...house.tenancy.internals.identity.parts, clock, sessionTimeoutMs: 30 * MINUTE_MS };
  credentials = new Credentials(parts);
});

/** An operator without a second factor is in with the link. */
async function signIn(here: IdentityParts, token: string) {
  const step = await signInOperator(here, token, { origin: NO_ORIGIN });
  assert.ok(step.status === "signed_in");
  return { token: step.session.token, id: step.userId };
}

const refused = (error: unknown) => isTenancyError(error, "session.link_invalid");

test("a link signs in once, however many try at the same moment", async () => {
  const { token, operator } = await createOperatorLink(parts, BY);

  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => signIn(parts, token)));

  const [first, ...others] = outcomes.filter((outcome) => outcome.status === "fulfilled");
  assert.equal(others.length, 0);
  assert.equal(first?.value.id, operator.id);
  assert.equal((await credentials.session(first?.value.token ?? ""))?.actor, `operator:${operator.id}`);
});

test("a link is dead after 15 minutes, and one that never was is refused alike", async () => {
  const { token } = await createOperatorLink(parts, BY);

  nowMs += 15 * MINUTE_MS;

  await assert.rejects(() => signIn(parts, token), refused);
  await assert.rejects(() => signIn(parts, "x".repeat(43)), refused);
});

test("links of one name are one operator", async () => {
  const first = await createOperatorLink(parts, BY, "Ada");
  const second = await createOperatorLink(parts, BY, "Ada");
  const other = await createOperatorLink(parts, BY, "Grace");

  assert.equal(first.operator.id, second.operator.id);
  assert.notEqual(first.operator.id, other.operator.id);
});

test("a session lives while it is used, ends when idle, and ends absolutely after 12 hours", async () => {
  const open = async () => (await signIn(parts, (await createOperatorLink(parts, BY)).token)).token;
  const [used, idle] = [await open(), await open()];

  for (let minutes = 0; minutes < 12 * 60 - 20; minutes += 20) {
    nowMs += 20 * MINUTE_MS;
    assert.ok(await credentials.session(used), `after ${minutes + 20} minutes`);
  }
  assert.equal(await credentials.session(idle), undefined);
  nowMs += 20 * MINUTE_MS;
  assert.equal(await credentials.session(used), undefined);
});

test("a session in use outlives a timeout of one minute", async () => {
  const short = { ...parts, sessionTimeoutMs: MINUTE_MS };
  const quick = new Credentials(short);
  const { token } = await signIn(short, (await createOperatorLink(parts, BY)).token);

  for (let i = 0; i < 10; i++) {
    nowMs += 0.6 * MINUTE_MS;
    assert.ok(await quick.session(token));
  }
});

test("a session that was signed out elsewhere is refused within a second", async () => {
  const { token } = await signIn(parts, (await createOperatorLink(parts, BY)).token);
  assert.ok(await credentials.session(token));

  await signOut(parts, token, BY);
  nowMs += 999;

  assert.equal(await credentials.session(token), undefined);
});

test("an API key works until it is revoked; in every other process it is dead within a second", async () => {
  const { key, id } = await createApiKey(parts, { name: "export" }, BY);
  const elsewhere = new Credentials(parts);
  assert.equal((await elsewhere.apiKey(key))?.actor, `key:${id}`);
  assert.equal((await credentials.apiKey(key))?.name, "export");

  await revokeApiKey(parts.pool, id, BY);
  credentials.forget();

  assert.equal(await credentials.apiKey(key), undefined, "here at once");
  nowMs += 999;
  assert.equal(await elsewhere.apiKey(key), undefined);
  await assert.rejects(
    () => revokeApiKey(parts.pool, id, BY),
    (error) => isTenancyError(error, "api_key.not_found"),
  );
});

test("an API key that expires is dead from that moment, remembered or not", async () => {
  const { key } = await createApiKey(parts, { name: "short", expiresInDays: 1 }, BY);
  nowMs += 24 * 60 * MINUTE_MS - 100;
  assert.ok(await credentials.apiKey(key));

  nowMs += 100;

  assert.equal(await credentials.apiKey(key), undefined);
});

test("last use is written to the minute, not at each request", async () => {
  const { key, id } = await createApiKey(parts, { name: "busy" }, BY);
  const lastUse = async () => (await readApiKeys(parts.pool)).find((each) => each.id === id)?.lastUsedAt;
  assert.equal(await lastUse(), null);

  await credentials.apiKey(key);
  const first = (await lastUse())?.getTime();
  nowMs += 10_000;
  await credentials.apiKey(key);
  assert.equal((await lastUse())?.getTime(), first);
  nowMs += MINUTE_MS;
  await credentials.apiKey(key);

  assert.equal((await lastUse())?.getTime(), nowMs);
});

test("no token and no key is stored, in a table or in the trail", async () => {
  const link = await createOperatorLink(parts, BY);
  const session = await signIn(parts, link.token);
  const { key } = await createApiKey(parts, { name: "secret" }, BY);

  const { rows } = await parts.pool.query<{ text: string }>(`
    select row_to_json(t)::text as text from tenancy.operator_links t
    union all select row_to_json(t)::text from tenancy.sessions t
    union all select row_to_json(t)::text from tenancy.api_keys t
    union all select row_to_json(t)::text from tenancy.events t`);

  const all = rows.map(({ text }) => text).join("\n");
  for (const secret of [link.token, session.token, key]) {
    assert.ok(!all.includes(secret));
    assert.ok(!all.includes(Buffer.from(secret).toString("hex")));
  }
});
