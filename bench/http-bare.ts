/** The yardstick: Fastify, a pool of node-postgres and a prepared query on a table of one's own, without isolation. */
import { fastify } from "fastify";
import pg from "pg";

const [url, port, tenantId] = process.argv.slice(2) as [string, string, string];
const pool = new pg.Pool({ connectionString: url, max: 12 });
const app = fastify();
const params = { type: "object", properties: { id: { type: "string", pattern: "^\\d+$" } } };
app.get<{ Params: { id: string } }>("/tracks/:id", { schema: { params } }, async (request, reply) => {
  const { rows } = await pool.query({
    name: "track",
    text: "select * from public.bare_tracks where tenant_id = $1 and id = $2",
    values: [tenantId, request.params.id],
  });
  return rows[0] ?? reply.callNotFound();
});
/** What the machine gives to HTTP alone. */
app.get("/nothing", async () => ({ id: "1", title: "Nothing" }));
await app.listen({ port: Number(port), host: "localhost" });
console.log("Ctrl-C stops.");
