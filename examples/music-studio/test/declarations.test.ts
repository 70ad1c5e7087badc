import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { compile } from "../../../src/adopt/compile.ts";
import { generateTypes } from "../../../src/adopt/types.ts";
import { readMigrationFolder } from "../../../src/fleet/app-migrations.ts";

test("tables.d.ts is what the migrations make", async () => {
  const files = await readMigrationFolder(join(import.meta.dirname, "../migrations"));

  const { model } = await compile(files, { shared: ["genres"] });

  assert.equal(await readFile(join(import.meta.dirname, "../tables.d.ts"), "utf8"), generateTypes(model));
});
