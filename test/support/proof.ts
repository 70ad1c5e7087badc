import type { Attempt } from "../../src/isolation/proof/attempt.ts";
import { dataFacets } from "../../src/isolation/proof/data-facets.ts";
import type { ProofDetailRow } from "../../src/lifecycle/proof-store.ts";
import { type ProofParts, startProof, workOnProof } from "../../src/lifecycle/prove-isolation.ts";
import type { House } from "./house.ts";

/** An app with one of each kind of object that a tenant could cross by. */
export const WIDE_SQL = `
create type mood as enum ('calm', 'loud');
create domain short_text as varchar(24) check (length(value) > 0);
create table genres (id int primary key, name text not null unique);
insert into genres (id, name) values (1, 'jazz'), (2, 'rock');
create table albums (
  id uuid primary key default gen_random_uuid(),
  title text not null unique,
  mood mood not null default 'calm',
  released date,
  facts jsonb
);
create table tracks (
  id bigint generated always as identity primary key,
  album_id uuid references albums (id) on delete cascade,
  title text not null,
  label short_text,
  plays int not null default 0 check (plays >= 0),
  price numeric(10, 2) not null default 0,
  tags text[] not null default '{}',
  secret bytea,
  loudness int generated always as (plays * 2) stored
);
create unique index tracks_title_key on tracks (lower(title));
create table plays (id serial primary key, track_id bigint not null references tracks (id), at timestamptz not null default now());
create view loud_tracks as select id, title, plays from tracks where plays >= 0;
create function track_titles() returns setof text language sql stable as $$ select title from tracks $$;
create function count_tracks() returns bigint language sql stable security definer set search_path = public as $$ select count(*) from tracks $$;
create function find_track(wanted text) returns setof tracks language plpgsql as $$ begin return query select * from tracks where title = wanted; end $$;
create function note_play() returns trigger language plpgsql as $$ begin new.plays := new.plays + 1; return new; end $$;
create trigger tracks_note before update on tracks for each row execute function note_play();
`;

export function proofParts({ tenancy }: House): ProofParts {
  const { parts, workflows, executor } = tenancy.internals;
  return { lifecycle: parts, workflows, executor, facets: dataFacets(tenancy.data) };
}

export async function prove(house: House, tenantId?: string): Promise<ProofDetailRow> {
  const parts = proofParts(house);
  const started = await startProof(parts, tenantId === undefined ? {} : { tenantId }, { actor: "test" });
  return workOnProof(parts, started.id);
}

export function crossings(proof: ProofDetailRow): Attempt[] {
  return proof.attempts.filter((attempt) => attempt.outcome === "crossed");
}
