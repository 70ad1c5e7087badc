import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type House, openHouse } from "../../test/support/house.ts";
import { isGenuine, Receiver } from "../../test/support/receiver.ts";
import { recordEvent } from "../audit/record.ts";
import { withTx } from "../db/tx.ts";

const CHILD = fileURLToPath(new URL("../../test/support/stream-child.ts", import.meta.url));
const BY = { actor: "test" };
const ROUNDS = 6;

let house: House;
before(async () => {
  house = await openHouse({
    sql: null,
    configFile: 'export default { security: { outboundAllow: ["127.0.0.0/8"] } };\n',
  });
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

function startSending(aheadMs: number): ChildProcess {
  return spawn(process.execPath, [CHILD, String(aheadMs)], {
    env: { PATH: process.env["PATH"], ...house.env },
    cwd: house.cwd,
    stdio: ["ignore", "pipe", "inherit"],
  });
}

test("a sender that is killed again and again, before and after its message arrived, loses and skips nothing", async () => {
  await using receiver = await new Receiver().start();
  const { tenancy } = house;
  const { id } = await tenancy.tenants.create({ name: "Killed", slug: "killed" });
  const input = { name: "SIEM", url: receiver.url, recordsMax: 5, from: "start" as const };
  const { stream, secret } = await tenancy.internals.streams.create(id, input, BY);
  let aheadMs = 0;
  const arrived: { id: string; body: string; numbers: number[] }[] = [];
  let killAfter = 1;
  let child: ChildProcess | undefined;
  receiver.answer = async (message) => {
    assert.ok(isGenuine(message, secret, Date.now() + aheadMs));
    const kills = --killAfter === 0;
    // In turn: it is killed while the receiver has not decided yet, and after it has.
    const isLost = kills && aheadMs % 120_000 === 0;
    if (kills) child?.kill("SIGKILL");
    if (!isLost) {
      const { data } = JSON.parse(message.body);
      const numbers = data.records.map((record: { number: number }) => record.number);
      arrived.push({ id: message.id, body: message.body, numbers });
    }
    return { status: isLost ? 500 : 204, delayMs: 5 };
  };

  let written = 0;
  for (let round = 0; round < ROUNDS; round++) {
    killAfter = 1 + (round % 3);
    child = startSending(aheadMs);
    const ended = once(child, "exit");
    for (let i = 0; i < 25; i++, written++)
      await withTx(tenancy.internals.control, (tx) => recordEvent(tx, BY, "tenant.resumed", id, { written }));
    const [, signal] = await ended;
    assert.equal(signal, "SIGKILL");
    aheadMs += 60_000;
  }
  killAfter = Number.POSITIVE_INFINITY;
  child = startSending(aheadMs);
  const { rows } = await tenancy.internals.control.query<{ n: number }>(
    "select count(*)::int as n from tenancy.audit_records where tenant_id = $1",
    [id],
  );
  const total = rows[0]?.n ?? 0;
  while (new Set(arrived.flatMap(({ numbers }) => numbers)).size < total)
    await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGKILL");
  await once(child, "exit");

  const first = new Map<string, string>();
  const inOrder: number[] = [];
  for (const message of arrived) {
    const known = first.get(message.id);
    if (known === undefined) inOrder.push(...message.numbers);
    else assert.equal(message.body, known, "a repeated message is the same to the byte");
    first.set(message.id, message.body);
  }
  assert.deepEqual(
    inOrder,
    Array.from({ length: total }, (_, i) => i + 1),
  );
  assert.ok(total > written);
  assert.equal((await tenancy.internals.streams.failed(id, stream.id)).length, 0);
});
