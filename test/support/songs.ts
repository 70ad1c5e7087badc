/** An app with sealed columns of each kind. */
export const SONGS_SQL = `
create table genres (id int primary key, name text not null);
create table people (id bigint generated always as identity primary key, name text not null);
create table songs (
  id bigint generated always as identity primary key,
  title text not null unique,
  lyrics text not null,
  email text,
  meta jsonb,
  bpm int
);
comment on column songs.lyrics is '@sealed';
comment on column songs.email is '@sealed search';
comment on column songs.meta is '@sealed';
create table letters (
  id uuid primary key default gen_random_uuid(),
  song_id bigint references songs (id) on delete cascade,
  person_id bigint not null references people (id),
  body text
);
comment on column letters.body is '@sealed subject=person_id';
create table plain (id int primary key, email text);
`;
