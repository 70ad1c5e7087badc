/** What goes wrong in a vault, by a code that programs compare. */
export type VaultErrorCode =
  | "vault.wrong_secret"
  | "vault.not_a_member"
  | "vault.damaged"
  | "vault.rolled_back"
  | "vault.unknown_key"
  | "vault.bad_shares"
  | "vault.bad_input";

export class VaultError extends Error {
  readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "VaultError";
    this.code = code;
  }
}
