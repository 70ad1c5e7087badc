import type { FastifyInstance } from "fastify";
import { type Static, Type } from "typebox";
import type { Context } from "../../src/index.ts";

const Id = Type.String({ pattern: "^[0-9]{1,18}$" });
const Params = Type.Object({ id: Id });
const TrackQuery = Type.Object({
  genre: Type.Optional(Type.Integer()),
  status: Type.Optional(Type.String({ maxLength: 20 })),
  limit: Type.Integer({ minimum: 1, maximum: 100, default: 20 }),
  offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0 }),
});
const NewTrack = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    genreId: Type.Integer(),
    bpm: Type.Optional(Type.Integer({ minimum: 20, maximum: 400 })),
    durationMs: Type.Integer({ minimum: 1, maximum: 86_400_000 }),
  },
  { additionalProperties: false },
);
export const NewMix = Type.Object(
  {
    trackId: Id,
    engineerId: Type.Optional(Id),
    loudnessLufs: Type.Number({ minimum: -70, maximum: 0 }),
    notes: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  { additionalProperties: false },
);
const NewCollaborator = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    craft: Type.String({ minLength: 1, maxLength: 100 }),
    email: Type.Optional(Type.String({ pattern: "^[^@\\s]+@[^@\\s]+$", maxLength: 200 })),
  },
  { additionalProperties: false },
);
const CollaboratorQuery = Type.Object({ email: Type.Optional(Type.String({ maxLength: 200 })) });

/** JSON over the studio's own data. No route mentions a tenant: `request.tenant` can reach one studio only. */
export async function api(app: FastifyInstance): Promise<void> {
  app.get<{ Querystring: Static<typeof TrackQuery> }>(
    "/tracks",
    { schema: { querystring: TrackQuery } },
    (request) => {
      const { genre, status, limit, offset } = request.query;
      const where = {
        ...(genre === undefined ? {} : { genreId: genre }),
        ...(status === undefined ? {} : { status }),
      };
      return request.tenant.tracks.findAll({ where, orderBy: ["-createdAt", "-id"], limit, offset });
    },
  );

  app.get<{ Params: Static<typeof Params> }>(
    "/tracks/:id",
    { schema: { params: Params } },
    async (request, reply) => {
      const track = await request.tenant.tracks.findById(request.params.id);
      return track ?? reply.callNotFound();
    },
  );

  app.post<{ Body: Static<typeof NewTrack> }>(
    "/tracks",
    { schema: { body: NewTrack } },
    async (request, reply) => {
      reply.code(201);
      return request.tenant.tracks.insert(request.body);
    },
  );

  app.delete<{ Params: Static<typeof Params> }>(
    "/tracks/:id",
    { schema: { params: Params } },
    async (request, reply) => {
      const isRemoved = await request.tenant.tracks.remove(request.params.id);
      return isRemoved ? reply.code(204).send() : reply.callNotFound();
    },
  );

  app.get<{ Params: Static<typeof Params> }>("/tracks/:id/mixes", { schema: { params: Params } }, (request) =>
    request.tenant.mixes.findAll({ where: { trackId: request.params.id }, orderBy: "version" }),
  );

  app.post<{ Body: Static<typeof NewMix> }>(
    "/mixes",
    { schema: { body: NewMix } },
    async (request, reply) => {
      const mix = await addMix(request.tenant, request.body);
      return mix ? reply.code(201).send(mix) : reply.callNotFound();
    },
  );

  // The address is sealed in the table, and found by its blind index.
  app.get<{ Querystring: Static<typeof CollaboratorQuery> }>(
    "/collaborators",
    { schema: { querystring: CollaboratorQuery } },
    ({ tenant, query: { email } }) =>
      tenant.collaborators.findAll({ orderBy: "name", where: email === undefined ? {} : { email } }),
  );

  app.post<{ Body: Static<typeof NewCollaborator> }>(
    "/collaborators",
    { schema: { body: NewCollaborator } },
    async (request, reply) => reply.code(201).send(await request.tenant.collaborators.insert(request.body)),
  );

  app.get("/genres", (request) => request.tenant.genres.findAll({ orderBy: "name" }));
}

/** The next version of a track's mix; undefined when the studio has no such track. */
export async function addMix(tenant: Context, input: Static<typeof NewMix>) {
  const { trackId, engineerId = null, loudnessLufs, notes = null } = input;
  // Two engineers who add at once get two versions: the loser repeats.
  return tenant.transaction(
    async (tx) => {
      if (!(await tx.tracks.findById(trackId))) return undefined;
      const version = 1 + (await tx.mixes.count({ where: { trackId } }));
      return tx.mixes.insert({ trackId, version, engineerId, loudnessLufs, notes });
    },
    { isolation: "serializable" },
  );
}

/**
 * A hole made on purpose: the text of a visitor becomes SQL. Registered in tests alone, which show that whoever climbs
 * through it stands in their own studio.
 */
export async function unsafeSearch(app: FastifyInstance): Promise<void> {
  app.get<{ Querystring: { q?: string } }>("/unsafe-search", async (request) => {
    const text = `select id, title from tracks where title ilike '%${request.query.q ?? ""}%' order by 2 limit 50`;
    const { rows } = await request.tenant.query({ text });
    return rows;
  });
}
