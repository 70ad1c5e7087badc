import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { encryptionOf } from "../../test/support/keys.ts";
import { type S3Server, startS3 } from "../../test/support/s3.ts";
import { openStorageHouse, type StorageHouse } from "../../test/support/storage.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { FileDriver } from "./file-driver.ts";
import { fileKeysPlace } from "./file-keys.ts";
import { S3StorageDriver } from "./s3-driver.ts";
import type { ObjectStorage } from "./storage.ts";
import type { StorageDriver } from "./storage-driver.ts";

let house: StorageHouse;
before(async () => {
  house = await openStorageHouse();
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

const CHUNK = 65_536;
const unreadable = (error: unknown) => isTenancyError(error, "sealed.unreadable");

function contract(name: string, openDriver: () => Promise<StorageDriver>) {
  describe(`sealed files in ${name}`, () => {
    let driver: StorageDriver;
    let storage: ObjectStorage;
    before(async () => {
      driver = await openDriver();
      storage = house.storageOn(driver);
    });
    after(async () => {
      await storage.close();
    });

    const bind = async (storageBytesMax: number | null = null) => {
      const tenantId = await house.newTenant();
      return [storage.bind({ tenantId, storageBytesMax }), tenantId] as const;
    };
    const rawOf = async (tenantId: string, path: string) => buffer(await driver.read(tenantId, path));
    const overwrite = async (tenantId: string, path: string, bytes: Buffer) => {
      const writer = await driver.begin({ tenantId, writeId: uuidv7(), path });
      await writer.write(bytes);
      await writer.finish();
      await writer.publish();
    };

    it("what lies in the store is not the content, and size and quota are those of the content", async () => {
      const [files, tenantId] = await bind(300_000);
      for (const size of [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK]) {
        const content = Buffer.alloc(size, "secret ");
        const path = `f${size}`;

        const stored = await files.put(path, content);

        assert.equal(stored.sizeBytes, size);
        assert.ok((await files.getBytes(path)).equals(content));
        const raw = await rawOf(tenantId, path);
        assert.equal(raw.length, 24 + size + 16 * Math.max(1, Math.ceil(size / CHUNK)));
        assert.ok(!raw.includes("secret"));
        assert.deepEqual((await house.usedBytes(tenantId)).used, size);
        await files.remove(path);
      }
      await files.put("full", Buffer.alloc(300_000));
      await assert.rejects(files.put("more", "x"), (e) => isTenancyError(e, "storage.quota_exceeded"));
    });

    it("files from before they were sealed are read as they are, until they are put anew", async () => {
      const [files, tenantId] = await bind();
      for (const content of ["plain content", "", `TNCYFIL1${"x".repeat(30)}`]) {
        await overwrite(tenantId, "old.txt", Buffer.from(content));
        await house.pool.query(
          `insert into tenancy.stored_objects (tenant_id, path, status, size_bytes)
           values ($1, 'old.txt', 'stored', $2)`,
          [tenantId, content.length],
        );
        assert.equal((await files.getBytes("old.txt")).toString(), content);
        if (content.length > 5) {
          assert.equal((await buffer(await files.get("old.txt", { first: 2, last: 4 }))).length, 3);
        }
        await house.pool.query("delete from tenancy.stored_objects where tenant_id = $1", [tenantId]);
      }
      await files.put("old.txt", "new");
      assert.equal((await files.getBytes("old.txt")).toString(), "new");
      assert.ok(!(await rawOf(tenantId, "old.txt")).includes("new"));
    });

    it("any range is the same as of the whole", async () => {
      const [files] = await bind();
      const content = randomBytes(3 * CHUNK + 1_234);
      await files.put("f", content);
      const at = fc.nat({ max: content.length - 1 });
      const edge = fc.constantFrom(0, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, content.length - 1);

      await fc.assert(
        fc.asyncProperty(fc.oneof(at, edge), fc.oneof(at, edge), async (one, two) => {
          const range = { first: Math.min(one, two), last: Math.max(one, two) };
          const part = await buffer(await files.get("f", range));
          assert.ok(part.equals(content.subarray(range.first, range.last + 1)));
        }),
        { numRuns: 25 },
      );
      for (const range of [
        { first: -1, last: 2 },
        { first: 2, last: 1 },
        { first: 0, last: content.length },
        { first: 0.5, last: 2 },
      ]) {
        await assert.rejects(files.get("f", range), (e) => isTenancyError(e, "storage.bad_range"));
      }
    });

    it("a changed bit, a cut, chunks moved or repeated: nothing wrong is ever given out", async () => {
      const [files, tenantId] = await bind();
      const content = randomBytes(2 * CHUNK + 100);
      await files.put("f", content);
      const raw = await rawOf(tenantId, "f");
      const chunk = (n: number) => raw.subarray(24 + n * (CHUNK + 16), 24 + (n + 1) * (CHUNK + 16));
      const header = raw.subarray(0, 24);
      const flipped = (at: number) => {
        const copy = Buffer.from(raw);
        copy[at] = (copy[at] ?? 0) ^ 1;
        return copy;
      };
      const forgeries = {
        "a flipped bit of the header's magic": flipped(0),
        "of the header's write": flipped(10),
        "of the first chunk": flipped(30),
        "of the last tag": flipped(raw.length - 1),
        "cut after a chunk": Buffer.concat([header, chunk(0)]),
        "cut after two chunks": Buffer.concat([header, chunk(0), chunk(1)]),
        "cut within a tag": raw.subarray(0, -3),
        "nothing but a header": header,
        nothing: Buffer.alloc(0),
        "chunks changed about": Buffer.concat([header, chunk(1), chunk(0), chunk(2)]),
        "a chunk twice": Buffer.concat([header, chunk(0), chunk(0), chunk(1), chunk(2)]),
        "bytes behind": Buffer.concat([raw, Buffer.from("x")]),
        "a plain file": Buffer.from("looks fine"),
      };

      for (const [name, forged] of Object.entries(forgeries)) {
        await overwrite(tenantId, "f", forged);
        const given: Buffer[] = [];
        await assert.rejects(
          async () => {
            for await (const piece of await files.get("f")) given.push(piece as Buffer);
          },
          unreadable,
          name,
        );
        const prefix = Buffer.concat(given);
        assert.ok(prefix.equals(content.subarray(0, prefix.length)), name);
      }
      await overwrite(tenantId, "f", raw);
      assert.ok((await files.getBytes("f")).equals(content));
    });

    it("a file moved to another path or tenant, or an older one put back, does not open", async () => {
      const [files, tenantId] = await bind();
      const [others, otherId] = await bind();
      await files.put("a", "content of a");
      const older = await rawOf(tenantId, "a");
      await files.put("b", "content of b");
      await others.put("a", "content of another");

      await overwrite(tenantId, "b", older);
      await overwrite(otherId, "a", older);
      await files.put("a", "newer content");
      await overwrite(tenantId, "a", older);

      await assert.rejects(files.getBytes("b"), unreadable);
      await assert.rejects(others.getBytes("a"), unreadable);
      await assert.rejects(files.getBytes("a"), unreadable);
      // The victim's row as well: key and write id copied to a row of the thief's.
      await house.pool.query(
        `update tenancy.stored_objects t set write_id = v.write_id, sealed_key = v.sealed_key
         from tenancy.stored_objects v where v.tenant_id = $1 and v.path = 'a' and t.tenant_id = $2`,
        [tenantId, otherId],
      );
      await files.put("a", "newest content");
      await overwrite(otherId, "a", await rawOf(tenantId, "a"));
      await assert.rejects(others.getBytes("a"), unreadable);
    });

    it("a rotation of keys touches the rows alone: all files open, none is under the old key", async () => {
      const [files, tenantId] = await bind();
      for (let i = 0; i < 7; i++) await files.put(`d/f${i}`, `content ${i}`);
      const before = await rawOf(tenantId, "d/f3");
      const clock = { now: () => new Date() };
      const places = [fileKeysPlace(house.keyring, house.pool)];
      const encryption = encryptionOf({ ...house, clock, custodians: house.custodians }, house.keyring, {
        places,
      });

      await encryption.rotate({ tenantId }, { actor: "test" });

      assert.ok((await rawOf(tenantId, "d/f3")).equals(before));
      const keys = (await encryption.keys({ tenantId })).filter(({ purpose }) => purpose === "storage");
      assert.deepEqual(
        keys.map(({ number, status, values }) => [number, status, values]),
        [
          [2, "current", 7],
          [1, "retired", 0],
        ],
      );
      for (let i = 0; i < 7; i++) assert.equal((await files.getBytes(`d/f${i}`)).toString(), `content ${i}`);
    });
  });
}

contract("a folder", () => FileDriver.open(join(house.folder, "sealed")));

let s3: S3Server | undefined;
after(async () => s3?.[Symbol.asyncDispose]());
contract("S3", async () => {
  s3 = await startS3(join(house.folder, "sealed-s3"));
  const url = `s3://${s3.bucket}/p?endpoint=${encodeURIComponent(s3.endpoint)}`;
  return S3StorageDriver.open({ url, credentials: s3.credentials });
});

// The store of the S3 tests lives in this process and cuts off readers of what it replaces.
describe("sealed files in a folder, under load", () => {
  const open = async () => {
    const storage = house.storageOn(await FileDriver.open(join(house.folder, "load")));
    return [storage.bind({ tenantId: await house.newTenant(), storageBytesMax: null })] as const;
  };

  it("readers beside a writer of the same path see one whole version or another", async () => {
    const [files] = await open();
    await files.put("f", Buffer.alloc(100_000, 0));
    let isOver = false;
    const writing = (async () => {
      for (let i = 1; i <= 15; i++) await files.put("f", Buffer.alloc(100_000, i));
      isOver = true;
    })();
    while (!isOver) {
      const bytes = await files.getBytes("f");
      assert.equal(bytes.length, 100_000);
      assert.ok(bytes.every((byte) => byte === bytes[0]));
    }
    await writing;
  });

  it("a large file passes through in constant memory, both ways", async () => {
    const [files] = await open();
    const size = 48 * 1024 * 1024;
    const piece = randomBytes(1024 * 1024);
    let peak = 0;
    // Only what is held counts, not what the collector has not come to yet.
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    collect();
    const base = process.memoryUsage().arrayBuffers;
    const note = () => {
      collect();
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - base);
    };
    async function* source() {
      for (let i = 0; i < size / piece.length; i++) {
        note();
        yield piece;
      }
    }

    await files.put("large", Readable.from(source(), { objectMode: false }));
    let read = 0;
    for await (const bytes of await files.get("large")) {
      read += (bytes as Buffer).length;
      if (read % (1024 * 1024) < 65_536) note();
    }

    assert.equal(read, size);
    assert.ok(peak < size / 3, `${Math.round(peak / 2 ** 20)} MiB at the peak`);
  });
});
