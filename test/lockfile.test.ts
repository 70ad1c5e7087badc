import assert from "node:assert/strict";
import { test } from "node:test";
import { missingEntries, readLockfile } from "../scripts/complete-lockfile.ts";

test("the lockfile names every optional package, or npm ci refuses it (node scripts/complete-lockfile.ts mends it)", () => {
  assert.deepEqual(missingEntries(readLockfile()), []);
});
