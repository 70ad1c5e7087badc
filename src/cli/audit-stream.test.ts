import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { isGenuine, Receiver } from "../../test/support/receiver.ts";

let house: House;
let receiver: Receiver;
before(async () => {
  receiver = await new Receiver().start();
  house = await openHouse({
    sql: null,
    configFile: 'export default { security: { outboundAllow: ["127.0.0.0/8"] } };\n',
  });
  await house.tenancy.tenants.create({ name: "Studio" });
});
after(async () => {
  await house[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

const run = (...args: string[]) => runCli(args, { cwd: house.cwd, env: house.env });

test("a stream is made, tested, changed and removed from the command line", async () => {
  const stream = ["audit", "stream"];
  const of = ["--tenant", "studio", "--json"];
  const made = answerOf(await run(...stream, "create", "--name", "SIEM", "--url", receiver.url, ...of));
  const { id } = made.stream;

  const tested = await run(...stream, "test", id, ...of);
  receiver.answer = () => ({ status: 503 });
  const refused = await run(...stream, "test", id, ...of);
  const updated = answerOf(await run(...stream, "update", id, "--actions", "user.*,role.created", ...of));
  const rotated = answerOf(await run(...stream, "rotate-secret", id, "--overlap-hours", "0", ...of));
  const listed = answerOf(await run(...stream, "list", ...of));
  const elsewhere = await run(...stream, "show", id, "--json");
  const asked = await run(...stream, "remove", id, "--tenant", "studio");
  const removed = await run(...stream, "remove", id, "--yes", ...of);

  assert.deepEqual([tested.code, refused.code, removed.code], [0, 1, 0]);
  assert.notEqual(elsewhere.code, 0);
  assert.match(asked.stderr, /would be removed/);
  assert.deepEqual(updated.actions, ["user.*", "role.created"]);
  assert.notEqual(rotated.secret, made.secret);
  assert.equal(listed.items[0].formerSecretUntil, null);
  const [message] = receiver.take();
  assert.ok(message && isGenuine(message, made.secret));
});
