import type { Readable } from "node:stream";
import type { ListMultipartUploadsCommandOutput, S3Client } from "@aws-sdk/client-s3";
import type { S3Driver as FlyDrive } from "flydrive/drivers/s3";
import { isUuid } from "../base/ids.ts";
import { isolationError } from "./errors.ts";
import { S3Writer } from "./s3-writer.ts";
import type { ByteRange, PendingWrite, StorageDriver, StorageWriter } from "./storage-driver.ts";

export interface S3DriverOptions {
  /** `s3://bucket/prefix?region=eu-west-1&endpoint=https://…`; with an endpoint the bucket stands in the path. */
  readonly url: string;
  /** Default: what the AWS SDK finds in environment, profile or machine. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface S3Place {
  readonly bucket: string;
  /** Empty, or ending in a slash. */
  readonly prefix: string;
  readonly region: string;
  readonly endpoint: string | undefined;
}

export interface S3Parts {
  readonly sdk: typeof import("@aws-sdk/client-s3");
  readonly client: S3Client;
  readonly bucket: string;
}

const PREFIX_CHARACTERS_MAX = 64;
const CONNECTION_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 60_000;
/** Of a page of keys, in a list and in a removal. */
const KEYS_MAX = 1_000;

/** @throws `storage.bad_url` */
export function parseS3Url(text: string): S3Place {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const refuse = (reason: string) => isolationError("storage.bad_url", { reason });
  if (url?.protocol !== "s3:" || url.hostname === "") throw refuse("it names no bucket");
  if (url.username || url.password) throw refuse("credentials do not belong there");
  const unknown = [...url.searchParams.keys()].find((key) => key !== "region" && key !== "endpoint");
  if (unknown !== undefined)
    throw refuse(`it has the option \`${unknown}\`; it may have region and endpoint`);
  const endpoint = url.searchParams.get("endpoint") ?? undefined;
  if (endpoint !== undefined && !/^https?:\/\/[^/?#]+\/?$/.test(endpoint))
    throw refuse("its endpoint is no URL");
  const prefix = decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, "");
  if (prefix.length > PREFIX_CHARACTERS_MAX) throw refuse(`its prefix has ${prefix.length} characters`);
  return {
    bucket: url.hostname,
    prefix: prefix === "" ? "" : `${prefix}/`,
    region: url.searchParams.get("region") ?? "us-east-1",
    endpoint,
  };
}

/**
 * Objects in an S3 bucket, `<prefix>tenants/<tenantId>/<path>`, by FlyDrive and, for uploads in parts, by the SDK
 * that it uses. Objects appear when they are complete, so nothing is renamed. Give the bucket a lifecycle rule that
 * ends incomplete uploads after a day: a server that cannot list them leaves them to it.
 */
export class S3StorageDriver implements StorageDriver {
  readonly #parts: S3Parts;
  readonly #fly: FlyDrive;
  readonly #prefix: string;

  private constructor(parts: S3Parts, fly: FlyDrive, prefix: string) {
    this.#parts = parts;
    this.#fly = fly;
    this.#prefix = prefix;
  }

  /** @throws `storage.bad_url`, `storage.sdk_missing` */
  static async open(options: S3DriverOptions): Promise<S3StorageDriver> {
    const { bucket, prefix, region, endpoint } = parseS3Url(options.url);
    const { sdk, S3Driver } = await loadSdk();
    const client = new sdk.S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
      // Checksums in trailers are AWS only; other servers of the dialect refuse them.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      requestHandler: { connectionTimeout: CONNECTION_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS },
    });
    const fly = new S3Driver({ client, bucket, visibility: "private", supportsACL: false });
    return new S3StorageDriver({ sdk, client, bucket }, fly, prefix);
  }

  async begin(write: PendingWrite): Promise<StorageWriter> {
    const contentType = write.contentType ?? "application/octet-stream";
    return new S3Writer(this.#parts, this.#key(write.tenantId, write.path), contentType);
  }

  async read(tenantId: string, path: string, range?: ByteRange): Promise<Readable> {
    const { sdk, client, bucket: Bucket } = this.#parts;
    const Key = this.#key(tenantId, path);
    try {
      if (!range) return await this.#fly.getStream(Key);
      const Range = `bytes=${range.first}-${range.last}`;
      // In Node the SDK's body is a Readable.
      return (await client.send(new sdk.GetObjectCommand({ Bucket, Key, Range }))).Body as Readable;
    } catch (error) {
      throw isMissing(error) ? isolationError("storage.not_found", { path }) : error;
    }
  }

  async size(tenantId: string, path: string): Promise<number | undefined> {
    try {
      return (await this.#fly.getMetaData(this.#key(tenantId, path))).contentLength;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async remove(tenantId: string, path: string): Promise<void> {
    await this.#fly.delete(this.#key(tenantId, path));
  }

  /** An upload is known by its key only: while another writes there, theirs is not to be touched. */
  async sweep(write: PendingWrite, isAlone: boolean): Promise<void> {
    if (!isAlone) return;
    const key = this.#key(write.tenantId, write.path);
    for (const upload of await this.#uploads(key)) {
      if (upload.key === key) await this.#abort(upload);
    }
  }

  async eraseTenant(tenantId: string): Promise<number> {
    const { sdk, client, bucket: Bucket } = this.#parts;
    let files = 0;
    for (const upload of await this.#uploads(this.#key(tenantId, ""))) {
      await this.#abort(upload);
      files += 1;
    }
    for (;;) {
      const keys = (await this.#page(tenantId)).keys;
      if (keys.length === 0) return files;
      const Objects = keys.map((Key) => ({ Key }));
      const { Errors } = await client.send(
        new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
      );
      if (Errors?.[0]) throw new Error(`S3 does not delete ${Errors[0].Key}: ${Errors[0].Message}`);
      files += keys.length;
    }
  }

  async countTenant(tenantId: string): Promise<number> {
    let files = (await this.#uploads(this.#key(tenantId, ""))).length;
    let next: string | undefined;
    do {
      const page = await this.#page(tenantId, next);
      files += page.keys.length;
      next = page.next;
    } while (next !== undefined);
    return files;
  }

  async signUrl(tenantId: string, path: string, expiresInSeconds: number): Promise<string> {
    const name = path.split("/").at(-1) ?? "";
    return this.#fly.getSignedUrl(this.#key(tenantId, path), {
      expiresIn: expiresInSeconds,
      // What a stranger stored is saved, not shown, by the browser of whoever opens it.
      contentDisposition: `attachment; filename*=UTF-8''${encodeURIComponent(name).replaceAll("'", "%27")}`,
    });
  }

  async close(): Promise<void> {
    this.#parts.client.destroy();
  }

  #key(tenantId: string, path: string): string {
    if (!isUuid(tenantId)) throw new RangeError(`Expected a tenant's id, got ${JSON.stringify(tenantId)}`);
    return `${this.#prefix}tenants/${tenantId}/${path}`;
  }

  async #page(tenantId: string, token?: string): Promise<{ keys: string[]; next: string | undefined }> {
    const { sdk, client, bucket } = this.#parts;
    const page = await client.send(
      new sdk.ListObjectsV2Command({
        Bucket: bucket,
        Prefix: this.#key(tenantId, ""),
        MaxKeys: KEYS_MAX,
        ContinuationToken: token,
      }),
    );
    const keys = (page.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    return { keys, next: page.IsTruncated ? page.NextContinuationToken : undefined };
  }

  /** Uploads under way; none where the server does not list them. */
  async #uploads(prefix: string): Promise<{ key: string; id: string }[]> {
    const { sdk, client, bucket } = this.#parts;
    const found: { key: string; id: string }[] = [];
    let after: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
    do {
      const command = new sdk.ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...after });
      let page: ListMultipartUploadsCommandOutput;
      try {
        page = await client.send(command);
      } catch (error) {
        if (statusOf(error) === 501) return found;
        throw error;
      }
      for (const { Key, UploadId } of page.Uploads ?? []) {
        if (Key !== undefined && UploadId !== undefined) found.push({ key: Key, id: UploadId });
      }
      after = page.IsTruncated
        ? { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
        : {};
    } while (after.KeyMarker !== undefined);
    return found;
  }

  async #abort({ key, id }: { key: string; id: string }): Promise<void> {
    const { sdk, client, bucket } = this.#parts;
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: id }));
  }
}

async function loadSdk() {
  try {
    const [sdk, { S3Driver }] = await Promise.all([
      import("@aws-sdk/client-s3"),
      import("flydrive/drivers/s3"),
      import("@aws-sdk/s3-request-presigner"),
    ]);
    return { sdk, S3Driver };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw isolationError("storage.sdk_missing", {}, { cause });
  }
}

function isMissing(error: unknown): boolean {
  return statusOf(error) === 404;
}

function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}
