-- Ordinary single-tenant SQL: no tenant_id, no policies. Tenancy adds both.

create table genres (
  id   int primary key,
  name text not null unique
);
comment on table genres is 'The same for every studio: shared, read-only to tenants';

insert into genres (id, name) values
  (1, 'Jazz'), (2, 'Ambient'), (3, 'Techno'), (4, 'Folk'), (5, 'Hip-hop'), (6, 'Classical'), (7, 'Indie rock'), (8, 'Soul');

create table collaborators (
  id        bigint generated always as identity primary key,
  name      text not null,
  craft     text not null,
  joined_on date not null default current_date,
  unique (name, craft)
);

create table tracks (
  id          bigint generated always as identity primary key,
  title       text not null check (length(title) between 1 and 200),
  genre_id    int not null references genres (id),
  bpm         int check (bpm between 20 and 400),
  duration_ms int not null check (duration_ms > 0),
  status      text not null default 'draft' check (status in ('draft', 'mixing', 'mastered', 'released')),
  created_at  timestamptz not null default now()
);
create index on tracks (created_at desc);

create table track_collaborators (
  track_id        bigint not null references tracks (id) on delete cascade,
  collaborator_id bigint not null references collaborators (id) on delete cascade,
  role_name       text not null,
  primary key (track_id, collaborator_id)
);
