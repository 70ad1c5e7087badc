import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PAGE, renderConfigReference } from "./reference-config.ts";

test("the configuration reference is up to date (node scripts/reference-config.ts writes it)", () => {
  assert.equal(readFileSync(PAGE, "utf8"), renderConfigReference());
});
