import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { answerOf, runCli } from "../../test/support/cli.ts";
import { type House, openHouse } from "../../test/support/house.ts";
import { uuidv7 } from "../base/ids.ts";
import { withTx } from "../db/tx.ts";
import { changeUser, createUser } from "../identity/users.ts";
import { exportWhole } from "./export.ts";
import { openPersonal } from "./personal.ts";
import { recordEvent } from "./record.ts";
import { searchAudit } from "./search.ts";
import { verifyExport } from "./verify-export.ts";
import { verifyLive } from "./verify-live.ts";

const BY = { actor: "test" };

let house: House;
before(async () => {
  house = await openHouse({ sql: null });
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const control = () => house.tenancy.internals.control;

async function told(filter: { actor?: string; action?: string; tenantId?: string }) {
  const rows = await searchAudit(control(), { tenantId: null, ...filter }, { limit: 50 });
  return openPersonal(control(), rows);
}

async function exported(): Promise<string[]> {
  const lines: string[] = [];
  const { audit } = house.tenancy.internals;
  await audit.sequencer.run();
  for await (const line of exportWhole({ pool: control(), signer: audit.signer })) lines.push(line);
  return lines;
}

test("what a record tells of a person opens for readers until the person is shredded; every proof holds on", async () => {
  const { identity, subjects, audit } = house.tenancy.internals;
  const ada = await createUser(identity.parts, { email: "ada@example.com", name: "Ada Byron" }, BY);
  const bob = await createUser(identity.parts, { email: "bob@example.com", name: "Bob" }, BY);
  await changeUser(identity.parts, ada.id, { name: "Ada Lovelace" }, { actor: `user:${ada.id}` });
  const before = await exported();
  const opened = await told({ action: "user.created" });
  const own = await told({ actor: `user:${ada.id}` });
  const record = (tx: Parameters<typeof recordEvent>[0]) =>
    recordEvent(tx, BY, "encryption.subject_shredded", null);

  assert.equal(await subjects.shred(null, `user:${ada.id}`, record), true);

  const afterwards = await told({ action: "user.created" });
  assert.deepEqual(opened, [
    { subject: `user:${bob.id}`, data: { email: "bob@example.com", name: "Bob" } },
    { subject: `user:${ada.id}`, data: { email: "ada@example.com", name: "Ada Byron" } },
  ]);
  assert.deepEqual(own, [{ subject: `user:${ada.id}`, data: { name: "Ada Lovelace" } }]);
  assert.deepEqual(afterwards, [opened[0], { subject: `user:${ada.id}`, data: null }]);
  assert.deepEqual(await told({ actor: `user:${ada.id}` }), [{ subject: `user:${ada.id}`, data: null }]);
  const lines = await exported();
  assert.deepEqual(
    lines.filter((line) => line.includes("user.created")),
    before.filter((line) => line.includes("user.created")),
  );
  for (const text of [before.join(), lines.join()]) assert.ok(!/ada@|Lovelace|Byron|bob@/i.test(text));
  assert.deepEqual((await verifyExport(lines, { key: audit.signer })).faults, []);
  assert.deepEqual((await verifyLive(control(), audit.signer)).faults, []);
});

test("a record that cannot be sealed is made without its person, and never with them in the clear", async () => {
  const { subjects } = house.tenancy.internals;
  const tenantId = uuidv7();
  const nothing = async () => undefined;
  await subjects.shred(tenantId, "invitation:1", nothing);

  await withTx(control(), (tx) =>
    recordEvent(
      tx,
      BY,
      "member.invited",
      tenantId,
      { invitationId: "1" },
      {
        personal: { subject: "invitation:1", data: { email: "eve@example.com" } },
      },
    ),
  );

  const [record] = await searchAudit(control(), { tenantId }, { limit: 1 });
  assert.deepEqual(record?.personal, {
    subject: "invitation:1",
    sealed: null,
    withheld: "key.subject_destroyed",
  });
  assert.deepEqual(await told({ tenantId }), [{ subject: "invitation:1", data: null }]);
});

test("the sealed part of one record opens in no other tenant's, and for no other person", async () => {
  const [own, other] = [uuidv7(), uuidv7()];
  await withTx(control(), (tx) =>
    recordEvent(
      tx,
      BY,
      "member.invited",
      own,
      {},
      {
        personal: { subject: "invitation:2", data: { email: "eve@example.com" } },
      },
    ),
  );
  const [record] = await searchAudit(control(), { tenantId: own }, { limit: 1 });
  assert.ok(record?.personal);
  const { personal } = record;

  assert.equal((await openPersonal(control(), [record]))[0]?.data?.["email"], "eve@example.com");
  for (const forged of [
    { ...record, tenantId: other },
    { ...record, tenantId: null },
    { ...record, action: "member.added" },
    { ...record, personal: { ...personal, subject: "invitation:3" } },
  ])
    assert.equal((await openPersonal(control(), [forged]))[0]?.data, null);
});

test("people are shredded from the command line, in a tenant and on the platform", async () => {
  const { identity } = house.tenancy.internals;
  const here = { cwd: house.cwd, env: house.env };
  const { id } = await createUser(identity.parts, { email: "cy@example.com", name: "Cy" }, BY);
  const args = ["encryption", "shred", `user:${id}`];

  const asked = await runCli(args, here);
  const done = answerOf(await runCli([...args, "--yes", "--json"], here));
  const again = answerOf(await runCli([...args, "--yes", "--json"], here));

  const mistyped = await runCli(["encryption", "shred", "cy@example.com", "--yes"], here);

  assert.match(asked.stderr, /would be destroyed/);
  assert.equal(mistyped.code, 3, "what names nobody destroys nothing, and does not look done");
  assert.deepEqual([done.hadKey, again.hadKey], [true, false]);
  const seen = answerOf(await runCli(["audit", "search", "--action", "user.created", "--json"], here));
  assert.deepEqual(
    seen.items.find((item: { personal: { subject: string } }) => item.personal.subject === `user:${id}`)
      .personal.data,
    null,
  );
});
