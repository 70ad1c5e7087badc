import assert from "node:assert/strict";
import { test } from "node:test";
import { isGenuine } from "../../test/support/receiver.ts";
import { BY, numbersOf, parsed, StreamWorld, upTo } from "../../test/support/stream-world.ts";
import { verifyConsistency } from "../audit/merkle.ts";
import { parseCheckpoint, parseNote, parseVkey, verifyNote } from "../audit/note.ts";
import { withTx } from "../db/tx.ts";
import { countValues } from "../keys/sweep.ts";
import { streamSecretPlaces } from "./secrets.ts";

const DAY_MS = 86_400_000;
const world = new StreamWorld();

test("a tenant's chain arrives whole, in order and signed, and nothing of another tenant with it", async () => {
  const [own, other] = [await world.newTenant(), await world.newTenant()];
  const { stream, secret } = await world.subscribe(own, { from: "start", recordsMax: 7 });
  for (let i = 0; i < 5; i++) {
    await world.write(own, 4);
    await world.write(other, 3);
  }

  await world.pass();

  const messages = world.receiver.take();
  const numbers = numbersOf(messages);
  assert.deepEqual(numbers, upTo(1, numbers.length));
  assert.ok(numbers.length > 20 && messages.length >= 3);
  for (const message of messages) {
    assert.ok(isGenuine(message, secret, world.clock.now().getTime()));
    assert.equal(parsed(message).data.stream, stream.id);
    assert.ok(parsed(message).data.records.every(({ tenantId }) => tenantId === own));
    assert.ok(!message.body.includes(other));
    assert.equal(isGenuine({ ...message, body: message.body.replace("tenant", "tenanT") }, secret), false);
  }
  assert.equal(new Set(messages.map(({ id }) => id)).size, messages.length);
});

test("operators are sent every tenant's records and the platform's, by index in the tree", async () => {
  const own = await world.newTenant();
  await world.subscribe(null);
  await world.write(own, 3);
  await world.write(null, 2, "plan.updated");

  await world.pass();

  const records = world.receiver.take().flatMap((each) => parsed(each).data.records);
  assert.deepEqual(
    records.map(({ number }) => number),
    upTo(records[0]?.number ?? 0, records.at(-1)?.number ?? 0),
  );
  assert.equal(records.filter(({ tenantId }) => tenantId === own).length, 3);
  assert.equal(records.filter(({ action }) => action === "plan.updated").length, 2);
});

test("a filter keeps only what it names, and the stream goes on past all else; OCSF is the other form", async () => {
  const own = await world.newTenant();
  const { stream } = await world.subscribe(own, { actions: ["role.*", "tenant.suspended"], format: "ocsf" });
  await world.write(own, 5);
  await world.pass();
  assert.deepEqual(world.receiver.take(), []);
  await world.write(own, 1, "role.created");
  await world.write(own, 2);
  await world.write(own, 1, "tenant.suspended");

  await world.pass();

  const [message, ...more] = world.receiver.take();
  assert.ok(message && more.length === 0);
  const { type, data } = JSON.parse(message.body);
  assert.equal(type, "audit.records_ocsf");
  assert.deepEqual(
    data.records.map((event: { api: { operation: string } }) => event.api.operation),
    ["role.created", "tenant.suspended"],
  );
  assert.equal(data.records[0].metadata.sequence, data.last - 3);
  assert.equal((await world.streams.get(own, stream.id)).position, data.last + 1);
});

test("during a rotation both secrets verify, afterwards the new one alone", async () => {
  const own = await world.newTenant();
  const { stream, secret } = await world.subscribe(own, { actions: ["role.*"] });
  const rotated = await world.streams.rotateSecret(own, stream.id, 24, BY);
  await world.write(own, 1, "role.created");
  await world.pass();
  const [overlapping] = world.receiver.take();
  world.aheadMs += DAY_MS + 1;
  await world.write(own, 1, "role.created");
  await world.pass();
  const [later] = world.receiver.take();

  assert.ok(overlapping && later);
  const now = world.clock.now().getTime();
  assert.match(rotated.secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  assert.equal(overlapping.signatures.length, 2);
  assert.ok(
    isGenuine(overlapping, secret, now - DAY_MS) && isGenuine(overlapping, rotated.secret, now - DAY_MS),
  );
  assert.deepEqual([isGenuine(later, secret, now), isGenuine(later, rotated.secret, now)], [false, true]);
});

test("a damaged former secret stops no rotation, and none is kept past its overlap", async () => {
  const own = await world.newTenant();
  const { control } = world.house.tenancy.internals;
  const { stream } = await world.subscribe(own, { actions: ["role.*"] });
  await world.streams.rotateSecret(own, stream.id, 24, BY);
  await control.query("update tenancy.audit_streams set former_secret = '\\x00' where id = $1", [stream.id]);

  const { secret } = await world.streams.rotateSecret(own, stream.id, 24, BY);
  world.aheadMs += DAY_MS + 1;
  await world.write(own, 1, "role.created");
  await world.pass();

  const [message] = world.receiver.take();
  assert.ok(message && isGenuine(message, secret, world.clock.now().getTime()));
  await world.streams.sweep();
  const { rows } = await control.query(
    "select former_secret, former_until from tenancy.audit_streams where id = $1",
    [stream.id],
  );
  assert.deepEqual(rows, [{ former_secret: null, former_until: null }]);
});

test("secrets are sealed with the tenant's key and follow its rotation", async () => {
  const own = await world.newTenant();
  const { control, encryption, keyring } = world.house.tenancy.internals;
  const { stream, secret } = await world.subscribe(own, { actions: ["role.*"] });
  const { secret: newer } = await world.streams.rotateSecret(own, stream.id, 24, BY);
  const stored = async () =>
    (
      await control.query("select secret, former_secret from tenancy.audit_streams where id = $1", [
        stream.id,
      ])
    ).rows[0];
  const before = await stored();
  for (const each of [secret, newer])
    assert.ok(!before.secret.includes(each) && !before.former_secret.includes(Buffer.from(each)));

  await encryption.rotate({ tenantId: own }, BY);
  // The places of this house; it would wait until no process can seal under the old keys any more.
  const places = streamSecretPlaces(keyring, control);
  const old = await control.query<{ id: string }>(
    "select id from tenancy.data_keys where tenant_id = $1 and purpose = 'streams' and status = 'superseded'",
    [own],
  );
  const oldIds = old.rows.map(({ id }) => id);
  assert.equal(await countValues(places, own, oldIds), 2);
  for (const place of places) await (await place.sweep(own, oldIds, null, 10)).resealed;
  assert.equal(await countValues(places, own, oldIds), 0);

  const after = await stored();
  assert.ok(!after.secret.equals(before.secret) && !after.former_secret.equals(before.former_secret));
  await world.write(own, 1, "role.created");
  await world.pass();
  const [message] = world.receiver.take();
  const now = world.clock.now().getTime();
  assert.ok(message && isGenuine(message, secret, now) && isGenuine(message, newer, now));
});

test("a test says what came of it, carries no record, and makes what waits due", async () => {
  const own = await world.newTenant();
  const { stream, secret } = await world.subscribe(own, { actions: ["role.*"] });
  await world.write(own, 1, "role.created");
  world.receiver.answer = () => ({ status: 401 });
  await world.pass();
  const refused = await world.streams.test(own, stream.id, BY);
  world.receiver.answer = () => ({ status: 200 });
  const taken = await world.streams.test(own, stream.id, BY);
  const tests = world.receiver.take().slice(1);

  await world.pass();

  assert.deepEqual([refused.status, taken.status, taken.error], [401, 200, null]);
  assert.match(refused.error ?? "", /401/);
  assert.ok(
    tests.length === 2 && tests.every((each) => isGenuine(each, secret, world.clock.now().getTime())),
  );
  assert.ok(tests.every((each) => parsed(each).type === "audit.test" && !each.body.includes("role.created")));
  assert.equal(numbersOf(world.receiver.take()).length, 1);
});

test("who subscribes to checkpoints can prove from message to message that the log only grew", async () => {
  const own = await world.newTenant();
  const { audit } = world.house.tenancy.internals;
  await world.subscribe(own, { sends: "checkpoints" });
  const kept: { size: number; root: Buffer }[] = [];
  for (let round = 0; round < 3; round++) {
    await world.write(own, 5);
    await world.pass();
    await world.pass();
    world.aheadMs += 61_000;
    const [message, ...more] = world.receiver.take();
    assert.ok(message && more.length === 0);
    const { type, data } = JSON.parse(message.body);
    assert.equal(type, "audit.checkpoint");
    const note = parseNote(data.checkpoint);
    const key = parseVkey(data.key);
    assert.ok(note && key?.id.equals(audit.signer.id) && verifyNote(note, key));
    const checkpoint = parseCheckpoint(note.text);
    assert.ok(checkpoint && checkpoint.size === data.size);
    const last = kept.at(-1);
    assert.equal(data.previousSize, last?.size ?? 0);
    if (last) {
      const proof = data.consistency.map((hash: string) => Buffer.from(hash, "base64"));
      const claim = {
        size1: last.size,
        size2: checkpoint.size,
        root1: last.root,
        root2: checkpoint.root,
        proof,
      };
      assert.ok(verifyConsistency(claim));
    }
    kept.push(checkpoint);
  }
});

test("what retention removed meanwhile is counted, not passed over in silence", async () => {
  const own = await world.newTenant();
  await world.subscribe(own, { from: "start", recordsMax: 1_000 });
  await world.write(own, 4);
  const { control } = world.house.tenancy.internals;
  await withTx(control, async (tx) => {
    await tx.query({ text: "select set_config('tenancy.audit_upkeep', 'on', true)" });
    await tx.query({
      text: "delete from tenancy.audit_records where tenant_id = $1 and body like '%\"i\":2%'",
      values: [own],
    });
  });

  await world.pass();

  const [message] = world.receiver.take();
  assert.ok(message);
  const { data } = parsed(message);
  assert.equal(data.removed, 1);
  assert.equal(data.records.length, data.last - data.first);
});

test("a stream is nobody's but its owner's, and a tenant's erasure takes it along", async () => {
  const [own, other] = [await world.newTenant(), await world.newTenant()];
  const { stream } = await world.subscribe(own);
  const { stream: all } = await world.subscribe(null);
  for (const [owner, id] of [
    [other, stream.id],
    [null, stream.id],
    [own, all.id],
  ] as const) {
    const missing = { code: "stream.not_found" };
    await assert.rejects(world.streams.get(owner, id), missing);
    await assert.rejects(world.streams.update(owner, id, { status: "paused" }, BY), missing);
    await assert.rejects(world.streams.rotateSecret(owner, id, 1, BY), missing);
    await assert.rejects(world.streams.test(owner, id, BY), missing);
    await assert.rejects(world.streams.failed(owner, id), missing);
    await assert.rejects(world.streams.replay(owner, id, undefined, BY), missing);
    await assert.rejects(world.streams.remove(owner, id, BY), missing);
  }

  assert.equal(await world.streams.countTenant(own), 1);
  await world.streams.eraseTenant(own);
  assert.equal(await world.streams.countTenant(own), 0);
  assert.equal((await world.streams.list(null)).length, 1);
});

test("no owner has more streams than are served, however many ask at once", async () => {
  const own = await world.newTenant();
  const made = await Promise.allSettled(Array.from({ length: 14 }, () => world.subscribe(own)));

  assert.equal(made.filter(({ status }) => status === "fulfilled").length, 10);
  assert.equal((await world.streams.list(own)).length, 10);
});
