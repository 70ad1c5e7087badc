import type { Context } from "../../src/index.ts";
import type { Studio } from "./studios.ts";

const PEOPLE =
  `Ada Lindqvist, Tomás Herrera, Imani Okafor, Jonas Weber, Mei-Ling Chou, Priya Raman, Kofi Mensah, Elif Demir,
  Sofia Marchetti, Noah Grant, Hana Suzuki, Lucien Moreau, Marta Kowalska, Dele Adebayo, Rosa Quintana, Eirik Solberg,
  Amara Diallo, Viktor Novák, Leila Haddad, Oisín Byrne, Yuki Tanabe, Camille Fournier, Andrei Popescu, Zanele Khumalo`
    .split(",")
    .map((name) => name.trim());
const CRAFTS = [
  "Vocals",
  "Piano",
  "Guitar",
  "Double bass",
  "Drums",
  "Synthesizer",
  "Cello",
  "Mixing engineer",
  "Producer",
];
const FIRST =
  `Glass, Slow, Paper, Northern, Hollow, Electric, Salt, Copper, Quiet, Midnight, Velvet, Broken, Winter, Open, Second,
  Distant, Golden, Low, Static, Borrowed`
    .split(",")
    .map((word) => word.trim());
const SECOND =
  `Harbour, Lanterns, Weather, Machines, Orchard, Signal, Staircase, Tide, Letters, Avenue, Rooms, Satellite, Fields,
  Mirrors, Engine, Garden, Echoes, Platform, Window, Rain`
    .split(",")
    .map((word) => word.trim());
const NOTES = [
  "Vocals up 1 dB in the second verse.",
  "Tamed the low end around 80 Hz.",
  "Shorter reverb on the snare.",
  "Client asked for a wider chorus.",
  "Approved for mastering.",
  "Reference level for vinyl.",
  null,
];
const STATUSES = ["draft", "mixing", "mixing", "mastered", "released"] as const;
const DAY_MS = 86_400_000;
const NEWEST = Date.UTC(2026, 5, 1, 9);

/** The same studio gets the same tracks at each start: its name is the seed. One transaction: all of it or nothing. */
export async function seedStudio(ctx: Context, studio: Studio): Promise<void> {
  const random = generator(studio.slug);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  await ctx.transaction(async (tx) => {
    const genres = await tx.genres.findAll({ where: { name: [...studio.genres] }, orderBy: "id" });
    const people = await tx.collaborators.insertMany(
      shuffled(PEOPLE, random)
        .slice(0, 9)
        .map((name, i) => ({
          name,
          craft: CRAFTS[i] as string,
          joinedOn: day(random() * 900),
          email: `${name.toLowerCase().replaceAll(" ", ".")}@example.com`,
        })),
    );
    const engineers = people.filter(({ craft }) => /engineer|Producer/.test(craft));
    const titles = shuffled(
      FIRST.flatMap((first) => SECOND.map((second) => `${first} ${second}`)),
      random,
    );
    const tracks = await tx.tracks.insertMany(
      titles.slice(0, studio.tracks).map((title, i) => ({
        title,
        genreId: pick(genres).id,
        bpm: 60 + Math.floor(random() * 90),
        durationMs: 120_000 + Math.floor(random() * 280) * 1000,
        status: pick(STATUSES),
        createdAt: new Date(NEWEST - i * DAY_MS * (1 + random() * 3)),
      })),
    );
    await tx.trackCollaborators.insertMany(
      tracks.flatMap((track) =>
        shuffled(people, random)
          .slice(0, 1 + Math.floor(random() * 3))
          .map((person) => ({ trackId: track.id, collaboratorId: person.id, roleName: person.craft })),
      ),
    );
    const mixed = tracks.filter(({ status }) => status !== "draft");
    await tx.mixes.insertMany(
      mixed.flatMap((track) =>
        Array.from({ length: 1 + Math.floor(random() * 5) }, (_, i) => ({
          trackId: track.id,
          version: i + 1,
          engineerId: pick(engineers).id,
          loudnessLufs: (-20 + i * 1.3 + random() * 2).toFixed(1),
          notes: pick(NOTES),
          createdAt: new Date(track.createdAt.getTime() + (i + 1) * DAY_MS),
        })),
      ),
    );
  });
}

function day(agoDays: number): string {
  return new Date(NEWEST - agoDays * DAY_MS).toISOString().slice(0, 10);
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  const left = [...list];
  for (let i = left.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [left[i], left[j]] = [left[j] as T, left[i] as T];
  }
  return left;
}

/** mulberry32, seeded by the FNV-1a hash of a text. */
function generator(seed: string): () => number {
  let state = 2_166_136_261;
  for (const letter of seed) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 16_777_619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
