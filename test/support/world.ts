import { randomBytes } from "node:crypto";
import type { Tenancy, TenancyOptions } from "../../src/start.ts";
import { ISOLATION_LEVELS, type IsolationLevel } from "../../src/tenants/tenant.ts";
import { openHouse } from "./house.ts";

/** A music app with a reference table, a chain of references, a composite key, json, and names of several words. */
export const WORLD_SQL = `
create table genres (id int primary key, name text not null unique);
insert into genres (id, name) values (1, 'jazz'), (2, 'rock'), (3, 'ambient');
create table tracks (
  id bigint generated always as identity primary key,
  title text not null,
  genre_id int references genres (id),
  duration_ms int check (duration_ms > 0),
  play_count int not null default 0,
  tags jsonb,
  released_on timestamptz,
  created_at timestamptz not null default now()
);
create table mixes (
  id bigint generated always as identity primary key,
  track_id bigint not null references tracks (id) on delete cascade,
  name text not null unique
);
create table track_credits (
  track_id bigint not null references tracks (id) on delete cascade,
  person_name text not null,
  role_name text not null,
  share_percent int not null default 100,
  primary key (track_id, person_name)
);
create table counters (id int primary key, value int not null default 0);
`;

export interface StudioTenant {
  readonly id: string;
  readonly slug: string;
  readonly level: IsolationLevel;
}

export interface StudioWorld {
  readonly tenancy: Tenancy;
  readonly url: string;
  /** In order: the tenants of the first level, then those of the second, ... */
  readonly tenants: readonly StudioTenant[];
  /** The tenants of one level, such as a pair of neighbours. */
  at(level: IsolationLevel): readonly StudioTenant[];
  [Symbol.asyncDispose](): Promise<void>;
}

export interface WorldOptions extends Partial<TenancyOptions> {
  /** Default: all three. */
  readonly levels?: readonly IsolationLevel[];
  /** Tenants of each level. Default 2. */
  readonly tenants?: number;
  readonly sql?: string;
  readonly plan?: string;
}

/** A platform with the music app and tenants side by side at each level. */
export async function studioWorld(options: WorldOptions = {}): Promise<StudioWorld> {
  const { levels = ISOLATION_LEVELS, tenants: count = 2, sql = WORLD_SQL, plan, ...rest } = options;
  const house = await openHouse({ sql, ...rest });
  const tenants: StudioTenant[] = [];
  const run = randomBytes(3).toString("hex");
  for (const level of levels) {
    for (let n = 1; n <= count; n++) {
      const tenant = await house.tenancy.tenants.create({
        name: `Studio ${level} ${n}`,
        slug: `${level}-${n}-${run}`,
        isolation: level,
        ...(plan ? { plan } : {}),
      });
      tenants.push({ id: tenant.id, slug: tenant.slug as string, level });
    }
  }
  return {
    tenancy: house.tenancy,
    url: house.url,
    tenants,
    at: (level) => tenants.filter((tenant) => tenant.level === level),
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  };
}

/** The first two tenants of a level: A and its neighbour B. */
export function pairAt(world: StudioWorld, level: IsolationLevel): readonly [StudioTenant, StudioTenant] {
  const [a, b] = world.at(level);
  if (!a || !b) throw new Error(`The world has no pair at ${level} level`);
  return [a, b];
}

/** The code of the error that a promise rejects with; "none" when it does not. */
export async function codeOf(work: Promise<unknown> | (() => Promise<unknown>)): Promise<string> {
  try {
    await (typeof work === "function" ? work() : work);
    return "none";
  } catch (failure) {
    return (failure as { code?: string }).code ?? String(failure);
  }
}
