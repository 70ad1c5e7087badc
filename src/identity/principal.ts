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
  /** Their first sign-in with this browser. Default, and null: not known. */
  readonly deviceSince?: Date | null;
}

/** What staff acts in, with the consent of the tenant. */
export interface VisitEntry {
  readonly id: string;
  readonly tenantId: string;
  /** In whose place; null: with the rights of support. */
  readonly userId: string | null;
  readonly scope: "read" | "write";
  /** Of that member. */
  readonly memberRoles: readonly string[];
}

/** Staff of the platform, in a session. */
export interface OperatorPrincipal extends Signed {
  readonly kind: "operator";
  readonly actor: `operator:${string}`;
  /** While it is there they are in its tenant, by its rights, and nobody anywhere else. */
  readonly visit?: VisitEntry;
}

/** A person, in a session. It belongs to no tenant: the tenant always comes from the request. */
export interface UserPrincipal extends Signed {
  readonly kind: "user";
  readonly actor: `user:${string}`;
  readonly email: string;
  readonly locale: Locale;
}

/** A person of either kind, in a session. */
export type PersonPrincipal = OperatorPrincipal | UserPrincipal;

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
export type Principal = PersonPrincipal | KeyPrincipal;

/**
 * Somebody whom an embedding app's own identity provider vouches for, by a token. Tenancy has no user for them: tenant
 * and roles are what the token's claims and the app's rules say.
 */
export interface OutsidePrincipal {
  readonly kind: "outside";
  /** `<issuer>#<sub>`. */
  readonly id: string;
  readonly name: string;
  /** `outside:<host of the issuer>/<sub>`. */
  readonly actor: `outside:${string}`;
  /** Id or slug of the one tenant that the token is for. */
  readonly tenant: string;
  readonly roles: readonly string[];
  readonly amr: readonly string[];
  /** `auth_time`, else when the token was made. */
  readonly authenticatedAt: Date | null;
  /** When a second factor was used, if `amr` says `mfa`. */
  readonly mfaAt: Date | null;
  readonly expiresAt: Date;
}

/** Who acts, and in whose place, as the audit log has it. */
export function actingAs(principal: Principal | OutsidePrincipal): {
  readonly actor: string;
  readonly onBehalfOf?: string;
} {
  const { actor } = principal;
  const visit = principal.kind === "operator" ? principal.visit : undefined;
  if (!visit) return { actor };
  const { userId, tenantId } = visit;
  return { actor, onBehalfOf: userId === null ? `tenant:${tenantId}` : `user:${userId}` };
}
