import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { createClient } from "./client.ts";

let platform: Platform;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

test("a program creates, reads and deletes a tenant through the typed client", async () => {
  const api = createClient({ baseUrl: `${platform.url}/`, apiKey: platform.apiKey });

  const created = await api.POST("/v1/tenants", {
    body: { name: "Typed Studio", plan: "premium" },
    params: { header: { "Idempotency-Key": "typed-1" } },
  });
  const path = { tenant: created.data?.slug ?? "" };
  const read = await api.GET("/v1/tenants/{tenant}", { params: { path } });
  const deleted = await api.DELETE("/v1/tenants/{tenant}", {
    params: { path },
    body: { confirm: path.tenant },
  });

  assert.equal(created.data?.plan, "premium");
  assert.equal(read.data?.id, created.data?.id);
  assert.equal(deleted.data?.status, "deleting");
});

test("a refusal comes as a problem with its code, not as an exception", async () => {
  const api = createClient({ baseUrl: platform.url, apiKey: platform.apiKey });

  const { error, data } = await api.GET("/v1/tenants/{tenant}", { params: { path: { tenant: "nobody" } } });

  assert.equal(data, undefined);
  assert.equal(error?.code, "tenant.not_found");
});

test("what the API does not know does not compile", () => {
  const api = createClient({ baseUrl: platform.url });
  const untried = () => [
    // @ts-expect-error: no such path
    api.GET("/v1/tenant"),
    // @ts-expect-error: a name is needed
    api.POST("/v1/tenants", { body: { plan: "premium" } }),
    // @ts-expect-error: no such level
    api.GET("/v1/tenants", { params: { query: { level: "row" } } }),
  ];
  assert.equal(typeof untried, "function");
});
