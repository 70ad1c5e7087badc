import type { RowCondition } from "../../db/row-filter.ts";
import { compileExpression, type Evaluate, type Request } from "./expression.ts";
import { extensions } from "./extension.ts";
import { isFault } from "./fault.ts";
import { fromJson, toJson, type ValueJson } from "./json.ts";
import type { ExprJson, OperandsJson } from "./policy-json.ts";
import { all, any, FALSE, has, isOneOf, matches, not, same, TRUE, Unfilterable } from "./row-condition.ts";
import { and, faulty, known, negated, type Test, total } from "./test-of-rows.ts";
import { CedarSet, isEqual, Uid, type Value } from "./value.ts";

/** What a value is as long as the resource is any row: known, or a condition on the row. */
type Part =
  | { readonly kind: "known"; readonly value: Value }
  | { readonly kind: "fault" }
  | { readonly kind: "resource" }
  /** The value of a tag; a fault where the row has none. */
  | { readonly kind: "tag"; readonly name: string }
  | Test
  /** A fault where any item is one. */
  | { readonly kind: "set"; readonly items: readonly Part[] };

/** A request about any row of the tenant: its resource is unknown, and lies in `tenant`. */
export interface RowRequest {
  readonly request: Request;
  readonly tenant: Uid;
}

/** The entity type of what apps keep. */
const RESOURCE = "Resource";
const ID = { of: "id" } as const;
const FAULT = { kind: "fault" } as const;
/** Pairs of items that two sets are compared by. */
const PAIRS_MAX = 400;

/** Where the expression is true and where it is false. Throws Unfilterable, and Uncovered. */
export function partialTest(json: ExprJson, asked: RowRequest): Test {
  return asTest(evaluate(json, asked));
}

/** Whether a row is the entity, or in it. */
export function isRowWithin(uid: Uid, { tenant }: RowRequest): Test {
  if (uid.key === tenant.key) return known(true);
  return uid.type === RESOURCE ? total(isOneOf(ID, [uid.id])) : known(false);
}

export function isRowOfType(type: string): boolean {
  return type === RESOURCE;
}

function evaluate(json: ExprJson, asked: RowRequest): Part {
  const run = closed(json);
  if (run) return guarded(() => run(asked.request));
  const [operator, operands] = Object.entries(json)[0] as [string, unknown]; // the compiler saw one entry
  if (operator === "Var") return { kind: "resource" };
  if (operator === "Value") return guarded(() => fromJson(operands as ValueJson));
  if (Array.isArray(operands)) return list(operator, operands as ExprJson[], asked);
  if (operator === "Record") throw new Unfilterable("a record of what the resource has");
  return apply(operator, operands as OperandsJson, asked);
}

/** An expression that says nothing of the resource is computed at once; undefined: it does. */
const closedRuns = new WeakMap<ExprJson, Evaluate | null>();
function closed(json: ExprJson): Evaluate | undefined {
  let run = closedRuns.get(json);
  if (run === undefined) {
    run = mentionsResource(json) ? null : compileExpression(json);
    closedRuns.set(json, run);
  }
  return run ?? undefined;
}

/** A resource that is named may be the row, so it counts as well. */
function mentionsResource(json: ExprJson): boolean {
  const [operator, operands] = Object.entries(json)[0] ?? [];
  if (operator === undefined) return false;
  if (operator === "Value") {
    const part = guarded(() => fromJson(operands as ValueJson));
    return part.kind === "known" && namesResource(part.value);
  }
  if (operator === "Var") return (operands as unknown) === "resource";
  if (Array.isArray(operands)) return (operands as readonly ExprJson[]).some(mentionsResource);
  if (operator === "Record")
    return Object.values(operands as Record<string, ExprJson>).some(mentionsResource);
  const { left, right, arg, in: container, if: condition, then: yes, else: no } = operands as OperandsJson;
  return [left, right, arg, container, condition, yes, no].some((each) => each && mentionsResource(each));
}

function apply(operator: string, operands: OperandsJson, asked: RowRequest): Part {
  const at = (json: ExprJson | undefined): Part => {
    if (json === undefined) throw new Unfilterable(`${operator} lacks an operand`);
    return evaluate(json, asked);
  };
  switch (operator) {
    case "&&": {
      const left = asTest(at(operands.left));
      return left.yes === FALSE ? left : and(left, asTest(at(operands.right)));
    }
    case "||": {
      const left = asTest(at(operands.left));
      return left.no === FALSE ? left : negated(and(negated(left), negated(asTest(at(operands.right)))));
    }
    case "!":
      return negated(asTest(at(operands.arg)));
    case "if-then-else":
      return choose(asTest(at(operands.if)), operands, at);
    case "is": {
      const isOf = typeTest(at(operands.left), operands.entity_type as string);
      if (operands.in === undefined || isOf.yes === FALSE) return isOf;
      return and(isOf, within(at(operands.left), at(operands.in), asked));
    }
  }
  const given = [operands.left, operands.right, operands.arg].filter((each) => each !== undefined).map(at);
  if (given.some(({ kind }) => kind === "fault")) return FAULT;
  const isKnown = given.every((each) => each.kind === "known" && !namesResource(each.value));
  if (isKnown) {
    const [left, right] = given;
    const again = operands.arg ? { arg: literal(left) } : { left: literal(left) };
    return evaluate(
      { [operator]: { ...operands, ...again, ...(right ? { right: literal(right) } : {}) } },
      asked,
    );
  }
  const [left = FAULT, right = FAULT] = given;
  switch (operator) {
    case "==":
      return equal(left, right);
    case "!=":
      return negated(equal(left, right));
    case "in":
      return within(left, right, asked);
    case "has":
      return entityOf(left) ? known(false) : FAULT;
    case "like":
      return left.kind === "tag"
        ? ofTag(left.name, matches(tagOf(left.name), operands.pattern ?? []))
        : FAULT;
    case "hasTag":
    case "getTag":
      return tag(operator, left, right);
    case "contains":
      return contains(left, right);
    case "containsAll":
    case "containsAny":
      return containsMany(operator, left, right);
    case "isEmpty":
      return isEmpty(left);
    case ".":
    case "neg":
    case "<":
    case "<=":
    case ">":
    case ">=":
    case "+":
    case "-":
    case "*":
      // No resource has attributes, and a tag is a text.
      return FAULT;
  }
  throw new Unfilterable(`the operator ${operator}`);
}

function isEmpty(part: Part): Part {
  const items = itemsOf(part);
  return items ? { kind: "test", yes: FALSE, no: isDefined(part), isTotal: false } : FAULT;
}

function choose(condition: Test, operands: OperandsJson, at: (json: ExprJson | undefined) => Part): Part {
  if (condition.yes === TRUE) return at(operands.then);
  if (condition.no === TRUE) return at(operands.else);
  if (condition.yes === FALSE && condition.no === FALSE) return FAULT;
  const [yes, no] = [at(operands.then), at(operands.else)];
  const isOfTests = [yes, no].every(
    (each) => each.kind !== "tag" && each.kind !== "set" && each.kind !== "resource",
  );
  const isOther = [yes, no].some((each) => each.kind === "known" && typeof each.value !== "boolean");
  if (!isOfTests || isOther) throw new Unfilterable("a choice between values");
  const [a, b] = [asTest(yes), asTest(no)];
  return {
    kind: "test",
    yes: any([all([condition.yes, a.yes]), all([condition.no, b.yes])]),
    no: any([all([condition.yes, a.no]), all([condition.no, b.no])]),
    isTotal: condition.isTotal && a.isTotal && b.isTotal,
  };
}

function list(operator: string, operands: readonly ExprJson[], asked: RowRequest): Part {
  const items = operands.map((each) => evaluate(each, asked));
  if (items.some(({ kind }) => kind === "fault")) return FAULT;
  if (operator === "Set") return { kind: "set", items };
  if (items.every((each) => each.kind === "known" && !namesResource(each.value)))
    return evaluate({ [operator]: items.map(literal) }, asked);
  const isConstructor = ["ip", "decimal", "datetime", "duration"].includes(operator);
  if (!extensions.has(operator) || (isConstructor && items.some(({ kind }) => kind === "tag")))
    throw new Unfilterable(`${operator} of what the resource has`);
  return FAULT;
}

function equal(a: Part, b: Part): Test {
  if (a.kind === "fault" || b.kind === "fault") return faulty();
  if (a.kind === "known" && b.kind === "known") return known(isEqual(a.value, b.value));
  if (a.kind === "set" || b.kind === "set") throw new Unfilterable("sets of what the resource has, compared");
  if (a.kind === "known") return equal(b, a);
  if (a.kind === "resource") {
    if (b.kind === "resource") return known(true);
    const isRow = b.kind === "known" && b.value instanceof Uid && b.value.type === RESOURCE;
    return isRow ? total(isOneOf(ID, [(b.value as Uid).id])) : never(b);
  }
  if (a.kind === "tag") {
    if (b.kind === "known" && typeof b.value === "string")
      return ofTag(a.name, isOneOf(tagOf(a.name), [b.value]));
    if (b.kind !== "tag") return never(a, b);
    const isSame = a.name === b.name ? has(tagOf(a.name)) : same(tagOf(a.name), tagOf(b.name));
    return { kind: "test", yes: isSame, no: all([isDefined(a), isDefined(b), not(isSame)]), isTotal: false };
  }
  const other =
    b.kind === "test" || (b.kind === "known" && typeof b.value === "boolean") ? asTest(b) : undefined;
  if (!other) return never(a, b);
  return {
    kind: "test",
    yes: any([all([a.yes, other.yes]), all([a.no, other.no])]),
    no: any([all([a.yes, other.no]), all([a.no, other.yes])]),
    isTotal: a.isTotal && other.isTotal,
  };
}

/** Of different types: unequal, where both are there at all. */
function never(...parts: readonly Part[]): Test {
  const no = all(parts.map(isDefined));
  return { kind: "test", yes: FALSE, no, isTotal: no === TRUE };
}

function within(inner: Part, outer: Part, asked: RowRequest): Test {
  if (!entityOf(inner) || outer.kind === "fault") return faulty();
  const outers: readonly Part[] | undefined = itemsOf(outer) ?? [outer];
  const tests = outers.map((each) => isIn(inner, each, asked));
  if (tests.some((each) => each === undefined)) return faulty();
  // Checked above: there is no undefined among them.
  return (tests as Test[]).reduce((sum, each) => negated(and(negated(sum), negated(each))), known(false));
}

/** Undefined: not two entities. All that is an entity here is known, or the resource. */
function isIn(inner: Part, outer: Part, asked: RowRequest): Test | undefined {
  const [a, b] = [entityOf(inner), entityOf(outer)];
  if (!a || !b) return undefined;
  if (a === "row") return b === "row" ? known(true) : isRowWithin(b, asked);
  const isRow = a.type === RESOURCE && b !== "row" && b.key !== a.key;
  if (isRow) return total(all([isOneOf(ID, [a.id]), isRowWithin(b, asked).yes]));
  const ancestors = [a.key, ...(asked.request.entities.get(a)?.ancestors ?? [])];
  if (b !== "row") return known(ancestors.includes(b.key));
  const prefix = `${RESOURCE}\0`;
  const ids = ancestors.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  return total(isOneOf(ID, ids));
}

function namesResource(value: Value): boolean {
  if (value instanceof Uid) return value.type === RESOURCE;
  if (value instanceof CedarSet) return value.items.some(namesResource);
  return value instanceof Map && [...value.values()].some(namesResource);
}

function entityOf(part: Part): Uid | "row" | undefined {
  if (part.kind === "resource") return "row";
  return part.kind === "known" && part.value instanceof Uid ? part.value : undefined;
}

function typeTest(part: Part, type: string): Test {
  const entity = entityOf(part);
  if (!entity) return faulty();
  return known(entity === "row" ? isRowOfType(type) : entity.type === type);
}

function tag(operator: "hasTag" | "getTag", left: Part, right: Part): Part {
  if (!entityOf(left)) return FAULT;
  if (right.kind === "tag") throw new Unfilterable("a tag that is named by a tag");
  if (right.kind !== "known" || typeof right.value !== "string") return FAULT;
  // A known entity that names no resource is a known value; so this is the row, or may be.
  if (left.kind === "known") throw new Unfilterable("a tag of a resource that is named");
  const name = right.value;
  return operator === "getTag" ? { kind: "tag", name } : total(has(tagOf(name)));
}

function contains(set: Part, item: Part): Part {
  const items = itemsOf(set);
  if (!items) return FAULT;
  if (set.kind === "known" && item.kind === "tag") {
    const texts = items.flatMap((each) =>
      each.kind === "known" && typeof each.value === "string" ? each.value : [],
    );
    return ofTag(item.name, isOneOf(tagOf(item.name), texts));
  }
  if (items.length > PAIRS_MAX) throw new Unfilterable("a large set");
  const tests = items.map((each) => equal(each, item));
  const isThere = all([isDefined(set), isDefined(item)]);
  return {
    kind: "test",
    yes: all([isThere, any(tests.map(({ yes }) => yes))]),
    no: all([isThere, ...tests.map(({ no }) => no)]),
    isTotal: isThere === TRUE && tests.every(({ isTotal }) => isTotal),
  };
}

function containsMany(operator: "containsAll" | "containsAny", set: Part, other: Part): Part {
  const [items, others] = [itemsOf(set), itemsOf(other)];
  if (!items || !others) return FAULT;
  if (items.length * others.length > PAIRS_MAX) throw new Unfilterable("large sets");
  const isThere = all([isDefined(set), isDefined(other)]);
  const tests = others.map((each) => asTest(contains(set, each)));
  const [yes, no] = [tests.map((each) => each.yes), tests.map((each) => each.no)];
  return operator === "containsAll"
    ? { kind: "test", yes: all([isThere, ...yes]), no: all([isThere, any(no)]), isTotal: false }
    : { kind: "test", yes: all([isThere, any(yes)]), no: all([isThere, ...no]), isTotal: false };
}

function itemsOf(part: Part): readonly Part[] | undefined {
  if (part.kind === "set") return part.items;
  if (part.kind !== "known" || !(part.value instanceof CedarSet)) return undefined;
  return part.value.items.map((value): Part => ({ kind: "known", value }));
}

function isDefined(part: Part): RowCondition {
  switch (part.kind) {
    case "known":
    case "resource":
      return TRUE;
    case "fault":
      return FALSE;
    case "tag":
      return has(tagOf(part.name));
    case "test":
      return part.isTotal ? TRUE : any([part.yes, part.no]);
    case "set":
      return all(part.items.map(isDefined));
  }
}

function asTest(part: Part): Test {
  if (part.kind === "test") return part;
  return part.kind === "known" && typeof part.value === "boolean" ? known(part.value) : faulty();
}

function ofTag(name: string, yes: RowCondition): Test {
  return { kind: "test", yes, no: all([has(tagOf(name)), not(yes)]), isTotal: false };
}

function tagOf(name: string) {
  return { of: "attribute", name } as const;
}

function literal(part: Part | undefined): ExprJson {
  if (part?.kind !== "known") throw new Unfilterable("no literal");
  try {
    return { Value: toJson(part.value) };
  } catch (thrown) {
    if (isFault(thrown)) throw new Unfilterable(thrown.message);
    throw thrown;
  }
}

function guarded(run: () => Value): Part {
  try {
    return { kind: "known", value: run() };
  } catch (thrown) {
    if (isFault(thrown)) return FAULT;
    throw thrown;
  }
}
