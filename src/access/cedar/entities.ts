import { type CedarRecord, Uid } from "./value.ts";

export interface Entity {
  readonly uid: Uid;
  readonly attrs: CedarRecord;
  readonly tags: CedarRecord;
  readonly parents: readonly Uid[];
}

/** An entity with all that it is in, directly or not. */
export interface PlacedEntity extends Entity {
  /** Keys of its ancestors; itself is not among them. */
  readonly ancestors: ReadonlySet<string>;
}

const NOTHING: CedarRecord = new Map();

/** What is known of entities during a decision. One that is not here has no attributes and no parents. */
export class Entities {
  readonly #byKey = new Map<string, PlacedEntity>();

  constructor(entities: Iterable<Entity> = []) {
    const given = new Map<string, Entity>();
    for (const entity of entities) given.set(entity.uid.key, entity);
    for (const entity of given.values()) {
      this.#byKey.set(entity.uid.key, { ...entity, ancestors: ancestorsOf(entity, given) });
    }
  }

  /** Adds an entity whose ancestors are known: the hot path places each principal once, not once per request. */
  add(entity: PlacedEntity): this {
    this.#byKey.set(entity.uid.key, entity);
    return this;
  }

  get(uid: Uid): PlacedEntity | undefined {
    return this.#byKey.get(uid.key);
  }

  all(): IterableIterator<PlacedEntity> {
    return this.#byKey.values();
  }
}

function ancestorsOf(entity: Entity, given: ReadonlyMap<string, Entity>): ReadonlySet<string> {
  const ancestors = new Set<string>();
  const open = [...entity.parents];
  for (let uid = open.pop(); uid; uid = open.pop()) {
    if (ancestors.has(uid.key)) continue;
    ancestors.add(uid.key);
    open.push(...(given.get(uid.key)?.parents ?? []));
  }
  return ancestors;
}

/** An entity that is in each of `parents`, which are in nothing. */
export function placed(
  uid: Uid,
  options: { readonly attrs?: CedarRecord; readonly parents?: readonly Uid[] } = {},
): PlacedEntity {
  const { attrs = NOTHING, parents = [] } = options;
  return { uid, attrs, tags: NOTHING, parents, ancestors: new Set(parents.map(({ key }) => key)) };
}

export function uid(type: string, id: string): Uid {
  return new Uid(type, id);
}
