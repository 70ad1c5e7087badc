import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { STUDIOS } from "../studios.ts";
import { type OpenApp, openApp } from "./app.ts";

let open: OpenApp;
/** A text in every table of a studio, found nowhere else. */
const markers = new Map<string, string>();

before(async () => {
  open = await openApp();
  for (const studio of open.studios) {
    const marker = `secret-of-${studio.slug}-${Math.random().toString(36).slice(2)}`;
    markers.set(studio.slug as string, marker);
    await using ctx = await open.house.tenancy.data.context(studio.id);
    const track = await ctx.tracks.insert({ title: marker, genreId: 1, durationMs: 1 });
    await ctx.mixes.insert({ trackId: track.id, version: 1, loudnessLufs: -14, notes: marker });
    await ctx.collaborators.insert({ name: marker, craft: "spy" });
  }
});
after(() => open[Symbol.asyncDispose]());

/** What somebody would try who can write SQL into a search box. `ID` is the victim's id, `SCHEMA` its schema. */
const INJECTIONS = [
  "' or 1=1 --",
  "' union select id, title from tracks --",
  "' union all select 1, name from collaborators --",
  "' union select id, notes from mixes --",
  "' union select 1, tenant_id::text from tracks --",
  "' union select id, title from tracks where tenant_id = 'ID' --",
  "' and tenant_id = 'ID' --",
  "' union select id, title from SCHEMA.tracks --",
  "' union select id, title from public.tracks --",
  "' union select 1, set_config('tenancy.context', 'ID', false) union select id, title from tracks --",
  "' union select 1, set_config('tenancy.context', 'ID:x', true) union select id, title from tracks --",
  "' union select 1, set_config('role', 'postgres', true) union select id, title from tracks --",
  "' union select 1, set_config('row_security', 'off', true) union select id, title from tracks --",
  "' union select 1, set_config('search_path', 'SCHEMA', true) union select id, title from tracks --",
  "' union select 1, current_setting('tenancy.context') --",
  "' union select 1, seat_hash::text from tenancy.seats --",
  "' union select 1, name from tenancy.tenants --",
  "' union select 1, query from pg_stat_activity --",
  "' union select 1, most_common_vals::text from pg_stats --",
  "' union select 1, pg_read_file('/etc/passwd') --",
  "' union select 1, query_to_xml('select * from tracks', true, true, '')::text --",
  "' union select 1, (table_to_xml('SCHEMA.tracks', true, true, ''))::text --",
  "' union select 1, dblink('dbname=postgres', 'select 1')::text --",
  "'; select id, title from tracks; --",
  "'; set role postgres; select id, title from tracks; --",
  "'; drop table tracks; --",
  "'; delete from tracks; --",
  "' union (with gone as (delete from tracks where tenant_id = 'ID' returning id, title) select * from gone) --",
  "' and (select count(*) from tracks where tenant_id = 'ID') > 0 --",
  "' union select 1, lo_get(loid)::text from pg_largeobject --",
];

for (const attacker of STUDIOS) {
  test(`${attacker.isolation}: whoever injects SQL stands in their own studio, ${INJECTIONS.length} ways`, async () => {
    const victims = open.studios.filter(({ slug }) => slug !== attacker.slug);
    const held = await Promise.all(victims.map(rowsOf));
    let answered = 0;

    for (const victim of victims) {
      const { schema } = victim.record.placement;
      for (const injection of INJECTIONS) {
        const q = injection.replaceAll("ID", victim.id).replaceAll("SCHEMA", schema);
        const { status, text } = await open.ask(attacker.slug, `/unsafe-search?q=${encodeURIComponent(q)}`);
        if (status === 200) answered += 1;
        for (const { slug } of victims) {
          assert.ok(!text.includes(markers.get(slug as string) as string), `${q}\n${text.slice(0, 500)}`);
        }
        if (status === 200 && /tenant_id = |SCHEMA|tenant_id::text/.test(injection)) {
          assert.ok(!text.includes(`"title":"${victim.id}`), q);
        }
      }
    }

    // The hole is real: it shows the attacker's own rows of other tables.
    const own = await open.ask(
      attacker.slug,
      `/unsafe-search?q=${encodeURIComponent("zzz' union select 1, name from collaborators --")}`,
    );
    assert.ok(own.text.includes(markers.get(attacker.slug) as string), own.text.slice(0, 300));
    assert.ok(answered >= 10, `only ${answered} injections ran`);
    assert.deepEqual(await Promise.all(victims.map(rowsOf)), held);
  });
}

async function rowsOf({ id }: { id: string }) {
  await using ctx = await open.house.tenancy.data.context(id);
  const [tracks, mixes, people] = [
    await ctx.tracks.count(),
    await ctx.mixes.count(),
    await ctx.collaborators.count(),
  ];
  return { tracks, mixes, people };
}
