import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { renderClientTypes, TYPES_FILE } from "./client-types.ts";
import { OPENAPI_FILE, renderOpenApiFile } from "./openapi.ts";

test("openapi.json is what the routes say (node scripts/openapi.ts writes it)", () => {
  assert.equal(readFileSync(OPENAPI_FILE, "utf8"), renderOpenApiFile());
});

test("the client's types are those of openapi.json (node scripts/client-types.ts writes them)", () => {
  assert.equal(readFileSync(TYPES_FILE, "utf8"), renderClientTypes(readFileSync(OPENAPI_FILE, "utf8")));
});
