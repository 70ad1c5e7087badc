import type { Entities } from "./entities.ts";
import { DatetimeValue, DurationValue, extensions } from "./extension.ts";
import { fault, isFault } from "./fault.ts";
import { fromJson, type ValueJson } from "./json.ts";
import { likeMatcher } from "./like.ts";
import { add, isLong, multiply, negate, subtract } from "./long.ts";
import type { ExprJson, OperandsJson } from "./policy-json.ts";
import { type CedarRecord, CedarSet, isEqual, Uid, type Value } from "./value.ts";

/** What a decision is about. */
export interface Request {
  readonly principal: Uid;
  readonly action: Uid;
  readonly resource: Uid;
  readonly context: CedarRecord;
  readonly entities: Entities;
}

export type Evaluate = (request: Request) => Value;

/** Something that this compiler does not know: the official engine decides that policy. */
export class Uncovered extends Error {}

/** Deeper ones are left to the official engine, which bounds its own stack. */
const DEPTH_MAX = 200;

/** A compiled expression; `constant` is there when no request changes it. */
interface Node {
  readonly run: Evaluate;
  readonly constant?: Value;
}

/** Compiles an expression of the JSON form. Throws Uncovered. */
export function compileExpression(json: ExprJson): Evaluate {
  return compile(json, 0).run;
}

function compile(json: ExprJson, depth: number): Node {
  if (depth > DEPTH_MAX) throw new Uncovered("too deep");
  const entries = Object.entries(json);
  const [operator, operands] = entries[0] ?? [];
  if (entries.length !== 1 || operator === undefined) throw new Uncovered("not one operator");
  const at = (child: ExprJson | undefined): Node => {
    if (child === undefined) throw new Uncovered(`${operator} lacks an operand`);
    return compile(child, depth + 1);
  };
  if (operator === "Value") return constant(() => fromJson(operands as ValueJson));
  if (Array.isArray(operands)) return compileList(operator, (operands as ExprJson[]).map(at));
  switch (operator) {
    case "Var":
      return { run: variable(operands as unknown as string) };
    case "Record":
      return compileRecord(
        Object.entries(operands as Record<string, ExprJson>).map(([name, each]) => [name, at(each)]),
      );
  }
  return compileOperator(operator, operands as OperandsJson, at);
}

type At = (child: ExprJson | undefined) => Node;

function compileOperator(operator: string, operands: OperandsJson, at: At): Node {
  const { left, right, arg } = operands;
  switch (operator) {
    case "&&":
      return and(at(left).run, at(right).run);
    case "||":
      return or(at(left).run, at(right).run);
    case "if-then-else":
      return choose(at(operands.if).run, at(operands.then).run, at(operands.else).run);
    case "!":
      return unary(at(arg), (a) => !asBoolean(a));
    case "neg":
      return unary(at(arg), (a) => (isLong(a) ? negate(a) : fault("a number was expected")));
    case "isEmpty":
      return unary(at(arg), (a) => asSet(a).items.length === 0);
    case ".":
      return attribute(at(left).run, operands.attr as string);
    case "has":
      return has(at(left).run, typeof operands.attr === "string" ? [operands.attr] : (operands.attr ?? []));
    case "like": {
      const matches = likeMatcher(operands.pattern ?? []);
      return unary(at(left), (a) => (typeof a === "string" ? matches(a) : fault("a string was expected")));
    }
    case "is":
      return is(at(left).run, operands.entity_type as string, operands.in && at(operands.in));
    case "in":
      return isIn(at(left).run, at(right));
    case "hasTag":
      return tag(at(left).run, at(right).run, (value) => value !== undefined);
    case "getTag":
      return tag(at(left).run, at(right).run, (value, name) => value ?? fault(`there is no tag \`${name}\``));
  }
  const apply = binaries.get(operator);
  if (!apply) throw new Uncovered(`the operator ${operator}`);
  return binary(at(left), at(right), apply);
}

const binaries: ReadonlyMap<string, (a: Value, b: Value) => Value> = new Map(
  Object.entries({
    "==": isEqual,
    "!=": (a: Value, b: Value) => !isEqual(a, b),
    "<": (a: Value, b: Value) => isOrdered(a, b, (x, y) => x < y),
    "<=": (a: Value, b: Value) => isOrdered(a, b, (x, y) => x <= y),
    ">": (a: Value, b: Value) => isOrdered(a, b, (x, y) => x > y),
    ">=": (a: Value, b: Value) => isOrdered(a, b, (x, y) => x >= y),
    "+": (a: Value, b: Value) => (isLong(a) && isLong(b) ? add(a, b) : fault("numbers were expected")),
    "-": (a: Value, b: Value) => (isLong(a) && isLong(b) ? subtract(a, b) : fault("numbers were expected")),
    "*": (a: Value, b: Value) => (isLong(a) && isLong(b) ? multiply(a, b) : fault("numbers were expected")),
    contains: (a: Value, b: Value) => asSet(a).has(b),
    containsAll: (a: Value, b: Value) => asSet(a).hasAll(asSet(b)),
    containsAny: (a: Value, b: Value) => asSet(a).hasAny(asSet(b)),
  }),
);

function isOrdered(a: Value, b: Value, test: (x: number | bigint, y: number | bigint) => boolean): boolean {
  if (isLong(a) && isLong(b)) return test(a, b);
  if (a instanceof DatetimeValue && b instanceof DatetimeValue) return test(a.ms, b.ms);
  if (a instanceof DurationValue && b instanceof DurationValue) return test(a.ms, b.ms);
  return fault("two numbers, two datetimes or two durations were expected");
}

function constant(evaluate: () => Value): Node {
  try {
    const value = evaluate();
    return { run: () => value, constant: value };
  } catch (thrown) {
    if (!isFault(thrown)) throw thrown;
    const { message } = thrown;
    return { run: () => fault(message) };
  }
}

function variable(name: string): Evaluate {
  switch (name) {
    case "principal":
      return (request) => request.principal;
    case "action":
      return (request) => request.action;
    case "resource":
      return (request) => request.resource;
    case "context":
      return (request) => request.context;
  }
  throw new Uncovered(`the variable ${name}`);
}

function unary(a: Node, apply: (a: Value) => Value): Node {
  const { run, constant: known } = a;
  if (known !== undefined) return constant(() => apply(known));
  return { run: (request) => apply(run(request)) };
}

function binary(a: Node, b: Node, apply: (a: Value, b: Value) => Value): Node {
  const [left, right] = [a.run, b.run];
  if (b.constant === undefined) return { run: (request) => apply(left(request), right(request)) };
  const fixed = b.constant;
  if (a.constant === undefined) return { run: (request) => apply(left(request), fixed) };
  const known = a.constant;
  return constant(() => apply(known, fixed));
}

function compileList(operator: string, items: readonly Node[]): Node {
  const isConstant = items.every((item) => item.constant !== undefined);
  const collect = (request: Request) => items.map((item) => item.run(request));
  const known = () => items.map((item) => item.constant as Value); // checked: all are constant
  if (operator === "Set") {
    return isConstant
      ? constant(() => new CedarSet(known()))
      : { run: (request) => new CedarSet(collect(request)) };
  }
  const extension = extensions.get(operator);
  if (!extension) throw new Uncovered(`the function ${operator}`);
  // The official engine too notices this only when it gets there.
  if (extension.arity !== items.length)
    return { run: () => fault(`${operator} takes another number of values`) };
  const { apply } = extension;
  return isConstant ? constant(() => apply(known())) : { run: (request) => apply(collect(request)) };
}

function compileRecord(fields: readonly (readonly [string, Node])[]): Node {
  return { run: (request) => new Map(fields.map(([name, field]) => [name, field.run(request)])) };
}

function and(left: Evaluate, right: Evaluate): Node {
  return { run: (request) => asBoolean(left(request)) && asBoolean(right(request)) };
}

function or(left: Evaluate, right: Evaluate): Node {
  return { run: (request) => asBoolean(left(request)) || asBoolean(right(request)) };
}

function choose(condition: Evaluate, yes: Evaluate, no: Evaluate): Node {
  return { run: (request) => (asBoolean(condition(request)) ? yes(request) : no(request)) };
}

function attribute(left: Evaluate, name: string): Node {
  return {
    run: (request) => {
      const value = left(request);
      const found = fieldsOf(value, request)?.get(name);
      return found ?? fault(`there is no attribute \`${name}\``);
    },
  };
}

function has(left: Evaluate, path: readonly string[]): Node {
  return {
    run: (request) => {
      let value = left(request);
      for (const name of path) {
        const next = fieldsOf(value, request)?.get(name);
        if (next === undefined) return false;
        value = next;
      }
      return true;
    },
  };
}

/** The attributes of a record or an entity; undefined for an entity that is not there. */
function fieldsOf(value: Value, request: Request): CedarRecord | undefined {
  if (value instanceof Uid) return request.entities.get(value)?.attrs;
  return value instanceof Map ? value : fault("a record or an entity was expected");
}

function tag(
  left: Evaluate,
  right: Evaluate,
  answer: (value: Value | undefined, name: string) => Value,
): Node {
  return {
    run: (request) => {
      const entity = left(request);
      const name = right(request);
      if (!(entity instanceof Uid) || typeof name !== "string")
        return fault("an entity and a string were expected");
      return answer(request.entities.get(entity)?.tags.get(name), name);
    },
  };
}

function is(left: Evaluate, type: string, container: Node | undefined): Node {
  const isOfType: Evaluate = (request) => asUid(left(request)).type === type;
  return container ? and(isOfType, isIn(left, container).run) : { run: isOfType };
}

function isIn(left: Evaluate, right: Node): Node {
  if (right.constant instanceof Uid) {
    const { key } = right.constant;
    return { run: (request) => isWithin(asUid(left(request)), key, request.entities) };
  }
  return {
    run: (request) => {
      const inner = asUid(left(request));
      const outer = right.run(request);
      const all = outer instanceof CedarSet ? outer.items.map(asUid) : [asUid(outer)];
      return all.some(({ key }) => isWithin(inner, key, request.entities));
    },
  };
}

export function isWithin(inner: Uid, outerKey: string, entities: Entities): boolean {
  return inner.key === outerKey || (entities.get(inner)?.ancestors.has(outerKey) ?? false);
}

export function asBoolean(value: Value): boolean {
  return typeof value === "boolean" ? value : fault("true or false was expected");
}

function asUid(value: Value): Uid {
  return value instanceof Uid ? value : fault("an entity was expected");
}

function asSet(value: Value): CedarSet {
  return value instanceof CedarSet ? value : fault("a set was expected");
}
