import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ScimFault } from "./fault.ts";
import { COMPARISONS, type Filter, parseFilter, parsePatchPath, printFilter } from "./filter.ts";
import { type JsonObject, matches } from "./matches.ts";

const SEED = Number(process.env["FUZZ_SEED"] ?? 7644);
const RUNS = Number(process.env["FUZZ_RUNS"] ?? 2_000);

const ADA: JsonObject = {
  id: "0198",
  externalId: "00uAda",
  userName: "Ada@Studio.example.com",
  name: { familyName: "O'Malley", givenName: "Ada" },
  title: "Tour Guide",
  userType: "Employee",
  active: true,
  emails: [
    { type: "work", value: "ada@studio.example.com", primary: true },
    { type: "home", value: "ada@home.example.org" },
  ],
  meta: { lastModified: "2026-05-13T04:42:34Z" },
  "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { department: "Mixing" },
};

/** The examples of RFC 7644, section 3.4.2.2, and what Okta and Entra ask. */
const FITTING = [
  'userName eq "ada@studio.example.com"',
  'userName Eq "ADA@STUDIO.example.com"',
  'name.familyName co "O\'Malley"',
  'userName sw "A"',
  'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "A"',
  "title pr",
  'meta.lastModified gt "2011-05-13T04:42:34Z"',
  'meta.lastModified le "2026-05-13T04:42:34.000Z"',
  'title pr and userType eq "Employee"',
  'title pr or userType eq "Intern"',
  'schemas pr or title pr and userType eq "Employee"',
  'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")',
  'userType ne "Intern" and not (emails co "example.net" or emails.value co "example.net")',
  'userType eq "Employee" and (emails.type eq "work")',
  'userType eq "Employee" and emails[type eq "work" and value co "@studio.example.com"]',
  'emails[type eq "work" and value co "@studio.example.com"] or ims[type eq "xmpp" and value co "@foo.com"]',
  'externalId eq "00uAda"',
  "active eq true",
  'active eq "True"',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "mixing"',
  "nickName eq null",
  'not (userName eq "x") and title ew "guide"',
];
const NOT_FITTING = [
  'userName eq "ada"',
  'externalId eq "00uada"',
  "active eq false",
  'emails[type eq "home" and value co "@studio.example.com"]',
  'userName ne "ada@studio.example.com"',
  "nickName pr",
  "title eq 1",
  "not (title pr)",
  'meta.lastModified lt "2026-05-13T04:42:34Z"',
];
const BROKEN = [
  "",
  "userName",
  "userName eq",
  "userName eq ada",
  'userName xx "a"',
  'userName eq "a',
  '(userName eq "a"',
  'userName eq "a")',
  'userName eq "a" and',
  'userName eq "a" und title pr',
  'emails[type eq "work"',
  'userName eq "a"; drop table users',
  'userName eq "\\x"',
  "not title pr",
  '"a" eq userName',
  `${"(".repeat(30)}title pr${")".repeat(30)}`,
  Array.from({ length: 120 }, () => "a pr").join(" or "),
  `userName eq "${"a".repeat(3_000)}"`,
];

test("filters of the standard, of Okta and of Entra find whom they should", () => {
  for (const text of FITTING) assert.equal(matches(parseFilter(text), ADA), true, text);
  for (const text of NOT_FITTING) assert.equal(matches(parseFilter(text), ADA), false, text);
});

test("what is no filter is refused as such", () => {
  for (const text of BROKEN) {
    assert.throws(
      () => parseFilter(text),
      (error: unknown) => error instanceof ScimFault && error.scimType === "invalidFilter",
      text,
    );
  }
});

test("paths of PATCH operations are read as Okta and Entra send them", () => {
  assert.deepEqual(parsePatchPath("active"), {
    path: { schema: null, name: "active", sub: null },
    filter: null,
  });
  assert.equal(parsePatchPath("name.familyName").path.sub, "familyname");
  const member = parsePatchPath('members[value eq "0198"]');
  assert.equal(member.path.name, "members");
  assert.ok(member.filter && matches(member.filter, { value: "0198" }));
  const email = parsePatchPath('emails[type eq "work"].value');
  assert.deepEqual([email.path.name, email.path.sub, email.filter?.kind], ["emails", "value", "compare"]);
  const extension = parsePatchPath(
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
  ).path;
  assert.deepEqual(extension, {
    schema: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:user",
    name: "manager",
    sub: "value",
  });
  for (const text of ["", "a b", "a[", 'a[b eq "c"].', 'a[b eq "c"].d.e', "a.b[c pr]", "1"]) {
    assert.throws(() => parsePatchPath(text), ScimFault, text);
  }
});

const name = fc.constantFrom("username", "active", "emails", "x-y", "a1");
const path = fc.record({
  schema: fc.constantFrom(null, "urn:a:b:2.0:user"),
  name,
  sub: fc.oneof(fc.constant(null), name),
});
const simple: fc.Arbitrary<Filter> = fc.oneof(
  fc.record({
    kind: fc.constant("compare" as const),
    path,
    comparison: fc.constantFrom(...COMPARISONS),
    value: fc.oneof(
      fc.string({ maxLength: 10 }),
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.boolean(),
      fc.constant(null),
    ),
  }),
  fc.record({ kind: fc.constant("present" as const), path }),
);
const { filter: anyFilter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 4 },
    simple,
    fc.record({
      kind: fc.constantFrom("and" as const, "or" as const),
      left: tie("filter"),
      right: tie("filter"),
    }),
    fc.record({ kind: fc.constant("not" as const), filter: tie("filter") }),
    fc.record({
      kind: fc.constant("some" as const),
      path: path.map((each) => ({ ...each, sub: null })),
      filter: simple,
    }),
  ),
}));

test(`a filter that is printed and read again is the same (seed ${SEED})`, () => {
  fc.assert(
    fc.property(anyFilter, (filter) => {
      assert.deepEqual(
        JSON.parse(JSON.stringify(parseFilter(printFilter(filter)))),
        JSON.parse(JSON.stringify(filter)),
      );
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

test(`not (a and b) finds what not (a) or not (b) finds (seed ${SEED})`, () => {
  fc.assert(
    fc.property(anyFilter, anyFilter, (left, right) => {
      const one: Filter = { kind: "not", filter: { kind: "and", left, right } };
      const two: Filter = {
        kind: "or",
        left: { kind: "not", filter: left },
        right: { kind: "not", filter: right },
      };
      assert.equal(matches(one, ADA), matches(two, ADA));
    }),
    { seed: SEED, numRuns: RUNS },
  );
});

test(`any text is a filter or a refusal, quickly (seed ${SEED})`, () => {
  const token = fc.constantFrom(
    "userName",
    "eq",
    "and",
    "or",
    "not",
    "pr",
    "(",
    ")",
    "[",
    "]",
    '"a"',
    '"',
    "\\",
    ".",
    " ",
    "urn:a:",
    "true",
    "null",
    "1",
    "-",
    "e",
    ":",
    "é",
    "\u0000",
    "$ref",
  );
  const soup = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(""));
  const spaced = fc.array(token, { maxLength: 60 }).map((tokens) => tokens.join(" "));
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 200 }), soup, spaced), (text) => {
      for (const read of [parseFilter, parsePatchPath]) {
        try {
          read(text);
        } catch (failure) {
          assert.ok(failure instanceof ScimFault, String(failure));
        }
      }
    }),
    { seed: SEED, numRuns: RUNS * 2 },
  );
});
