import { LRUCache } from "lru-cache";
import { isTenancyError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { exec, many, maybe, one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import type { UserPrincipal } from "../identity/principal.ts";
import { fromRow } from "./connection.ts";
import { changeConnection, fetchMetadata } from "./connections.ts";
import { METADATA_AGE_MS, REFRESHED_AT_ONCE_MAX, STANDING_MS, TENANTS_REMEMBERED_MAX } from "./limits.ts";
import type { SsoParts } from "./parts.ts";
import { assertStanding, decideStanding } from "./rules.ts";
import { readIdpMetadata } from "./saml/metadata.ts";
import { SamlRefusal } from "./saml/refusal.ts";
import {
  countTenantSso,
  deleteTenantSso,
  findStanding,
  listStaleConnections,
  type StandingRow,
  touchRefreshed,
} from "./store.ts";

/** Single sign-on, joined. */
export class Sso {
  readonly parts: SsoParts;
  /** What decides whether sessions count, remembered for half a second like credentials. */
  readonly #standings = new LRUCache<string, { row: StandingRow | null; untilMs: number }>({
    max: TENANTS_REMEMBERED_MAX,
  });

  constructor(parts: SsoParts) {
    this.parts = parts;
  }

  /** Whether a member's session counts in a tenant. Throws sso.required, sso.other_tenants_session. */
  async assertStanding(tenantId: string, principal: Pick<UserPrincipal, "id" | "amr">): Promise<void> {
    const nowMs = this.parts.clock.now().getTime();
    let known = this.#standings.get(tenantId);
    if (!known || nowMs >= known.untilMs || nowMs < known.untilMs - STANDING_MS) {
      const row = (await maybe(this.parts.pool, findStanding, [tenantId])) ?? null;
      known = { row, untilMs: nowMs + STANDING_MS };
      this.#standings.set(tenantId, known);
    }
    if (known.row) assertStanding(decideStanding(known.row, principal));
  }

  /** Reads metadata that is a day old: a certificate that the provider announces is there before it signs with it. */
  async refreshMetadata(log: Pick<Log, "warn">): Promise<number> {
    const { pool, clock } = this.parts;
    const before = new Date(clock.now().getTime() - METADATA_AGE_MS);
    const stale = (await many(pool, listStaleConnections, [before, REFRESHED_AT_ONCE_MAX])).map(fromRow);
    for (const connection of stale) {
      if (connection.kind !== "saml") continue;
      const { tenantId, id, settings } = connection;
      // First, so that one that cannot be read is not tried again at once.
      await exec(pool, touchRefreshed, [tenantId, id, clock.now()]);
      try {
        const xml = await fetchMetadata(this.parts, settings.metadataUrl as string); // the query asks for it
        const found = readIdpMetadata(xml);
        // Another provider at the old address is not a rotation.
        if (found.entityId !== settings.entityId) throw new SamlRefusal("issuer");
        const isSame =
          JSON.stringify([found.ssoUrl, found.certificates]) ===
          JSON.stringify([settings.ssoUrl, settings.certificates]);
        if (isSame) continue;
        const saml = { metadataUrl: settings.metadataUrl, metadataXml: xml };
        const by = { actor: "system:metadata refresh", principal: null };
        await changeConnection(this.parts, tenantId, id, { saml }, by);
      } catch (failure) {
        if (!isTenancyError(failure) && !(failure instanceof SamlRefusal)) throw failure;
        log.warn("SAML metadata could not be used", { tenantId, connectionId: id, reason: failure.message });
      }
    }
    return stale.length;
  }

  async eraseTenant(tenantId: string): Promise<void> {
    await withTx(this.parts.pool, (tx) => exec(tx, deleteTenantSso, [tenantId]));
  }

  async countTenant(tenantId: string): Promise<number> {
    return (await one(this.parts.pool, countTenantSso, [tenantId])).n;
  }
}
