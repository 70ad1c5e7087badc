import type pg from "pg";
import { type Actor, recordEvent } from "../audit/record.ts";
import { type FieldProblem, isTenancyError } from "../base/errors.ts";
import { isUuid } from "../base/ids.ts";
import { exec, many, maybe, type Queryable } from "../db/sql.ts";
import { type Tx, withTx } from "../db/tx.ts";
import { type DomainName, parseDomain } from "./domain-name.ts";
import { tenantError } from "./errors.ts";
import { parseTenantName } from "./names.ts";
import {
  clearPrimaryDomain,
  deleteDomain,
  findPlan,
  findTenant,
  findTenantByName,
  insertDomain,
  listPlanKeys,
  listTenants,
  lockTenant,
  notifyTenantChanged,
  promoteDomain,
  setPrimaryDomain,
  type TenantSort,
  tenantFromRow,
  updateTenant,
} from "./store.ts";
import type { Domain, Limits, TenantRecord, TenantStatus } from "./tenant.ts";

/** The tenant with this id, slug or domain. Throws tenant.not_found. */
export async function getTenant(db: Queryable, name: string): Promise<TenantRecord> {
  const row = isUuid(name)
    ? await maybe(db, findTenant, [name])
    : await maybe(db, findTenantByName, [name.toLowerCase()]);
  if (!row || row.status === "erased") throw tenantError("tenant.not_found", { tenant: name });
  return tenantFromRow(row);
}

/** Also finds what an erased tenant leaves: its id and dates. */
export async function getTenantEvenErased(db: Queryable, id: string): Promise<TenantRecord> {
  const row = await maybe(db, findTenant, [id]);
  if (!row) throw tenantError("tenant.not_found", { tenant: id });
  return tenantFromRow(row);
}

export interface TenantFilter {
  readonly q?: string;
  readonly status?: TenantStatus;
  readonly plan?: string;
  readonly level?: string;
  readonly cell?: string;
  readonly sort?: TenantSort;
  readonly limit: number;
  /** Where the page before ended. */
  readonly after?: { readonly value: string; readonly id: string };
}

export async function listTenantPage(db: Queryable, filter: TenantFilter): Promise<TenantRecord[]> {
  const pattern = filter.q ? `%${filter.q.replace(/[\\%_]/g, "\\$&")}%` : null;
  const rows = await many(db, listTenants[filter.sort ?? "-createdAt"], [
    pattern,
    filter.status ?? null,
    filter.plan ?? null,
    filter.level ?? null,
    filter.cell ?? null,
    filter.after?.value ?? null,
    filter.after?.id ?? null,
    filter.limit,
  ]);
  return rows.map(tenantFromRow);
}

export interface TenantPatch {
  readonly name?: string;
  readonly plan?: string;
  readonly features?: readonly string[];
  readonly limits?: Limits;
}

/** Changes what people may change. All faults of the input at once, as tenant.input_invalid. */
export async function changeTenant(
  pool: pg.Pool,
  id: string,
  patch: TenantPatch,
  by: Actor,
): Promise<TenantRecord> {
  const faults = new Faults();
  const name = patch.name === undefined ? null : faults.take("name", () => parseTenantName(patch.name));
  const features = patch.features === undefined ? null : parseFeatures(patch.features, faults);
  const limits = patch.limits === undefined ? null : parseLimits(patch.limits, faults);
  if (patch.plan !== undefined) await checkPlan(pool, patch.plan, faults);
  faults.throwIfAny();
  return withTx(pool, async (tx) => {
    const locked = await maybe(tx, lockTenant, [id]);
    if (!locked || locked.status === "erased") throw tenantError("tenant.not_found", { tenant: id });
    const before = await getTenant(tx, id);
    await exec(tx, updateTenant, [id, name, patch.plan ?? null, features, limits && JSON.stringify(limits)]);
    const after = await getTenant(tx, id);
    const states = { of: `tenant:${id}`, before: changeable(before), after: changeable(after) };
    await recordEvent(tx, by, "tenant.updated", id, { ...patch }, { states });
    await exec(tx, notifyTenantChanged, [id]);
    return after;
  });
}

function changeable({ name, plan, features, limits }: TenantRecord): Required<TenantPatch> {
  return { name, plan, features, limits };
}

export async function addDomain(
  pool: pg.Pool,
  id: string,
  input: { domain: unknown; isPrimary?: boolean },
  by: Actor,
): Promise<TenantRecord> {
  const faults = new Faults();
  const domain = faults.take("domain", () => parseDomain(input.domain));
  faults.throwIfAny();
  return withTx(pool, async (tx) => {
    await maybe(tx, lockTenant, [id]);
    const tenant = await getTenant(tx, id);
    const own = tenant.domains.find((each) => each.ascii === domain?.ascii);
    if (own) return input.isPrimary ? promote(tx, tenant, own, by) : tenant;
    await putDomain(tx, id, domain as DomainName, input.isPrimary ?? tenant.domains.length === 0);
    await recordEvent(tx, by, "domain.added", id, { domain: domain?.ascii });
    await exec(tx, notifyTenantChanged, [id]);
    return getTenant(tx, id);
  });
}

/** Makes one of the tenant's domains the one to link to. Throws tenant.domain_not_found. */
export async function makeDomainPrimary(
  pool: pg.Pool,
  id: string,
  text: string,
  by: Actor,
): Promise<TenantRecord> {
  return withTx(pool, async (tx) => {
    await maybe(tx, lockTenant, [id]);
    const tenant = await getTenant(tx, id);
    return promote(tx, tenant, ownDomain(tenant, text), by);
  });
}

async function promote(tx: Tx, tenant: TenantRecord, domain: Domain, by: Actor): Promise<TenantRecord> {
  if (domain.isPrimary) return tenant;
  await exec(tx, clearPrimaryDomain, [tenant.id]);
  await exec(tx, setPrimaryDomain, [tenant.id, domain.ascii]);
  await recordEvent(tx, by, "domain.made_primary", tenant.id, { domain: domain.ascii });
  await exec(tx, notifyTenantChanged, [tenant.id]);
  return getTenant(tx, tenant.id);
}

export async function putDomain(tx: Tx, id: string, domain: DomainName, isPrimary: boolean): Promise<void> {
  if (isPrimary) await exec(tx, clearPrimaryDomain, [id]);
  try {
    await exec(tx, insertDomain, [domain.ascii, id, domain.domain, isPrimary]);
  } catch (failure) {
    if ((failure as { constraint?: string }).constraint !== "domains_pkey") throw failure;
    throw tenantError("tenant.domain_taken", { domain: domain.domain }, { cause: failure });
  }
}

export async function removeDomain(
  pool: pg.Pool,
  id: string,
  text: string,
  by: Actor,
): Promise<TenantRecord> {
  return withTx(pool, async (tx) => {
    const tenant = await getTenant(tx, id);
    const domain = ownDomain(tenant, text);
    await exec(tx, deleteDomain, [id, domain.ascii]);
    await exec(tx, promoteDomain, [id]);
    await recordEvent(tx, by, "domain.removed", id, { domain: domain.ascii });
    await exec(tx, notifyTenantChanged, [id]);
    return getTenant(tx, id);
  });
}

function ownDomain(tenant: TenantRecord, text: string): Domain {
  const domain = tenant.domains.find((each) => each.domain === text || each.ascii === text.toLowerCase());
  if (domain) return domain;
  throw tenantError("tenant.domain_not_found", { tenant: tenant.slug ?? tenant.id, domain: text });
}

/** Collects faults of fields, so that a person sees all of them at once. */
export class Faults {
  readonly problems: FieldProblem[] = [];

  /** Runs a parser; its refusal becomes a fault of this field. */
  take<T>(path: string, parse: () => T): T | null {
    try {
      return parse();
    } catch (failure) {
      if (!isTenancyError(failure)) throw failure;
      this.problems.push({ path, message: `${failure.message} ${failure.cure}` });
      return null;
    }
  }

  add(path: string, message: string): void {
    this.problems.push({ path, message });
  }

  throwIfAny(): void {
    if (this.problems.length > 0) throw tenantError("tenant.input_invalid", {}, { problems: this.problems });
  }
}

export async function checkPlan(db: Queryable, plan: string, faults: Faults): Promise<void> {
  if (await maybe(db, findPlan, [plan])) return;
  const keys = (await many(db, listPlanKeys)).map((row) => row.key);
  faults.add("plan", `Expected \`plan\` to be one of ${keys.join(", ")}, got ${JSON.stringify(plan)}.`);
}

const FEATURE = /^[a-z][a-z0-9_]{0,59}$/;
const FEATURES_MAX = 100;

export function parseFeatures(features: readonly unknown[], faults: Faults): string[] {
  if (features.length > FEATURES_MAX)
    faults.add("features", `Expected at most ${FEATURES_MAX} features, got ${features.length}.`);
  for (const [i, feature] of features.entries()) {
    if (typeof feature === "string" && FEATURE.test(feature)) continue;
    faults.add(`features[${i}]`, `Expected a feature key such as ai_mixing, got ${JSON.stringify(feature)}.`);
  }
  return [...new Set(features as string[])];
}

const LIMITS = [
  "maxApiCallsPerHour",
  "maxStorageGb",
  "maxConcurrentUsers",
  "maxConcurrentRequests",
  "maxUsers",
] as const;

export function parseLimits(limits: Limits, faults: Faults): Limits {
  for (const [key, value] of Object.entries(limits)) {
    if (!(LIMITS as readonly string[]).includes(key)) {
      faults.add(`limits.${key}`, `Expected one of ${LIMITS.join(", ")}, got \`${key}\`.`);
    } else if (typeof value !== "number" || !Number.isFinite(value) || value < 0) {
      faults.add(
        `limits.${key}`,
        `Expected \`limits.${key}\` to be a number from 0 and up, got ${JSON.stringify(value)}.`,
      );
    }
  }
  return limits;
}
