import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isTenancyError } from "../base/errors.ts";
import { parseSlug, parseTenantName, slugFromName } from "./names.ts";

/** The check constraint tenants_slug_form of sql/0001_catalogue.sql. */
const SLUG_FORM = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());

function refusal(run: () => unknown): { code: string; text: string; details: Record<string, unknown> } {
  try {
    run();
  } catch (error) {
    assert.ok(isTenancyError(error), String(error));
    assert.equal(error.problems.length, 1);
    assert.equal(error.problems[0]?.path, error.details["field"]);
    return { code: error.code, text: `${error.message} ${error.cure}`, details: error.details };
  }
  throw new Error("it was accepted");
}

describe("parseTenantName", () => {
  const accepted: [string, string][] = [
    ["Music Studio XYZ", "Music Studio XYZ"],
    ["  a\t\n b ", "a b"],
    ["e\u0301cole", "\u00e9cole"],
    ["東京 Tower", "東京 Tower"],
    ["❤\uFE0F Studio", "❤\uFE0F Studio"],
    ["O'Neil & Søn – 3", "O'Neil & Søn – 3"],
    ["مقهى الفن", "مقهى الفن"],
    ["7", "7"],
    ["x".repeat(100), "x".repeat(100)],
    ["😀a".repeat(50), "😀a".repeat(50)],
  ];
  for (const [input, name] of accepted) {
    it(`accepts ${JSON.stringify(input).slice(0, 40)}`, () => assert.equal(parseTenantName(input), name));
  }

  const expected = "Expected `name` to be 1 to 100 readable characters, got";
  const refused: [unknown, string][] = [
    ["", "an empty text: it has nothing to read"],
    [" \n ", "` \\u{000A} `: it has nothing to read"],
    [undefined, "a value of type undefined: a name is a text"],
    [null, "null: a name is a text"],
    [["a"], "a value of type object: a name is a text"],
    ["x".repeat(101), `\`${"x".repeat(80)}…\`: it has 101 characters`],
    ["x".repeat(1_000_000), `\`${"x".repeat(80)}…\`: it has 1000000 characters`],
    ["a\u0000b", "`a\\u{0000}b`: U+0000 is a control character"],
    ["a\u001bb", "`a\\u{001B}b`: U+001B is a control character"],
    ["a\u202eb", "`a\\u{202E}b`: U+202E changes the direction of writing"],
    ["a\u2066b", "`a\\u{2066}b`: U+2066 changes the direction of writing"],
    ["a\u200bb", "`a\\u{200B}b`: U+200B cannot be seen"],
    ["a\u200db", "`a\\u{200D}b`: U+200D cannot be seen"],
    ["\ufeffab", "`\\u{FEFF}ab`: U+FEFF cannot be seen"],
    ["a \ufeff b", "`a \\u{FEFF} b`: U+FEFF cannot be seen"],
    ["a\u00adb", "`a\\u{00AD}b`: U+00AD cannot be seen"],
    ["a\u3164", "`a\\u{3164}`: U+3164 cannot be seen"],
    ["a\u2800", "`a\u2800`: U+2800 cannot be seen"],
    ["a\u{e0041}", "`a\\u{E0041}`: U+E0041 cannot be seen"],
    ["a\ue000", "`a\\u{E000}`: U+E000 is not a known character"],
    ["a\uffff", "`a\\u{FFFF}`: U+FFFF is not a known character"],
    ["a\ud800", "`a\\u{D800}`: it holds half a character (a lone surrogate)"],
    ["?!… —", "`?!… —`: it has no letter and no digit"],
    ["★", "`★`: it has no letter and no digit"],
  ];
  for (const [input, text] of refused) {
    it(`refuses ${JSON.stringify(input)?.slice(0, 40)}`, () => {
      const { code, text: got, details } = refusal(() => parseTenantName(input));

      assert.equal(code, "tenant.name_invalid");
      assert.equal(got, `${expected} ${text}. Send another name.`);
      assert.equal(details["field"], "name");
    });
  }

  it("is idempotent, and what it returns is NFC, trimmed and 1 to 100 characters", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const name = attempt(() => parseTenantName(text));
        if (name === undefined) return;
        assert.equal(parseTenantName(name), name);
        assert.equal(name, name.normalize("NFC").trim());
        assert.ok(!/\s\s/u.test(name) && [...name].length >= 1 && [...name].length <= 100);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("parseSlug", () => {
  for (const slug of ["a", "7", "acme-studio", "a--b", "x".repeat(63), "admin-team", "xn"]) {
    it(`accepts ${slug.slice(0, 20)}`, () => assert.equal(parseSlug(slug), slug));
  }

  const expected = "Expected `slug` to be 1 to 63 lower-case letters, digits and inner hyphens, got";
  const cure = "Send another slug, or none to have one made from the name.";
  const refused: [unknown, string, string?][] = [
    ["", "an empty text: it is empty"],
    [7, "a value of type number: a slug is a text"],
    ["Acme", "`Acme`: it has capital letters", "acme"],
    ["Acme Studio!", "`Acme Studio!`: it has `A`", "acme-studio"],
    ["acme studio", "`acme studio`: it has a space", "acme-studio"],
    [" acme", "` acme`: it has a space", "acme"],
    ["acme_studio", "`acme_studio`: it has `_`", "acme-studio"],
    ["acme.studio", "`acme.studio`: it has `.`", "acme-studio"],
    ["café", "`café`: it has `é`", "cafe"],
    ["аcme", "`аcme`: it has `а`", "acme"],
    ["ac\nme", "`ac\\u{000A}me`: it has U+000A", "ac-me"],
    ["acme\u200b", "`acme\\u{200B}`: it has U+200B", "acme"],
    ["a\ud800b", "`a\\u{D800}b`: it has U+D800", "a-b"],
    [
      "a'; drop table tenants; --",
      "`a'; drop table tenants; --`: it begins or ends with a hyphen",
      "a-drop-table-tenants",
    ],
    ["../etc/passwd", "`../etc/passwd`: it has `.`", "etc-passwd"],
    ["-acme", "`-acme`: it begins or ends with a hyphen", "acme"],
    ["acme-", "`acme-`: it begins or ends with a hyphen", "acme"],
    ["---", "`---`: it begins or ends with a hyphen"],
    [
      "xn--80ak6aa92e",
      "`xn--80ak6aa92e`: two hyphens in the third and fourth place mark an encoded name (xn--)",
      "xn-80ak6aa92e",
    ],
    ["ab--cd", "`ab--cd`: two hyphens in the third and fourth place mark an encoded name (xn--)", "ab-cd"],
    ["x".repeat(64), `\`${"x".repeat(64)}\`: it has 64 characters`, "x".repeat(63)],
    [
      "018f2e2e-1111-7111-8111-111111111111",
      "`018f2e2e-1111-7111-8111-111111111111`: it could be mistaken for a tenant's id",
    ],
    ["日本", "`日本`: it has `日`"],
  ];
  for (const [input, text, suggestion] of refused) {
    it(`refuses ${JSON.stringify(input).slice(0, 40)}`, () => {
      const { code, text: got, details } = refusal(() => parseSlug(input));

      const hint = suggestion === undefined ? "" : ` Did you mean \`${suggestion}\`?`;
      assert.equal(code, "tenant.slug_invalid");
      assert.equal(got, `${expected} ${text}. ${cure}${hint}`);
      assert.equal(details["suggestion"], suggestion);
    });
  }

  it("refuses reserved words and suggests another", () => {
    for (const slug of [
      "www",
      "api",
      "admin",
      "well-known",
      "tenancy",
      "postgres",
      "public",
      "root",
      "ns1",
      "null",
    ]) {
      const { code, text } = refusal(() => parseSlug(slug));

      assert.equal(code, "tenant.slug_reserved");
      assert.equal(
        text,
        `The slug \`${slug}\` is reserved for the platform. Choose another slug. Did you mean \`${slug}-team\`?`,
      );
      assert.equal(parseSlug(`${slug}-team`), `${slug}-team`);
    }
  });

  it("accepts only what the database's check accepts; what it suggests it accepts", () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.stringMatching(/^[a-zA-Z0-9_ .-]{0,70}$/)), (text) => {
        try {
          assert.match(parseSlug(text), SLUG_FORM);
        } catch (error) {
          assert.ok(isTenancyError(error), String(error));
          const suggestion = error.details["suggestion"];
          if (suggestion !== undefined) assert.equal(parseSlug(suggestion), suggestion);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("slugFromName", () => {
  const random = (size: number) => Uint8Array.from({ length: size }, (_, i) => i * 5);
  const made: [string, string][] = [
    ["Music Studio XYZ", "music-studio-xyz"],
    ["Łódź & Søn Straße", "lodz-son-strasse"],
    ["Bob's Café — Bar", "bobs-cafe-bar"],
    ["Ægir Þór", "aegir-thor"],
    ["ﬁne ＡＢＣ ①", "fine-abc-1"],
    ["Музыка Щука", "muzyka-shchuka"],
    ["Αθήνα", "athina"],
    ["a -- b", "a-b"],
    [`${"x".repeat(62)} yy`, "x".repeat(62)],
    ["日本", "tenant-05afms"],
    ["!!!", "tenant-05afms"],
    ["", "tenant-05afms"],
    ["Admin", "admin-05afms"],
    ["018f2e2e-1111-7111-8111-111111111111", "tenant-05afms"],
  ];
  for (const [name, slug] of made) {
    it(`makes ${slug.slice(0, 30)}`, () => assert.equal(slugFromName(name, random), slug));
  }

  it("always makes a slug that parses, from any name at all", () => {
    fc.assert(
      fc.property(anyText, (name) => {
        const slug = slugFromName(name);
        assert.equal(parseSlug(slug), slug);
        assert.match(slug, SLUG_FORM);
      }),
      { numRuns: 5_000 },
    );
  });

  it("changes nothing about what is a good slug already", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{1,10}(-[a-z0-9]{1,10}){0,4}$/), (text) => {
        const slug = attempt(() => parseSlug(text));
        if (slug !== undefined) assert.equal(slugFromName(slug), slug);
      }),
    );
  });
});

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    assert.ok(isTenancyError(error), String(error));
    return undefined;
  }
}
