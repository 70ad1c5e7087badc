/** Who acts: staff in a session, or a program with an API key. */
export interface Principal {
  readonly kind: "operator" | "key";
  readonly id: string;
  readonly name: string;
  /** As the audit trail names it: `operator:<id>`, `key:<id>`. */
  readonly actor: string;
  /** Null: until it is revoked. */
  readonly expiresAt: Date | null;
}
