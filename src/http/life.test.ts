import assert from "node:assert/strict";
import { test } from "node:test";
import { call, signInWith } from "../../test/support/api.ts";
import { startPlatform } from "../../test/support/platform.ts";
import { systemClock } from "../base/clock.ts";
import { createLog } from "../base/log.ts";
import { asExpected, toProblem } from "./problem.ts";
import { createServer, listen } from "./server.ts";

test("a server that closes ends the requests that it has begun", async () => {
  await using platform = await startPlatform({ background: false, consoleDir: null });
  const creating = call(platform, "POST", "/v1/tenants", { body: { name: "Late", isolation: "schema" } });
  await new Promise<void>((resolve) => platform.app.server.once("request", () => setImmediate(resolve)));

  await platform.app.close();

  assert.equal((await creating).status, 201);
  await assert.rejects(() => fetch(`${platform.url}/health`));
});

test("a second server on the same port says which setting to change", async () => {
  await using platform = await startPlatform({ background: false, sql: null, consoleDir: null });
  const other = await createServer({ tenancy: platform.tenancy, host: "127.0.0.1" });
  try {
    const port = Number(new URL(platform.url).port);
    await assert.rejects(
      () => listen(other, { host: "127.0.0.1", port }),
      (error: { code?: string; cure?: string }) =>
        error.code === "server.port_taken" && /server\.port/.test(error.cure ?? ""),
    );
    await assert.rejects(
      () => listen(other, { host: "203.0.113.1", port: 0 }),
      (error: { code?: string }) => error.code === "server.address_refused",
    );
  } finally {
    await other.close();
  }
});

test("the log has a line for each answer, and no secret", async () => {
  const lines: string[] = [];
  const log = createLog({ json: true, clock: systemClock, write: (line) => void lines.push(line) });
  await using platform = await startPlatform({ background: false, sql: null, consoleDir: null, log });
  const cookie = await signInWith(platform);
  const created = await call<{ key: string }>(platform, "POST", "/v1/api-keys", { body: { name: "logged" } });
  const { headers } = await call(platform, "GET", "/v1/tenants?q=somebody%20private", {
    key: created.body.key,
  });
  await platform.app.close();

  const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const last = entries.find(({ requestId }) => requestId === headers.get("x-request-id"));
  assert.equal(last?.["path"], "/v1/tenants");
  assert.equal(last?.["status"], 200);
  assert.match(String(last?.["actor"]), /^key:/);
  const all = lines.join("");
  const link = new URL(platform.link).hash.slice("#link=".length);
  for (const secret of [platform.apiKey, created.body.key, cookie.split("=")[1] ?? "", link, "private"]) {
    assert.ok(!all.includes(secret));
  }
});

test("a lost database is a 503 that says so; anything else unexpected is ours, and told to nobody", () => {
  const lost = [
    Object.assign(new Error("connect ECONNREFUSED 10.0.0.7:5432"), { code: "ECONNREFUSED" }),
    Object.assign(new Error("terminating connection due to administrator command"), { code: "57P01" }),
    new Error("Connection terminated unexpectedly"),
  ];
  for (const failure of lost) {
    const { code, title } = toProblem(asExpected(failure), "id");
    assert.equal(code, "server.database_unreachable");
    assert.ok(!title.includes("10.0.0.7"));
  }
  for (const failure of [new TypeError("secret"), "secret", null, undefined, { code: 5 }]) {
    const problem = toProblem(asExpected(failure), "id");
    assert.equal(problem.code, "server.failed");
    assert.ok(!JSON.stringify(problem).includes("secret"));
  }
});
