import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { openStorageHouse, type StorageHouse } from "../../test/support/storage.ts";
import { isTenancyError } from "../base/errors.ts";
import { RootKey } from "../keys/derive.ts";
import { FileDriver } from "./file-driver.ts";

let house: StorageHouse;
before(async () => {
  house = await openStorageHouse();
});
after(async () => house?.[Symbol.asyncDispose]());

describe("files on disk", () => {
  it("no link is followed: of a file, of a folder, of the tenant's root, for any call", async () => {
    const root = join(house.folder, "links");
    const storage = house.storageOn(await FileDriver.open(root));
    const [tenantId, victimId] = [await house.newTenant(), await house.newTenant()];
    const files = storage.bind({ tenantId, storageBytesMax: null });
    await storage.bind({ tenantId: victimId, storageBytesMax: null }).put("secret", "secret");
    await files.put("own", "x");
    const [home, secret] = [join(root, "tenants", tenantId), join(root, "tenants", victimId, "secret")];
    const untouched = readFileSync(secret);
    symlinkSync(secret, join(home, "file"));
    symlinkSync(join(root, "tenants", victimId), join(home, "folder"));
    symlinkSync("/etc", join(home, "etc"));
    symlinkSync("nowhere", join(home, "dangling"));

    await assert.rejects(files.get("file"), refusedAs("storage.bad_path"));
    await assert.rejects(files.get("folder/secret"), refusedAs("storage.bad_path"));
    await assert.rejects(files.get("etc/passwd"), refusedAs("storage.bad_path"));
    await assert.rejects(files.put("folder/secret", "x"), refusedAs("storage.bad_path"));
    await assert.rejects(files.put("etc/tenancy-test", "x"), refusedAs("storage.bad_path"));
    await assert.rejects(files.get("dangling"), refusedAs("storage.bad_path"));
    // A link in the place of the file is replaced, what it points to stays.
    await files.put("file", "mine");
    await files.put("dangling", "mine");
    assert.deepEqual(readFileSync(secret), untouched);
    assert.equal((await files.getBytes("file")).toString(), "mine");
    await storage.eraseTenant(tenantId);
    assert.deepEqual(readFileSync(secret), untouched);
    assert.ok(existsSync("/etc/passwd") && !existsSync("/etc/tenancy-test"));

    symlinkSync(join(root, "tenants", victimId), home);
    await assert.rejects(files.get("secret"), refusedAs("storage.bad_path"));
    await assert.rejects(files.put("secret", "x"), refusedAs("storage.bad_path"));
  });

  it("folders, pipes and files in the way are told, not waited for", async () => {
    const root = join(house.folder, "odd");
    const storage = house.storageOn(await FileDriver.open(root));
    const tenantId = await house.newTenant();
    const files = storage.bind({ tenantId, storageBytesMax: null });
    await files.put("a/b", "x");
    await assert.rejects(files.get("a"), refusedAs("storage.not_found"));
    await assert.rejects(files.put("a", "x"), refusedAs("storage.bad_path"));
    await assert.rejects(files.put("a/b/c", "x"), refusedAs("storage.bad_path"));
    await assert.rejects(files.get("a/b/c"), refusedAs("storage.not_found"));
    assert.deepEqual(await house.usedBytes(tenantId), { used: 1, sum: 1, rows: 1 });
    const pipe = spawn("mkfifo", [join(root, "tenants", tenantId, "pipe")]);
    await once(pipe, "exit");
    await assert.rejects(files.get("pipe"), refusedAs("storage.not_found"));
    assert.deepEqual(
      (await files.list()).files.map((file) => file.path),
      ["a/b"],
    );
  });

  it("a signed URL opens one file until it expires, and none of its bits can change", async () => {
    const storage = house.storageOn(await FileDriver.open(join(house.folder, "signed")));
    const tenantId = await house.newTenant();
    const files = storage.bind({ tenantId, storageBytesMax: null });
    await files.put("a b/ü.txt", "content", { contentType: "text/plain" });
    const url = await files.signedUrl("a b/ü.txt", { expiresIn: 60 });
    const token = url.slice("https://h/f/".length);

    const opened = await storage.openSignedUrl(token);

    assert.equal(opened.tenantId, tenantId);
    assert.equal(opened.file.contentType, "text/plain");
    assert.equal((await (await opened.read()).toArray()).join(""), "content");
    const part = await opened.read({ first: 1, last: 3 });
    assert.equal((await part.toArray()).join(""), "ont");
    for (let i = 0; i < token.length; i++) {
      const changed = token.slice(0, i) + (token[i] === "A" ? "B" : "A") + token.slice(i + 1);
      assert.throws(() => storage.verifySignedUrl(changed), refusedAs("storage.signature_invalid"));
    }
    for (const bad of [
      "",
      ".",
      token.split(".")[0] ?? "",
      `${token}.x`,
      `${token}=`,
      "x".repeat(5_000),
      null,
    ]) {
      assert.throws(() => storage.verifySignedUrl(bad as string), refusedAs("storage.signature_invalid"));
    }
    const rootKey = new RootKey(randomBytes(32));
    const other = house.storageOn(await FileDriver.open(join(house.folder, "signed")), { rootKey });
    assert.throws(() => other.verifySignedUrl(token), refusedAs("storage.signature_invalid"));
    await files.put("a b/ü.txt", "another", { contentType: "text/plain" });
    await assert.rejects(opened.read(), refusedAs("storage.not_found"), "replaced since it was looked up");
    house.clock.advance(60_000);
    assert.throws(() => storage.verifySignedUrl(token), refusedAs("storage.signature_invalid"));
  });

  it("kill -9 of a writer, mid-put and between publishing and commit, then the sweep: nothing lost, nothing left", async () => {
    const root = join(house.folder, "killed");
    const storage = house.storageOn(await FileDriver.open(root));
    for (const moment of ["mid", "published"]) {
      const tenantId = await house.newTenant();
      const files = storage.bind({ tenantId, storageBytesMax: 50_000_000 });
      await files.put("f", "old content");

      await killedWriter({ moment, root, tenantId });

      assert.equal((await house.usedBytes(tenantId)).rows, 2);
      assert.equal(await storage.sweepStorage(), 0, "a young write is left alone");
      assert.equal(await storage.sweepStorage({ staleAfterMs: 0 }), 1);
      const bytes = await files.getBytes("f");
      const expected = moment === "mid" ? Buffer.from("old content") : Buffer.alloc(1_000_000, 9);
      assert.ok(bytes.equals(expected));
      assert.deepEqual(await house.usedBytes(tenantId), { used: bytes.length, sum: bytes.length, rows: 1 });
      assert.deepEqual(await storage.countTenantObjects(tenantId), { rows: 2, files: 1 });
    }
  });

  it("killed at any moment under load, many writers on few paths: the sweep makes counts and files exact", async () => {
    const root = join(house.folder, "fuzz");
    const storage = house.storageOn(await FileDriver.open(root));
    const tenantId = await house.newTenant();
    const files = storage.bind({ tenantId, storageBytesMax: 3_000_000 });
    for (let round = 1; round <= 5; round++) {
      await killedCrowd({ root, tenantId, afterMs: Math.random() * 150 });
      await storage.sweepStorage({ staleAfterMs: 0 });

      const { used, sum, rows } = await house.usedBytes(tenantId);
      const listed = (await files.list()).files;
      assert.ok(used === sum && used <= 3_000_000, `${used} counted of ${sum}`);
      assert.deepEqual([listed.length, (await storage.countTenantObjects(tenantId)).files], [rows, rows]);
      for (const { path, sizeBytes } of listed) {
        const bytes = await files.getBytes(path);
        assert.equal(bytes.length, sizeBytes);
        assert.ok(bytes.every((byte) => byte === bytes[0]));
      }
    }
  });

  it("a stream of 300 MB is stored in constant memory", async () => {
    const storage = house.storageOn(await FileDriver.open(join(house.folder, "large")));
    const files = storage.bind({ tenantId: await house.newTenant(), storageBytesMax: null });
    const before = process.memoryUsage().rss;
    await files.put("f", Readable.from(repeated(Buffer.alloc(1_000_000), 300)));
    assert.ok(process.memoryUsage().rss - before < 150_000_000);
    await files.remove("f");
  });
});

/** A process of its own that writes 1 MB over `f` and is killed at the moment given. */
async function killedWriter(options: { moment: string; root: string; tenantId: string }): Promise<void> {
  const child = runWriter({
    ...options,
    work: `
      const say = () => { process.stdout.write("now"); return new Promise(() => setInterval(() => {}, 1000)); };
      const begin = driver.begin.bind(driver);
      driver.begin = async (write) => {
        const writer = await begin(write);
        const publish = writer.publish.bind(writer);
        writer.publish = async () => { await publish(); await say(); };
        return writer;
      };
      await files.put("f", (async function* () {
        yield Buffer.alloc(1_000_000, 9);
        if (${JSON.stringify(options.moment)} === "mid") await say();
      })());`,
  });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** A process of its own that puts and removes without end, killed after a while. */
async function killedCrowd(options: { root: string; tenantId: string; afterMs: number }): Promise<void> {
  const child = runWriter({
    ...options,
    work: `
      const any = (max) => Math.floor(Math.random() * max);
      process.stdout.write("now");
      await Promise.all(Array.from({ length: 6 }, async () => {
        for (;;) {
          const path = "d" + any(3) + "/p" + any(3);
          if (any(3) === 0) await files.remove(path);
          else await files.put(path, Buffer.alloc(any(400_000), any(255))).catch((error) => {
            if (error.code !== "storage.quota_exceeded") throw error;
          });
        }
      }));`,
  });
  await once(child.stdout, "data");
  await new Promise((resolve) => setTimeout(resolve, options.afterMs));
  child.kill("SIGKILL");
  const [, signal] = await once(child, "exit");
  assert.equal(signal, "SIGKILL", "the writer failed by itself");
  const theirs = `select count(*)::int as n from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() and xact_start is not null`;
  const endMs = Date.now() + 10_000;
  while ((await house.pool.query<{ n: number }>(theirs)).rows[0]?.n !== 0) assert.ok(Date.now() < endMs);
}

function runWriter(options: { root: string; tenantId: string; work: string }) {
  const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const program = `
    import pg from ${JSON.stringify(import.meta.resolve("pg"))};
    import { FileDriver } from ${here("./file-driver.ts")};
    import { ObjectStorage } from ${here("./storage.ts")};
    import { RootKey } from ${here("../keys/derive.ts")};
    import { keysOn } from ${here("../../test/support/keys.ts")};
    const driver = await FileDriver.open(${JSON.stringify(options.root)});
    const pool = new pg.Pool({ connectionString: ${JSON.stringify(house.url)}, max: 6 });
    const storage = new ObjectStorage({ driver, pool, rootKey: new RootKey(Buffer.alloc(32)), keyring: keysOn(pool).keyring, signedUrlBase: "" });
    const files = storage.bind({ tenantId: ${JSON.stringify(options.tenantId)}, storageBytesMax: 3_000_000 });
    ${options.work}
  `;
  return spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function* repeated(chunk: Buffer, times: number) {
  for (let i = 0; i < times; i++) yield chunk;
}

function refusedAs(code: string) {
  return (error: unknown) => {
    assert.ok(isTenancyError(error, code), String(error));
    return true;
  };
}
