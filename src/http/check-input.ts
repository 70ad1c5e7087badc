import type { TSchema } from "typebox";
import { Compile } from "typebox/compile";
import type { FieldProblem } from "../base/errors.ts";
import { isUuid } from "../base/ids.ts";
import { nearest } from "../base/nearest.ts";
import { httpError } from "./errors.ts";
import { FAULTS_MAX } from "./limits.ts";

/** The part of JSON Schema that our schemas use. */
interface Shape {
  readonly type?: string;
  readonly const?: unknown;
  readonly anyOf?: readonly Shape[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: Shape;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly default?: unknown;
}

/** Checks input against a schema and tells all faults at once, in our words. Returns the input, or throws request.invalid. */
export function inputChecker(schema: TSchema, where: "body" | "query"): (input: unknown) => unknown {
  const validator = Compile(schema);
  const shape = schema as Shape; // a TypeBox schema is JSON Schema
  return (raw) => {
    const input = where === "query" ? fromText(shape, raw) : raw;
    const faults: FieldProblem[] = [];
    describeFaults(shape, input, "", faults);
    // The compiled check decides; the description explains. Should they differ, nothing gets in.
    if (faults.length === 0 && !validator.Check(input)) {
      faults.push({
        path: where,
        message: `Expected the ${where} to have the form that GET /openapi.json tells.`,
      });
    }
    if (faults.length > 0) throw httpError("request.invalid", {}, { problems: faults.slice(0, FAULTS_MAX) });
    return input;
  };
}

/** Query values arrive as text; numbers and flags are read where the schema asks for them. */
function fromText(shape: Shape, raw: unknown): Record<string, unknown> {
  const input: Record<string, unknown> = { ...(raw as Record<string, unknown>) };
  for (const [name, property] of Object.entries(shape.properties ?? {})) {
    const text = input[name];
    if (text === undefined) {
      if (property.default !== undefined) input[name] = property.default;
    } else if (typeof text === "string") input[name] = readText(property, text);
  }
  return input;
}

function readText({ type }: Shape, text: string): unknown {
  const isNumber = type === "integer" || type === "number";
  if (isNumber && /^-?\d{1,15}(\.\d{1,15})?$/.test(text)) return Number(text);
  if (type === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

function describeFaults(shape: Shape, value: unknown, path: string, faults: FieldProblem[]): void {
  if (faults.length >= FAULTS_MAX) return;
  if (shape.type === "object" && isRecord(value)) describeObject(shape, value, path, faults);
  else if (shape.type === "array" && Array.isArray(value) && value.length <= (shape.maxItems ?? Infinity)) {
    for (const [i, item] of value.entries()) describeFaults(shape.items ?? {}, item, `${path}[${i}]`, faults);
  } else if (!fits(shape, value)) {
    const name = path === "" ? "the body" : `\`${path}\``;
    faults.push({
      path: path === "" ? "body" : path,
      message: `Expected ${name} to be ${expected(shape)}, got ${shown(value, path)}.`,
    });
  } else if (typeof value === "string" && value.includes("\0")) {
    faults.push({ path, message: `Expected \`${path}\` to be text without NUL characters.` });
  }
}

function describeObject(
  shape: Shape,
  value: Readonly<Record<string, unknown>>,
  path: string,
  faults: FieldProblem[],
): void {
  const properties = shape.properties ?? {};
  const inside = (name: string) => (path === "" ? name : `${path}.${name}`);
  for (const [name, property] of Object.entries(properties)) {
    const isGiven = Object.hasOwn(value, name) && value[name] !== undefined;
    if (isGiven) describeFaults(property, value[name], inside(name), faults);
    else if (shape.required?.includes(name)) {
      faults.push({
        path: inside(name),
        message: `Expected \`${inside(name)}\` to be ${expected(property)}, got nothing.`,
      });
    }
  }
  if (shape.additionalProperties !== false) return;
  const known = Object.keys(properties);
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(properties, name)) continue;
    const near = nearest(name, known);
    const hint = near
      ? `; did you mean \`${near}\`?`
      : known.length > 0
        ? `; known are ${known.join(", ")}.`
        : ".";
    faults.push({ path: inside(cut(name)), message: `There is no \`${inside(cut(name))}\` here${hint}` });
  }
}

function fits(shape: Shape, value: unknown): boolean {
  if (shape.anyOf) return shape.anyOf.some((option) => fits(option, value));
  if (shape.const !== undefined) return value === shape.const;
  switch (shape.type) {
    case "string":
      return typeof value === "string" && fitsText(shape, value);
    case "integer":
      return Number.isSafeInteger(value) && fitsRange(shape, value as number); // an integer is a number
    case "number":
      return Number.isFinite(value) && fitsRange(shape, value as number); // what is finite is a number
    case "boolean":
      return typeof value === "boolean";
    case "null":
      return value === null;
    case "object":
      return isRecord(value);
    case "array":
      return Array.isArray(value) && value.length <= (shape.maxItems ?? Infinity);
    default:
      return true;
  }
}

function fitsText({ minLength = 0, maxLength = Infinity, format }: Shape, text: string): boolean {
  const { length } = [...text];
  return length >= minLength && length <= maxLength && (format !== "uuid" || isUuid(text));
}

function fitsRange({ minimum = -Infinity, maximum = Infinity }: Shape, value: number): boolean {
  return value >= minimum && value <= maximum;
}

/** The form of a value, as people say it: `an integer from 1 to 200`. */
function expected(shape: Shape): string {
  if (shape.anyOf) {
    const isList = shape.anyOf.every((option) => option.const !== undefined);
    return isList
      ? `one of ${shape.anyOf.map((option) => option.const).join(", ")}`
      : shape.anyOf.map(expected).join(" or ");
  }
  if (shape.const !== undefined) return JSON.stringify(shape.const);
  switch (shape.type) {
    case "string":
      return expectedText(shape);
    case "integer":
      return `an integer${range(shape)}`;
    case "number":
      return `a number${range(shape)}`;
    case "boolean":
      return "true or false";
    case "array":
      return shape.maxItems === undefined ? "a list" : `a list of at most ${shape.maxItems}`;
    case "object":
      return "an object";
    case "null":
      return "null";
    default:
      return "a value";
  }
}

function expectedText({ minLength, maxLength, format }: Shape): string {
  if (format === "uuid") return "an id: a UUID in lower case";
  if (minLength !== undefined && maxLength !== undefined)
    return `text of ${minLength} to ${maxLength} characters`;
  if (maxLength !== undefined) return `text of at most ${maxLength} characters`;
  return "text";
}

function range({ minimum, maximum }: Shape): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`;
  return minimum === undefined ? "" : ` from ${minimum} and up`;
}

function shown(value: unknown, path: string): string {
  if (/token|secret|password/i.test(path)) return "something else";
  return cut(JSON.stringify(value) ?? "nothing");
}

function cut(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
