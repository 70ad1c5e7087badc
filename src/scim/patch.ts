import { ScimFault } from "./fault.ts";
import { type AttributePath, type Filter, type PatchPath, parsePatchPath } from "./filter.ts";
import { attribute, isObject, type Json, type JsonObject, keyOf, matches } from "./matches.ts";
import { definitionOf, readValue, type Written } from "./resource.ts";
import {
  type AttributeDefinition,
  ENTERPRISE_ATTRIBUTES,
  ENTERPRISE_SCHEMA,
  USER_ATTRIBUTES,
} from "./schema.ts";

export interface Operation {
  readonly op: "add" | "remove" | "replace";
  /** Undefined: the value is an object of attributes. */
  readonly path: PatchPath | undefined;
  readonly value: Json | undefined;
}

/** Okta sends up to 100 members at once, Entra one attribute per operation. */
const OPERATIONS_MAX = 1_000;
/** Members that the filters of one PATCH look at, all told: half a second. Who names each member looks at none. */
const MEMBERS_LOOKED_AT_MAX = 250_000;

/** Reads the body of a PATCH: names and `op` in any case, as Entra writes them. Throws ScimFault. */
export function readOperations(body: unknown): Operation[] {
  const list = isObject(body) ? attribute(body, "operations") : undefined;
  if (!Array.isArray(list) || list.length === 0)
    throw new ScimFault(400, "invalidSyntax", "Operations are expected.");
  if (list.length > OPERATIONS_MAX)
    throw new ScimFault(413, "tooMany", `At most ${OPERATIONS_MAX} operations at once.`);
  return (list as Json[]).flatMap((each) => {
    if (!isObject(each)) throw new ScimFault(400, "invalidSyntax", "An operation is an object.");
    const op = String(attribute(each, "op") ?? "").toLowerCase();
    if (op !== "add" && op !== "remove" && op !== "replace")
      throw new ScimFault(400, "invalidSyntax", "`op` is expected to be add, remove or replace.");
    const path = attribute(each, "path");
    const value = attribute(each, "value");
    if (typeof path === "string" && path.trim() !== "") return [{ op, path: parsePatchPath(path), value }];
    if (path !== undefined && path !== null && path !== "")
      throw new ScimFault(400, "invalidPath", "`path` is expected to be text.");
    if (op === "remove") throw new ScimFault(400, "noTarget", "What to remove is not said.");
    return spread(op, value);
  });
}

/** Without a path each attribute of the value is one operation; Entra puts whole paths into the names. */
function spread(op: "add" | "replace", value: Json | undefined): Operation[] {
  if (!isObject(value))
    throw new ScimFault(400, "invalidValue", "Without a path an object of attributes is expected.");
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name.toLowerCase() === "schemas" || name.toLowerCase() === "id" || name.toLowerCase() === "meta")
      return [];
    if (name.toLowerCase() === ENTERPRISE_SCHEMA.toLowerCase() && isObject(inner)) {
      return Object.entries(inner).map(([part, each]) => ({
        op,
        path: parsePatchPath(`${ENTERPRISE_SCHEMA}:${part}`),
        value: each,
      }));
    }
    return [{ op, path: parsePatchPath(name), value: inner }];
  });
}

/** Applies operations to a user's attributes; the user itself stays. Throws ScimFault. */
export function patchUser(user: JsonObject, operations: readonly Operation[]): Written {
  const result = structuredClone(user) as Written;
  for (const operation of operations) applyToUser(result, operation);
  return result;
}

function applyToUser(user: Written, { op, path, value }: Operation): void {
  const { path: at, filter } = path as PatchPath; // readOperations gives each one
  if (at.name === "externalid" && at.schema !== ENTERPRISE_SCHEMA.toLowerCase()) {
    if (op === "remove") delete user["externalId"];
    else user["externalId"] = String(value ?? "");
    return;
  }
  const isEnterprise = at.schema === ENTERPRISE_SCHEMA.toLowerCase();
  const definition = definitionOf(isEnterprise ? ENTERPRISE_ATTRIBUTES : USER_ATTRIBUTES, at.name);
  // What the schema does not know is not kept, so there is nothing to change (password and groups included).
  if (!definition || definition.mutability === "readOnly") return;
  const target = isEnterprise ? enterpriseOf(user) : user;
  if (definition.multiValued) changeValues(target, definition, op, at, filter, value);
  else changeSingle(target, definition, op, at, filter, value);
  if (isEnterprise && Object.keys(target).length === 0) delete user[ENTERPRISE_SCHEMA];
}

function enterpriseOf(user: Written): Written {
  const known = user[ENTERPRISE_SCHEMA];
  if (isObject(known)) return known as Written;
  const made: Written = {};
  user[ENTERPRISE_SCHEMA] = made as Json;
  return made;
}

function changeSingle(
  target: Written,
  definition: AttributeDefinition,
  op: Operation["op"],
  at: AttributePath,
  filter: Filter | null,
  value: Json | undefined,
): void {
  if (filter)
    throw new ScimFault(400, "invalidPath", `${definition.name} has one value: a filter does not apply.`);
  const { name } = definition;
  if (at.sub === null) {
    if (op === "remove" || value === undefined || value === null) delete target[name];
    else {
      const read = readValue(definition, value);
      const before = target[name];
      // Parts of a complex value that are not mentioned stay (RFC 7644, section 3.5.2.3).
      target[name] = isObject(read) && isObject(before) ? { ...before, ...read } : read;
    }
    return;
  }
  const part = definitionOf(definition.subAttributes ?? [], at.sub);
  if (!part || part.mutability === "readOnly") return;
  const before = isObject(target[name]) ? (target[name] as JsonObject) : {};
  const { [part.name]: _, ...others } = before;
  const isRemoval = op === "remove" || value === undefined || value === null;
  const after = isRemoval ? others : { ...others, [part.name]: readValue(part, value) };
  if (Object.keys(after).length > 0) target[name] = after as Json;
  else delete target[name];
}

function changeValues(
  target: Written,
  definition: AttributeDefinition,
  op: Operation["op"],
  at: AttributePath,
  filter: Filter | null,
  value: Json | undefined,
): void {
  const { name } = definition;
  const before = (Array.isArray(target[name]) ? (target[name] as Json[]) : []).filter(isObject);
  const after = filter
    ? changeMatching(definition, before, op, at, filter, value)
    : changeAll(definition, before, op, at, value);
  const read = after.length === 0 ? [] : (readValue(definition, after) as readonly Json[]);
  if (read.length > 0) target[name] = read;
  else delete target[name];
}

function changeAll(
  definition: AttributeDefinition,
  before: readonly JsonObject[],
  op: Operation["op"],
  at: AttributePath,
  value: Json | undefined,
): readonly JsonObject[] {
  if (at.sub !== null)
    throw new ScimFault(400, "invalidPath", `Which value of ${definition.name} is not said.`);
  const given =
    value === undefined || value === null
      ? []
      : ((readValue(definition, value) ?? []) as readonly JsonObject[]);
  switch (op) {
    case "remove":
      return given.length === 0
        ? []
        : before.filter((each) => !given.some((gone) => gone["value"] === each["value"]));
    case "replace":
      return given;
    case "add": {
      const kept = before.filter((each) => !given.some((added) => isSameValue(added, each)));
      return [...kept, ...given];
    }
  }
}

/** Adding what is there already changes it in place rather than making a second one. */
function isSameValue(a: JsonObject, b: JsonObject): boolean {
  return a["value"] !== undefined && a["value"] === b["value"] && a["type"] === b["type"];
}

function changeMatching(
  definition: AttributeDefinition,
  before: readonly JsonObject[],
  op: Operation["op"],
  at: AttributePath,
  filter: Filter,
  value: Json | undefined,
): readonly JsonObject[] {
  const isHit = (each: JsonObject) => matches(filter, each);
  if (op === "remove" && at.sub === null) return before.filter((each) => !isHit(each));
  const change = partsOf(at, op === "remove" ? null : value);
  if (before.some(isHit)) return before.map((each) => (isHit(each) ? merged(each, change) : each));
  if (op === "remove") return before;
  // Entra replaces `emails[type eq "work"].value` of users that have no such address: it means to add one.
  const seed = equalities(filter);
  if (!seed) throw new ScimFault(400, "noTarget", `No value of ${definition.name} fits the filter.`);
  return [...before, merged(seed, change)];
}

function partsOf(at: AttributePath, value: Json | undefined): JsonObject {
  if (at.sub !== null) return { [at.sub]: value ?? null };
  if (isObject(value)) return value;
  const [only] = Array.isArray(value) && value.length === 1 ? (value as Json[]) : [];
  if (isObject(only)) return only;
  throw new ScimFault(400, "invalidValue", "An object is expected for the value that the filter chooses.");
}

function merged(before: JsonObject, change: JsonObject): JsonObject {
  const after: Written = { ...before };
  for (const [name, value] of Object.entries(change)) {
    const key = keyOf(after, name) ?? name;
    if (value === null || value === undefined) delete after[key];
    else after[key] = value;
  }
  return after;
}

/** What a value must have to fit `a eq 1 and b eq 2`; undefined when the filter asks for something else. */
function equalities(filter: Filter): JsonObject | undefined {
  if (filter.kind === "compare" && filter.comparison === "eq" && filter.path.sub === null) {
    return { [filter.path.name]: filter.value };
  }
  if (filter.kind !== "and") return undefined;
  const [left, right] = [equalities(filter.left), equalities(filter.right)];
  return left && right && { ...left, ...right };
}

/** What a PATCH does to a group: its name, and who is in it. */
export interface GroupChange {
  displayName?: string;
  externalId?: string | null;
  members: ReadonlySet<string>;
}

/** @param members Ids of those who are in the group now, read under its lock. Throws ScimFault. */
export function patchGroup(members: ReadonlySet<string>, operations: readonly Operation[]): GroupChange {
  const change: { displayName?: string; externalId?: string | null; members: Set<string> } = {
    members: new Set(members),
  };
  let lookedAt = 0;
  for (const { op, path, value } of operations) {
    const { path: at, filter } = path as PatchPath; // readOperations gives each one
    if (at.name === "members" && filter && memberNamed(filter) === undefined) {
      lookedAt += change.members.size;
      if (lookedAt > MEMBERS_LOOKED_AT_MAX)
        throw new ScimFault(
          413,
          "tooMany",
          'The filters look at too many members; name each by `members[value eq "…"]`.',
        );
    }
    if (at.name === "members") changeMembers(change.members, op, filter, value);
    else if (at.name === "displayname" && op !== "remove") change.displayName = String(value ?? "");
    else if (at.name === "externalid")
      change.externalId = op === "remove" || value === null || value === undefined ? null : String(value);
  }
  return change;
}

function changeMembers(
  members: Set<string>,
  op: Operation["op"],
  filter: Filter | null,
  value: Json | undefined,
): void {
  if (filter) {
    const named = memberNamed(filter);
    const hits =
      named === undefined
        ? [...members].filter((id) => matches(filter, { value: id, type: "User" }))
        : members.has(named)
          ? [named]
          : [];
    if (op === "remove") for (const id of hits) members.delete(id);
    else if (hits.length === 0) throw new ScimFault(400, "noTarget", "No member fits the filter.");
    return;
  }
  const ids = memberIds(value);
  if (op === "remove" && (value === undefined || value === null)) members.clear();
  else if (op === "remove") for (const id of ids) members.delete(id);
  else {
    if (op === "replace") members.clear();
    for (const id of ids) members.add(id);
  }
}

/** The one member that a filter names, as directories write it: `members[value eq "…"]`. */
function memberNamed(filter: Filter): string | undefined {
  const isNaming =
    filter.kind === "compare" &&
    filter.comparison === "eq" &&
    filter.path.name === "value" &&
    filter.path.sub === null &&
    typeof filter.value === "string";
  return isNaming ? String(filter.value).toLowerCase() : undefined;
}

/** Ids of members as they come: objects with `value`, bare texts, one or a list. Throws ScimFault. */
export function memberIds(value: Json | undefined): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? (value as Json[]) : [value as Json]).map((each) => {
    const id = isObject(each) ? attribute(each, "value") : each;
    if (typeof id !== "string") throw new ScimFault(400, "invalidValue", "A member is named by its `value`.");
    // Ids are in lower case here, and told apart in any.
    return id.toLowerCase();
  });
}
