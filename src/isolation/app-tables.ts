import type { Insertable } from "kysely";
import type { Repository } from "./repository.ts";

/** Tables and views of the app as Kysely sees them: snake_case. `tenancy app types` declares them. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging in the app
export interface AppTables {}

/** Rows of the app's tables as repositories return them: camelCase. `tenancy app types` declares them. */
// biome-ignore lint/suspicious/noEmptyInterface: filled by declaration merging in the app
export interface AppRows {}

/** What `ctx.db` knows: the app's tables, or any table as long as none is declared. */
export type AppDatabase = [keyof AppTables] extends [never]
  ? Record<string, Record<string, unknown>>
  : AppTables;

/** `ctx.tracks`, `ctx.trackMixes`: a repository for each table; of any name as long as none is declared. */
export type AppRepositories = [keyof AppRows] extends [never]
  ? { readonly [table: string]: Repository }
  : { readonly [K in keyof AppRows as K | CamelCase<K & string>]: Repository<AppRows[K], InsertOf<K>> };

type InsertOf<K> = K extends keyof AppTables ? CamelKeys<Insertable<AppTables[K]>> : Record<string, unknown>;

type CamelKeys<T> = { [K in keyof T as CamelCase<K & string>]: T[K] };

/** As toProperty of repository.ts: an underscore counts between characters only. */
type CamelCase<S extends string> = S extends `_${infer Rest}` ? `_${CamelCase<Rest>}` : Inner<S>;
type Inner<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? Tail extends ""
    ? S
    : Tail extends `_${string}`
      ? Inner<`${Head}${Tail}`>
      : `${Head}${Inner<Capitalize<Tail>>}`
  : S;
