import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { PAGE, renderCliReference } from "./reference-cli.ts";

test("the reference of the command line is up to date (node scripts/reference-cli.ts writes it)", async () => {
  assert.equal(readFileSync(PAGE, "utf8"), await renderCliReference());
});
