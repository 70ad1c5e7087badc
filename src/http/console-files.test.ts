import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";

const PAGE = "<!doctype html><title>Console</title>";
const HTML = { accept: "text/html,*/*;q=0.8" };
let platform: Platform;
let folder: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "tenancy-console-"));
  mkdirSync(join(folder, "dist/assets"), { recursive: true });
  writeFileSync(join(folder, "secret.txt"), "secret");
  writeFileSync(join(folder, "dist/index.html"), PAGE);
  writeFileSync(join(folder, "dist/assets/index-abc123.js"), "export {};");
  platform = await startPlatform({ background: false, sql: null, consoleDir: join(folder, "dist") });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = HTML) =>
  call(platform, "GET", path, { key: null, headers });

test("the console's page answers at every address that is the console's own, and is asked for anew", async () => {
  for (const path of ["/", "/tenants", "/tenants/acme/data?range=day", "/sign-in"]) {
    const { status, text, headers } = await get(path);
    assert.deepEqual([status, text], [200, PAGE], path);
    assert.equal(headers.get("cache-control"), "no-cache");
    assert.match(headers.get("content-security-policy") ?? "", /style-src 'self';/);
  }
});

test("assets, whose names change with their content, are kept for a year", async () => {
  const { status, headers } = await get("/assets/index-abc123.js", {});

  assert.equal(status, 200);
  assert.equal(headers.get("cache-control"), "public, max-age=31536000, immutable");
  assert.match(headers.get("content-type") ?? "", /javascript/);
});

test("an asset that is not there is not found, rather than a page called a script", async () => {
  const { status, body } = await get("/assets/index-old.js", { accept: "*/*" });

  assert.deepEqual([status, body.code], [404, "request.no_route"]);
});

test("no path leads out of the folder, and the API never answers with a page", async () => {
  for (const path of [
    "/..%2fsecret.txt",
    "/assets/..%2f..%2fsecret.txt",
    "/%2e%2e/secret.txt",
    "//secret.txt",
  ]) {
    assert.ok(!(await get(path)).text.includes("secret"), path);
  }
  assert.equal((await get("/v1/nothing")).body.code, "session.required");
  assert.equal((await get("/v1")).body.code, "session.required");
  assert.equal((await call(platform, "POST", "/tenants", { key: null, headers: HTML })).status, 404);
});

test("a problem's type leads to the page of errors", async () => {
  const { body } = await get("/v1/tenants");
  const { text, status } = await get(body.type.split("#")[0] as string);

  assert.equal(status, 200);
  assert.ok(text.includes(`id="${body.code}"`));
});

test("health tells whether the database answers, to anybody", async () => {
  const { status, body } = await call<{ database: string }>(platform, "GET", "/health", { key: null });

  assert.deepEqual([status, body.database], [200, "ok"]);
});
