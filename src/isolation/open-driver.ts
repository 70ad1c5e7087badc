import { fileURLToPath } from "node:url";
import { isolationError } from "./errors.ts";
import { FileDriver } from "./file-driver.ts";
import { S3StorageDriver } from "./s3-driver.ts";
import type { StorageDriver } from "./storage-driver.ts";

/**
 * The driver that TENANT_STORAGE_URL names.
 *
 * @throws `storage.bad_url`, `storage.sdk_missing`
 * @example await openStorageDriver("file:///var/lib/tenancy/storage")
 */
export async function openStorageDriver(url: string): Promise<StorageDriver> {
  if (url.startsWith("s3:")) return S3StorageDriver.open({ url });
  try {
    return await FileDriver.open(fileURLToPath(url));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw isolationError("storage.bad_url", { reason }, { cause });
  }
}
