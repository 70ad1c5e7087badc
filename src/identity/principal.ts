export type Locale = "en" | "fr";

interface Signed {
  readonly id: string;
  readonly name: string;
  readonly sessionId: string;
  /** How they proved who they are (RFC 8176): `pwd`, `otp`, `hwk`, …; `link` and `recovery` are ours. */
  readonly amr: readonly string[];
  /** When they last proved it. */
  readonly authenticatedAt: Date;
  /** When a second factor was last used in this session; null: never. */
  readonly mfaAt: Date | null;
  /** Absolute end of the session. */
  readonly expiresAt: Date;
}

/** Staff of the platform, in a session. */
export interface OperatorPrincipal extends Signed {
  readonly kind: "operator";
  readonly actor: `operator:${string}`;
}

/** A person, in a session. It belongs to no tenant: the tenant always comes from the request. */
export interface UserPrincipal extends Signed {
  readonly kind: "user";
  readonly actor: `user:${string}`;
  readonly email: string;
  readonly locale: Locale;
}

/** A program with an API key. */
export interface KeyPrincipal {
  readonly kind: "key";
  readonly id: string;
  readonly name: string;
  readonly actor: `key:${string}`;
  /** The one tenant that it works in; null: the platform's own. */
  readonly tenantId: string | null;
  /** What it may do at most; null: all that its kind has. */
  readonly scopes: readonly string[] | null;
  /** The service account that it acts for, and that account's roles in the tenant. */
  readonly serviceAccountId: string | null;
  readonly roles: readonly string[];
  /** Null: until it is revoked. */
  readonly expiresAt: Date | null;
}

/** Who acts: staff or a user in a session, or a program with an API key. */
export type Principal = OperatorPrincipal | UserPrincipal | KeyPrincipal;
