import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import express from "express";
import Fastify from "fastify";
import { type House, openHouse } from "../../test/support/house.ts";
import { tenancyMiddleware } from "./express.ts";
import { tenancyPlugin } from "./fastify.ts";

let house: House;
let tenantId = "";
before(async () => {
  house = await openHouse();
  tenantId = (await house.tenancy.tenants.create({ name: "Aurora", slug: "aurora" })).id;
});
after(async () => {
  await house[Symbol.asyncDispose]();
});

/** Those of `app.request` that were made since. */
async function records(work: () => Promise<unknown>) {
  const { control } = house.tenancy.internals;
  const text =
    "select resource, outcome, actor, tenant_id from tenancy.audit_records where action = 'app.request' order by id";
  const known = (await control.query(text)).rowCount ?? 0;
  await work();
  return (
    await control.query<{ resource: string; outcome: string; actor: string; tenant_id: string | null }>(text)
  ).rows.slice(known);
}

async function fastifyApp() {
  const app = Fastify();
  const audit = { actor: () => "user:7" };
  await app.register(tenancyPlugin(house.tenancy, { resolve: { by: "header" }, audit }));
  app.get("/tracks/:id", async (request) => ({ count: await request.tenant.table("tracks").count() }));
  app.get("/broken", async () => {
    throw new Error("broken");
  });
  app.get("/health", { config: { tenant: false } }, async () => "ok");
  return app;
}

test("each request to a Fastify app leaves one record, refused and failed ones too", async () => {
  await using app = await fastifyApp();
  const headers = { "x-tenant": "aurora" };

  const made = await records(async () => {
    await app.inject({ url: "/tracks/7?q=secret", headers });
    await app.inject({ url: "/tracks/7", headers: { "x-tenant": "unknown" } });
    await app.inject({ url: "/broken", headers });
    await app.inject({ url: "/health" });
  });

  assert.deepEqual(
    made.map((row) => [row.resource, row.outcome, row.actor, row.tenant_id]),
    [
      ["GET /tracks/:id", "allowed", "user:7", tenantId],
      ["GET /tracks/:id", "denied", "app", null],
      ["GET /broken", "failed", "user:7", tenantId],
    ],
  );
});

test("each request to an Express app leaves one record before it is worked on, refused ones too", async () => {
  const app = express();
  app.use(tenancyMiddleware(house.tenancy, { resolve: { by: "header" } }));
  app.get("/tracks", (_, response) => void response.json([]));
  const server = app.listen(0);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tracks?q=secret`;
  try {
    const made = await records(async () => {
      await (await fetch(url, { headers: { "x-tenant": "aurora" } })).text();
      await (await fetch(url, { headers: { "x-tenant": "unknown" } })).text();
    });

    assert.deepEqual(
      made.map((row) => [row.resource, row.outcome, row.tenant_id]),
      [
        ["GET /tracks", "allowed", tenantId],
        ["GET /tracks", "denied", null],
      ],
    );
  } finally {
    server.close();
  }
});

test("an app's answer whose record cannot be made durable is withheld", async () => {
  await using app = await fastifyApp();
  const { control } = house.tenancy.internals;
  await control.query(
    "alter table tenancy.audit_records add constraint audit_test_broken check (false) not valid",
  );

  const answer = await app.inject({ url: "/tracks/7", headers: { "x-tenant": "aurora" } });

  await control.query("alter table tenancy.audit_records drop constraint audit_test_broken");
  assert.equal(answer.statusCode, 503);
  assert.ok(!answer.body.includes("count"));
});
