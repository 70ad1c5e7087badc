import assert from "node:assert/strict";
import { test } from "node:test";
import { call, signInWith } from "../../test/support/api.ts";
import { startPlatform } from "../../test/support/platform.ts";
import { readEvents } from "../audit/record.ts";
import { uuidv7 } from "../base/ids.ts";
import { exec, query } from "../db/sql.ts";
import { routes } from "./routes.ts";

const insertRunningRun = query(
  "test.insert_running_run",
  "insert into tenancy.migration_runs (id, to_version, actor) values ($1::uuid, 1, 'test')",
);

test("every route that changes something leaves its action in the trail, with actor and request", async () => {
  await using platform = await startPlatform({ background: false, consoleDir: null });
  const { control } = platform.tenancy.internals;
  const cookie = await signInWith(platform);
  const runId = uuidv7();
  let keyId = "";
  /** In this order: each step finds what the one before left. */
  const steps: readonly (readonly [string, () => Parameters<typeof call>[3], (() => string)?])[] = [
    ["POST /v1/tenants", () => ({ body: { name: "Trail", isolation: "schema" } })],
    ["PATCH /v1/tenants/:tenant", () => ({ body: { plan: "premium" } })],
    ["POST /v1/tenants/:tenant/domains", () => ({ body: { domain: "one.example.com" } })],
    ["POST /v1/tenants/:tenant/domains", () => ({ body: { domain: "two.example.com" } })],
    ["PUT /v1/tenants/:tenant/domains/:domain/primary", () => ({})],
    ["DELETE /v1/tenants/:tenant/domains/:domain", () => ({})],
    ["POST /v1/tenants/:tenant/suspend", () => ({ body: { reason: "Unpaid" } })],
    ["POST /v1/tenants/:tenant/resume", () => ({})],
    ["DELETE /v1/tenants/:tenant", () => ({ body: { confirm: "trail" } })],
    ["POST /v1/tenants/:tenant/restore", () => ({})],
    ["PATCH /v1/cells/:cell", () => ({ body: { status: "closed" } })],
    ["POST /v1/migrations/runs/:id/stop", () => ({}), () => runId],
    ["POST /v1/migrations/runs", () => ({})],
    ["POST /v1/proofs", () => ({ body: {} })],
    ["POST /v1/api-keys", () => ({ body: { name: "trail" } })],
    ["DELETE /v1/api-keys/:id", () => ({}), () => keyId],
    ["DELETE /v1/session", () => ({ key: null, headers: { cookie, origin: platform.url } })],
  ];
  const declared = new Map(routes.map((route) => [`${route.method} ${route.url}`, route]));
  const untried = routes
    .filter((route) => route.method !== "GET")
    .map((route) => `${route.method} ${route.url}`);
  // Rooms with tests of their own; audited.test.ts holds that every route leaves exactly one record.
  const rooms = [
    "Sign-in",
    "Me",
    "Members",
    "Users",
    "Encryption",
    "Audit trail",
    "Access",
    "Support",
    "Vaults",
  ];
  const elsewhere = routes
    .filter(
      ({ tag, url }) =>
        [...rooms, "Single sign-on", "Provisioning", "Integrations"].includes(tag) ||
        url.startsWith("/v1/tenants/:tenant/api-keys"),
    )
    .map(({ method, url }) => `${method} ${url}`);
  const tried = new Set(["POST /v1/sessions", ...elsewhere, ...steps.map(([name]) => name)]);
  assert.deepEqual(
    untried.filter((name) => !tried.has(name)),
    [],
  );

  for (const [name, options, idOf] of steps) {
    const route = declared.get(name);
    if (!route || route.action === null) continue;
    if (name.endsWith("/stop")) await exec(control, insertRunningRun, [runId]);
    const path = route.url
      .replace(":tenant", "trail")
      .replace(":domain", "two.example.com")
      .replace(":cell", "local")
      .replace(":id", () => idOf?.() ?? "");
    const answer = await call<{ id: string }>(platform, route.method, path, options());
    assert.ok(answer.status < 300, `${name}: ${answer.text}`);
    if (name === "POST /v1/api-keys") keyId = answer.body.id;
    if (name.endsWith("/stop"))
      await control.query("delete from tenancy.migration_runs where id = $1", [runId]);

    const events = await readEvents(control, { action: route.action, limit: 20 });
    const requestId = answer.headers.get("x-request-id");
    const event = events.find((each) => each.requestId === requestId);
    assert.ok(event, `${name} left no ${route.action}`);
    assert.match(event.actor, /^(key|operator):[0-9a-f-]{36}$/, name);
  }
});
