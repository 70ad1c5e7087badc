import { LRUCache } from "lru-cache";
import type pg from "pg";
import { isUuid } from "../base/ids.ts";
import { many, maybe } from "../db/sql.ts";
import { tenantError } from "../tenants/errors.ts";
import {
  GUARDS,
  operatorRoles,
  permissionRoles,
  SCOPED_KEY,
  supportRoles,
  tenantRoles,
} from "./built-in-roles.ts";
import type { CedarEngine } from "./cedar/engine.ts";
import { PolicySet } from "./cedar/policy-set.ts";
import { CedarSet } from "./cedar/value.ts";
import type { TenantTraits } from "./circumstances.ts";
import { EPOCH_LOOKBACK_S, EPOCH_POLL_MS, POLICIES_MAX, ROLES_MAX, TENANTS_MAX } from "./limits.ts";
import { type Role, rolePolicies } from "./role.ts";
import {
  findRules,
  listChanges,
  listOperators,
  listPolicies,
  listRoles,
  PLATFORM,
  type RoleRow,
} from "./store.ts";

/** What decides in one tenant, as of one epoch. */
export interface Rules {
  readonly epoch: string;
  readonly roles: ReadonlyMap<string, Role>;
  readonly policies: PolicySet;
  readonly traits: TenantTraits;
  readonly allowedRanges: readonly string[];
  /** What the tenant or its plan allows; undefined: neither says. */
  readonly callsPerHour: number | undefined;
  /** Likewise, of requests under way at one time. */
  readonly callsAtOnce: number | undefined;
}

const OPERATORS_MAX = 10_000;
/** Plans and features of a tenant are heard by NOTIFY; should one be lost, this bounds the wait. */
const RULES_MS = 60_000;

/**
 * Roles and policies, compiled, by tenant. Before a decision the changes in the database are looked up if the last
 * look is older than EPOCH_POLL_MS: so a change counts on all processes within half a second, whether or not its
 * notification arrives, and when the database cannot be asked nothing is decided. Time is the process's own here: a
 * clock that tests stop must not stop this.
 */
export class Book {
  readonly #pool: pg.Pool;
  readonly #engine: CedarEngine;
  readonly #base: PolicySet;
  readonly platform: PolicySet;
  readonly #rules = new LRUCache<string, Rules>({ max: TENANTS_MAX, ttl: RULES_MS });
  readonly #loading = new Map<string, Promise<Rules>>();
  #operators: Promise<ReadonlyMap<string, string>> | undefined;
  #operatorsEpoch = "";
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;
  #generation = 0;

  constructor(options: { readonly pool: pg.Pool; readonly engine: CedarEngine }) {
    this.#pool = options.pool;
    this.#engine = options.engine;
    this.#base = this.#compile({
      ...GUARDS,
      ...policiesOf([...tenantRoles, ...permissionRoles, ...Object.values(supportRoles), SCOPED_KEY]),
    });
    this.platform = this.#compile({ ...GUARDS, ...policiesOf(operatorRoles) });
  }

  /** A hint that the rules of a tenant changed; null: any. */
  forget(tenantId: string | null): void {
    this.#generation += 1;
    this.#loading.clear();
    if (tenantId === null) this.#rules.clear();
    else this.#rules.delete(tenantId);
    if (tenantId === null || tenantId === PLATFORM) this.#operators = undefined;
  }

  /** The rules of a tenant as they are now, without a promise when they are known; undefined: ask `rules`. */
  peek(tenantId: string): Rules | undefined {
    return this.#isFresh() ? this.#rules.get(tenantId) : undefined;
  }

  /** Throws tenant.not_found. */
  async rules(tenantId: string): Promise<Rules> {
    await this.#look();
    const known = this.#rules.get(tenantId);
    if (known) return known;
    const running = this.#loading.get(tenantId);
    if (running) return running;
    const generation = this.#generation;
    const loading = this.#load(tenantId)
      .then((rules) => {
        if (generation === this.#generation) this.#rules.set(tenantId, rules);
        return rules;
      })
      .finally(() => {
        if (this.#loading.get(tenantId) === loading) this.#loading.delete(tenantId);
      });
    this.#loading.set(tenantId, loading);
    return loading;
  }

  /** The role of an operator; undefined when there is none of this id. */
  async operatorRole(id: string): Promise<string | undefined> {
    await this.#look();
    this.#operators ??= many(this.#pool, listOperators, [OPERATORS_MAX])
      .then((rows) => new Map(rows.map((row) => [row.id, row.role])))
      .catch((error: unknown) => {
        this.#operators = undefined;
        throw error;
      });
    const known = (await this.#operators).get(id);
    if (known !== undefined) return known;
    // One that was added a moment ago: operators appear without a change of rules.
    this.#operators = undefined;
    const rows = await many(this.#pool, listOperators, [OPERATORS_MAX]);
    return rows.find((row) => row.id === id)?.role;
  }

  /** The rules that would be, with these roles and policies in place of the stored ones. Throws policy.invalid. */
  draft(
    rules: Rules,
    changes: { roles: readonly Role[]; policies: Readonly<Record<string, string>> },
  ): Rules {
    return { ...rules, ...this.#assemble(changes.roles, changes.policies) };
  }

  #isFresh(): boolean {
    return performance.now() - this.#lookedAtMs < EPOCH_POLL_MS;
  }

  #look(): Promise<void> | undefined {
    if (this.#isFresh()) return undefined;
    this.#looking ??= this.#readChanges().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #readChanges(): Promise<void> {
    const startMs = performance.now();
    // After a pause longer than the look-back nothing that is known can be vouched for.
    if (startMs - this.#lookedAtMs > (EPOCH_LOOKBACK_S * 1_000) / 2) this.forget(null);
    for (const { scope, epoch } of await many(this.#pool, listChanges, [EPOCH_LOOKBACK_S])) {
      if (scope === PLATFORM) {
        if (epoch !== this.#operatorsEpoch) this.#operators = undefined;
        this.#operatorsEpoch = epoch;
      } else if (this.#rules.has(scope) && this.#rules.peek(scope)?.epoch !== epoch) this.forget(scope);
    }
    this.#lookedAtMs = startMs;
  }

  async #load(tenantId: string): Promise<Rules> {
    const row = isUuid(tenantId) ? await maybe(this.#pool, findRules, [tenantId]) : undefined;
    if (!row) throw tenantError("tenant.not_found", { tenant: tenantId });
    const [roles, policies] = await Promise.all([
      many(this.#pool, listRoles, [tenantId, ROLES_MAX]),
      many(this.#pool, listPolicies, [tenantId, POLICIES_MAX]),
    ]);
    const enabled = policies.filter(({ is_enabled }) => is_enabled);
    return {
      epoch: row.epoch,
      traits: { plan: row.plan, features: new CedarSet(row.features), timeZone: row.time_zone },
      allowedRanges: row.allowed_ranges,
      callsPerHour: row.calls_per_hour ?? undefined,
      callsAtOnce: row.calls_at_once ?? undefined,
      ...this.#assemble(
        roles.map(toRole),
        Object.fromEntries(enabled.map(({ id, text }) => [`policy:${id}`, text])),
      ),
    };
  }

  #assemble(
    own: readonly Role[],
    policies: Readonly<Record<string, string>>,
  ): Pick<Rules, "roles" | "policies"> {
    const roles = new Map([...tenantRoles, ...own].map((role) => [role.key, role]));
    const texts = { ...policiesOf(own), ...policies };
    return {
      roles,
      policies: Object.keys(texts).length === 0 ? this.#base : this.#compile(texts, this.#base),
    };
  }

  #compile(policies: Readonly<Record<string, string>>, base?: PolicySet): PolicySet {
    return new PolicySet({ engine: this.#engine, policies, areActionsFlat: true, ...(base ? { base } : {}) });
  }
}

export function toRole({ key, name, description, grants }: RoleRow): Role {
  return { key, name, description, grants };
}

function policiesOf(roles: readonly Role[]): Record<string, string> {
  return Object.assign({}, ...roles.map(rolePolicies)) as Record<string, string>;
}
