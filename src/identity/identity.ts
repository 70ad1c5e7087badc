import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { exec, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { Credentials } from "./credentials.ts";
import type { MemberParts } from "./members.ts";
import { countTenantIdentity, deleteTenantIdentity } from "./members-store.ts";
import { Memberships } from "./memberships.ts";
import { builtInRoles, type RoleBook } from "./ports.ts";
import { announceRevocation } from "./revocations.ts";
import type { SessionParts } from "./sessions.ts";

export interface IdentityOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** A session ends after this long without a request. */
  readonly sessionTimeoutMs: number;
  /** Which roles there are, and who may give them. Default: the built-in ones. */
  readonly roles?: RoleBook;
}

export interface IdentityParts extends SessionParts, MemberParts {}

/** Who is who, joined: what the surfaces and the gate work with. */
export class Identity {
  readonly parts: IdentityParts;
  readonly credentials: Credentials;
  readonly memberships: Memberships;

  constructor(options: IdentityOptions) {
    this.memberships = new Memberships(options);
    const rolesOf = async (tenantId: string, userId: string) =>
      (await this.memberships.find(tenantId, userId))?.roles ?? [];
    this.parts = { ...options, roles: options.roles ?? builtInRoles(rolesOf) };
    this.credentials = new Credentials(options);
  }

  /** Memberships, invitations, service accounts and keys of a tenant; repeatable. */
  async eraseTenant(tenantId: string): Promise<void> {
    await withTx(this.parts.pool, async (tx) => {
      await exec(tx, deleteTenantIdentity, [tenantId]);
      await announceRevocation(tx, "tenant", tenantId);
    });
  }

  /** What is left of them. */
  async countTenant(tenantId: string): Promise<number> {
    return (await one(this.parts.pool, countTenantIdentity, [tenantId])).n;
  }
}
