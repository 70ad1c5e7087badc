import type { S3Parts } from "./s3-driver.ts";
import type { StorageWriter } from "./storage-driver.ts";

/** S3 takes parts of 5 MiB and more, 10,000 of them: files up to 160 GB, with one part in memory. */
const PART_BYTES = 16 * 1024 * 1024;
const PARTS_MAX = 10_000;

/** Collects one part at a time. A file of one part is one request; a larger one is an upload in parts. */
export class S3Writer implements StorageWriter {
  readonly #parts: S3Parts;
  readonly #target: { readonly Bucket: string; readonly Key: string };
  readonly #contentType: string;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #uploadId: string | undefined;
  readonly #uploaded: { PartNumber: number; ETag: string | undefined }[] = [];
  #isPublished = false;
  #isDone = false;

  constructor(parts: S3Parts, key: string, contentType: string) {
    this.#parts = parts;
    this.#target = { Bucket: parts.bucket, Key: key };
    this.#contentType = contentType;
  }

  get isPublished(): boolean {
    return this.#isPublished;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let offset = 0; offset < bytes.length; ) {
      const taken = bytes.subarray(offset, offset + PART_BYTES - this.#heldBytes);
      // A copy: the source may use its buffer again.
      this.#held.push(Uint8Array.from(taken));
      this.#heldBytes += taken.length;
      offset += taken.length;
      if (this.#heldBytes === PART_BYTES) await this.#uploadPart();
    }
  }

  async finish(): Promise<void> {
    if (this.#uploadId !== undefined && this.#heldBytes > 0) await this.#uploadPart();
  }

  async publish(): Promise<void> {
    if (this.#isDone) return;
    const { sdk, client } = this.#parts;
    // From here on an answer that is lost leaves us in doubt.
    this.#isPublished = true;
    if (this.#uploadId === undefined) {
      const Body = Buffer.concat(this.#held);
      await client.send(new sdk.PutObjectCommand({ ...this.#target, Body, ContentType: this.#contentType }));
    } else {
      await client.send(
        new sdk.CompleteMultipartUploadCommand({
          ...this.#target,
          UploadId: this.#uploadId,
          MultipartUpload: { Parts: this.#uploaded },
        }),
      );
    }
    this.#isDone = true;
  }

  async discard(): Promise<void> {
    this.#held = [];
    this.#heldBytes = 0;
    if (this.#uploadId === undefined || this.#isPublished) return;
    const { sdk, client } = this.#parts;
    const command = new sdk.AbortMultipartUploadCommand({ ...this.#target, UploadId: this.#uploadId });
    await client.send(command).catch((error: { $metadata?: { httpStatusCode?: number } }) => {
      // Servers that cannot end an upload say so; a lifecycle rule of theirs does it.
      if (![404, 405, 501].includes(error.$metadata?.httpStatusCode ?? 0)) throw error;
    });
  }

  async #uploadPart(): Promise<void> {
    const { sdk, client } = this.#parts;
    if (this.#uploaded.length === PARTS_MAX)
      throw new RangeError("The file is larger than S3 takes in parts");
    if (this.#uploadId === undefined) {
      const begun = await client.send(
        new sdk.CreateMultipartUploadCommand({ ...this.#target, ContentType: this.#contentType }),
      );
      this.#uploadId = begun.UploadId;
    }
    const PartNumber = this.#uploaded.length + 1;
    const Body = Buffer.concat(this.#held);
    this.#held = [];
    this.#heldBytes = 0;
    const { ETag } = await client.send(
      new sdk.UploadPartCommand({ ...this.#target, UploadId: this.#uploadId, PartNumber, Body }),
    );
    this.#uploaded.push({ PartNumber, ETag });
  }
}
