import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { domainToASCII } from "node:url";
import { type Actor, recordEvent } from "../audit/record.ts";
import { many, maybe } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import type { Principal } from "../identity/principal.ts";
import { parseDomain } from "../tenants/domain-name.ts";
import { tenantError } from "../tenants/errors.ts";
import { ssoError } from "./errors.ts";
import { DISCOVERED_MAX, DOMAINS_MAX } from "./limits.ts";
import type { SsoParts } from "./parts.ts";
import {
  type DomainRow,
  deleteDomain,
  discoverByDomain,
  findDomain,
  findProvenAbove,
  insertDomain,
  listDomains,
  lockTenant,
  verifyDomain,
} from "./store.ts";

export interface SsoDomain {
  readonly domain: string;
  /** The TXT record that proves it. */
  readonly record: { readonly name: string; readonly value: string };
  readonly verifiedAt: Date | null;
  readonly createdAt: Date;
}

const DOMAIN = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/;

/** Lower case, in A-labels. Throws sso.domain_invalid. */
export function normalizeDomain(text: string): string {
  const domain = domainToASCII(text.trim().replace(/^@/, "")).toLowerCase();
  if (!DOMAIN.test(domain)) throw ssoError("sso.domain_invalid");
  return domain;
}

export async function readDomains(parts: Pick<SsoParts, "pool">, tenantId: string): Promise<SsoDomain[]> {
  return (await many(parts.pool, listDomains, [tenantId])).map(fromRow);
}

/** One that is there already stays as it is. Throws sso.domain_invalid, sso.too_many. */
export async function addDomain(
  parts: SsoParts,
  tenantId: string,
  text: string,
  by: Actor,
): Promise<SsoDomain> {
  const domain = normalizeDomain(text);
  return withTx(parts.pool, async (tx) => {
    await maybe(tx, lockTenant, [tenantId]);
    const known = await many(tx, listDomains, [tenantId]);
    const before = known.find((each) => each.domain === domain);
    if (before) return fromRow(before);
    if (known.length >= DOMAINS_MAX)
      throw ssoError("sso.too_many", { max: DOMAINS_MAX, what: "SSO domains" });
    const challenge = randomBytes(16).toString("hex");
    const row = await maybe(tx, insertDomain, [tenantId, domain, challenge, parts.clock.now()]);
    await recordEvent(tx, by, "sso.domain_added", tenantId, { domain });
    return fromRow(row as DomainRow); // inserted
  });
}

/** Asks DNS now. Throws sso.domain_not_found, sso.domain_unproven. */
export async function proveDomain(
  parts: SsoParts,
  tenantId: string,
  text: string,
  by: Actor,
): Promise<SsoDomain> {
  const known = await maybe(parts.pool, findDomain, [tenantId, text.toLowerCase()]);
  if (!known) throw ssoError("sso.domain_not_found", { domain: text });
  const { record } = fromRow(known);
  const values = await parts.resolveTxt(record.name).catch(() => []);
  if (!values.some((value) => isSame(value.trim(), record.value)))
    throw ssoError("sso.domain_unproven", record);
  return withTx(parts.pool, async (tx) => {
    const row = await maybe(tx, verifyDomain, [tenantId, known.domain, parts.clock.now()]);
    if (!row) throw ssoError("sso.domain_not_found", { domain: text });
    await recordEvent(tx, by, "sso.domain_proven", tenantId, { domain: known.domain });
    return fromRow(row);
  });
}

/**
 * A tenant's own people and keys give it addresses of domains that it has proven; whoever came first with a name would
 * else keep it from its owner, or take one over that still points here. Staff may: they know whom they serve.
 *
 * @throws tenant.domain_invalid, tenant.domain_unproven
 */
export async function assertOwnDomain(
  parts: Pick<SsoParts, "pool">,
  tenantId: string,
  text: unknown,
  principal: Principal,
): Promise<void> {
  const isStaff =
    principal.kind === "operator"
      ? principal.visit === undefined
      : principal.kind === "key" && principal.tenantId === null;
  if (isStaff) return;
  const { ascii, domain } = parseDomain(text);
  if (!(await maybe(parts.pool, findProvenAbove, [tenantId, ascii])))
    throw tenantError("tenant.domain_unproven", { domain });
}

export async function removeDomain(
  parts: SsoParts,
  tenantId: string,
  text: string,
  by: Actor,
): Promise<void> {
  await withTx(parts.pool, async (tx) => {
    const gone = await maybe(tx, deleteDomain, [tenantId, text.toLowerCase()]);
    if (!gone) throw ssoError("sso.domain_not_found", { domain: text });
    await recordEvent(tx, by, "sso.domain_removed", tenantId, { domain: gone.domain });
  });
}

export interface Discovered {
  readonly connectionId: string;
  readonly name: string;
  readonly tenant: string;
  readonly slug: string;
  readonly isRequired: boolean;
}

/**
 * Where people with addresses of this domain sign in. It looks at the domain alone, so it tells nothing about who
 * has an account: any text before the @ gets the same answer.
 */
export async function discover(parts: Pick<SsoParts, "pool">, email: string): Promise<Discovered[]> {
  const at = email.lastIndexOf("@");
  const domain = domainToASCII(email.slice(at + 1).trim()).toLowerCase();
  if (at < 1 || !DOMAIN.test(domain)) return [];
  const rows = await many(parts.pool, discoverByDomain, [domain, DISCOVERED_MAX]);
  return rows.map((row) => ({
    connectionId: row.connection_id,
    name: row.name,
    tenant: row.tenant_name,
    slug: row.slug,
    isRequired: row.is_required,
  }));
}

function isSame(a: string, b: string): boolean {
  const hash = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}

function fromRow(row: DomainRow): SsoDomain {
  return {
    domain: row.domain,
    record: { name: `_tenancy-challenge.${row.domain}`, value: `tenancy-verification=${row.challenge}` },
    verifiedAt: row.verified_at,
    createdAt: row.created_at,
  };
}
