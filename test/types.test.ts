import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { compile } from "../src/adopt/compile.ts";
import { generateTypes } from "../src/adopt/types.ts";
import { WORLD_SQL } from "./support/world.ts";

const FOLDER = join(import.meta.dirname, "types");
const DECLARED = join(FOLDER, "app-tables.d.ts");
const SQL = `${WORLD_SQL} create view titles as select title from tracks;`;

test("generated declarations are those that the type test is compiled with", async () => {
  const { model } = await compile([{ name: "0001_world.sql", sql: SQL }], { shared: ["genres"] });
  const types = generateTypes(model);

  if (process.env["UPDATE_GOLDEN"]) await writeFile(DECLARED, types);
  assert.equal(
    await readFile(DECLARED, "utf8"),
    types,
    "run this test with UPDATE_GOLDEN=1 and look at the diff",
  );
});

test("with them contexts, transactions and Kysely know the app's tables, and nothing else compiles", async () => {
  const tsc = join(import.meta.dirname, "../node_modules/.bin/tsc");

  const { stdout } = await promisify(execFile)(tsc, ["--noEmit", "-p", FOLDER]).catch((failure) => failure);

  assert.equal(stdout, "");
});
