import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import { after, before, describe, it } from "node:test";
import { pathTricks } from "../../test/support/path-tricks.ts";
import { type S3Server, startS3 } from "../../test/support/s3.ts";
import { openStorageHouse, type StorageHouse } from "../../test/support/storage.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { FileDriver } from "./file-driver.ts";
import { S3StorageDriver } from "./s3-driver.ts";
import type { ObjectStorage, TenantStorage } from "./storage.ts";
import type { StorageDriver } from "./storage-driver.ts";

let house: StorageHouse;
before(async () => {
  house = await openStorageHouse();
});
after(async () => house?.[Symbol.asyncDispose]());

function contract(name: string, openDriver: () => Promise<StorageDriver>): void {
  describe(name, () => {
    let driver: StorageDriver;
    let storage: ObjectStorage;
    const bind = async (bytesMax: number | null = null): Promise<[TenantStorage, string]> => {
      const tenantId = await house.newTenant();
      return [storage.bind({ tenantId, storageBytesMax: bytesMax }), tenantId];
    };
    before(async () => {
      driver = await openDriver();
      storage = house.storageOn(driver);
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
      const list = pathTricks(victimId);
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
      const { used, sum } = await house.usedBytes(thiefId);
      assert.equal(used, sum);
      assert.deepEqual(await storage.countTenantObjects(victimId), { rows: 2, files: 1 });
    });

    it("the quota holds while writing, and a refused write leaves no trace", async () => {
      const [files, tenantId] = await bind(1_000_000);
      await files.put("old", Buffer.alloc(600_000, 1));

      await assert.rejects(files.put("new", Buffer.alloc(400_001)), refusedAs("storage.quota_exceeded"));
      let given = 0;
      const endless = (async function* () {
        for (;;) {
          given += 10_000;
          yield Buffer.alloc(10_000);
        }
      })();
      await assert.rejects(files.put("endless", endless), refusedAs("storage.quota_exceeded"));

      assert.ok(given < 500_000, `${given} bytes were taken`);
      assert.equal(await files.exists("endless"), false);
      assert.deepEqual(await house.usedBytes(tenantId), { used: 600_000, sum: 600_000, rows: 1 });
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
      assert.deepEqual(await house.usedBytes(tenantId), { used: 1_000_000, sum: 1_000_000, rows: 1 });
      const smaller = storage.bind({ tenantId, storageBytesMax: 10 });
      await smaller.put("f", "ok");
      assert.deepEqual(await house.usedBytes(tenantId), { used: 2, sum: 2, rows: 1 });
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
      assert.deepEqual(await house.usedBytes(tenantId), {
        used: done * 100_000,
        sum: done * 100_000,
        rows: done,
      });
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

      const { used, sum, rows } = await house.usedBytes(tenantId);
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
      const impatient = house
        .storageOn(driver, { stallTimeoutMs: 50 })
        .bind({ tenantId, storageBytesMax: null });
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
      assert.deepEqual(await house.usedBytes(tenantId), { used: 3, sum: 3, rows: 1 });
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
      await house.pool.query(
        "update tenancy.stored_objects set status = 'removing' where path = 'half-removed'",
      );
      for (const [path, status, size] of rows) {
        const insert =
          "insert into tenancy.stored_objects (tenant_id, path, status, size_bytes) values ($1, $2, $3, $4)";
        await house.pool.query(insert, [tenantId, path, status, size]);
        const charge = "update tenancy.storage_usage set used_bytes = used_bytes + $2 where tenant_id = $1";
        await house.pool.query(charge, [tenantId, size]);
      }

      assert.ok((await storage.sweepStorage({ staleAfterMs: 0 })) >= 4);

      assert.equal((await files.stat("published")).sizeBytes, 50);
      assert.equal((await files.stat("overwritten")).sizeBytes, 50);
      assert.equal(await files.exists("lost"), false);
      assert.equal(await files.exists("half-removed"), false);
      assert.deepEqual(await house.usedBytes(tenantId), { used: 100, sum: 100, rows: 2 });
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

contract("files", () => FileDriver.open(join(house.folder, "files")));

let s3: S3Server | undefined;
after(async () => s3?.[Symbol.asyncDispose]());
contract("S3", async () => {
  s3 = await startS3(join(house.folder, "s3"));
  const url = `s3://${s3.bucket}/pre/fix?endpoint=${encodeURIComponent(s3.endpoint)}`;
  return S3StorageDriver.open({ url, credentials: s3.credentials });
});

async function* repeated(chunk: Buffer, times: number) {
  for (let i = 0; i < times; i++) yield chunk;
}

function refusedAs(code: string) {
  return (error: unknown) => {
    assert.ok(isTenancyError(error, code), String(error));
    return true;
  };
}
