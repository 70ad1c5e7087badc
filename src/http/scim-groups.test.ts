import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { openDirectory, patch, person, type Resource, userOf } from "../../test/support/scim.ts";
import { readEvents } from "../audit/record.ts";
import { readMember } from "../identity/members.ts";

let platform: Platform;
before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null, sql: null });
});
after(async () => {
  await platform[Symbol.asyncDispose]();
});

const identity = () => platform.tenancy.internals.identity.parts;
let count = 0;
const directory = () => openDirectory(platform);
const unique = (name: string) => `${name}${++count}`;
const userIdOf = (tenantId: string, id: string) => userOf(platform, tenantId, id);

test("groups give roles, and concurrent patches of one group lose no member", async () => {
  const entra = await directory();
  const rules = { groupRoles: [{ group: "Engineers", roles: ["admin"] }] };
  assert.equal(
    (await call(platform, "PATCH", `/v1/tenants/${entra.tenantId}/sso-rules`, { body: rules })).status,
    200,
  );
  const people = await Promise.all(
    Array.from({ length: 8 }, () => entra.send("POST", "/Users", person(unique("eng")))),
  );
  const ids = people.map(({ body }) => body.id);
  const group = await entra.send("POST", "/Groups", {
    displayName: "Engineers",
    members: [{ value: ids[0] }],
  });
  assert.equal(group.status, 201, group.text);

  const answers = await Promise.all([
    ...ids
      .slice(1)
      .map((value) =>
        entra.send(
          "PATCH",
          `/Groups/${group.body.id}`,
          patch({ op: "Add", path: "members", value: [{ value }] }),
        ),
      ),
    entra.send(
      "PATCH",
      `/Groups/${group.body.id}`,
      patch({ op: "remove", path: `members[value eq "${ids[0]}"]` }),
    ),
  ]);

  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
  const after = await entra.send("GET", `/Groups/${group.body.id}`);
  assert.deepEqual(after.body.members.map(({ value }) => value).sort(), ids.slice(1).sort());
  const rolesOf = async (id: string) =>
    [...(await readMember(identity().pool, entra.tenantId, await userIdOf(entra.tenantId, id))).roles].sort();
  assert.deepEqual(await rolesOf(ids[1] as string), ["admin", "member"]);
  assert.deepEqual(await rolesOf(ids[0] as string), ["member"]);
  assert.equal((await entra.send("GET", `/Users/${ids[1]}`)).body.groups?.[0]?.display, "Engineers");
  assert.equal(
    (await entra.send("GET", "/Groups?excludedAttributes=members&filter=displayName%20eq%20%22engineers%22"))
      .body.Resources[0]?.members,
    undefined,
  );
  assert.equal((await entra.send("DELETE", `/Groups/${group.body.id}`)).status, 204);
  assert.deepEqual(await rolesOf(ids[1] as string), ["member"]);
});

test("many operations in one patch have one outcome, whatever the case of ids: in the answer, the table and the record", async () => {
  const [okta, other] = [await directory(), await directory()];
  const post = async (at: typeof okta, path: string, body: unknown) => {
    const made = await at.send("POST", path, body);
    assert.equal(made.status, 201, made.text);
    return made.body.id;
  };
  const [a = "", b = "", c = ""] = await Promise.all(
    ["a", "b", "c"].map((name) => post(okta, "/Users", person(unique(name)))),
  );
  const stranger = await post(other, "/Users", person(unique("s")));
  const group = await post(okta, "/Groups", { displayName: "Before", members: [{ value: a }] });
  const many = patch(
    { op: "add", path: "members", value: [{ value: a.toUpperCase() }, { value: b }] },
    { op: "replace", path: "displayName", value: "After" },
    { op: "add", path: "members", value: [{ value: c.toUpperCase() }] },
    { op: "remove", path: "members", value: [{ value: b.toUpperCase() }] },
  );

  const answer = await okta.send("PATCH", `/Groups/${group}`, many);

  assert.equal(answer.status, 200, answer.text);
  const told = ({ members }: Resource) => members.map(({ value }) => value).sort();
  assert.deepEqual(told(answer.body), [a, c].sort());
  const kept = (await okta.send("GET", `/Groups/${group}`)).body;
  assert.deepEqual(told(kept), [a, c].sort());
  const [record] = await readEvents(identity().pool, {
    tenantId: okta.tenantId,
    action: "scim.group_updated",
    limit: 1,
  });
  assert.deepEqual([record?.detail.added, record?.detail.removed], [1, 0]);
  const foreign = patch({ op: "add", path: "members", value: [{ value: b }, { value: stranger }] });
  assert.equal((await okta.send("PATCH", `/Groups/${group}`, foreign)).status, 400, "another tenant's user");
  assert.deepEqual(told((await okta.send("GET", `/Groups/${group}`)).body), [a, c].sort());
});
