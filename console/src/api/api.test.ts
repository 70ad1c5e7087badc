import assert from "node:assert/strict";
import { test } from "node:test";
import { emptyDraft, toTenantCreate, warnOfEmptyPool } from "../features/tenants/new-tenant.ts";
import { tenantChange } from "../features/tenants/tenant-change.ts";
import { manage, shellQuote } from "../shell/equivalents.ts";
import { ApiError, localProblem } from "./api-error.ts";
import { Intent, randomId } from "./intent.ts";
import type { Cell, Plan, Tenant } from "./types.ts";

test("an intent keeps its key through silence and faults, and takes a new one after an answer", () => {
  const intent = new Intent();
  const first = intent.keyFor({ name: "a" });

  intent.settle(new ApiError(localProblem("console.unreachable", 0, "")));
  assert.equal(intent.keyFor({ name: "a" }), first);

  intent.settle(new ApiError(localProblem("server.fault", 503, "")));
  assert.equal(intent.keyFor({ name: "a" }), first);

  assert.notEqual(intent.keyFor({ name: "b" }), first, "other input is another intent");
  const second = intent.keyFor({ name: "b" });
  intent.settle(new ApiError(localProblem("tenant.slug_taken", 409, "")));
  assert.notEqual(intent.keyFor({ name: "b" }), second, "a refusal ends the intent");
});

test("ids are UUIDs of version 4", () => {
  assert.match(randomId(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("commands survive a shell, whatever a tenant is called", () => {
  assert.equal(shellQuote("studio-1"), "studio-1");
  assert.equal(shellQuote("$(rm -rf ~)"), "'$(rm -rf ~)'");
  assert.equal(shellQuote("Rock'n'Roll"), `'Rock'\\''n'\\''Roll'`);
  assert.equal(
    manage("tenant create", { name: "My Studio", plan: "premium", slug: undefined, features: [] }),
    "./manage tenant create --name 'My Studio' --plan premium",
  );
});

test("empty fields are left out, so that the server's defaults apply", () => {
  assert.deepEqual(JSON.parse(JSON.stringify(toTenantCreate({ ...emptyDraft, name: " A " }))), {
    name: "A",
    plan: "freemium",
  });
});

test("an edit sends only what differs", () => {
  const plan = { key: "premium", features: ["analytics"], limits: { maxStorageGb: 9 } } as unknown as Plan;
  const tenant = {
    name: "A",
    plan: "premium",
    features: ["analytics", "sso"],
    limits: { maxUsers: 5, maxStorageGb: 9 },
  };
  const current = tenant as unknown as Tenant;
  const same = { name: "A", plan: "premium", features: ["sso"], limits: { maxUsers: 5 } };

  assert.equal(tenantChange(current, plan, same), null);
  assert.deepEqual(tenantChange(current, plan, { ...same, features: ["sso", "export"] }), {
    features: ["sso", "export"],
  });
  assert.deepEqual(tenantChange(current, plan, { ...same, limits: { maxUsers: undefined } }), {
    limits: { maxUsers: undefined },
  });
});

test("the form warns when no cell that could take the tenant has a place ready", () => {
  const cell = (key: string, ready: number, status: Cell["status"] = "open") =>
    ({
      key,
      region: "eu",
      status,
      warmPool: { schema: { ready, target: 5 }, database: { ready: 0, target: 2 } },
    }) as unknown as Cell;
  const draft = { isolation: "schema", region: "", cell: "" } as const;

  assert.equal(warnOfEmptyPool(draft, [cell("a", 0), cell("b", 1)]), null);
  assert.equal(warnOfEmptyPool({ ...draft, cell: "a" }, [cell("a", 0), cell("b", 1)])?.cell.key, "a");
  assert.equal(warnOfEmptyPool(draft, [cell("a", 0), cell("b", 1, "closed")])?.cell.key, "a");
  assert.equal(warnOfEmptyPool({ ...draft, isolation: "table" }, [cell("a", 0)]), null);
});
