import type { Context } from "../../src/isolation/data-manager.ts";
import { ISOLATION_LEVELS, type IsolationLevel } from "../../src/tenants/tenant.ts";
import { pairAt, type StudioWorld } from "../support/world.ts";

/** Runs the same work in two neighbours at each level: what it returns must not depend on the other. */
export async function eachPair(
  world: StudioWorld,
  work: (ctx: Context, at: { level: IsolationLevel; name: string; neighbour: Context }) => Promise<void>,
): Promise<void> {
  for (const level of ISOLATION_LEVELS) {
    const [a, b] = pairAt(world, level);
    await using first = await world.tenancy.data.context(a.id);
    await using second = await world.tenancy.data.context(b.id);
    await work(first, { level, name: "first", neighbour: second });
    await work(second, { level, name: "second", neighbour: first });
  }
}

/** Titles in a studio, as its own repository sees them. */
export async function titlesOf(ctx: Context): Promise<unknown[]> {
  const rows = await ctx.table("tracks").findAll({ orderBy: "id" });
  return rows.map((row) => row["title"]);
}
