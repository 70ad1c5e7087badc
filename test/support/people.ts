import type { Permission } from "../../src/access/permissions.ts";
import { withTx } from "../../src/db/tx.ts";
import { createApiKey } from "../../src/identity/api-keys.ts";
import { addMember } from "../../src/identity/members.ts";
import { openSession } from "../../src/identity/sessions.ts";
import { createUser } from "../../src/identity/users.ts";
import type { Platform } from "./platform.ts";

const BY = { actor: "test", principal: null };
let count = 0;

export interface Person {
  readonly userId: string;
  /** Headers of a request from their browser, in this console. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A person who is signed in, and a member of the tenant with these roles. */
export async function signInMember(
  platform: Platform,
  tenantId: string,
  roles: readonly string[],
  options: { readonly isMfa?: boolean } = {},
): Promise<Person> {
  const { parts } = platform.tenancy.internals.identity;
  count += 1;
  const { id } = await createUser(
    parts,
    { email: `person${count}-${Date.now()}@example.com`, name: `Person ${count}` },
    BY,
  );
  await addMember(parts, { tenantId, userId: id, roles }, BY);
  return { userId: id, headers: await sessionHeaders(platform, id, options) };
}

/** Another session of a user. */
export async function sessionHeaders(
  platform: Platform,
  userId: string,
  options: { readonly isMfa?: boolean } = {},
): Promise<Readonly<Record<string, string>>> {
  const { parts } = platform.tenancy.internals.identity;
  const isMfa = options.isMfa ?? false;
  const { token } = await withTx(parts.pool, (tx) =>
    openSession(tx, parts, {
      person: { userId },
      amr: isMfa ? ["pwd", "otp", "mfa"] : ["pwd"],
      isMfa,
      origin: { device: "", ip: "" },
    }),
  );
  return { cookie: `tenancy_session=${token}`, origin: platform.url };
}

/** Headers of a tenant's API key that has these permissions. */
export async function tenantKey(
  platform: Platform,
  tenantId: string,
  scopes: readonly Permission[],
): Promise<string> {
  const { parts } = platform.tenancy.internals.identity;
  return (await createApiKey(parts, { name: "test", tenantId, scopes }, BY)).key;
}
