import type pg from "pg";
import type { Access } from "../access/access.ts";
import { isDevice } from "../access/device.ts";
import { accessError } from "../access/errors.ts";
import { isPermission, type Permission, permissionNames, scopeOf } from "../access/permissions.ts";
import type { Decision, Facts, Question, ResourceRef, Subject } from "../access/ports.ts";
import type { Clock } from "../base/clock.ts";
import type { FieldProblem } from "../base/errors.ts";
import type { Member } from "../identity/members.ts";
import type { Memberships } from "../identity/memberships.ts";
import { type Lookup, lookUp } from "./authzen-subjects.ts";

/**
 * OpenID AuthZEN Authorization API 1.0 (11 January 2026), as far as it is about forms: what is asked becomes a question
 * of ours, our decision its answer. Unknown fields are ignored, as section 10.1.1 demands.
 */
export interface EvaluationParts {
  readonly access: Access;
  readonly memberships: Memberships;
  readonly pool: pg.Pool;
  readonly clock: Clock;
}

export interface Entity {
  readonly type: string;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Asked {
  readonly subject: Entity;
  readonly action: string;
  readonly resource: Entity;
  readonly context: Readonly<Record<string, unknown>>;
}

/** Section 5.5. */
export interface Evaluated {
  readonly decision: boolean;
  readonly context?: Readonly<Record<string, unknown>>;
}

const TEXT_MAX = 500;
/** The tenant itself, rather than something in it. */
const TENANT_TYPE = "tenant";

type Json = Readonly<Record<string, unknown>>;

/** Section 6.1. Throws authzen.bad_request with all faults. */
export function readEvaluation(input: Json): Asked {
  const problems: FieldProblem[] = [];
  const asked = {
    subject: readEntity(input["subject"], "subject", problems),
    action: readName(input["action"], problems),
    resource: readEntity(input["resource"], "resource", problems),
    context: readObject(input["context"], "context", problems),
  };
  if (problems.length > 0) throw accessError("authzen.bad_request", {}, { problems });
  return asked;
}

/** Subject and resource, and no action (section 8.6.1). Throws authzen.bad_request. */
export function readActionSearch(input: Json): Omit<Asked, "action"> {
  return readEvaluation({ ...input, action: { name: "any" } });
}

/** Action and resource, and a subject's type alone (section 8.4.1). Throws authzen.bad_request. */
export function readSubjectSearch(input: Json): Asked {
  const subject = isObject(input["subject"]) ? { ...input["subject"], id: "any" } : input["subject"];
  return readEvaluation({ ...input, subject });
}

export async function evaluate(
  parts: EvaluationParts,
  tenantId: string,
  asked: Asked,
  lookup?: Lookup,
): Promise<Evaluated> {
  const { action } = asked;
  if (!isPermission(action) || scopeOf(action) !== "tenant")
    return refused(`There is no permission of a tenant called ${action}.`);
  const subject = (lookup ?? (await lookUp(parts, tenantId, [asked.subject])))(asked.subject);
  if (!subject) return refused("The subject is nobody in this tenant.");
  return answerOf(await parts.access.decide(questionOf(parts, tenantId, asked, subject, action)));
}

/** The permissions that the subject has on the resource. */
export async function searchActions(
  parts: EvaluationParts,
  tenantId: string,
  asked: Omit<Asked, "action">,
): Promise<string[]> {
  const subject = (await lookUp(parts, tenantId, [asked.subject]))(asked.subject);
  if (!subject) return [];
  const names = permissionNames.filter((name) => scopeOf(name) === "tenant");
  const found: string[] = [];
  for (const name of names) {
    const question = questionOf(parts, tenantId, { ...asked, action: name }, subject, name);
    if ((await parts.access.decide(question)).allowed) found.push(name);
  }
  return found;
}

/** Those of the members who may. */
export async function searchMembers(
  parts: EvaluationParts,
  tenantId: string,
  asked: Asked,
  members: readonly Member[],
): Promise<Pick<Entity, "type" | "id">[]> {
  const { action } = asked;
  if (asked.subject.type !== "user" || !isPermission(action) || scopeOf(action) !== "tenant") return [];
  const found: Pick<Entity, "type" | "id">[] = [];
  const lookup = await lookUp(
    parts,
    tenantId,
    members.map(({ userId }) => ({ type: "user", id: userId })),
  );
  for (const member of members) {
    const subject = lookup({ type: "user", id: member.userId });
    if (!subject) continue;
    const { allowed } = await parts.access.decide(questionOf(parts, tenantId, asked, subject, action));
    if (allowed) found.push({ type: "user", id: member.userId });
  }
  return found;
}

function questionOf(
  { clock }: EvaluationParts,
  tenantId: string,
  asked: Asked,
  subject: Subject,
  permission: Permission,
): Question {
  const { type, id, properties } = asked.resource;
  const resource: ResourceRef = { id, type, attributes: attributesOf(properties) };
  const facts = factsOf(asked.context, clock.now());
  return { subject, permission, tenantId, facts, ...(type === TENANT_TYPE ? {} : { resource }) };
}

/** Attributes are texts in our policies; numbers and flags are written as PostgreSQL and JavaScript both write them. */
function attributesOf(properties: Json): Record<string, string> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, value]) =>
      ["string", "number", "boolean"].includes(typeof value) ? [[name, String(value)]] : [],
    ),
  );
}

/** `time`, `ip`, `amr`, `mfa_age` in seconds, `purpose`, `device`, `device_age` in seconds: what the caller vouches for. */
function factsOf(context: Json, now: Date): Facts {
  const { time, ip, amr, mfa_age: mfaAge, purpose, device, device_age: deviceAge } = context;
  const given = typeof time === "string" ? new Date(time) : now;
  const at = Number.isNaN(given.getTime()) ? now : given;
  const ago = (ageS: unknown) =>
    typeof ageS === "number" && ageS >= 0 ? new Date(at.getTime() - ageS * 1_000) : null;
  return {
    now: at,
    amr: Array.isArray(amr) ? amr.filter((each) => typeof each === "string") : [],
    mfaAt: ago(mfaAge),
    deviceSince: ago(deviceAge),
    ...(typeof ip === "string" ? { ip } : {}),
    ...(typeof purpose === "string" ? { purpose } : {}),
    ...(isDevice(device) ? { device } : {}),
  };
}

function answerOf({ allowed, policies, reasons, needs }: Decision): Evaluated {
  if (allowed) return { decision: true };
  return {
    decision: false,
    context: {
      reason_admin: { "403": reasons.join(" ") },
      ...(policies.length > 0 ? { policies } : {}),
      ...(needs ? { acr_values: "mfa", max_age: needs.maxAgeS } : {}),
    },
  };
}

function refused(reason: string): Evaluated {
  return { decision: false, context: { reason_admin: { "403": reason } } };
}

function readEntity(value: unknown, path: string, problems: FieldProblem[]): Entity {
  const { type, id, properties } = readObject(value ?? 0, path, problems);
  for (const [name, text] of Object.entries({ type, id })) {
    if (isText(text)) continue;
    problems.push({ path: `${path}.${name}`, message: `Expected \`${path}.${name}\` to be text.` });
  }
  return {
    type: String(type),
    id: String(id),
    properties: readObject(properties, `${path}.properties`, problems),
  };
}

function readName(value: unknown, problems: FieldProblem[]): string {
  const { name } = readObject(value ?? 0, "action", problems);
  if (!isText(name)) problems.push({ path: "action.name", message: "Expected `action.name` to be text." });
  return String(name);
}

function readObject(value: unknown, path: string, problems: FieldProblem[]): Json {
  if (value === undefined) return {};
  if (isObject(value)) return value;
  problems.push({ path, message: `Expected \`${path}\` to be an object.` });
  return {};
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= TEXT_MAX;
}
