import type pg from "pg";

/** A context or a transaction's owner: whatever has the pool of one tenant. */
export interface HasPool {
  readonly pg: pg.Pool;
}

/** What TypeORM asks of its `driver` option. */
export interface TypeormDriver {
  readonly Pool: new () => pg.Pool;
}

/**
 * TypeORM's `driver`, on one tenant. Set `installExtensions: false`: extensions belong to migrations.
 *
 * @example
 * new DataSource({ type: "postgres", driver: typeormDriver(ctx), installExtensions: false, entities: [Track] });
 */
export function typeormDriver(ctx: HasPool): TypeormDriver {
  // TypeORM constructs its pool; a constructor that returns an object gives that object.
  class Pool {
    constructor() {
      // biome-ignore lint/correctness/noConstructorReturn: the one way to hand it a pool that exists
      return ctx.pg as unknown as Pool;
    }
  }
  return { Pool: Pool as unknown as TypeormDriver["Pool"] };
}

/** The part of a Knex instance that takes connections. */
export interface KnexLike {
  // Knex types its client as any.
  readonly client: object;
}

/**
 * Makes a Knex instance work on one tenant, in place of a pool of its own.
 *
 * @example
 * const db = bindKnex(knex({ client: "pg" }), ctx);
 * const tracks = await db("tracks").where({ genre_id: 1 });
 */
export function bindKnex<K extends KnexLike>(knex: K, ctx: HasPool): K {
  Object.assign(knex.client, {
    acquireConnection: async () => Object.assign(await ctx.pg.connect(), { __knexUid: `tenant${++uids}` }),
    releaseConnection: async (client: pg.PoolClient) => client.release(),
    // The context owns the connections.
    destroy: async (callback?: () => void) => callback?.(),
  });
  return knex;
}

let uids = 0;
