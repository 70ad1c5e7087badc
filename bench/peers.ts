import { eq, sql } from "drizzle-orm";
import { drizzle, type NodePgDatabase } from "drizzle-orm/node-postgres";
import { bigint, integer, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import pg from "pg";
import { openPrisma, type PrismaTracks } from "./prisma.ts";
import type { Bench, Form } from "./support.ts";

const COLUMNS = "id, title, genre, artist, duration_ms, created_at";

const rlsTracks = pgTable("rls_tracks", {
  id: bigint({ mode: "number" }).notNull(),
  title: text().notNull(),
  genre: text(),
  artist: text(),
  durationMs: integer("duration_ms"),
  createdAt: timestamp("created_at", { withTimezone: true }),
  tenantId: uuid("tenant_id").notNull(),
});

const drizzleTracks = (tx: Pick<NodePgDatabase, "select">) => tx.select().from(rlsTracks);

type Tenant = (k: number) => string;
type DrizzleTracks = ReturnType<typeof drizzleTracks>;

/** What others publish for the same work, on `rls_tracks`: a transaction that sets a setting, which a policy reads. */
export async function openPeers({ tenancy }: Bench, tenants: readonly string[]) {
  const pool = new pg.Pool({
    connectionString: tenancy.internals.embedded?.urlFor("tenancy", "peer", "peer"),
    max: 12,
  });
  const drizzled = drizzle({ client: pool });
  const prisma = await openPrisma(pool, tenants);

  const byHand = (tenant: Tenant, query: (k: number) => pg.QueryConfig): Form => ({
    name: "hand-written BEGIN, set_config, query, COMMIT",
    run: async (k) => {
      const client = await pool.connect();
      try {
        await client.query("begin");
        await client.query("select set_config('app.tenant', $1, true)", [tenant(k)]);
        await client.query(query(k));
        await client.query("commit");
      } finally {
        client.release();
      }
    },
  });
  const byDrizzle = (
    tenant: Tenant,
    query: (tracks: DrizzleTracks, k: number) => PromiseLike<unknown>,
  ): Form => ({
    name: "Drizzle's published RLS pattern",
    run: (k) =>
      drizzled.transaction(async (tx) => {
        await tx.execute(sql`select set_config('app.tenant', ${tenant(k)}, true)`);
        return query(drizzleTracks(tx), k);
      }),
  });
  const byPrisma = (tenant: Tenant, query: (tracks: PrismaTracks, k: number) => Promise<unknown>): Form => ({
    name: "Prisma's published RLS pattern",
    run: (k) => query(prisma.of(tenant(k)).rlsTrack, k),
  });

  return {
    point: (tenant: Tenant, row: (k: number) => number): Form[] => [
      byHand(tenant, (k) => ({
        name: "peer_point",
        text: `select ${COLUMNS} from public.rls_tracks where id = $1`,
        values: [row(k)],
      })),
      byDrizzle(tenant, (tracks, k) => tracks.where(eq(rlsTracks.id, row(k)))),
      byPrisma(tenant, (tracks, k) => tracks.findFirst({ where: { id: BigInt(row(k)) } })),
    ],
    list: (tenant: Tenant): Form[] => [
      byHand(tenant, () => ({
        name: "peer_list",
        text: `select ${COLUMNS} from public.rls_tracks order by id limit 20`,
      })),
      byDrizzle(tenant, (tracks) => tracks.orderBy(rlsTracks.id).limit(20)),
      byPrisma(tenant, (tracks) => tracks.findMany({ orderBy: { id: "asc" }, take: 20 })),
    ],
    close: async () => {
      await prisma.close();
      await pool.end();
    },
  };
}
