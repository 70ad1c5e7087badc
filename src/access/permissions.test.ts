import assert from "node:assert/strict";
import { test } from "node:test";
import { isPermission, PERMISSIONS, permissionNames } from "./permissions.ts";

test("each permission is named noun.verb and says what it permits, verb first", () => {
  const faults = Object.entries(PERMISSIONS).filter(
    ([name, { sentence }]) => !/^[a-z_]+\.[a-z]+$/.test(name) || !/^[A-Z][a-z]+,? .*\.$/.test(sentence),
  );

  assert.deepEqual(faults, []);
});

test("what every object has is no permission", () => {
  assert.equal(isPermission("constructor"), false);
  assert.equal(isPermission("toString"), false);
  assert.ok(permissionNames.every(isPermission));
});
