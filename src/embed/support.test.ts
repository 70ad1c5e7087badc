import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fastify from "fastify";
import { signedUser } from "../../test/support/users.ts";
import { pairAt, type StudioWorld, studioWorld } from "../../test/support/world.ts";
import { createOperatorLink, signInOperator } from "../identity/operators.ts";
import { NO_ORIGIN } from "../identity/sessions.ts";
import { decideVisit, endVisit, requestVisit } from "../visits/visits.ts";
import { tenancyPlugin } from "./fastify.ts";

let world: StudioWorld;

before(async () => {
  world = await studioWorld({ levels: ["table"], tenants: 2 });
});
after(() => world[Symbol.asyncDispose]());

test("an app lets support in by the tenant's consent alone, for reading, with both identities in its log, until it ends", async () => {
  const [{ id, slug }, neighbour] = pairAt(world, "table");
  const { control, identity } = world.tenancy.internals;
  const { parts } = identity;
  const by = { actor: "test" };
  const { token: link, operator } = await createOperatorLink(parts, by, "Sue");
  const step = await signInOperator(parts, link, { origin: NO_ORIGIN });
  assert.ok(step.status === "signed_in");
  const { token } = step.session;
  const owner = await signedUser(world.tenancy, { tenants: { [id]: ["owner"] } });
  const app = fastify();
  await app.register(tenancyPlugin(world.tenancy, { resolve: { by: "header" }, gate: {} }));
  app.get("/tracks", async ({ tenant }) => ({ count: await tenant.table("tracks").count() }));
  app.post("/tracks", async () => ({}));
  await control.query("update tenancy.operators set role = 'support' where id = $1", [operator.id]);
  const ask = async (tenantId: string, method: "GET" | "POST" = "GET", visit?: string) => {
    const headers = {
      "x-tenant": tenantId,
      host: "app.test",
      cookie: `tenancy_session=${token}`,
      "sec-fetch-site": "same-origin",
      ...(visit === undefined ? {} : { "tenancy-support": visit }),
    };
    const { statusCode, body } = await app.inject({ method, url: "/tracks", headers });
    return [statusCode, JSON.parse(body).code ?? null];
  };
  assert.deepEqual(await ask(id), [403, "access.denied"], "staff reads no data");

  const visit = await requestVisit(
    parts,
    {
      tenant: { id, name: "Studio", slug, timeZone: "UTC" },
      operator,
      scope: "read",
      reason: "Ticket 4711",
      durationMinutes: 10,
    },
    by,
  );
  assert.deepEqual(await ask(id, "GET", visit.id), [403, "support.no_visit"]);
  await decideVisit(parts, { tenantId: id, id: visit.id, isConsent: true }, { actor: owner.user.id });

  assert.deepEqual(await ask(id, "GET", visit.id), [200, null]);
  assert.deepEqual(await ask(id, "POST", visit.id), [403, "access.denied"]);
  assert.deepEqual(await ask(neighbour.id, "GET", visit.id), [404, "tenant.not_found"]);
  const { rows } = await control.query(
    `select action, outcome, on_behalf_of from tenancy.audit_records
     where tenant_id = $1 and actor = $2 and action in ('app.request', 'access.denied') order by id`,
    [id, `operator:${operator.id}`],
  );
  assert.deepEqual(rows.slice(-2), [
    { action: "app.request", outcome: "allowed", on_behalf_of: `tenant:${id}` },
    { action: "access.denied", outcome: "denied", on_behalf_of: `tenant:${id}` },
  ]);

  await endVisit(parts, { tenantId: id, id: visit.id }, { actor: owner.user.id });
  assert.deepEqual(await ask(id, "GET", visit.id), [403, "support.no_visit"]);
  await app.close();
});
