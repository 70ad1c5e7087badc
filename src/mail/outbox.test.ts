import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { type House, openHouse } from "../../test/support/house.ts";
import { startSmtp, type TestSmtp } from "../../test/support/smtp.ts";
import { withTx } from "../db/tx.ts";
import { renderMessage } from "./message.ts";
import { Outbox } from "./outbox.ts";
import { openSmtp } from "./smtp.ts";

const CHILD = join(import.meta.dirname, "../../test/support/mail-child.ts");
const FROM = "Studio <no-reply@studio.example>";
let house: House;
let smtp: TestSmtp;
let nowMs: number;
const open: Outbox[] = [];

before(async () => {
  house = await openHouse({ sql: null });
  smtp = await startSmtp();
});
beforeEach(async () => {
  nowMs = Date.now();
  smtp.refuse(undefined);
  smtp.received.length = 0;
  await house.tenancy.internals.control.query("delete from tenancy.mails");
});
after(async () => {
  for (const each of open) await each.close();
  await smtp[Symbol.asyncDispose]();
  await house[Symbol.asyncDispose]();
});

function outbox(url: string | null = smtp.url): Outbox {
  const { control: pool, keyring } = house.tenancy.internals;
  const made = new Outbox({
    pool,
    keyring,
    clock: { now: () => new Date(nowMs) },
    transport: url === null ? null : openSmtp(url, FROM),
    onError: (error) => assert.fail(error),
  });
  open.push(made);
  return made;
}

const SECRET = "https://app.example.com/#link=s3cr3t";
const write = (box: Outbox, to = "ada@example.com") =>
  withTx(house.tenancy.internals.control, (tx) =>
    box.write(tx, {
      to,
      kind: "test",
      locale: "fr",
      message: {
        subject: "Ouvrez « ceci » à présent",
        paragraphs: ["Bonjour <b>Ada</b> & Cie."],
        action: { label: "Ouvrir", url: SECRET },
      },
    }),
  );

test("a mail arrives as text and HTML, in its language, from the configured sender", async () => {
  const box = outbox();
  await write(box);

  assert.equal(await box.run(), 1);

  const [mail] = smtp.received;
  assert.deepEqual(mail?.to, ["ada@example.com"]);
  assert.equal(mail?.from, "no-reply@studio.example");
  assert.match(mail?.headers.get("content-type") ?? "", /^multipart\/alternative/);
  assert.match(mail?.headers.get("message-id") ?? "", /^<[0-9a-f-]{36}@studio\.example>$/);
  assert.equal(mail?.headers.get("auto-submitted"), "auto-generated");
  assert.equal(await box.run(), 0, "and once");
  assert.equal((await box.list())[0]?.status, "sent");
});

test("what a mail says is markup in no form", () => {
  const { html, text } = renderMessage(
    {
      subject: "a<b",
      paragraphs: ['<script>"x"</script>'],
      action: { label: "<i>", url: 'https://a.b/?"><x>' },
    },
    "en",
  );

  assert.ok(!/<script|<i>|"><x>/.test(html), html);
  assert.ok(text.includes('<script>"x"</script>'));
});

test("links are sealed in the table, gone once sent, and never in the subject", async () => {
  const box = outbox();
  await write(box);
  const rows = async () =>
    (
      await house.tenancy.internals.control.query(
        "select row_to_json(m)::text as row, sealed from tenancy.mails m",
      )
    ).rows;
  const [waiting] = await rows();

  assert.ok(!waiting.row.includes("s3cr3t"));
  assert.ok(!Buffer.from(waiting.sealed).includes("s3cr3t"));
  await box.run();
  assert.equal((await rows())[0].sealed, null);
});

test("a mail whose cause is rolled back was never written", async () => {
  const box = outbox();
  const failing = withTx(house.tenancy.internals.control, async (tx) => {
    await box.write(tx, {
      to: "a@b.c",
      kind: "test",
      locale: "en",
      message: { subject: "x", paragraphs: [] },
    });
    throw new Error("no");
  });

  await assert.rejects(failing);
  assert.equal((await box.list()).length, 0);
});

test("a server that is busy is tried again later and later; one that refuses is not", async () => {
  const box = outbox();
  await write(box);
  smtp.refuse(451);

  assert.equal(await box.run(), 0);
  nowMs += 4_999;
  assert.equal(await box.run(), 0);
  assert.equal((await box.list())[0]?.attempts, 1, "not yet");
  nowMs += 1;
  await box.run();
  assert.equal((await box.list())[0]?.attempts, 2);
  smtp.refuse(550);
  nowMs += 10_000;
  await box.run();

  const [entry] = await box.list();
  assert.equal(entry?.status, "failed");
  assert.match(entry?.error ?? "", /refused by the test/);
  assert.equal(smtp.received.length, 0);
});

test("a mail server that is away costs no mail; after a day its mail is given up", async () => {
  const away = outbox("smtp://127.0.0.1:9");
  await write(away);
  await away.run();
  assert.equal((await away.list())[0]?.status, "waiting");

  nowMs += 24 * 3_600_000 + 1;
  const box = outbox();
  await box.run();

  assert.equal((await box.list())[0]?.status, "failed");
  assert.equal(smtp.received.length, 0, "a link that is a day old helps nobody");
});

test("two processes send each mail once", async () => {
  const [one, two] = [outbox(), outbox()];
  for (let i = 0; i < 10; i++) await write(one, `u${i}@example.com`);

  await Promise.all([one.run(), two.run()]);

  assert.equal(new Set(smtp.received.flatMap((mail) => mail.to)).size, 10);
  assert.equal(smtp.received.length, 10);
});

test("kill -9 while a mail is on its way: it is sent again, under the same Message-ID", async (t) => {
  // A server that takes everything and never says that it has: the sender is killed while it waits.
  let isReached: (() => void) | undefined;
  const reached = new Promise<void>((resolve) => {
    isReached = resolve;
  });
  const sockets: Socket[] = [];
  const stuck = createServer((socket) => {
    sockets.push(socket);
    socket.write("220 stuck\r\n");
    socket.on("error", () => undefined);
    let letter = "";
    socket.on("data", (data) => {
      const line = data.toString();
      letter += line;
      if (/^DATA/m.test(line)) socket.write("354 go on\r\n");
      else if (letter.includes("\r\n.\r\n")) isReached?.();
      else if (/^(EHLO|HELO|MAIL|RCPT)/.test(line)) socket.write("250 fine\r\n");
    });
  }).listen(0, "127.0.0.1");
  await once(stuck, "listening");
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    stuck.close();
  });
  const address = stuck.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const box = outbox();
  await write(box);
  const id = (await box.list())[0]?.id;
  const child = spawn(process.execPath, [CHILD], {
    cwd: house.cwd,
    env: {
      ...process.env,
      ...house.env,
      TENANT_MAIL_URL: `smtp://127.0.0.1:${port}`,
      TENANT_MAIL_FROM: FROM,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });

  await reached;
  child.kill("SIGKILL");
  await once(child, "close");
  assert.equal(await box.run(), 0, "it may still be under way");
  nowMs = Date.now() + 61_000;

  assert.equal(await box.run(), 1);
  assert.equal(smtp.received[0]?.headers.get("message-id"), `<${id}@studio.example>`);
});

test("without a mail server nothing is sent, and the viewer shows what would be", async () => {
  const box = outbox(null);
  await write(box);

  assert.equal(await box.run(), 0);
  const [entry] = await box.list();
  assert.equal(entry?.status, "waiting");
  const mail = await box.read(entry?.id ?? "");
  assert.ok(mail.text?.includes(SECRET));
});
