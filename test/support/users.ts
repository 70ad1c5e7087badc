import { withTx } from "../../src/db/tx.ts";
import { joinTenant } from "../../src/identity/members.ts";
import { openSession } from "../../src/identity/sessions.ts";
import { addUser, type User } from "../../src/identity/users.ts";
import type { Tenancy } from "../../src/start.ts";

const BY = { actor: "test" };
let count = 0;

export interface SignedUser {
  readonly user: User;
  /** Opaque token of their session. */
  readonly token: string;
  readonly sessionId: string;
  /** Headers of a browser that is signed in: cookie, and the proof that the request is the console's own. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface SignedUserOptions {
  /** Default: a fresh one. */
  readonly email?: string;
  readonly name?: string;
  readonly locale?: "en" | "fr";
  /** Tenants they are a member of, by id, with their roles there. */
  readonly tenants?: Readonly<Record<string, readonly string[]>>;
  /** How the session was opened. Default: password. */
  readonly amr?: readonly string[];
  /** A second factor was used in it. Default: false. */
  readonly isMfa?: boolean;
}

/** A user with a session, straight in the tables: for tests that are about what comes after signing in. */
export async function signedUser(tenancy: Tenancy, options: SignedUserOptions = {}): Promise<SignedUser> {
  const { parts } = tenancy.internals.identity;
  const email = options.email ?? `user${++count}-${process.pid}@example.com`;
  return withTx(parts.pool, async (tx) => {
    const { name = email, locale = "en" } = options;
    const user = await addUser(tx, parts.clock, { email, name, locale, isVerified: true }, BY);
    for (const [tenantId, roles] of Object.entries(options.tenants ?? {}))
      await joinTenant(tx, parts.clock, { tenantId, userId: user.id, roles }, BY);
    const { token, id } = await openSession(tx, parts, {
      person: { userId: user.id },
      amr: options.amr ?? ["pwd"],
      isMfa: options.isMfa ?? false,
      origin: { device: "Test, Linux", ip: "127.0.0.1" },
    });
    return { user, token, sessionId: id, headers: headersOf(token) };
  });
}

/** As a browser sends it from the console's own page. */
export function headersOf(token: string): Readonly<Record<string, string>> {
  return { cookie: `tenancy_session=${token}`, "sec-fetch-site": "same-origin" };
}
