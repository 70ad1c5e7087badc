import { type IsolationLevel, isTenancyError, type Tenancy, type Tenant } from "../../src/index.ts";
import { seedStudio } from "./seed.ts";

export interface Studio {
  readonly slug: string;
  readonly name: string;
  readonly isolation: IsolationLevel;
  readonly genres: readonly string[];
  readonly tracks: number;
  /** Colour of its pages, in degrees. */
  readonly hue: number;
}

/** One studio at each level: the app's code is the same for all three. */
export const STUDIOS: readonly Studio[] = [
  {
    slug: "aurora",
    name: "Aurora Sound",
    isolation: "table",
    genres: ["Ambient", "Folk", "Classical"],
    tracks: 48,
    hue: 165,
  },
  {
    slug: "basement",
    name: "Basement Tapes",
    isolation: "schema",
    genres: ["Hip-hop", "Techno", "Soul"],
    tracks: 61,
    hue: 35,
  },
  {
    slug: "meridian",
    name: "Meridian Hall",
    isolation: "database",
    genres: ["Jazz", "Classical", "Soul"],
    tracks: 37,
    hue: 265,
  },
];

/** The studios, made and filled where they are missing. */
export async function openStudios(tenancy: Tenancy, studios: readonly Studio[] = STUDIOS): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  for (const studio of studios) {
    const tenant = await findOrCreate(tenancy, studio);
    await using ctx = await tenancy.data.context(tenant.id);
    if ((await ctx.tracks.count()) === 0) await seedStudio(ctx, studio).catch(ignoreSeeded);
    tenants.push(tenant);
  }
  return tenants;
}

/** Another process fills it at the same moment; the whole of one transaction wins. */
function ignoreSeeded(failure: { code?: string }): void {
  if (failure.code !== "23505") throw failure;
}

async function findOrCreate(tenancy: Tenancy, { slug, name, isolation }: Studio): Promise<Tenant> {
  try {
    return await tenancy.tenants.get(slug);
  } catch (failure) {
    if (!isTenancyError(failure, "tenant.not_found")) throw failure;
    return tenancy.tenants.create({ slug, name, isolation, plan: "premium" });
  }
}
