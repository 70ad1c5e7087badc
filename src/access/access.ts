import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { RESOURCE_TYPE, type RowFilter } from "../db/row-filter.ts";
import { Book, type Rules } from "./book.ts";
import { operatorRoles, SCOPED_KEY } from "./built-in-roles.ts";
import { type CedarEngine, loadCedar, type PolicyFault } from "./cedar/engine.ts";
import { Entities, type Entity, type PlacedEntity, placed } from "./cedar/entities.ts";
import type { Request } from "./cedar/expression.ts";
import { filterRows } from "./cedar/filter-rows.ts";
import type { PolicySet } from "./cedar/policy-set.ts";
import { FALSE, TRUE } from "./cedar/row-condition.ts";
import { sizeFault } from "./cedar/shape.ts";
import { CedarSet, Uid } from "./cedar/value.ts";
import { circumstances, type TenantTraits } from "./circumstances.ts";
import { accessError } from "./errors.ts";
import { STEP_UP_AGES_S } from "./limits.ts";
import { type Permission, permissionNames, scopeOf } from "./permissions.ts";
import type { Decision, Question, StepUp, Subject } from "./ports.ts";
import { type Holdings, holdingsOf, type Role } from "./role.ts";
import { cedarSchema } from "./schema.ts";
import { explainDenial } from "./why.ts";

export interface AccessOptions {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
  /** Share of decisions that the official engine makes too, 0 to 1. */
  readonly shadowRate: number;
  /** Records that the engines disagreed. */
  readonly onMismatch: (detail: Readonly<Record<string, unknown>>) => Promise<void>;
}

const TYPES = {
  operator: "Operator",
  platform_key: "PlatformKey",
  support: "Support",
  user: "User",
  service_account: "ServiceAccount",
  api_key: "ApiKey",
} as const satisfies Record<Subject["kind"], string>;

const PLATFORM_UID = new Uid("Platform", "platform");
const PLATFORM_TRAITS: TenantTraits = { plan: "", features: new CedarSet([]), timeZone: "UTC" };
/** Factors that a step-up can bring (RFC 8176). */
const SECOND_FACTORS = ["otp", "hwk", "swk", "mfa"];

const ACTIONS: ReadonlyMap<Permission, Uid> = new Map(
  permissionNames.map((name) => [name, new Uid("Action", name)]),
);

/** Decides who may do what. */
export class Access {
  readonly book: Book;
  readonly engine: CedarEngine;
  readonly #options: AccessOptions;
  #schema: string | undefined;

  private constructor(options: AccessOptions, engine: CedarEngine) {
    this.#options = options;
    this.engine = engine;
    this.book = new Book({ pool: options.pool, engine });
  }

  static async open(options: AccessOptions): Promise<Access> {
    return new Access(options, await loadCedar());
  }

  /** Throws tenant.not_found, and access.undecided when the engines disagree or the database cannot be asked. */
  async decide(question: Question): Promise<Decision> {
    const { subject, permission, tenantId } = question;
    if (subject.scopes && !subject.scopes.includes(permission)) return outOfScope(permission);
    if (isOfPlatform(subject)) return this.#decideBy(this.book.platform, PLATFORM_TRAITS, question);
    if (tenantId === null || scopeOf(permission) === "platform") return outOfReach(permission);
    const rules = this.book.peek(tenantId) ?? (await this.book.rules(tenantId));
    return this.#decideBy(rules.policies, rules.traits, question);
  }

  /** The same under rules that are not in force: what a draft would decide. Nothing is shadowed or recorded. */
  decideUnder(rules: Rules, question: Question): Decision {
    const { subject, permission } = question;
    if (subject.scopes && !subject.scopes.includes(permission)) return outOfScope(permission);
    return this.#explain(rules.policies, requestOf(question, rules.traits), question);
  }

  /**
   * The rows of the tenant for which `decide` would allow, as a condition for its lists: what somebody may not see is
   * neither listed nor counted. It holds for this caller and moment.
   *
   * @throws tenant.not_found
   */
  async filter(question: Omit<Question, "resource">): Promise<RowFilter> {
    const { subject, permission, tenantId } = question;
    if (tenantId === null) throw new Error("Rows belong to a tenant.");
    const made = { tenantId, permission };
    const isOut = subject.scopes !== null && !subject.scopes.includes(permission);
    if (isOut || scopeOf(permission) === "platform")
      return { ...made, condition: FALSE, isExact: true, left: [] };
    if (isOfPlatform(subject)) {
      const { allowed } = await this.decide(question);
      return { ...made, condition: allowed ? TRUE : FALSE, isExact: true, left: [] };
    }
    const { policies, traits } = this.book.peek(tenantId) ?? (await this.book.rules(tenantId));
    const request = requestOf(question, traits);
    const { condition, left } = filterRows(policies, { request, tenant: new Uid("Tenant", tenantId) });
    return { ...made, condition, isExact: left.length === 0, left };
  }

  /** The decision alone, under rules that may not be in force: for many questions at once. */
  allowsUnder(rules: Rules, question: Question): boolean {
    const { subject, permission } = question;
    if (subject.scopes && !subject.scopes.includes(permission)) return false;
    return rules.policies.isAllowed(requestOf(question, rules.traits));
  }

  /** What the official engine says against these policies under our schema. */
  check(policies: Readonly<Record<string, string>>): PolicyFault[] {
    const large = Object.entries(policies).flatMap(([policyId, text]) => {
      const message = sizeFault(text);
      return message === undefined ? [] : [{ policyId, message }];
    });
    if (large.length > 0) return large;
    this.#schema ??= cedarSchema();
    return this.engine.check(policies, this.#schema);
  }

  /**
   * What somebody can give on. Operators and keys of the platform hold what their role has; members what their roles in
   * the tenant have, but for those that they hold for a time: else an hour of power could be made to last.
   */
  async holdings(subject: Subject, tenantId: string | null): Promise<Holdings> {
    const roles = isOfPlatform(subject)
      ? operatorRoles.filter(({ key }) => subject.roles.includes(key))
      : tenantId === null
        ? []
        : rolesOf(
            await this.book.rules(tenantId),
            subject.roles.filter((role) => !subject.temporary?.includes(role)),
          );
    return holdingsOf(roles, subject.scopes);
  }

  async #decideBy(policies: PolicySet, traits: TenantTraits, question: Question): Promise<Decision> {
    const request = requestOf(question, traits);
    const isAllowed = policies.isAllowed(request);
    if (this.#options.shadowRate > 0 && Math.random() < this.#options.shadowRate) {
      await this.#compare(policies, request, isAllowed, question);
    }
    // Denials are rarer, and explained; who is allowed learns of policies only when asked.
    return isAllowed ? ALLOWED : this.#explain(policies, request, question);
  }

  #explain(policies: PolicySet, request: Request, question: Question): Decision {
    const { isAllowed, reasons } = policies.explain(request);
    if (isAllowed)
      return { allowed: true, policies: reasons, reasons: reasons.map((id) => `Allowed by ${id}.`) };
    const needs = stepUpFor(policies, request);
    return {
      allowed: false,
      policies: reasons,
      reasons: explainDenial(this.engine, policies, request, question.permission),
      ...(needs ? { needs } : {}),
    };
  }

  /** Asks the official engine as well; throws access.undecided when it decides otherwise. */
  async #compare(
    policies: PolicySet,
    request: Request,
    isAllowed: boolean,
    question: Question,
  ): Promise<void> {
    let official: boolean | undefined;
    try {
      official = this.engine.decide(policies.policies, request).isAllowed;
    } catch (failure) {
      this.#options.log.error("The official engine could not be asked", { error: failure as Error });
    }
    if (official === isAllowed) return;
    const { subject, permission, tenantId } = question;
    const detail = {
      subject: `${subject.kind}:${subject.id}`,
      permission,
      tenantId,
      compiled: isAllowed,
      official: official ?? "failed",
    };
    this.#options.log.error(
      "The compiled policies and the official engine disagree; access is refused",
      detail,
    );
    await this.#options.onMismatch(detail);
    throw accessError("access.undecided");
  }
}

const ALLOWED: Decision = { allowed: true, policies: [], reasons: [] };

function isOfPlatform({ kind }: Subject): boolean {
  return kind === "operator" || kind === "platform_key";
}

function rolesOf(rules: Rules, keys: readonly string[]): Role[] {
  return [...rules.roles.values(), SCOPED_KEY].filter(({ key }) => keys.includes(key));
}

function outOfScope(permission: Permission): Decision {
  return { allowed: false, policies: [], reasons: [`The key's scopes do not have ${permission}.`] };
}

function outOfReach(permission: Permission): Decision {
  return { allowed: false, policies: [], reasons: [`${permission} is a matter of the platform.`] };
}

function requestOf(
  { subject, permission, tenantId, facts, resource }: Question,
  traits: TenantTraits,
): Request {
  const isOwn = !isOfPlatform(subject) && tenantId !== null;
  const tenant = isOwn ? new Uid("Tenant", tenantId) : PLATFORM_UID;
  const principal = new Uid(TYPES[subject.kind], subject.id);
  const entities = new Entities().add(placePrincipal(principal, subject, isOwn ? tenant : undefined));
  const target = resource && isOwn ? placeResource(resource, tenant) : undefined;
  if (target) entities.add(target);
  return {
    principal,
    action: ACTIONS.get(permission) as Uid, // each of the catalogue is there
    resource: target?.uid ?? tenant,
    context: circumstances(facts, traits),
    entities,
  };
}

function placePrincipal(uid: Uid, subject: Subject, tenant: Uid | undefined): PlacedEntity {
  const parents = subject.roles.map((role) => new Uid("Role", role));
  return placed(uid, { parents, ...(tenant ? { attrs: new Map([["tenant", tenant]]) } : {}) });
}

function placeResource(
  { id, type, attributes = {} }: NonNullable<Question["resource"]>,
  tenant: Uid,
): PlacedEntity {
  const tags = { ...attributes, ...(type === undefined ? {} : { [RESOURCE_TYPE]: type }) };
  const entity: Entity = {
    uid: new Uid("Resource", id.toWellFormed()),
    attrs: new Map(),
    tags: new Map(Object.entries(tags).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()])),
    parents: [tenant],
  };
  return { ...entity, ancestors: new Set([tenant.key]) };
}

/** Whether a fresher second factor alone would change the answer, and how old it may be. */
function stepUpFor(policies: PolicySet, request: Request): StepUp | undefined {
  const known = request.context.get("amr");
  const amr = new CedarSet([...(known instanceof CedarSet ? known.items : []), ...SECOND_FACTORS]);
  const maxAgeS = STEP_UP_AGES_S.find((mfaAge) => {
    const context = new Map([...request.context, ["amr", amr] as const, ["mfaAge", mfaAge] as const]);
    return policies.isAllowed({ ...request, context });
  });
  return maxAgeS === undefined ? undefined : { maxAgeS };
}
