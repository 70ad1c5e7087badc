/**
 * Who keeps the keys above ours: the root key of the installation, AWS KMS, Vault. It wraps and unwraps tenants'
 * wrapping keys, of 32 bytes; `context` must be the same for both.
 */
export interface Custodian {
  /** Stands beside each wrapped key, such as `local:3f1c…` or `aws-kms:arn:…`; says who must unwrap it. */
  readonly id: string;
  /** @throws CustodianRefusal, or any other error when it cannot be reached */
  wrap(context: readonly string[], key: Buffer): Promise<Buffer>;
  /** @throws CustodianRefusal, or any other error when it cannot be reached */
  unwrap(context: readonly string[], wrapped: Buffer): Promise<Buffer>;
}

/** The custodian answered, and the answer is no: the key is disabled, deleted, not ours, or the wrapping is damaged. */
export class CustodianRefusal extends Error {
  override readonly name = "CustodianRefusal";
}
