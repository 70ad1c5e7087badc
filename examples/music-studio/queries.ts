import type { Context } from "../../src/index.ts";

export const PAGE_ROWS = 20;

export interface TrackFilter {
  readonly genre?: number;
  readonly status?: string;
  readonly page: number;
}

/** A page of tracks with genre and number of mixes, newest first; one more row than shown tells of a next page. */
export function listTracks(tenant: Context, filter: TrackFilter) {
  return tenant.db
    .selectFrom("tracks as t")
    .innerJoin("genres as g", "g.id", "t.genre_id")
    .leftJoin("mix_counts as m", "m.track_id", "t.id")
    .select([
      "t.id",
      "t.title",
      "t.bpm",
      "t.duration_ms",
      "t.status",
      "t.created_at",
      "g.name as genre",
      "m.mixes",
    ])
    .$if(filter.genre !== undefined, (query) => query.where("t.genre_id", "=", filter.genre as number))
    .$if(filter.status !== undefined, (query) => query.where("t.status", "=", filter.status as string))
    .orderBy("t.created_at", "desc")
    .orderBy("t.id", "desc")
    .limit(PAGE_ROWS + 1)
    .offset(PAGE_ROWS * (filter.page - 1))
    .execute();
}

export async function findTrack(tenant: Context, id: string) {
  const track = await tenant.db
    .selectFrom("tracks as t")
    .innerJoin("genres as g", "g.id", "t.genre_id")
    .select(["t.id", "t.title", "t.bpm", "t.duration_ms", "t.status", "t.created_at", "g.name as genre"])
    .where("t.id", "=", id)
    .executeTakeFirst();
  if (!track) return undefined;
  const people = tenant.db
    .selectFrom("track_collaborators as tc")
    .innerJoin("collaborators as c", "c.id", "tc.collaborator_id")
    .select(["c.name", "tc.role_name"])
    .where("tc.track_id", "=", id)
    .orderBy("c.name")
    .execute();
  const mixes = tenant.db
    .selectFrom("mixes as m")
    .leftJoin("collaborators as c", "c.id", "m.engineer_id")
    .select(["m.version", "m.loudness_lufs", "m.notes", "m.created_at", "c.name as engineer"])
    .where("m.track_id", "=", id)
    .orderBy("m.version")
    .execute();
  return { track, people: await people, mixes: await mixes };
}

/** Collaborators and on how many tracks each is. */
export function listPeople(tenant: Context) {
  return tenant.db
    .selectFrom("collaborators as c")
    .leftJoin("track_collaborators as tc", "tc.collaborator_id", "c.id")
    .select(["c.id", "c.name", "c.craft", "c.joined_on"])
    .select(({ fn }) => fn.count("tc.track_id").as("tracks"))
    .groupBy(["c.id", "c.name", "c.craft", "c.joined_on"])
    .orderBy("c.name")
    .execute();
}
