import assert from "node:assert/strict";
import { test } from "node:test";
import { startVault, VAULT_TOKEN } from "../../test/support/custodian-stand-ins.ts";
import { isGenuine, type Received, Receiver } from "../../test/support/receiver.ts";
import { BY, numbersOf, parsed, StreamWorld, upTo } from "../../test/support/stream-world.ts";
import { addMember } from "../identity/members.ts";
import { createUser } from "../identity/users.ts";
import { FAILED_MAX } from "./limits.ts";
import { RETRY_PAUSES_S } from "./schedule.ts";
import type { DisabledStream } from "./sender.ts";

const DAY_MS = 86_400_000;
const world = new StreamWorld();

test("while the receiver fails nothing is skipped: the same message comes again by the schedule, and the rest after it", async () => {
  const own = await world.newTenant();
  const { stream, secret } = await world.subscribe(own, { recordsMax: 2 });
  await world.write(own, 6);
  world.receiver.answer = () => ({ status: 500 });

  await world.pass();
  await world.pass();
  world.aheadMs += 6_000;
  await world.pass();
  const failed = world.receiver.take();
  const standing = await world.streams.get(own, stream.id);
  world.receiver.answer = () => ({ status: 200 });
  world.aheadMs += 301_000;
  await world.pass();

  const [again, ...rest] = world.receiver.take();
  assert.equal(failed.length, 2);
  assert.match(standing.lastError ?? "", /500/);
  assert.ok(again && new Set([...failed, again].map(({ id }) => id)).size === 1);
  assert.ok([...failed, again].every(({ body }) => body === again.body));
  assert.ok(again.atS > (failed[0]?.atS ?? 0) && isGenuine(again, secret, world.clock.now().getTime()));
  const numbers = numbersOf([again, ...rest]);
  assert.deepEqual(numbers, upTo(numbers[0] ?? 0, (numbers[0] ?? 0) + numbers.length - 1));
  assert.equal(numbers.length, 7); // with the record of the subscription itself
  assert.equal((await world.streams.get(own, stream.id)).failingSince, null);
});

test("what fails through the whole schedule is set aside and recorded; the stream goes on, and a replay has the old id", async () => {
  const own = await world.newTenant();
  const { stream } = await world.subscribe(own, { recordsMax: 1, actions: ["role.*"] });
  await world.write(own, 1, "role.created");
  await world.write(own, 1, "role.deleted");
  world.receiver.answer = ({ body }) => ({ status: body.includes("role.created") ? 503 : 204 });
  for (const pauseS of [0, ...RETRY_PAUSES_S]) {
    world.aheadMs += pauseS * 1_000;
    await world.pass();
  }
  const tries = world.receiver.take();
  const [failed, ...more] = await world.streams.failed(own, stream.id);
  world.receiver.answer = () => ({ status: 204 });

  assert.equal(await world.streams.replay(own, stream.id, undefined, BY), 1);
  await world.pass();

  assert.equal(tries.filter(({ body }) => body.includes("role.created")).length, 10);
  assert.equal(tries.filter(({ body }) => body.includes("role.deleted")).length, 1);
  assert.ok(failed && more.length === 0 && failed.attempts === 10);
  const replayed = world.receiver.take();
  assert.deepEqual(
    replayed.map(({ id }) => id),
    [tries[0]?.id],
  );
  assert.deepEqual(await world.streams.failed(own, stream.id), []);
  const { rows } = await world.house.tenancy.internals.control.query(
    "select action from tenancy.audit_records where tenant_id = $1 and action like 'audit.stream_%' order by id",
    [own],
  );
  assert.deepEqual(
    rows.map(({ action }) => action),
    ["audit.stream_created", "audit.stream_message_failed", "audit.stream_replayed"],
  );
});

test("a message whose content is refused is set aside within the hour", async () => {
  const own = await world.newTenant();
  const { stream } = await world.subscribe(own, { recordsMax: 1, actions: ["role.*"] });
  await world.write(own, 2, "role.created");
  let first = "";
  world.receiver.answer = ({ id }) => {
    first ||= id;
    return { status: id === first ? 400 : 204 };
  };
  for (const pauseS of [0, 5, 300, 1_800]) {
    world.aheadMs += pauseS * 1_000;
    await world.pass();
  }

  assert.equal((await world.streams.failed(own, stream.id)).length, 1);
  assert.equal(new Set(world.receiver.take().map(({ id }) => id)).size, 2);
});

test("a receiver that takes only small messages gets them halved until they fit", async () => {
  const own = await world.newTenant();
  await world.subscribe(own, { actions: ["role.*"] });
  await world.write(own, 9, "role.created");
  const arrived: Received[] = [];
  world.receiver.answer = (message) => {
    if (parsed(message).data.records.length > 2) return { status: 413 };
    arrived.push(message);
    return { status: 204 };
  };

  await world.pass();

  assert.equal(numbersOf(arrived).length, 9);
  assert.deepEqual(numbersOf(arrived), upTo(numbersOf(arrived)[0] ?? 0, numbersOf(arrived).at(-1) ?? 0));
});

test("410 ends the stream at once, with a mail to the tenant's owners; activated again it skips nothing", async () => {
  const own = await world.newTenant();
  const { identity, control } = world.house.tenancy.internals;
  const owner = { email: `owner${world.tenants}@example.com`, name: "Ada", locale: "fr" as const };
  const { id: userId } = await createUser(identity.parts, owner, BY);
  await addMember(identity.parts, { tenantId: own, userId, roles: ["owner"] }, { ...BY, principal: null });
  await world.house.tenancy.internals.audit.sequencer.run();
  const { stream } = await world.subscribe(own, { actions: ["role.*"] });
  await world.write(own, 1, "role.created");
  world.receiver.answer = () => ({ status: 410 });

  await world.house.tenancy.internals.sender.run();
  world.aheadMs += DAY_MS;
  await world.house.tenancy.internals.sender.run();
  const gone = await world.streams.get(own, stream.id);
  const [tried, ...others] = world.receiver.take();
  world.receiver.answer = () => ({ status: 204 });
  await world.streams.update(own, stream.id, { status: "active" }, BY);
  await world.house.tenancy.internals.sender.run();

  assert.deepEqual([gone.status, gone.disabledBecause, others.length], ["disabled", "gone", 0]);
  assert.deepEqual(
    world.receiver.take().map(({ id }) => id),
    [tried?.id],
  );
  const mails = await world.house.tenancy.internals.mail.list(owner.email);
  assert.deepEqual(
    mails.map(({ kind, subject }) => [kind, subject]),
    [["stream_disabled", "Le flux d’audit «\u202fSIEM\u202f» est arrêté"]],
  );
  const { rows } = await control.query(
    "select outcome from tenancy.audit_records where tenant_id = $1 and action = 'audit.stream_disabled'",
    [own],
  );
  assert.deepEqual(rows, [{ outcome: "failed" }]);
});

test("without any success for five days a stream stops, tells so, and keeps what waits", async () => {
  const own = await world.newTenant();
  const { stream } = await world.subscribe(own, { recordsMax: 1, actions: ["role.*"] });
  await world.write(own, 3, "role.created");
  world.receiver.answer = () => ({ status: 502 });
  const told: DisabledStream[] = [];
  for (let hour = 0; hour < 6 * 24 && told.length === 0; hour++) {
    told.push(...(await world.pass()));
    world.aheadMs += 3_600_000;
  }
  const given = (await world.streams.failed(own, stream.id)).length;
  world.receiver.take();
  world.receiver.answer = () => ({ status: 204 });
  await world.streams.update(own, stream.id, { status: "active" }, BY);
  await world.streams.replay(own, stream.id, undefined, BY);

  await world.pass();

  assert.deepEqual(
    told.map(({ because, tenantId }) => [because, tenantId]),
    [["failing", own]],
  );
  assert.ok(given >= 1);
  assert.equal(new Set(numbersOf(world.receiver.take())).size, 3);
});

test("a stream that gave up too many messages goes on when people activate it again", async () => {
  const own = await world.newTenant();
  const { stream } = await world.subscribe(own, { recordsMax: 1, actions: ["role.*"] });
  await world.house.tenancy.internals.control.query(
    `insert into tenancy.audit_stream_batches (id, stream_id, first, last, format, actions, status, due_at, created_at, failed_at)
     select gen_random_uuid(), $1, n, n, 'json', '{}', 'failed', $2, $2, $2 from generate_series(1, $3::int) n`,
    [stream.id, new Date(world.clock.now().getTime() + 1), FAILED_MAX - 1],
  );
  world.receiver.answer = () => ({ status: 400 });
  const giveOneUp = async () => {
    await world.write(own, 1, "role.created");
    const told: DisabledStream[] = [];
    for (const pauseS of [0, 5, 300, 1_800]) {
      world.aheadMs += pauseS * 1_000;
      told.push(...(await world.pass()));
    }
    return told.map(({ because }) => because);
  };

  const first = await giveOneUp();
  await world.streams.update(own, stream.id, { status: "active" }, BY);
  const second = await giveOneUp();

  assert.deepEqual([first, second], [["too_many_failures"], []]);
  assert.equal((await world.streams.get(own, stream.id)).status, "active");
  world.receiver.answer = () => ({ status: 204 });
  assert.equal(await world.streams.replay(own, stream.id, undefined, BY), FAILED_MAX + 1);
});

test("receivers that hang hold two places and no other tenant's stream", async () => {
  const [slow, healthy] = [await world.newTenant(), await world.newTenant()];
  await using hanging = await new Receiver().start();
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  hanging.answer = async () => {
    await released;
    return { status: 204 };
  };
  for (let i = 0; i < 9; i++)
    await world.subscribe(slow, { name: `${i}`, url: hanging.url, actions: ["role.*"] });
  await world.subscribe(healthy, { actions: ["role.*"] });
  await world.write(slow, 1, "role.created");
  const arrival = () =>
    new Promise<void>((resolve) => {
      world.receiver.answer = () => {
        resolve();
        return { status: 204 };
      };
    });
  const sender = world.newSender([], { timeoutMs: 60_000 });
  sender.start();

  for (let i = 0; i < 2; i++) {
    const arrived = arrival();
    await world.write(healthy, 1, "role.created");
    await arrived;
  }

  const meanwhile = hanging.received.length;
  release();
  await sender.close();
  assert.equal(meanwhile, 2);
  assert.equal(numbersOf(world.receiver.take()).length, 2);
});

test("redirects are not followed, a private network is not reached, and one that hangs is left", async () => {
  const own = await world.newTenant();
  await using trap = await new Receiver().start();
  const { stream } = await world.subscribe(own, { actions: ["role.*"] });
  await world.write(own, 1, "role.created");
  const errorAfter = async (options: Parameters<typeof world.pass>[0]) => {
    await world.pass(options);
    await world.streams.update(own, stream.id, { status: "active" }, BY);
    return (await world.streams.get(own, stream.id)).lastError;
  };

  world.receiver.answer = () => ({ status: 307, headers: { location: trap.url } });
  assert.match((await errorAfter({})) ?? "", /redirects/);
  world.receiver.take();
  assert.match((await errorAfter({ allow: [] })) ?? "", /private network/);
  assert.deepEqual(world.receiver.take(), []);
  world.receiver.answer = () => ({ status: 204, delayMs: 3_000 });
  assert.match((await errorAfter({ timeoutMs: 200 })) ?? "", /took too long/);

  assert.deepEqual(trap.received, []);
  for (const url of ["ftp://example.com/", "https://me:pw@example.com/", "/hook", "file:///etc/passwd"])
    await assert.rejects(world.subscribe(own, { url }), { code: "stream.settings_invalid" });
});

test("while a tenant's own key is away its stream waits: no attempt is spent, it is not disabled, and others go on", async () => {
  await using vault = await startVault();
  const [own, other] = [await world.newTenant(), await world.newTenant()];
  const { encryption, keyring } = world.house.tenancy.internals;
  const { stream } = await world.subscribe(own, { actions: ["role.*"] });
  const { stream: theirs } = await world.subscribe(other, { actions: ["role.*"] });
  const url = `vault+${vault.url}/transit/tenant-key`;
  await encryption.changeCustodian(own, { url, credentials: { VAULT_TOKEN } }, BY);
  for (const each of [own, other]) await world.write(each, 1, "role.created");
  vault.isEnabled = false;
  keyring.forget(own);

  const told: DisabledStream[] = [];
  for (let day = 0; day < 7; day++) {
    told.push(...(await world.pass()));
    world.aheadMs += DAY_MS;
  }
  const whileAway = await world.streams.get(own, stream.id);
  const sentWhileAway = world.receiver.take();
  vault.isEnabled = true;
  await world.pass();

  assert.deepEqual(told, []);
  assert.deepEqual([whileAway.status, whileAway.failingSince], ["active", null]);
  assert.match(whileAway.lastError ?? "", /key/);
  assert.equal(sentWhileAway.length, 1);
  assert.equal((await world.streams.get(other, theirs.id)).lastError, null);
  assert.equal(world.receiver.take().length, 1);
  assert.deepEqual(await world.streams.failed(own, stream.id), []);
  assert.equal((await world.streams.get(own, stream.id)).lastError, null);
});
