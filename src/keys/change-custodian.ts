import { randomBytes } from "node:crypto";
import type pg from "pg";
import { isTenancyError } from "../base/errors.ts";
import { exec } from "../db/sql.ts";
import { keyError } from "./errors.ts";
import type { Keyring } from "./keyring.ts";
import { type CustodianCredentials, openCustodian } from "./open-custodian.ts";
import type { Custodian } from "./ports.ts";
import { type RecordKeyEvent, type Rotated, type RotationParts, rotateKeys } from "./rotation.ts";
import type { SealedPlace } from "./sealed-place.ts";
import { sealedTable } from "./sealed-table.ts";
import { dropTenantCustodians, putTenantCustodian, retireTenantCustodian } from "./tenant-custodian-store.ts";

export interface NewCustodian {
  /** See `openCustodian`; null: the platform's root again. */
  readonly url: string | null;
  /** Null: the platform's own, from its environment. */
  readonly credentials: CustodianCredentials | null;
}

export interface CustodianParts extends RotationParts {
  readonly keyring: Keyring;
  readonly env: CustodianCredentials;
}

/** What a tenant's custodian credentials are bound to. */
export function credentialsContext(tenantId: string): string[] {
  return ["tenant_custodians", tenantId];
}

/**
 * Puts a tenant's keys under another custodian: tries it first, then makes a new generation under it. When the old
 * generation is gone (`rewrapKeys`), nothing of the tenant opens without the new custodian: there is no way around it.
 * Backups of the control database from before still hold the old wrapping until they expire.
 *
 * @throws custodian.bad_url, custodian.credentials_missing, key.refused, key.unreachable, key.destroyed
 */
export async function changeCustodian(
  parts: CustodianParts,
  tenantId: string,
  to: NewCustodian,
  record: RecordKeyEvent,
): Promise<Rotated> {
  const custodian = await open(parts, to);
  await tryOut(parts, tenantId, custodian);
  const credentials =
    to.credentials === null
      ? null
      : await parts.keyring.seal(
          "platform",
          "secrets",
          credentialsContext(tenantId),
          Buffer.from(JSON.stringify(to.credentials)),
        );
  return rotateKeys(parts, { tenantId }, record, {
    custodian,
    save: async (tx) => {
      await exec(tx, retireTenantCustodian, [tenantId]);
      if (to.url !== null) await exec(tx, putTenantCustodian, [tenantId, custodian.id, to.url, credentials]);
      await record(tx, "encryption.custodian_set", tenantId, { custodian: custodian.id });
    },
  });
}

/** Credentials of custodians that wrap nothing any more. */
export async function forgetFormerCustodians({ pool }: RotationParts, tenantId: string): Promise<void> {
  await exec(pool, dropTenantCustodians, [tenantId]);
}

async function open(parts: CustodianParts, { url, credentials }: NewCustodian): Promise<Custodian> {
  if (url === null) return parts.custodians.root;
  // A file is on our machines: it is no key of a customer's.
  if (url.startsWith("file:"))
    throw keyError("custodian.bad_url", { reason: "a file is the platform's own" });
  return openCustodian(url, credentials ?? parts.env, parts.clock);
}

/** Before anything hangs on it: what it wraps it must unwrap, in this context and in no other. */
async function tryOut(parts: CustodianParts, tenantId: string, custodian: Custodian): Promise<void> {
  const { custodians } = parts;
  const scope = { tenantId };
  const probe = randomBytes(32);
  const wrapped = await custodians.wrap(custodian, scope, ["probe", tenantId], probe);
  const back = await custodians.ask(custodian.id, scope, () =>
    custodian.unwrap(["probe", tenantId], wrapped),
  );
  const elsewhere = await custodians
    .ask(custodian.id, scope, () => custodian.unwrap(["probe", "another"], wrapped))
    .catch((error) => {
      if (isTenancyError(error, "key.refused")) return undefined;
      throw error;
    });
  if (!back.equals(probe) || elsewhere !== undefined) {
    const reason = "it does not give back what it wrapped, or gives it back in any context";
    throw keyError("custodian.bad_url", { reason });
  }
}

/** Credentials of tenants' custodians, as the rotation of the platform's keys sees them. */
export function custodianCredentialsPlace(keyring: Keyring, pool: pg.Pool): SealedPlace {
  return sealedTable({
    keyring,
    pool,
    purpose: "secrets",
    table: "tenant_custodians",
    column: "credentials",
    tenantColumn: null,
    key: [
      { name: "tenant_id", type: "uuid" },
      { name: "custodian", type: "text" },
    ],
    context: ([tenantId = ""]) => credentialsContext(tenantId),
  });
}
