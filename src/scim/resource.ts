import { ScimFault } from "./fault.ts";
import { attribute, isObject, type Json, type JsonObject } from "./matches.ts";
import {
  type AttributeDefinition,
  ENTERPRISE_ATTRIBUTES,
  ENTERPRISE_SCHEMA,
  GROUP_ATTRIBUTES,
  USER_ATTRIBUTES,
} from "./schema.ts";

/** Characters of one value. */
const TEXT_MAX = 2_048;
const VALUES_MAX = 100;
/** What is kept of a user, as JSON. */
const RESOURCE_CHARACTERS_MAX = 32_768;

/** The attributes that a client may write, under the names of the schema. */
export type Written = { [name: string]: Json | undefined };

/**
 * A user as it is kept: known attributes, canonical names, values of the right type. What the schema does not know
 * is dropped (RFC 7644, section 3.3), a password first of all. Throws ScimFault invalidValue.
 */
export function readUser(input: unknown): Written {
  if (!isObject(input)) throw new ScimFault(400, "invalidSyntax", "A JSON object is expected.");
  const user = readAttributes(USER_ATTRIBUTES, input);
  const extension = attribute(input, ENTERPRISE_SCHEMA);
  if (isObject(extension)) {
    const enterprise = readAttributes(ENTERPRISE_ATTRIBUTES, extension);
    if (Object.keys(enterprise).length > 0) user[ENTERPRISE_SCHEMA] = enterprise;
  }
  addExternalId(user, input);
  if (typeof user["userName"] !== "string" || user["userName"].trim() === "") {
    throw new ScimFault(400, "invalidValue", "A userName is expected.");
  }
  if (JSON.stringify(user).length > RESOURCE_CHARACTERS_MAX) {
    throw new ScimFault(413, "tooMany", "The user has more attributes than are kept.");
  }
  return { ...user, active: user["active"] ?? true };
}

/** Name and external id of a group; its members are read apart. */
export function readGroup(input: unknown): Written & { displayName: string } {
  if (!isObject(input)) throw new ScimFault(400, "invalidSyntax", "A JSON object is expected.");
  const group = readAttributes(
    GROUP_ATTRIBUTES.filter(({ name }) => name !== "members"),
    input,
  );
  addExternalId(group, input);
  const { displayName } = group;
  if (typeof displayName !== "string" || displayName.trim() === "" || displayName.length > 256) {
    throw new ScimFault(400, "invalidValue", "A displayName of at most 256 characters is expected.");
  }
  return { ...group, displayName: displayName.trim() };
}

function addExternalId(written: Written, input: JsonObject): void {
  const value = attribute(input, "externalId");
  if (value === undefined || value === null) return;
  written["externalId"] = checkText("externalId", String(value));
}

function readAttributes(definitions: readonly AttributeDefinition[], input: JsonObject): Written {
  const read: Written = {};
  for (const definition of definitions) {
    if (definition.mutability === "readOnly") continue;
    const value = attribute(input, definition.name);
    if (value === undefined || value === null) continue;
    const typed = readValue(definition, value);
    if (typed !== undefined) read[definition.name] = typed;
  }
  return read;
}

/** One value by its definition; undefined when nothing is left of it. */
export function readValue(definition: AttributeDefinition, value: Json): Json | undefined {
  if (!definition.multiValued) return readSingle(definition, value);
  const values = Array.isArray(value) ? (value as Json[]) : [value];
  if (values.length > VALUES_MAX)
    throw new ScimFault(413, "tooMany", `${definition.name} has too many values.`);
  const read = values.map((each) => readSingle(definition, each)).filter((each) => each !== undefined);
  return onePrimary(read);
}

function readSingle(definition: AttributeDefinition, value: Json): Json | undefined {
  const { name, type } = definition;
  switch (type) {
    case "boolean":
      return readBoolean(name, value);
    case "complex": {
      // A bare text where a complex value is expected is its `value`.
      const parts = isObject(value) ? value : typeof value === "string" ? { value } : undefined;
      if (!parts) throw new ScimFault(400, "invalidValue", `${name} is not of the expected form.`);
      const read = readAttributes(definition.subAttributes ?? [], parts);
      return Object.keys(read).length > 0 ? read : undefined;
    }
    default:
      if (typeof value === "number" || typeof value === "boolean") return String(value);
      if (isObject(value)) return readSingle(definition, attribute(value, "value") ?? null);
      if (value === null) return undefined;
      if (typeof value !== "string")
        throw new ScimFault(400, "invalidValue", `${name} is expected to be text.`);
      return checkText(name, value);
  }
}

/** Entra sends "True" and "False" as text; some send [{ "value": "False" }]. */
function readBoolean(name: string, value: Json): boolean {
  if (typeof value === "boolean") return value;
  if (typeof value === "string" && /^(true|false)$/i.test(value.trim()))
    return value.trim().toLowerCase() === "true";
  const [only] = Array.isArray(value) && value.length === 1 ? (value as Json[]) : [value];
  const inner = isObject(only) ? attribute(only, "value") : Array.isArray(value) ? only : undefined;
  if (inner !== undefined && !Array.isArray(inner) && !isObject(inner)) return readBoolean(name, inner);
  throw new ScimFault(400, "invalidValue", `${name} is expected to be true or false.`);
}

function checkText(name: string, value: string): string {
  if (value.length > TEXT_MAX) throw new ScimFault(400, "invalidValue", `${name} is too long.`);
  if (value.includes("\0") || !value.isWellFormed())
    throw new ScimFault(400, "invalidValue", `${name} has characters that are not text.`);
  return value;
}

/** Only one value is the primary one: the last that says so. */
function onePrimary(values: readonly Json[]): readonly Json[] {
  const last = values.findLastIndex((value) => isObject(value) && value["primary"] === true);
  return values.map((value, i) =>
    isObject(value) && value["primary"] === true && i !== last ? { ...value, primary: false } : value,
  );
}

export function definitionOf(
  definitions: readonly AttributeDefinition[],
  name: string,
): AttributeDefinition | undefined {
  return definitions.find((each) => each.name.toLowerCase() === name.toLowerCase());
}

/** The address that names the person: the primary one, the first, or a userName that is one. */
export function emailOf(user: JsonObject): string | undefined {
  const emails = Array.isArray(user["emails"]) ? (user["emails"] as Json[]).filter(isObject) : [];
  const chosen =
    emails.find(({ primary }) => primary === true) ?? emails.find(({ type }) => type === "work") ?? emails[0];
  const value = chosen?.["value"];
  if (typeof value === "string" && value.includes("@")) return value;
  const { userName } = user;
  return typeof userName === "string" && userName.includes("@") ? userName : undefined;
}

export function displayNameOf(user: JsonObject): string {
  const { displayName, name } = user;
  if (typeof displayName === "string") return displayName;
  if (!isObject(name)) return "";
  if (typeof name["formatted"] === "string") return name["formatted"];
  return [name["givenName"], name["familyName"]].filter((part) => typeof part === "string").join(" ");
}

/** Only the attributes that were asked for (RFC 7644, section 3.9); id and schemas are always there. */
export function project(
  resource: JsonObject,
  only: readonly string[],
  without: readonly string[],
): JsonObject {
  const always = new Set(["id", "schemas", "meta"]);
  const top = (names: readonly string[]) =>
    new Set(
      names.map(
        (name) =>
          name
            .replace(/^urn:.*:(?=[^:]+$)/i, "")
            .split(".", 1)[0]
            ?.toLowerCase() ?? "",
      ),
    );
  const [wanted, unwanted] = [top(only), top(without)];
  return Object.fromEntries(
    Object.entries(resource).filter(([key]) => {
      const name = key.toLowerCase();
      if (always.has(name)) return true;
      return wanted.size > 0 ? wanted.has(name) : !unwanted.has(name);
    }),
  );
}
