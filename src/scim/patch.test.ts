import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ScimFault } from "./fault.ts";
import type { JsonObject } from "./matches.ts";
import { patchGroup, patchUser, readOperations } from "./patch.ts";
import { displayNameOf, emailOf, project, readGroup, readUser } from "./resource.ts";
import { ENTERPRISE_SCHEMA } from "./schema.ts";

const ADA = readUser({
  schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
  userName: "ada@studio.example.com",
  externalId: "00u1",
  name: { givenName: "Ada", familyName: "Lovelace" },
  emails: [{ type: "work", primary: true, value: "ada@studio.example.com" }],
  active: true,
});
const patch = (...Operations: unknown[]) => patchUser(ADA, readOperations({ Operations }));

test("Entra: a capitalised Replace with False as text deactivates", () => {
  // learn.microsoft.com, "Known issues … SCIM 2.0 compliance": booleans as text, `op` capitalised.
  assert.equal(patch({ op: "Replace", path: "active", value: "False" })["active"], false);
  assert.equal(patch({ op: "Replace", value: { active: "False" } })["active"], false);
  assert.equal(
    patch({ op: "Replace", path: "active", value: [{ $ref: null, value: "False" }] })["active"],
    false,
  );
  assert.equal(patch({ op: "replace", value: { active: false } })["active"], false); // Okta
  assert.equal(patch({ op: "replace", path: "active", value: "true" })["active"], true);
  assert.throws(() => patch({ op: "replace", path: "active", value: "perhaps" }), ScimFault);
});

test("Entra: paths in the names of a value without a path", () => {
  const user = patch({
    op: "Add",
    value: {
      "name.givenName": "Augusta",
      [`${ENTERPRISE_SCHEMA}:department`]: "Engines",
      displayName: "Countess",
      'emails[type eq "home"].value': "ada@home.example.org",
    },
  });

  assert.deepEqual(user["name"], { givenName: "Augusta", familyName: "Lovelace" });
  assert.deepEqual(user[ENTERPRISE_SCHEMA], { department: "Engines" });
  assert.equal(user["displayName"], "Countess");
  assert.deepEqual((user["emails"] as unknown[])[1], { type: "home", value: "ada@home.example.org" });
});

test("Entra: a value behind a filter that fits nothing yet is added, one that fits is changed", () => {
  const changed = patch({
    op: "Replace",
    path: 'emails[type eq "work"].value',
    value: "al@studio.example.com",
  });
  assert.deepEqual(changed["emails"], [{ type: "work", primary: true, value: "al@studio.example.com" }]);

  const added = patch({ op: "Add", path: 'phoneNumbers[type eq "mobile"].value', value: "+33 1" });
  assert.deepEqual(added["phoneNumbers"], [{ type: "mobile", value: "+33 1" }]);
  assert.throws(
    () => patch({ op: "replace", path: 'emails[value co "zzz"].value', value: "y@z" }),
    (error: unknown) => error instanceof ScimFault && error.scimType === "noTarget",
  );
});

test("Okta: a replace without a path, with ids and nested objects", () => {
  const user = patch({
    op: "replace",
    value: {
      id: "x",
      schemas: [],
      name: { givenName: "A." },
      [ENTERPRISE_SCHEMA]: { employeeNumber: 7 },
      active: false,
    },
  });

  assert.deepEqual(user["name"], { givenName: "A.", familyName: "Lovelace" });
  assert.deepEqual(user[ENTERPRISE_SCHEMA], { employeeNumber: "7" });
  assert.equal(user["active"], false);
  assert.ok(!("id" in user));
});

test("removal takes what it names", () => {
  assert.equal(
    patch({ op: "remove", path: "name.familyName" })["name"] &&
      "familyName" in (patch({ op: "remove", path: "name.familyName" })["name"] as object),
    false,
  );
  assert.equal(patch({ op: "Remove", path: 'emails[type eq "work"]' })["emails"], undefined);
  assert.equal(patch({ op: "remove", path: "externalId" })["externalId"], undefined);
  assert.throws(
    () => patch({ op: "remove" }),
    (error: unknown) => error instanceof ScimFault && error.scimType === "noTarget",
  );
});

test("a patch never changes what it was given, and never lets a password or an unknown attribute in", () => {
  const before = JSON.stringify(ADA);

  const user = patch(
    { op: "add", path: "password", value: "hunter2" },
    { op: "add", path: "groups", value: [{ value: "admins" }] },
    { op: "replace", value: { isOwner: true, "constructor.prototype": false, roles: "x" } },
  );

  assert.equal(JSON.stringify(ADA), before);
  assert.ok(!JSON.stringify(user).includes("hunter2"));
  assert.deepEqual(Object.keys(user).sort(), [...Object.keys(ADA), "roles"].sort());
  assert.equal(({} as Record<string, unknown>)["active"], undefined);
});

test("members of a group: added, removed by filter or by value, replaced, emptied", () => {
  const group = (operations: unknown[], members: string[] = ["1", "2", "3"]) =>
    [...patchGroup(new Set(members), readOperations({ Operations: operations })).members].sort();

  assert.deepEqual(group([{ op: "Add", path: "members", value: [{ value: "4" }, { value: "1" }] }]), [
    "1",
    "2",
    "3",
    "4",
  ]);
  assert.deepEqual(group([{ op: "remove", path: 'members[value eq "2"]' }]), ["1", "3"]);
  assert.deepEqual(group([{ op: "Remove", path: "members", value: [{ value: "2" }] }]), ["1", "3"]); // Entra without the aadOptscim flag
  assert.deepEqual(group([{ op: "remove", path: "members" }]), []);
  assert.deepEqual(group([{ op: "replace", path: "members", value: [{ value: "9", display: "x" }] }]), ["9"]);
  assert.deepEqual(group([{ op: "add", value: { members: [{ value: "5" }] } }]), ["1", "2", "3", "5"]);
  const renamed = patchGroup(
    new Set(["1"]),
    readOperations({ Operations: [{ op: "replace", value: { id: "g", displayName: "Mixers" } }] }),
  );
  assert.equal(renamed.displayName, "Mixers");
  assert.deepEqual([...renamed.members], ["1"]);
});

test("names, addresses and projections", () => {
  assert.equal(emailOf(ADA), "ada@studio.example.com");
  assert.equal(emailOf({ userName: "ada@x.example", emails: [] }), "ada@x.example");
  assert.equal(emailOf({ userName: "ada" }), undefined);
  assert.equal(displayNameOf(ADA), "Ada Lovelace");
  assert.deepEqual(
    Object.keys(project({ id: "1", schemas: [], userName: "a", title: "b" }, ["userName"], [])),
    ["id", "schemas", "userName"],
  );
  assert.deepEqual(Object.keys(project({ id: "1", members: [], displayName: "b" }, [], ["members"])), [
    "id",
    "displayName",
  ]);
  assert.throws(() => readUser({ active: true }), ScimFault);
  assert.throws(() => readUser([]), ScimFault);
  assert.throws(() => readGroup({ displayName: " " }), ScimFault);
  assert.throws(() => readUser({ userName: "a\u0000b" }), ScimFault);
});

const SEED = Number(process.env["FUZZ_SEED"] ?? 3552);

test(`any JSON as a patch is applied or refused, and leaves a user that reads as itself (seed ${SEED})`, () => {
  const path = fc.constantFrom(
    "active",
    "emails",
    'emails[type eq "work"]',
    "name.givenName",
    "name",
    "displayName",
    "members",
    "userName",
    "urn:x:y:z",
    `${ENTERPRISE_SCHEMA}:manager`,
  );
  const operation = fc.record({
    op: fc.constantFrom("add", "Remove", "REPLACE"),
    path: fc.option(path, { nil: undefined }),
    value: fc.jsonValue({ maxDepth: 3 }),
  });
  fc.assert(
    fc.property(fc.array(operation, { minLength: 1, maxLength: 4 }), (Operations) => {
      let user: JsonObject;
      try {
        user = readUser(patchUser(ADA, readOperations({ Operations })));
      } catch (failure) {
        assert.ok(failure instanceof ScimFault, String(failure));
        return;
      }
      assert.deepEqual(readUser(user), user);
    }),
    { seed: SEED, numRuns: 3_000 },
  );
});

test("a PATCH of a large group names its members at once, and is refused when its filters would look at all too often", () => {
  const ids = Array.from(
    { length: 50_000 },
    (_, i) => `00000000-0000-7000-8000-${String(i).padStart(12, "0")}`,
  );
  const members = new Set(ids);
  const patch = (paths: readonly string[]) =>
    patchGroup(members, readOperations({ Operations: paths.map((path) => ({ op: "remove", path })) }));

  const left = patch(ids.slice(0, 1_000).map((id) => `members[value eq "${id.toUpperCase()}"]`)).members;
  assert.equal(left.size, 49_000);
  assert.ok(!left.has(ids[0] as string));

  assert.equal(patch(['members[value ew "00000001"]']).members.size, 49_999);
  assert.throws(
    () => patch(Array.from({ length: 6 }, () => 'members[value co "x"]')),
    (failure: ScimFault) => failure.status === 413,
  );
});
