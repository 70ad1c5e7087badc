import type { Clock } from "../base/clock.ts";
import { CUSTODIAN_TIMEOUT_MS } from "./limits.ts";
import { type Custodian, CustodianRefusal } from "./ports.ts";
import { type AwsCredentials, signRequest } from "./sigv4.ts";

export interface KmsOptions {
  /** Stands in the id, with the key. */
  readonly region: string;
  /** Id, ARN or alias of a symmetric key. */
  readonly keyId: string;
  /** Default: the public one of the region. */
  readonly endpoint?: string | undefined;
  readonly credentials: AwsCredentials;
  readonly clock: Clock;
}

/** Answers that are no failure of the way there: the key may not, or cannot, be used for this. */
const REFUSALS = new Set([
  "AccessDeniedException",
  "DisabledException",
  "IncorrectKeyException",
  "InvalidCiphertextException",
  "InvalidKeyUsageException",
  "KMSInvalidStateException",
  "NotFoundException",
]);

/**
 * A key of AWS KMS as custodian (API of 2014-11-01: Encrypt, Decrypt). Our context is the encryption context, so it
 * stands in the customer's CloudTrail with each use, and grants can be bound to it.
 */
export class KmsCustodian implements Custodian {
  readonly id: string;
  readonly #options: KmsOptions;

  constructor(options: KmsOptions) {
    this.id = `aws-kms:${options.region}/${options.keyId}`;
    this.#options = options;
  }

  async wrap(context: readonly string[], key: Buffer): Promise<Buffer> {
    const answer = await this.#call("Encrypt", {
      KeyId: this.#options.keyId,
      Plaintext: key.toString("base64"),
      EncryptionContext: toEncryptionContext(context),
    });
    return Buffer.from(textOf(answer, "CiphertextBlob"), "base64");
  }

  async unwrap(context: readonly string[], wrapped: Buffer): Promise<Buffer> {
    const answer = await this.#call("Decrypt", {
      // Named, so that KMS refuses a wrapping by any other key.
      KeyId: this.#options.keyId,
      CiphertextBlob: wrapped.toString("base64"),
      EncryptionContext: toEncryptionContext(context),
    });
    return Buffer.from(textOf(answer, "Plaintext"), "base64");
  }

  async #call(operation: string, input: object): Promise<Record<string, unknown>> {
    const { region, endpoint, credentials, clock } = this.#options;
    const url = new URL(endpoint ?? `https://kms.${region}.amazonaws.com/`);
    const body = JSON.stringify(input);
    const headers = signRequest({
      method: "POST",
      url,
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `TrentService.${operation}` },
      body,
      region,
      service: "kms",
      credentials,
      now: clock.now(),
    });
    const { host: _, ...sent } = headers; // fetch writes it itself
    const response = await fetch(url, {
      method: "POST",
      headers: sent,
      body,
      redirect: "error",
      signal: AbortSignal.timeout(CUSTODIAN_TIMEOUT_MS),
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (response.ok) return answer;
    const type =
      String(answer["__type"] ?? "")
        .split("#")
        .at(-1) ?? "";
    if (REFUSALS.has(type)) throw new CustodianRefusal(`AWS KMS answers ${type}.`);
    throw new Error(`AWS KMS answers ${response.status} ${type}`);
  }
}

/** A map of texts is what KMS takes: by position, so that two lists never make one map. */
function toEncryptionContext(context: readonly string[]): Record<string, string> {
  return Object.fromEntries(context.map((part, i) => [`tenancy${i}`, part === "" ? "-" : part]));
}

function textOf(answer: Record<string, unknown>, field: string): string {
  const value = answer[field];
  if (typeof value !== "string") throw new Error(`AWS KMS answers without ${field}`);
  return value;
}
