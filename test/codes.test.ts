import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { collectErrorTables, ERRORS_PAGE, renderErrorReference } from "../scripts/reference-errors.ts";
import type { ErrorTable } from "../src/base/errors.ts";
import { ERROR_TABLES } from "../src/http/error-page.ts";

test("no two modules declare the same code", async () => {
  const owners = new Map<string, string>();
  const twice: string[] = [];
  for (const { name, table } of await collectErrorTables()) {
    for (const code of Object.keys(table)) {
      if (owners.has(code)) twice.push(`${code}: ${owners.get(code)} and ${name}`);
      owners.set(code, name);
    }
  }

  assert.deepEqual(twice, []);
  assert.ok(owners.size > 60);
});

test("codes, statuses, sentences and cures have their form", async () => {
  const faults: string[] = [];
  for (const { table } of await collectErrorTables()) {
    for (const [code, { status, sentence, cure }] of Object.entries(table)) {
      if (!/^[a-z_]+\.[a-z_]+$/.test(code)) faults.push(`${code}: not noun.what`);
      if (!Number.isInteger(status) || status < 400 || status > 599) faults.push(`${code}: status ${status}`);
      if (!/^[A-Z`{].*[.}:]$/s.test(sentence)) faults.push(`${code}: ${sentence}`);
      if (cure.trim() === "") faults.push(`${code}: no cure`);
    }
  }

  assert.deepEqual(faults, []);
});

test("the error reference is up to date (node scripts/reference-errors.ts writes it)", async () => {
  assert.equal(readFileSync(ERRORS_PAGE, "utf8"), renderErrorReference(await collectErrorTables()));
});

test("the server's own page has every error that is not the command line's", async () => {
  const served = new Set<ErrorTable>(ERROR_TABLES);
  const missing = (await collectErrorTables())
    .filter(({ name, table }) => name !== "cli" && !served.has(table))
    .map(({ name }) => name);

  assert.deepEqual(missing, []);
});
