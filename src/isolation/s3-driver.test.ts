import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type S3Server, startS3 } from "../../test/support/s3.ts";
import { openStorageHouse, type StorageHouse } from "../../test/support/storage.ts";
import { isTenancyError } from "../base/errors.ts";
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
  it("a presigned URL gives the file, and not another's", async () => {
    const storage = house.storageOn(await openDriver());
    const [a, b] = [await house.newTenant(), await house.newTenant()];
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
