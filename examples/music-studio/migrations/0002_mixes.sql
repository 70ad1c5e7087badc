create table mixes (
  id           bigint generated always as identity primary key,
  track_id     bigint not null references tracks (id) on delete cascade,
  version      int not null check (version > 0),
  engineer_id  bigint references collaborators (id) on delete set null,
  loudness_lufs numeric(4, 1) not null,
  notes        text,
  created_at   timestamptz not null default now(),
  unique (track_id, version)
);

create view mix_counts as
select t.id as track_id, count(m.id)::int as mixes, max(m.version) as latest
from tracks t
left join mixes m on m.track_id = t.id
group by t.id;
