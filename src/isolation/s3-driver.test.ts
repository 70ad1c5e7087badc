import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type S3Server, startS3 } from "../../test/support/s3.ts";
import { openStorageHouse, type StorageHouse } from "../../test/support/storage.ts";
import { isTenancyError } from "../base/errors.ts";
import { uuidv7 } from "../base/ids.ts";
import { parseS3Url, S3StorageDriver } from "./s3-driver.ts";

let server: S3Server;
let house: StorageHouse;
before(async () => {
  house = await openStorageHouse();
  server = await startS3(join(house.folder, "s3"));
});
after(async () => {
  await server?.[Symbol.asyncDispose]();
  await house?.[Symbol.asyncDispose]();
});

describe("S3 beside the contract of storage.test.ts", () => {
  it("the store's own URL gives out a file from before they were sealed; of a sealed one the URL is ours", async () => {
    const driver = await openDriver();
    const storage = house.storageOn(driver);
    const [a, b] = [await house.newTenant(), await house.newTenant()];
    for (const [tenantId, content] of [
      [a, "a's"],
      [b, "b's"],
    ] as const) {
      const writer = await driver.begin({
        tenantId,
        writeId: uuidv7(),
        path: "f.html",
        contentType: "text/html",
      });
      await writer.write(Buffer.from(content));
      await writer.finish();
      await writer.publish();
      await house.pool.query(
        `insert into tenancy.stored_objects (tenant_id, path, status, size_bytes)
         values ($1, 'f.html', 'stored', 3)`,
        [tenantId],
      );
    }
    const files = storage.bind({ tenantId: a, storageBytesMax: null });
    const url = await files.signedUrl("f.html", { expiresIn: 60 });
    await files.put("sealed.html", "sealed");

    const answer = await fetch(url);

    assert.equal(await answer.text(), "a's");
    assert.match(url, /X-Amz-Expires=60&.*X-Amz-Signature=/);
    assert.match(url, /response-content-disposition=attachment/);
    const ours = await files.signedUrl("sealed.html", { expiresIn: 60 });
    assert.ok(ours.startsWith("https://h/f/"), ours);
    const opened = await storage.openSignedUrl(ours.slice("https://h/f/".length));
    assert.equal((await (await opened.read()).toArray()).join(""), "sealed");
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

function openDriver(): Promise<S3StorageDriver> {
  const url = `s3://${server.bucket}?endpoint=${encodeURIComponent(server.endpoint)}`;
  return S3StorageDriver.open({ url, credentials: server.credentials });
}

function refusedAs(code: string) {
  return (error: unknown) => {
    assert.ok(isTenancyError(error, code), String(error));
    return true;
  };
}
