import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { routes } from "./routes.ts";

let platform: Platform;
let slug: string;

before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null });
  slug = (await platform.tenancy.tenants.create({ name: "Acme", domain: "acme.example.com" })).slug as string;
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

const INVALID = "request.invalid";
const TENANT = "tenant.input_invalid";

/** Method, path, body, status, code, and each fault as path: message. */
const CASES: readonly (readonly [string, string, unknown, number, string, readonly string[]])[] = [
  [
    "POST",
    "/v1/sessions",
    { token: "short" },
    422,
    INVALID,
    ["token: Expected `token` to be text of 10 to 200 characters, got something else."],
  ],
  ["POST", "/v1/sessions", { token: "x".repeat(43) }, 401, "session.link_invalid", []],
  [
    "POST",
    "/v1/sessions",
    undefined,
    422,
    INVALID,
    ["body: Expected the body to be an object, got nothing."],
  ],
  ["POST", "/v1/sessions", [], 422, INVALID, ["body: Expected the body to be an object, got []."]],
  ["POST", "/v1/sessions", "null", 422, INVALID, ["body: Expected the body to be an object, got null."]],
  [
    "GET",
    "/v1/tenants?limit=0&sort=age&status=gone&level=row&size=3",
    undefined,
    422,
    INVALID,
    [
      "limit: Expected `limit` to be an integer from 1 to 200, got 0.",
      'status: Expected `status` to be one of provisioning, active, suspended, moving, deleting, erasing, erased, got "gone".',
      'level: Expected `level` to be one of table, schema, database, got "row".',
      'sort: Expected `sort` to be one of -createdAt, createdAt, name, -name, got "age".',
      "size: There is no `size` here; known are limit, cursor, q, status, plan, level, cell, sort.",
    ],
  ],
  [
    "GET",
    "/v1/tenants?limit=1.5",
    undefined,
    422,
    INVALID,
    ["limit: Expected `limit` to be an integer from 1 to 200, got 1.5."],
  ],
  [
    "GET",
    "/v1/tenants?limit=1&limit=2",
    undefined,
    422,
    INVALID,
    ['limit: Expected `limit` to be an integer from 1 to 200, got ["1","2"].'],
  ],
  [
    "GET",
    "/v1/tenants?limit=1e2",
    undefined,
    422,
    INVALID,
    ['limit: Expected `limit` to be an integer from 1 to 200, got "1e2".'],
  ],
  [
    "GET",
    "/v1/tenants?q=a%00b",
    undefined,
    422,
    INVALID,
    ["q: Expected `q` to be text without NUL characters."],
  ],
  [
    "GET",
    `/v1/tenants?q=${"x".repeat(201)}`,
    undefined,
    422,
    INVALID,
    [`q: Expected \`q\` to be text of at most 200 characters, got "${"x".repeat(59)}….`],
  ],
  ["GET", "/v1/tenants?cursor=abc", undefined, 422, "request.bad_cursor", []],
  ["POST", "/v1/tenants", {}, 422, INVALID, ["name: Expected `name` to be text, got nothing."]],
  [
    "POST",
    "/v1/tenants",
    { name: 5, isolation: "rows", maxUsers: "7", features: "all", plann: "x" },
    422,
    INVALID,
    [
      "name: Expected `name` to be text, got 5.",
      'isolation: Expected `isolation` to be one of table, schema, database, got "rows".',
      'maxUsers: Expected `maxUsers` to be an integer, got "7".',
      'features: Expected `features` to be a list, got "all".',
      "plann: There is no `plann` here; did you mean `plan`?",
    ],
  ],
  [
    "POST",
    "/v1/tenants",
    { name: "A", features: ["ok", 5] },
    422,
    INVALID,
    ["features[1]: Expected `features[1]` to be text, got 5."],
  ],
  [
    "POST",
    "/v1/tenants",
    { name: "", slug: "-", domain: "no", plan: "gold", maxUsers: 0, features: ["A B"] },
    422,
    TENANT,
    [
      "name: …",
      "slug: …",
      "domain: …",
      'plan: Expected `plan` to be one of freemium, premium, enterprise, got "gold".',
      'features[0]: Expected a feature key such as ai_mixing, got "A B".',
      "maxUsers: Expected `maxUsers` to be an integer from 1 and up, got 0.",
    ],
  ],
  ["POST", "/v1/tenants", { name: "B", cell: "mars" }, 404, "cell.not_found", []],
  ["POST", "/v1/tenants", { name: "B", region: "mars" }, 503, "cell.none_open", []],
  ["POST", "/v1/tenants", { name: "B", slug: "acme" }, 409, "tenant.slug_taken", []],
  ["POST", "/v1/tenants", { name: "B", domain: "acme.example.com" }, 409, "tenant.domain_taken", []],
  [
    "PATCH",
    "/v1/tenants/acme",
    { limits: { maxUsers: 0 }, slug: "new" },
    422,
    INVALID,
    [
      "limits.maxUsers: Expected `limits.maxUsers` to be an integer from 1 and up, got 0.",
      "slug: There is no `slug` here; known are name, plan, features, limits.",
    ],
  ],
  [
    "PATCH",
    "/v1/tenants/acme",
    { limits: { maxFun: 1 } },
    422,
    TENANT,
    [
      "limits.maxFun: Expected one of maxApiCallsPerHour, maxStorageGb, maxConcurrentUsers, maxConcurrentRequests, maxUsers, got `maxFun`.",
    ],
  ],
  ["GET", "/v1/tenants/acme?deep=1", undefined, 422, INVALID, ["deep: There is no `deep` here."]],
  [
    "GET",
    "/v1/tenants/acme/events?limit=201",
    undefined,
    422,
    INVALID,
    ["limit: Expected `limit` to be an integer from 1 to 200, got 201."],
  ],
  [
    "POST",
    "/v1/tenants/acme/suspend",
    { reason: "" },
    422,
    INVALID,
    ['reason: Expected `reason` to be text of 1 to 500 characters, got "".'],
  ],
  ["POST", "/v1/tenants/acme/resume", { now: true }, 422, INVALID, ["now: There is no `now` here."]],
  ["POST", "/v1/tenants/acme/restore", undefined, 409, "tenant.wrong_state", []],
  ["DELETE", "/v1/tenants/acme", { confirm: "other" }, 422, "tenant.confirm_mismatch", []],
  [
    "DELETE",
    "/v1/tenants/acme",
    { confirm: "acme", graceDays: 400 },
    422,
    INVALID,
    ["graceDays: Expected `graceDays` to be a number from 0 to 365, got 400."],
  ],
  [
    "POST",
    "/v1/tenants/acme/domains",
    { domain: "localhost", isPrimary: "yes" },
    422,
    INVALID,
    ['isPrimary: Expected `isPrimary` to be true or false, got "yes".'],
  ],
  ["POST", "/v1/tenants/acme/domains", { domain: "localhost" }, 422, TENANT, ["domain: …"]],
  ["DELETE", "/v1/tenants/acme/domains/none.example.com", undefined, 404, "tenant.domain_not_found", []],
  ["PUT", "/v1/tenants/acme/domains/none.example.com/primary", undefined, 404, "tenant.domain_not_found", []],
  ["GET", "/v1/workflows/none", undefined, 404, "workflow.not_found", []],
  ["GET", "/v1/cells/mars", undefined, 404, "cell.not_found", []],
  [
    "PATCH",
    "/v1/cells/local",
    { status: "ajar" },
    422,
    INVALID,
    ['status: Expected `status` to be one of open, closed, got "ajar".'],
  ],
  [
    "POST",
    "/v1/migrations/runs",
    { canary: -1, dryRun: 1 },
    422,
    INVALID,
    [
      "dryRun: Expected `dryRun` to be true or false, got 1.",
      "canary: Expected `canary` to be an integer from 0 to 1000, got -1.",
    ],
  ],
  ["GET", "/v1/migrations/runs/none", undefined, 404, "app.run_not_found", []],
  ["POST", "/v1/migrations/runs/none/stop", undefined, 404, "app.run_not_found", []],
  ["GET", "/v1/proofs/none", undefined, 404, "proof.not_found", []],
  [
    "POST",
    "/v1/proofs",
    { tenantId: "acme" },
    422,
    INVALID,
    ['tenantId: Expected `tenantId` to be an id: a UUID in lower case, got "acme".'],
  ],
  [
    "GET",
    "/v1/events?tenantId=acme",
    undefined,
    422,
    INVALID,
    ['tenantId: Expected `tenantId` to be an id: a UUID in lower case, got "acme".'],
  ],
  [
    "POST",
    "/v1/api-keys",
    { name: "", expiresInDays: 0 },
    422,
    INVALID,
    [
      'name: Expected `name` to be text of 1 to 100 characters, got "".',
      "expiresInDays: Expected `expiresInDays` to be an integer from 1 to 3650, got 0.",
    ],
  ],
  ["DELETE", "/v1/api-keys/none", undefined, 404, "api_key.not_found", []],
];

for (const [method, path, body, status, code, faults] of CASES) {
  test(`${method} ${path.slice(0, 60)} ${JSON.stringify(body)?.slice(0, 60) ?? ""} is ${code}`, async () => {
    const answer = await call(platform, method, path, { body });

    assert.equal(answer.headers.get("content-type"), "application/problem+json; charset=utf-8");
    assert.deepEqual(
      [answer.status, answer.body.code, answer.body.status],
      [status, code, status],
      answer.text,
    );
    assert.equal(answer.body.type, `/docs/errors#${code}`);
    const told = (answer.body.errors ?? []).map((fault) => `${fault.path}: ${fault.message}`);
    assert.equal(told.length, faults.length, told.join("\n"));
    for (const [i, fault] of faults.entries()) {
      const isWhole = !fault.endsWith(" …");
      if (isWhole) assert.equal(told[i], fault);
      else assert.ok(told[i]?.startsWith(fault.slice(0, -1)), told[i]);
    }
  });
}

test("every route that takes a body refuses fields that it does not know", async () => {
  const lax: string[] = [];
  // AuthZEN 1.0 demands that unknown fields are ignored (section 10.1.1).
  const strict = routes.filter(({ url }) => !url.includes("/access/v1/"));
  for (const { method, url } of strict.filter((route) => route.method !== "GET" && !route.isPublic)) {
    const path = url.replace(":tenant", "acme").replace(":cell", "local").replace(/:\w+/g, "x");
    const { status, body } = await call(platform, method, path, { body: { surelyUnknown: 1 } });
    const isTold = body.errors?.some((fault) => fault.path === "surelyUnknown") === true;
    if (status !== 422 || !isTold) lax.push(`${method} ${url}: ${status}`);
  }
  assert.deepEqual(lax, []);
});

test("a path that no name could be is refused as such", async () => {
  const { status, body } = await call(platform, "GET", `/v1/tenants/${"x".repeat(3_000)}`);

  assert.deepEqual([status, body.code], [400, "request.bad_url"]);
});

const BROKEN: readonly (readonly [string, string, Record<string, string>, number, string])[] = [
  ["JSON that ends too early", '{"name": "A"', {}, 400, "request.bad_json"],
  ["a name that reaches for prototypes", '{"__proto__": {"isAdmin": true}}', {}, 400, "request.bad_json"],
  ["an empty body called JSON", "", {}, 400, "request.bad_json"],
  [
    "a form",
    "name=A",
    { "content-type": "application/x-www-form-urlencoded" },
    415,
    "request.unsupported_type",
  ],
  ["text", "name", { "content-type": "text/plain" }, 415, "request.unsupported_type"],
  ["a type that nobody knows", "{}", { "content-type": "what" }, 415, "request.unsupported_type"],
  ["a body of 300 kB", JSON.stringify({ name: "x".repeat(300_000) }), {}, 413, "request.too_large"],
];

for (const [what, body, headers, status, code] of BROKEN) {
  test(`${what} is refused as ${code}`, async () => {
    const answer = await call(platform, "POST", "/v1/tenants", { body, headers });

    assert.deepEqual([answer.status, answer.body.code], [status, code]);
  });
}

test("a failure of ours tells its request id and nothing else", async () => {
  const { control } = platform.tenancy.internals;
  await control.query("alter table tenancy.regions rename to regions_away");
  try {
    const { status, body, text } = await call(platform, "GET", "/v1/regions");

    assert.deepEqual([status, body.code], [500, "server.failed"]);
    assert.ok(!/relation|regions_|select|stack/i.test(text), text);
  } finally {
    await control.query("alter table tenancy.regions_away rename to regions");
  }
});

test("an unknown, an erased and a malformed id get the same bytes", async () => {
  const { tenants } = platform.tenancy;
  const gone = await tenants.create({ name: "Gone" });
  await tenants.delete(gone.id, { confirm: gone.slug as string, graceDays: 0 });
  await tenants.erase(gone.id);
  const names = [
    "00000000-0000-7000-8000-000000000001",
    gone.id,
    gone.id.toUpperCase(),
    "no-such-slug",
    "none.example.com",
    "%27%20or%201%3D1",
    "%00",
    "..%2f..%2fetc",
    "x".repeat(300),
    "%F0%9F%8E%B5",
  ];
  for (const tail of ["", "/usage", "/events", "/protection"]) {
    const answers = new Set<string>();
    for (const name of names) {
      const { status, text, body } = await call(platform, "GET", `/v1/tenants/${name}${tail}`);
      assert.equal(status, 404, name);
      answers.add(text.replace(body.requestId, "-"));
    }
    assert.equal(answers.size, 1, [...answers].join("\n"));
  }
  assert.equal((await call(platform, "GET", `/v1/tenants/${slug}`)).status, 200);
});

for (const path of ["/v1/workflows/", "/v1/migrations/runs/", "/v1/proofs/"]) {
  test(`${path} tells nothing of ids that are not there`, async () => {
    const answers = new Set<string>();
    for (const id of ["00000000-0000-7000-8000-000000000001", "x", "%00", "1 or 1=1"]) {
      const { status, text, body } = await call(platform, "GET", path + encodeURIComponent(id));
      assert.equal(status, 404);
      answers.add(text.replace(body.requestId, "-"));
    }

    assert.equal(answers.size, 1);
  });
}
