import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import { exec, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { BreachList } from "./breached.ts";
import { Credentials } from "./credentials.ts";
import { deleteOldDevices } from "./devices-store.ts";
import { HashQueue } from "./hash-queue.ts";
import { DEVICE_LIFETIME_MS } from "./limits.ts";
import type { MemberParts } from "./members.ts";
import { countTenantIdentity, deleteTenantIdentity } from "./members-store.ts";
import { Memberships } from "./memberships.ts";
import { builtInRoles, type RoleBook } from "./ports.ts";
import { sweepRecoveries } from "./recovery-completion.ts";
import type { RevocationFeed } from "./revocation-feed.ts";
import { announceRevocation, deleteOldRevocations } from "./revocations.ts";
import type { SessionParts } from "./sessions.ts";
import { deleteOldCeremonies, deleteOldDelays } from "./sign-in-store.ts";
import type { Site } from "./site.ts";

export interface IdentityOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  /** A session ends after this long without a request. */
  readonly sessionTimeoutMs: number;
  /** Which roles there are, and who may give them. Default: the built-in ones. */
  readonly roles?: RoleBook;
  /** What this process must no longer believe. Default: none, and nothing is believed for long. */
  readonly feed?: RevocationFeed;
  readonly keyring: Keyring;
  readonly mail: Outbox;
  readonly site: Site;
  readonly breached: BreachList;
  /** Whether people can add a second factor. */
  readonly isMfaEnabled: boolean;
  /** Whether every tenant demands one; a tenant may demand it by itself. */
  readonly isMfaRequired: boolean;
}

export interface IdentityParts extends Omit<IdentityOptions, "roles">, SessionParts, MemberParts {
  readonly hashes: HashQueue;
}

/** Who is who, joined: what the surfaces and the gate work with. */
export class Identity {
  readonly parts: IdentityParts;
  readonly credentials: Credentials;
  readonly memberships: Memberships;

  constructor(options: IdentityOptions) {
    this.memberships = new Memberships(options, options.feed ?? null);
    const rolesOf = async (tenantId: string, userId: string) =>
      (await this.memberships.find(tenantId, userId))?.roles ?? [];
    this.parts = { ...options, roles: options.roles ?? builtInRoles(rolesOf), hashes: new HashQueue() };
    this.credentials = new Credentials(options, options.feed ?? null);
  }

  /**
   * What is over and done: old tries, ceremonies that nobody ended, browsers whose cookie is over, the feed of yesterday.
   * And recoveries whose time has come.
   */
  async sweep(): Promise<void> {
    const nowMs = this.parts.clock.now().getTime();
    const daysAgo = (days: number) => new Date(nowMs - days * 86_400_000);
    await exec(this.parts.pool, deleteOldDelays, [daysAgo(1), daysAgo(30)]);
    await exec(this.parts.pool, deleteOldCeremonies, [new Date(nowMs)]);
    await exec(this.parts.pool, deleteOldDevices, [new Date(nowMs - DEVICE_LIFETIME_MS)]);
    await exec(this.parts.pool, deleteOldRevocations, [daysAgo(1)]);
    await sweepRecoveries(this.parts);
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
