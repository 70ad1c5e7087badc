import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Answer, type CallOptions, call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { uuidv7 } from "../base/ids.ts";
import type { Route } from "./route.ts";
import { routes } from "./routes.ts";

let platform: Platform;
before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  await platform.tenancy.tenants.create({ name: "Audited", slug: "audited" });
  await platform.tenancy.internals.audit.sequencer.run();
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

interface Row {
  action: string;
  outcome: string;
  actor: string;
  tenant_id: string | null;
  kind: string;
  body: string;
}

/** What the request left. */
async function recordsOf(answer: Answer): Promise<Row[]> {
  const { rows } = await platform.tenancy.internals.control.query<Row>(
    "select action, outcome, actor, tenant_id, kind, body from tenancy.audit_records where request_id = $1",
    [answer.headers.get("x-request-id")],
  );
  return rows;
}

function send({ method, url }: Pick<Route, "method" | "url">, options: CallOptions = {}, slug = "audited") {
  const path = url
    .replace(":tenant", slug)
    .replace(/:id\b/, uuidv7())
    .replace(/:cell/, "local")
    .replace(/:\w+/g, "nothing");
  return call(platform, method, path, options);
}

const recorded = routes.filter((route) => route.action !== null);

test("every route that anyone else may not call leaves exactly one record of a call without credential", async () => {
  for (const route of recorded.filter((each) => !each.isPublic)) {
    const answer = await send(route, { key: null });

    const rows = await recordsOf(answer);
    const name = `${route.method} ${route.url}`;
    assert.equal(answer.status, 401, name);
    assert.deepEqual(
      rows.map(({ action, outcome, actor }) => [action, outcome, actor]),
      [[route.action, "denied", "nobody"]],
      name,
    );
    assert.equal(JSON.parse(rows[0]?.body ?? "").detail.code, "session.required");
    assert.equal(JSON.parse(rows[0]?.body ?? "").ip, "127.0.0.1");
  }
});

test("every read leaves exactly one record, whether there is something to read or not", async () => {
  for (const route of recorded.filter((each) => each.method === "GET")) {
    for (const slug of ["audited", "unknown"]) {
      const answer = await send(route, {}, slug);

      const rows = await recordsOf(answer);
      const name = `${route.method} ${route.url} (${answer.status})`;
      assert.deepEqual(
        rows.map(({ action, kind }) => [action, kind]),
        [[route.action, "read"]],
        name,
      );
      const expected = answer.status < 400 ? "allowed" : answer.status === 422 ? "failed" : "denied";
      assert.equal(rows[0]?.outcome, expected, name);
      if (route.url.includes(":tenant")) assert.equal(rows[0]?.tenant_id !== null, slug === "audited", name);
    }
  }
});

test("every change that is refused leaves exactly one record, and none that says it was made", async () => {
  for (const route of recorded.filter((each) => each.method !== "GET")) {
    const answer = await send(route, { body: { nonsense: true } }, "unknown");

    const rows = await recordsOf(answer);
    const name = `${route.method} ${route.url} (${answer.status})`;
    assert.ok(answer.status >= 400, name);
    assert.deepEqual(
      rows.map((row) => [row.action, row.kind, row.outcome === "allowed"]),
      [[route.action, "request", false]],
      name,
    );
  }
});

test("a change that is made leaves its own record and no second one; a repeat by key leaves one of its own", async () => {
  const headers = { "idempotency-key": uuidv7() };
  const body = { name: "Made once" };

  const made = await call(platform, "POST", "/v1/tenants", { body, headers });
  const repeated = await call(platform, "POST", "/v1/tenants", { body, headers });

  assert.deepEqual(
    (await recordsOf(made)).map((row) => [row.action, row.kind, row.outcome]),
    [["tenant.created", "change", "allowed"]],
  );
  assert.deepEqual(
    (await recordsOf(repeated)).map((row) => [row.action, row.kind]),
    [["tenant.created", "request"]],
  );
});

test("a call where there is no route leaves one record too; the health check leaves none", async () => {
  const nowhere = await call(platform, "GET", "/v1/nowhere");
  const health = await call(platform, "GET", "/health");

  assert.deepEqual(
    (await recordsOf(nowhere)).map((row) => [row.action, row.outcome]),
    [["request.refused", "denied"]],
  );
  assert.deepEqual(await recordsOf(health), []);
  for (const route of routes.filter((each) => each.action === null)) {
    assert.match(route.unrecorded ?? "", /^.{20,}\.$/, `${route.url} does not say why it leaves no record`);
  }
});

test("an answer whose record cannot be made durable is withheld", async () => {
  const { control } = platform.tenancy.internals;
  await control.query(
    "alter table tenancy.audit_records add constraint audit_test_broken check (false) not valid",
  );
  try {
    const answer = await call(platform, "GET", "/v1/tenants/audited");

    assert.equal(answer.status, 503);
    assert.equal(answer.body.code, "audit.unavailable");
    assert.ok(!answer.text.includes("Audited"));
  } finally {
    await control.query("alter table tenancy.audit_records drop constraint audit_test_broken");
  }
  assert.equal((await call(platform, "GET", "/v1/tenants/audited")).status, 200);
});
