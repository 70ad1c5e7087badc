import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import fc from "fast-check";
import pg from "pg";
import S3rver from "s3rver";
import { type TestDatabase, testDatabase } from "../../test/support/db.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { migrateSchema } from "../db/migrate.ts";
import { RootKey } from "../keys/derive.ts";
import { FileDriver } from "./file-driver.ts";
import { parseS3Url, S3StorageDriver } from "./s3-driver.ts";
import { ObjectStorage, type TenantStorage } from "./storage.ts";
import type { StorageDriver } from "./storage-driver.ts";
import { parseStoragePath } from "./storage-path.ts";

const KEY = Buffer.alloc(32, 7);
let database: TestDatabase;
let pool: pg.Pool;
let folder: string;
let nowMs = Date.now();
const clock = { now: () => new Date(nowMs) };

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenancy-storage-"));
  database = await testDatabase();
  pool = new pg.Pool({ connectionString: database.url, max: 8 });
  pool.on("error", () => undefined);
  await migrateSchema(pool, "place");
  await migrateSchema(pool, "control");
});
after(async () => {
  await pool?.end();
  await database?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function newTenant(): Promise<string> {
  const id = uuidv7();
  await pool.query(
    `insert into tenancy.tenants (id, slug, name, status, plan, region)
     values ($1, $2, 'T', 'active', 'freemium', 'local')`,
    [id, `t-${id.slice(-12)}`],
  );
  return id;
}

function storageOn(driver: StorageDriver, stallTimeoutMs = 5_000): ObjectStorage {
  const rootKey = new RootKey(KEY);
  return new ObjectStorage({ driver, pool, rootKey, signedUrlBase: "https://h/f/", clock, stallTimeoutMs });
}

function refusedAs(code: string) {
  return (error: unknown) => {
    assert.ok(isTenancyError(error, code), String(error));
    return true;
  };
}

async function usedBytes(tenantId: string): Promise<{ used: number; sum: number; rows: number }> {
  const { rows } = await pool.query<{ used: string; sum: string; rows: string }>(
    `select coalesce((select used_bytes from tenancy.storage_usage where tenant_id = $1), 0) as used,
            coalesce(sum(size_bytes), 0) as sum, count(*) as rows
     from tenancy.stored_objects where tenant_id = $1`,
    [tenantId],
  );
  const [row] = rows;
  return { used: Number(row?.used), sum: Number(row?.sum), rows: Number(row?.rows) };
}

async function* repeated(chunk: Buffer, times: number) {
  for (let i = 0; i < times; i++) yield chunk;
}

/** What a path must never do, spelled in every way that has worked somewhere. */
function tricks(victim: string): string[] {
  const file = `${victim}/secret.txt`;
  return [
    `../${file}`,
    `../../tenants/${file}`,
    `a/../../${file}`,
    `./../${file}`,
    `..\\${file}`,
    `..%2f${file}`,
    `%2e%2e/${file}`,
    `%2e%2e%2f${file}`,
    `..%5c${file}`,
    `..%c0%af${file}`,
    `..%252f${file}`,
    `....//${file}`,
    `..../${file}`,
    `.../${file}`,
    `..;/${file}`,
    `.. /${file}`,
    ` ../${file}`,
    `..\u0000/${file}`,
    `x\u0000/../../${file}`,
    `/${file}`,
    `//${file}`,
    `/tenants/${file}`,
    `\\tenants\\${file}`,
    `C:/tenants/${file}`,
    `C:\\${file}`,
    `\\\\?\\C:\\${file}`,
    `\\\\host\\share\\${file}`,
    `file:///tenants/${file}`,
    `~/${file}`,
    `~root/${file}`,
    `．．/${file}`,
    `‥/${file}`,
    `․․/${file}`,
    `..∕${file}`,
    `..⁄${file}`,
    `..／${file}`,
    `..＼${file}`,
    `.\u200b./${file}`,
    `\u202e../${file}`,
    `..\n/${file}`,
    `..\r\n/${file}`,
    `..\t/${file}`,
    `a/./../../${file}`,
    `a//../../${file}`,
    `${victim}/../${file}`,
    `tenants/${file}`,
    `../tenants/${file}`,
    file,
    `{${victim}}/secret.txt`,
    `\${victim}/secret.txt`,
    `$(id)/${file}`,
    `*/secret.txt`,
    `..*/${file}`,
    `?/../${file}`,
    `a?x=../${file}`,
    `a#../${file}`,
    `/writing/${victim}/x`,
    `../../writing/${victim}/x`,
    `secret.txt/../../${file}`,
    `CON`,
    `nul.txt`,
    `a/..`,
    `..`,
    `.`,
    `/`,
    ``,
    `a/`,
    `a/.`,
    `.../..`,
    `e\u0301/../../${file}`,
  ];
}

function contract(name: string, openDriver: () => Promise<StorageDriver>): void {
  describe(name, () => {
    let driver: StorageDriver;
    let storage: ObjectStorage;
    const bind = async (bytesMax: number | null = null): Promise<[TenantStorage, string]> => {
      const tenantId = await newTenant();
      return [storage.bind({ tenantId, storageBytesMax: bytesMax }), tenantId];
    };
    before(async () => {
      driver = await openDriver();
      storage = storageOn(driver);
    });
    after(async () => storage?.close());

    it("what is put comes back: text, bytes, streams, nothing, odd names", async () => {
      const [files] = await bind();
      const large = randomBytes(20_000_000);
      const bodies: [string, string | Uint8Array | AsyncIterable<Uint8Array>, Buffer][] = [
        ["text.txt", "grüezi", Buffer.from("grüezi")],
        ["bytes", Uint8Array.from([0, 255]), Buffer.from([0, 255])],
        ["empty", "", Buffer.alloc(0)],
        ["a/b/c/d.wav", Readable.from([large.subarray(0, 7_000_000), large.subarray(7_000_000)]), large],
        ["ünï 日本 (1) 😀/a+b=c & d.txt", "x", Buffer.from("x")],
        ["a'b\"c<d>|e?f*g.txt", "y", Buffer.from("y")],
        ["100% #1;.txt", "z", Buffer.from("z")],
      ];
      for (const [path, body, bytes] of bodies) {
        const put = await files.put(path, body, { contentType: "audio/wav" });
        assert.deepEqual([put.path, put.sizeBytes, put.contentType], [path, bytes.length, "audio/wav"]);
        assert.ok((await files.getBytes(path)).equals(bytes), path);
        assert.equal((await files.stat(path)).sizeBytes, bytes.length);
        assert.equal(await files.exists(path), true);
      }
      const sum = bodies.reduce((total, [, , bytes]) => total + bytes.length, 0);
      assert.deepEqual(await files.usage(), { usedBytes: sum, objects: bodies.length, bytesMax: null });
      await files.copy("text.txt", "copies/text.txt");
      assert.equal((await files.getBytes("copies/text.txt")).toString(), "grüezi");
      for (const [path] of bodies) await files.remove(path);
      await files.remove("copies/text.txt");
      assert.deepEqual(await files.usage(), { usedBytes: 0, objects: 0, bytesMax: null });
      await assert.rejects(files.get("text.txt"), refusedAs("storage.not_found"));
      await assert.rejects(files.stat("text.txt"), refusedAs("storage.not_found"));
      await files.remove("text.txt");
    });

    it("lists in pages, by prefix, only its own", async () => {
      const [files] = await bind();
      const [others] = await bind();
      const paths = Array.from(
        { length: 25 },
        (_, i) => `${i % 2 ? "a" : "b"}/${String(i).padStart(2, "0")}`,
      );
      for (const path of paths) await files.put(path, path);
      await others.put("a/99", "other");

      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await files.list("", { limit: 10, cursor });
        seen.push(...page.files.map((file) => file.path));
        cursor = page.cursor;
      } while (cursor !== undefined);

      assert.deepEqual(seen.toSorted(), paths.toSorted());
      assert.equal((await files.list("a/")).files.length, 12);
      assert.equal((await files.list("nope")).files.length, 0);
      await assert.rejects(files.list("a\u0000"), refusedAs("storage.bad_path"));
    });

    it("two tenants cannot reach each other by any path trick", async () => {
      const [victim, victimId] = await bind();
      const [thief, thiefId] = await bind();
      await victim.put("secret.txt", "secret");
      const list = tricks(victimId);
      assert.ok(list.length >= 40);
      for (const path of list) {
        const read = await thief.getBytes(path).catch((error) => {
          assert.ok(
            isTenancyError(error) && /^storage\.(bad_path|not_found)$/.test(error.code),
            `${path}: ${error}`,
          );
          return undefined;
        });
        assert.equal(read, undefined, path);
        const isAccepted = await thief.put(path, "stolen").then(
          () => true,
          (error) => {
            refusedAs("storage.bad_path")(error);
            return false;
          },
        );
        // An accepted name is a name like another: it lies with its tenant and can be read there.
        if (isAccepted) assert.equal((await thief.getBytes(path)).toString(), "stolen");
        if (isAccepted) await thief.signedUrl(path, { expiresIn: 60 });
        for (const act of [
          () => thief.remove(path),
          () => thief.copy(path, "mine"),
          () => thief.copy("mine", path),
          () => thief.stat(path),
          () => thief.exists(path),
          () => thief.list(path),
        ]) {
          await act().catch((error) => {
            assert.ok(
              isTenancyError(error) && /^storage\.(bad_path|not_found)$/.test(error.code),
              `${path}: ${error}`,
            );
          });
        }
        assert.equal((await victim.getBytes("secret.txt")).toString(), "secret", path);
      }
      assert.deepEqual(
        (await victim.list()).files.map((file) => file.path),
        ["secret.txt"],
      );
      const { used, sum } = await usedBytes(thiefId);
      assert.equal(used, sum);
      assert.deepEqual(await storage.countTenantObjects(victimId), { rows: 2, files: 1 });
    });

    it("the quota holds while writing, and a refused write leaves no trace", async () => {
      const [files, tenantId] = await bind(1_000_000);
      await files.put("old", Buffer.alloc(600_000, 1));

      await assert.rejects(files.put("new", Buffer.alloc(400_001)), refusedAs("storage.quota_exceeded"));
      let given = 0;
      const endless = (async function* () {
        for (;;) yield Buffer.alloc((given += 10_000) && 10_000);
      })();
      await assert.rejects(files.put("endless", endless), refusedAs("storage.quota_exceeded"));

      assert.ok(given < 500_000, `${given} bytes were taken`);
      assert.equal(await files.exists("endless"), false);
      assert.deepEqual(await usedBytes(tenantId), { used: 600_000, sum: 600_000, rows: 1 });
      assert.deepEqual(await storage.countTenantObjects(tenantId), { rows: 2, files: 1 });
      await files.put("new", Buffer.alloc(400_000));
    });

    it("overwriting counts the difference, and a failed overwrite leaves the old content", async () => {
      const [files, tenantId] = await bind(1_000_000);
      await files.put("f", Buffer.alloc(900_000, 1));
      await files.put("f", Buffer.alloc(950_000, 2));
      await files.put("f", Readable.from(repeated(Buffer.alloc(100_000, 3), 10)));

      await assert.rejects(files.put("f", Buffer.alloc(1_000_001)), refusedAs("storage.quota_exceeded"));
      const broken = (async function* () {
        yield Buffer.from("half");
        throw new Error("the client went away");
      })();
      await assert.rejects(files.put("f", broken), /went away/);

      assert.ok((await files.getBytes("f")).equals(Buffer.alloc(1_000_000, 3)));
      assert.deepEqual(await usedBytes(tenantId), { used: 1_000_000, sum: 1_000_000, rows: 1 });
      const smaller = storage.bind({ tenantId, storageBytesMax: 10 });
      await smaller.put("f", "ok");
      assert.deepEqual(await usedBytes(tenantId), { used: 2, sum: 2, rows: 1 });
    });

    it("concurrent writers cannot pass the quota together", async () => {
      const [files, tenantId] = await bind(1_000_000);

      const puts = await Promise.allSettled(
        Array.from({ length: 30 }, (_, i) =>
          files.put(
            `f${i}`,
            i % 2 ? Buffer.alloc(100_000) : Readable.from(repeated(Buffer.alloc(10_000), 10)),
          ),
        ),
      );

      const done = puts.filter((put) => put.status === "fulfilled").length;
      for (const put of puts) if (put.status === "rejected") refusedAs("storage.quota_exceeded")(put.reason);
      assert.ok(done >= 1 && done <= 10, `${done} were stored`);
      assert.deepEqual(await usedBytes(tenantId), { used: done * 100_000, sum: done * 100_000, rows: done });
      assert.equal((await storage.countTenantObjects(tenantId)).files, done);
    });

    it("any mix of puts and removals of few paths ends with exact counts and whole files", async () => {
      const [files, tenantId] = await bind(500_000);
      await Promise.all(
        Array.from({ length: 60 }, async (_, i) => {
          const path = `p${i % 4}`;
          if (i % 5 === 4) return files.remove(path);
          await files.put(path, Buffer.alloc(1_000 * (i + 1), i)).catch(refusedAs("storage.quota_exceeded"));
        }),
      );

      const { used, sum, rows } = await usedBytes(tenantId);
      assert.equal(used, sum);
      const listed = (await files.list()).files;
      assert.equal(listed.length, rows);
      for (const { path, sizeBytes } of listed) {
        const bytes = await files.getBytes(path);
        assert.equal(bytes.length, sizeBytes);
        assert.ok(
          bytes.every((byte) => byte === bytes[0]),
          "two writes were mixed",
        );
      }
      assert.equal((await storage.countTenantObjects(tenantId)).files, rows);
    });

    it("a stream that stands still is given up", async () => {
      const [, tenantId] = await bind();
      const impatient = storageOn(driver, 50).bind({ tenantId, storageBytesMax: null });
      const stuck = new Readable({ read() {} });
      stuck.push("x");

      await assert.rejects(impatient.put("f", stuck), refusedAs("storage.stalled"));

      assert.equal(stuck.destroyed, true);
      assert.deepEqual(await storage.countTenantObjects(tenantId), { rows: 1, files: 0 });
    });

    it("a write that the sweep gave up does not come back", async () => {
      const [files, tenantId] = await bind();
      await files.put("f", "old");
      const slow = (async function* () {
        yield Buffer.alloc(100);
        await storage.sweepStorage({ staleAfterMs: 0 });
        yield Buffer.alloc(100);
      })();

      await assert.rejects(files.put("f", slow), refusedAs("storage.write_lost"));

      assert.equal((await files.getBytes("f")).toString(), "old");
      assert.deepEqual(await usedBytes(tenantId), { used: 3, sum: 3, rows: 1 });
    });

    it("what a crash left is settled: a published file is counted, a missing one forgotten", async () => {
      const [files, tenantId] = await bind();
      const rows: [string, string, number][] = [];
      for (const path of ["published", "overwritten", "lost"]) {
        if (path !== "published") await files.put(path, "12345");
        const writeId = uuidv7();
        rows.push([`/writing/${writeId}/${path}`, "writing", 50]);
        if (path === "lost") await driver.remove(tenantId, path);
        else {
          const writer = await driver.begin({ tenantId, writeId, path });
          await writer.write(Buffer.alloc(50));
          await writer.finish();
          await writer.publish();
        }
      }
      await files.put("half-removed", "12345");
      await pool.query("update tenancy.stored_objects set status = 'removing' where path = 'half-removed'");
      for (const [path, status, size] of rows) {
        const insert =
          "insert into tenancy.stored_objects (tenant_id, path, status, size_bytes) values ($1, $2, $3, $4)";
        await pool.query(insert, [tenantId, path, status, size]);
        const charge = "update tenancy.storage_usage set used_bytes = used_bytes + $2 where tenant_id = $1";
        await pool.query(charge, [tenantId, size]);
      }

      assert.ok((await storage.sweepStorage({ staleAfterMs: 0 })) >= 4);

      assert.equal((await files.stat("published")).sizeBytes, 50);
      assert.equal((await files.stat("overwritten")).sizeBytes, 50);
      assert.equal(await files.exists("lost"), false);
      assert.equal(await files.exists("half-removed"), false);
      assert.deepEqual(await usedBytes(tenantId), { used: 100, sum: 100, rows: 2 });
      assert.equal(await storage.sweepStorage({ staleAfterMs: 0 }), 0);
    });

    it("erasing a tenant leaves nothing of it and all of another; it can be repeated", async () => {
      const [files, tenantId] = await bind();
      const [others, otherId] = await bind();
      for (let i = 0; i < 12; i++) await files.put(`d${i}/f`, "x");
      await others.put("f", "stays");

      const erased = await storage.eraseTenant(tenantId);

      assert.deepEqual(erased, { rows: 12, files: 12 });
      assert.deepEqual(await storage.countTenantObjects(tenantId), { rows: 0, files: 0 });
      assert.deepEqual(await storage.eraseTenant(tenantId), { rows: 0, files: 0 });
      assert.equal((await others.getBytes("f")).toString(), "stays");
      assert.deepEqual(await storage.countTenantObjects(otherId), { rows: 2, files: 1 });
    });

    it("a signed URL needs a file and a sensible time", async () => {
      const [files] = await bind();
      await files.put("f", "x");
      await assert.rejects(files.signedUrl("nope", { expiresIn: 60 }), refusedAs("storage.not_found"));
      for (const expiresIn of [0, -1, 1.5, Number.NaN, 7 * 86_400 + 1, "60" as unknown as number]) {
        await assert.rejects(files.signedUrl("f", { expiresIn }), refusedAs("storage.bad_expiry"));
      }
      assert.match(await files.signedUrl("f", { expiresIn: 60 }), /^https?:\/\//);
    });
  });
}

contract("files", () => FileDriver.open(join(folder, "files")));

const s3 = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };
let server: S3rver | undefined;
let s3Url = "";
after(async () => server?.close());
contract("S3", async () => {
  server = new S3rver({
    port: 0,
    address: "127.0.0.1",
    silent: true,
    directory: join(folder, "s3"),
    configureBuckets: [{ name: "tenancy", configs: [] }],
  });
  const { port } = await server.run();
  s3Url = `s3://tenancy/pre/fix?endpoint=${encodeURIComponent(`http://127.0.0.1:${port}`)}`;
  return S3StorageDriver.open({ url: s3Url, credentials: s3 });
});

describe("files on disk", () => {
  it("no link is followed: of a file, of a folder, of the tenant's root, for any call", async () => {
    const root = join(folder, "links");
    const storage = storageOn(await FileDriver.open(root));
    const [tenantId, victimId] = [await newTenant(), await newTenant()];
    const files = storage.bind({ tenantId, storageBytesMax: null });
    await storage.bind({ tenantId: victimId, storageBytesMax: null }).put("secret", "secret");
    await files.put("own", "x");
    const [home, secret] = [join(root, "tenants", tenantId), join(root, "tenants", victimId, "secret")];
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
    assert.equal(readFileSync(secret, "utf8"), "secret");
    assert.equal((await files.getBytes("file")).toString(), "mine");
    await storage.eraseTenant(tenantId);
    assert.equal(readFileSync(secret, "utf8"), "secret");
    assert.ok(existsSync("/etc/passwd") && !existsSync("/etc/tenancy-test"));

    symlinkSync(join(root, "tenants", victimId), home);
    await assert.rejects(files.get("secret"), refusedAs("storage.bad_path"));
    await assert.rejects(files.put("secret", "x"), refusedAs("storage.bad_path"));
  });

  it("folders, pipes and files in the way are told, not waited for", async () => {
    const root = join(folder, "odd");
    const storage = storageOn(await FileDriver.open(root));
    const tenantId = await newTenant();
    const files = storage.bind({ tenantId, storageBytesMax: null });
    await files.put("a/b", "x");
    await assert.rejects(files.get("a"), refusedAs("storage.not_found"));
    await assert.rejects(files.put("a", "x"), refusedAs("storage.bad_path"));
    await assert.rejects(files.put("a/b/c", "x"), refusedAs("storage.bad_path"));
    await assert.rejects(files.get("a/b/c"), refusedAs("storage.not_found"));
    assert.deepEqual(await usedBytes(tenantId), { used: 1, sum: 1, rows: 1 });
    const pipe = spawn("mkfifo", [join(root, "tenants", tenantId, "pipe")]);
    await once(pipe, "exit");
    await assert.rejects(files.get("pipe"), refusedAs("storage.not_found"));
    assert.deepEqual(
      (await files.list()).files.map((file) => file.path),
      ["a/b"],
    );
  });

  it("a signed URL opens one file until it expires, and none of its bits can change", async () => {
    const storage = storageOn(await FileDriver.open(join(folder, "signed")));
    const tenantId = await newTenant();
    const files = storage.bind({ tenantId, storageBytesMax: null });
    await files.put("a b/ü.txt", "content", { contentType: "text/plain" });
    const url = await files.signedUrl("a b/ü.txt", { expiresIn: 60 });
    const token = url.slice("https://h/f/".length);

    const opened = await storage.openSignedUrl(token);

    assert.equal(opened.tenantId, tenantId);
    assert.equal(opened.file.contentType, "text/plain");
    assert.equal((await opened.stream.toArray()).join(""), "content");
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
    const other = new ObjectStorage({
      driver: await FileDriver.open(join(folder, "signed")),
      pool,
      clock,
      rootKey: new RootKey(randomBytes(32)),
      signedUrlBase: "",
    });
    assert.throws(() => other.verifySignedUrl(token), refusedAs("storage.signature_invalid"));
    nowMs += 60_000;
    assert.throws(() => storage.verifySignedUrl(token), refusedAs("storage.signature_invalid"));
    nowMs -= 60_000;
  });

  it("kill -9 of a writer, mid-put and between publishing and commit, then the sweep: nothing lost, nothing left", async () => {
    const root = join(folder, "killed");
    const storage = storageOn(await FileDriver.open(root));
    for (const moment of ["mid", "published"]) {
      const tenantId = await newTenant();
      const files = storage.bind({ tenantId, storageBytesMax: 50_000_000 });
      await files.put("f", "old content");

      await killedWriter({ moment, root, tenantId });

      assert.equal((await usedBytes(tenantId)).rows, 2);
      assert.equal(await storage.sweepStorage(), 0, "a young write is left alone");
      assert.equal(await storage.sweepStorage({ staleAfterMs: 0 }), 1);
      const bytes = await files.getBytes("f");
      const expected = moment === "mid" ? Buffer.from("old content") : Buffer.alloc(1_000_000, 9);
      assert.ok(bytes.equals(expected));
      assert.deepEqual(await usedBytes(tenantId), { used: bytes.length, sum: bytes.length, rows: 1 });
      assert.deepEqual(await storage.countTenantObjects(tenantId), { rows: 2, files: 1 });
    }
  });

  it("a stream of 300 MB is stored in constant memory", async () => {
    const storage = storageOn(await FileDriver.open(join(folder, "large")));
    const files = storage.bind({ tenantId: await newTenant(), storageBytesMax: null });
    const before = process.memoryUsage().rss;
    await files.put("f", Readable.from(repeated(Buffer.alloc(1_000_000), 300)));
    assert.ok(process.memoryUsage().rss - before < 150_000_000);
    await files.remove("f");
  });
});

/** A process of its own that writes 1 MB over `f` and is killed at the moment given. */
async function killedWriter(options: { moment: string; root: string; tenantId: string }): Promise<void> {
  const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
  const program = `
    import pg from ${JSON.stringify(import.meta.resolve("pg"))};
    import { FileDriver } from ${here("./file-driver.ts")};
    import { ObjectStorage } from ${here("./storage.ts")};
    import { RootKey } from ${here("../keys/derive.ts")};
    const real = await FileDriver.open(${JSON.stringify(options.root)});
    const say = () => { process.stdout.write("now"); return new Promise(() => setInterval(() => {}, 1000)); };
    const driver = Object.create(real, { begin: { value: async (write) => {
      const writer = await real.begin(write);
      const publish = writer.publish.bind(writer);
      writer.publish = async () => { await publish(); await say(); };
      return writer;
    } } });
    for (const name of ["read", "size", "remove"]) driver[name] = real[name].bind(real);
    const pool = new pg.Pool({ connectionString: ${JSON.stringify(database.url)} });
    const storage = new ObjectStorage({ driver, pool, rootKey: new RootKey(Buffer.alloc(32, 7)), signedUrlBase: "" });
    const body = async function* () {
      yield Buffer.alloc(1_000_000, 9);
      if (${JSON.stringify(options.moment)} === "mid") await say();
    };
    await storage.bind({ tenantId: ${JSON.stringify(options.tenantId)}, storageBytesMax: null }).put("f", body());
  `;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(child.stdout, "data");
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("S3 beside the contract", () => {
  it("a presigned URL gives the file, and not another's", async () => {
    const storage = storageOn(await S3StorageDriver.open({ url: s3Url, credentials: s3 }));
    const [a, b] = [await newTenant(), await newTenant()];
    await storage
      .bind({ tenantId: a, storageBytesMax: null })
      .put("f.html", "a's", { contentType: "text/html" });
    await storage.bind({ tenantId: b, storageBytesMax: null }).put("f.html", "b's");
    const url = await storage
      .bind({ tenantId: a, storageBytesMax: null })
      .signedUrl("f.html", { expiresIn: 60 });

    const answer = await fetch(url);

    assert.equal(await answer.text(), "a's");
    assert.match(url, /X-Amz-Expires=60&.*X-Amz-Signature=/);
    assert.match(url, /response-content-disposition=attachment/);
    await storage.close();
  });

  it("URLs are parsed, and faults are named", () => {
    assert.deepEqual(parseS3Url("s3://b/p/q/?region=eu-west-1"), {
      bucket: "b",
      prefix: "p/q/",
      region: "eu-west-1",
      endpoint: undefined,
    });
    for (const url of [
      "s3://",
      "s3://k:s@b",
      "s3://b?bucket=x",
      "s3://b?endpoint=x",
      `s3://b/${"p".repeat(65)}`,
      "http://b",
    ]) {
      assert.throws(() => parseS3Url(url), refusedAs("storage.bad_url"));
    }
  });
});

describe("parseStoragePath", () => {
  const refused: [unknown, string][] = [
    [7, "a path is a text"],
    ["", "it is empty"],
    ["/a", "it is absolute"],
    ["a\\b", "it has a backslash"],
    ["c:a", "it begins with a drive"],
    ["a//b", "it has an empty segment"],
    ["a/", "it has an empty segment"],
    ["a/../b", "it has the segment `..`"],
    ["./a", "it has the segment `.`"],
    ["a./b", "the segment `a.` ends in a dot or a space"],
    ["a /b", "the segment `a ` ends in a dot or a space"],
    ["a/COM1.txt", "`COM1.txt` is a device on Windows"],
    ["aux", "`aux` is a device on Windows"],
    ["a\u0000", "U+0000 is a control character"],
    ["a\u202eb", "U+202E changes the direction of writing"],
    ["a\u200bb", "U+200B cannot be seen"],
    ["e\u0301", "it is not in Unicode normal form C"],
    ["a\ud800", "it holds half a character (a lone surrogate)"],
    ["x".repeat(256), "a segment has 256 bytes"],
    ["é".repeat(451), "it has 902 bytes"],
    ["a/".repeat(65) + "b", "it has 66 segments"],
  ];
  for (const [path, reason] of refused) {
    it(`refuses ${JSON.stringify(path).slice(0, 30)}`, () => {
      assert.throws(() => parseStoragePath(path), {
        code: "storage.bad_path",
        details: { ...{ reason }, path: match(path) },
      });
    });
  }

  it("what it accepts stays below any root, in one spelling", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.stringMatching(/^[a./\\ ]{1,12}$/)),
        (text) => {
          try {
            const path = parseStoragePath(text);
            assert.equal(join("/root", path), `/root/${path}`);
            assert.equal(path.normalize("NFC"), path);
          } catch (error) {
            assert.ok(isTenancyError(error, "storage.bad_path"), String(error));
          }
        },
      ),
      { numRuns: 10_000 },
    );
  });
});

function match(path: unknown): unknown {
  try {
    parseStoragePath(path);
  } catch (error) {
    if (isTenancyError(error)) return error.details["path"];
  }
  return undefined;
}
