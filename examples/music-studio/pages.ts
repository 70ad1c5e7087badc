import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from "fastify";
import { Type } from "typebox";
import type { Tenancy } from "../../src/index.ts";
import { addMix } from "./api.ts";
import { type Html, html } from "./html.ts";
import { findTrack, listPeople, listTracks, PAGE_ROWS } from "./queries.ts";
import { STUDIOS } from "./studios.ts";
import { peoplePage, trackPage, tracksPage } from "./track-pages.ts";
import { type Layout, layout, type Studio } from "./view.ts";

const Id = Type.String({ pattern: "^[0-9]{1,18}$" });
const Params = Type.Object({ id: Id });
const Filter = Type.Object({
  genre: Type.Optional(Type.Integer()),
  status: Type.Optional(Type.Enum(["draft", "mixing", "mastered", "released"])),
  page: Type.Integer({ minimum: 1, maximum: 10_000, default: 1 }),
});
const MixForm = Type.Object({
  loudnessLufs: Type.Number({ minimum: -70, maximum: 0 }),
  engineerId: Type.Optional(Type.String({ pattern: "^[0-9]{0,18}$" })),
  notes: Type.Optional(Type.String({ maxLength: 2_000 })),
});
const TrackForm = Type.Object({
  title: Type.String({ minLength: 1, maxLength: 200 }),
  genreId: Type.Integer(),
  minutes: Type.Number({ exclusiveMinimum: 0, maximum: 1_440 }),
});
const PROTECTION_SECONDS = 30;

/** The pages of a studio, rendered here. */
export function pages(tenancy: Tenancy, baseDomain: string): FastifyPluginAsync {
  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    page: { title: string; path: Layout["path"]; content: Html },
  ) => {
    const studio = await studioOf(tenancy, request);
    const port = request.host.match(/:\d+$/)?.[0] ?? "";
    const others = STUDIOS.filter(({ slug }) => slug !== studio.slug).map(({ name, slug }) => ({
      name,
      url: `${request.protocol}://${slug}.${baseDomain}${port}/`,
    }));
    return reply.type("text/html; charset=utf-8").send(layout({ ...page, studio, others }));
  };
  return async (app) => {
    readPages(app, show);
    writePages(app);
  };
}

type Show = (
  request: FastifyRequest,
  reply: FastifyReply,
  page: { title: string; path: Layout["path"]; content: Html },
) => Promise<FastifyReply>;

function readPages(app: FastifyInstance, show: Show): void {
  app.get<{ Querystring: { genre?: number; status?: string; page: number } }>(
    "/",
    { schema: { querystring: Filter } },
    async (request, reply) => {
      const { tenant, query } = request;
      const [tracks, genres, total] = await Promise.all([
        listTracks(tenant, query),
        tenant.genres.findAll({ orderBy: "name" }),
        tenant.tracks.count(),
      ]);
      const content = tracksPage({
        tracks: tracks.slice(0, PAGE_ROWS),
        hasNext: tracks.length > PAGE_ROWS,
        genres,
        total,
        filter: query,
      });
      return show(request, reply, { title: "Tracks", path: "/", content });
    },
  );

  app.get<{ Params: { id: string } }>(
    "/track/:id",
    { schema: { params: Params } },
    async (request, reply) => {
      const found = await findTrack(request.tenant, request.params.id);
      if (!found) return notFound(request, reply, show);
      const people = await request.tenant.collaborators.findAll({ orderBy: "name" });
      return show(request, reply, { title: found.track.title, path: "", content: trackPage(found, people) });
    },
  );

  app.get("/people", async (request, reply) =>
    show(request, reply, {
      title: "Collaborators",
      path: "/people",
      content: peoplePage(await listPeople(request.tenant)),
    }),
  );
}

function writePages(app: FastifyInstance): void {
  app.post<{ Body: { title: string; genreId: number; minutes: number } }>(
    "/track",
    { schema: { body: TrackForm } },
    async (request, reply) => {
      const { title, genreId, minutes } = request.body;
      const track = await request.tenant.tracks.insert({
        title,
        genreId,
        durationMs: Math.round(minutes * 60_000),
      });
      return reply.redirect(`/track/${track.id}`, 303);
    },
  );

  app.post<{ Params: { id: string }; Body: { loudnessLufs: number; engineerId?: string; notes?: string } }>(
    "/track/:id/mixes",
    { schema: { params: Params, body: MixForm } },
    async (request, reply) => {
      const { loudnessLufs, engineerId, notes } = request.body;
      const mix = await addMix(request.tenant, {
        trackId: request.params.id,
        loudnessLufs,
        ...(engineerId ? { engineerId } : {}),
        ...(notes ? { notes } : {}),
      });
      return mix ? reply.redirect(`/track/${request.params.id}`, 303) : reply.callNotFound();
    },
  );
}

function notFound(request: FastifyRequest, reply: FastifyReply, show: Show) {
  const content = html`<h1>Not found</h1><p>This studio has nothing with that number.</p><p><a href="/">All tracks</a></p>`;
  reply.code(404);
  return show(request, reply, { title: "Not found", path: "", content });
}

/** The platform's own words on this studio; asked of the catalogue, so they are kept for half a minute. */
function studioOf(tenancy: Tenancy, { tenant }: FastifyRequest): Promise<Studio> {
  const load = async (): Promise<Studio> => {
    const found = await tenancy.tenants.get(tenant.tenantId);
    const { level, database, schema } = found.record.placement;
    const walls = await found.setupSecurityPolicies();
    return { name: found.name, slug: found.slug ?? "", level, database, schema, walls };
  };
  return tenant.cache.getOrSet("studio", load, { ttl: PROTECTION_SECONDS });
}
