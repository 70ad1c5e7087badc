import type { AppModel, Sealed, Table } from "../adopt/model.ts";
import { keyOf } from "../adopt/model.ts";
import { type SealedType, sealedTypeOf } from "../adopt/sealed-types.ts";

/**
 * How far the sealing of a column that had rows has come, in all places alike. Each process hears of a step before
 * the next one is taken, so no process meets what it does not understand.
 */
export const SEALING_STAGES = [
  /** Declared; some place may not have the storage yet. All is plain. */
  "declared",
  /** Values are read plain or sealed, and written plain. */
  "readable",
  /** Values are written sealed; those from before are sealed in the background. */
  "sealing",
  /** No place holds a plain value, and none admits one. */
  "sealed",
] as const;
export type SealingStage = (typeof SEALING_STAGES)[number];

export interface SealedShape extends Omit<Sealed, "key"> {
  readonly table: string;
  readonly column: string;
  readonly property: string;
  readonly type: SealedType;
  readonly isNullable: boolean;
  /** Of the column that names the person; null without one. */
  readonly subjectKind: SealedType["kind"] | null;
  readonly subjectProperty: string | null;
  /** The table as it stands in a statement. */
  readonly from: string;
}

export interface KeyShape {
  readonly column: string;
  readonly property: string;
  readonly kind: SealedType["kind"];
  /** How the key of a new row is drawn before it is there; null: the app gives it. */
  readonly draw: { readonly sequence: string } | { readonly uuid: 4 | 7 } | null;
  /** True where PostgreSQL takes a key that we drew only when told so. */
  readonly isAlwaysDrawn: boolean;
}

/** What sealing needs to know of a table; null for one without sealed columns. */
export interface SealedTable {
  readonly columns: readonly SealedShape[];
  readonly key: readonly KeyShape[];
}

export function sealedTableOf(
  model: AppModel,
  table: Table,
  propertyOf: ReadonlyMap<string, string>,
): SealedTable | null {
  const columns = table.columns.flatMap(({ name, type, nullable, sealed }): SealedShape[] => {
    const sealedType = sealedTypeOf(type);
    if (!sealed || !sealedType) return [];
    const { key: _, ...rest } = sealed;
    return [
      {
        ...rest,
        table: table.name,
        column: name,
        property: propertyOf.get(name) ?? name,
        type: sealedType,
        isNullable: nullable,
        from: quoted(table),
        subjectProperty: rest.subject === null ? null : (propertyOf.get(rest.subject) ?? rest.subject),
        subjectKind: rest.subject === null ? null : kindOf(table, rest.subject),
      },
    ];
  });
  if (columns.length === 0) return null;
  const key = table.primaryKey.map((name): KeyShape => {
    const column = table.columns.find((each) => each.name === name);
    return {
      column: name,
      property: propertyOf.get(name) ?? name,
      kind: kindOf(table, name),
      draw: drawOf(model, table, name),
      isAlwaysDrawn: column?.identity === "always",
    };
  });
  return { columns, key };
}

/** A serial's type is an integer's. */
function kindOf(table: Table, name: string): SealedType["kind"] {
  const column = table.columns.find((each) => each.name === name);
  return sealedTypeOf(column?.type ?? "")?.kind ?? "int8";
}

function drawOf(model: AppModel, table: Table, name: string): KeyShape["draw"] {
  const key = keyOf(table.schema, table.name);
  const sequence = Object.values(model.sequences).find(
    ({ ownedBy }) => ownedBy?.table === key && ownedBy.column === name,
  );
  const column = table.columns.find((each) => each.name === name);
  if (!column?.hasDefault) return null;
  if (sequence) return { sequence: quoted(sequence) };
  switch (column.drawnBy) {
    case "gen_random_uuid":
    case "uuid_generate_v4":
    case "uuidv4":
      return { uuid: 4 };
    case "uuidv7":
      return { uuid: 7 };
    default:
      return null;
  }
}

/** As `nextval` takes it: without a schema, the tenant's search path finds it. */
function quoted({ schema, name }: { schema: string; name: string }): string {
  const quote = (part: string) => `"${part.replaceAll('"', '""')}"`;
  return schema === "public" ? quote(name) : `${quote(schema)}.${quote(name)}`;
}
