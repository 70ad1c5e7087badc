import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { systemClock } from "../base/clock.ts";
import { isTenancyError } from "../base/errors.ts";
import { RootKey } from "./derive.ts";
import { isKeyFile, openKeyFile, sealKeyFile } from "./key-file.ts";
import { LocalCustodian } from "./local-custodian.ts";
import { openCustodian } from "./open-custodian.ts";

const PASSPHRASE = "correct horse battery staple";
const refused = (error: unknown) => isTenancyError(error, "custodian.bad_url");

test("a sealed key file opens with its passphrase alone, and not when any part of it was changed", async () => {
  const key = randomBytes(32);
  const text = await sealKeyFile(key, PASSPHRASE);
  const file = JSON.parse(text);

  assert.deepEqual(await openKeyFile(text, PASSPHRASE), key);
  assert.ok(isKeyFile(text));
  assert.equal(text.includes(key.toString("base64")), false);
  await assert.rejects(() => openKeyFile(text, `${PASSPHRASE} `), refused);
  const changed = [
    { ...file, n: 2 ** 14 },
    { ...file, p: 2 },
    { ...file, salt: randomBytes(32).toString("base64") },
    { ...file, sealed: `A${file.sealed.slice(1)}` },
    { ...file, sealed: "" },
    { ...file, version: 2 },
    { ...file, n: 2 ** 30 },
    { ...file, r: "8" },
  ];
  for (const each of changed)
    await assert.rejects(() => openKeyFile(JSON.stringify(each), PASSPHRASE), refused);
  await assert.rejects(() => openKeyFile("{", PASSPHRASE), refused);
  await assert.rejects(() => sealKeyFile(key, "too short"), refused);
});

test("file: names a sealed key file too, and asks for its passphrase", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tenancy-key-file-"));
  try {
    const key = randomBytes(32);
    const path = join(folder, "root.key");
    await writeFile(path, await sealKeyFile(key, PASSPHRASE));
    const url = pathToFileURL(path).href;

    const opened = await openCustodian(url, { ROOT_KEY_PASSPHRASE: PASSPHRASE }, systemClock);

    assert.equal(opened.id, new LocalCustodian(new RootKey(key)).id);
    await assert.rejects(
      () => openCustodian(url, {}, systemClock),
      (error) => isTenancyError(error, "custodian.credentials_missing"),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});
