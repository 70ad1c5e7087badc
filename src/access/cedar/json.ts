import { Entities, type Entity } from "./entities.ts";
import { DatetimeValue, DecimalValue, DurationValue, extensions, IpValue } from "./extension.ts";
import { fault } from "./fault.ts";
import { toLong } from "./long.ts";
import { type CedarRecord, CedarSet, Uid, type Value } from "./value.ts";

/** Cedar's JSON form of a value, with bigint for Longs that a number cannot hold. */
export type ValueJson =
  | boolean
  | number
  | bigint
  | string
  | readonly ValueJson[]
  | { readonly [name: string]: ValueJson };

export interface UidJson {
  readonly type: string;
  readonly id: string;
}

export interface EntityJson {
  readonly uid: UidJson | { readonly __entity: UidJson };
  readonly attrs?: Readonly<Record<string, ValueJson>>;
  readonly tags?: Readonly<Record<string, ValueJson>>;
  readonly parents?: readonly (UidJson | { readonly __entity: UidJson })[];
}

/** Reads Cedar's JSON form with its `__entity` and `__extn` escapes. Faults on what is no value of Cedar. */
export function fromJson(json: ValueJson): Value {
  switch (typeof json) {
    case "boolean":
      return json;
    case "string":
      return json.toWellFormed();
    case "bigint":
      return toLong(json);
    case "number":
      return Number.isSafeInteger(json) ? json + 0 : fault(`${json} is no exact integer`);
    case "object":
      break;
    default:
      return fault(`${typeof json} is no value of Cedar`);
  }
  if (json === null) return fault("null is no value of Cedar");
  if (Array.isArray(json)) return new CedarSet(json.map(fromJson));
  const record = json as { readonly [name: string]: ValueJson }; // not an array
  if (Object.hasOwn(record, "__entity")) return uidFromJson(record as unknown as { __entity: UidJson });
  if (Object.hasOwn(record, "__extn")) return extensionFromJson(record["__extn"] as ValueJson);
  return recordFromJson(record);
}

export function recordFromJson(json: { readonly [name: string]: ValueJson }): CedarRecord {
  return new Map(Object.entries(json).map(([name, value]) => [name.toWellFormed(), fromJson(value)]));
}

export function uidFromJson(json: UidJson | { readonly __entity: UidJson }): Uid {
  const { type, id } = "__entity" in json ? json.__entity : json;
  if (typeof type !== "string" || typeof id !== "string") return fault("an entity has a type and an id");
  return new Uid(type, id.toWellFormed());
}

function extensionFromJson(json: ValueJson): Value {
  const { fn, arg, args } = json as { fn?: string; arg?: ValueJson; args?: readonly ValueJson[] };
  const extension = extensions.get(fn ?? "");
  const given = args ?? (arg === undefined ? [] : [arg]);
  if (!extension || extension.arity !== given.length) return fault(`there is no extension function ${fn}`);
  return extension.apply(given.map(fromJson));
}

export function entitiesFromJson(json: readonly EntityJson[]): Entities {
  return new Entities(
    json.map(
      (entity): Entity => ({
        uid: uidFromJson(entity.uid),
        attrs: recordFromJson(entity.attrs ?? {}),
        tags: recordFromJson(entity.tags ?? {}),
        parents: (entity.parents ?? []).map(uidFromJson),
      }),
    ),
  );
}

/** For the official engine, which is asked in JSON. Faults on a Long that JSON numbers cannot carry. */
export function toJson(value: Value): ValueJson {
  if (typeof value === "bigint") return fault(`${value} cannot be sent to the official engine`);
  if (typeof value !== "object") return value;
  if (value instanceof Uid) return { __entity: { type: value.type, id: value.id } };
  if (value instanceof CedarSet) return value.items.map(toJson);
  if (value instanceof IpValue) return { __extn: { fn: "ip", arg: value.text } };
  if (value instanceof DecimalValue) return { __extn: { fn: "decimal", arg: decimalText(value) } };
  if (value instanceof DurationValue) return { __extn: { fn: "duration", arg: `${value.ms}ms` } };
  if (value instanceof DatetimeValue) {
    const epoch = { __extn: { fn: "datetime", arg: "1970-01-01" } };
    return { __extn: { fn: "offset", args: [epoch, { __extn: { fn: "duration", arg: `${value.ms}ms` } }] } };
  }
  return recordToJson(value);
}

export function recordToJson(record: CedarRecord): { readonly [name: string]: ValueJson } {
  return Object.fromEntries([...record].map(([name, value]) => [name, toJson(value)]));
}

export function uidToJson({ type, id }: Uid): UidJson {
  return { type, id };
}

export function entitiesToJson(entities: Entities): EntityJson[] {
  return [...entities.all()].map(({ uid, attrs, tags, parents }) => ({
    uid: uidToJson(uid),
    attrs: recordToJson(attrs),
    parents: parents.map(uidToJson),
    ...(tags.size > 0 ? { tags: recordToJson(tags) } : {}),
  }));
}

function decimalText({ tenThousandths }: DecimalValue): string {
  const exact = BigInt(tenThousandths);
  const digits = String(exact < 0n ? -exact : exact).padStart(5, "0");
  return `${exact < 0n ? "-" : ""}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}
