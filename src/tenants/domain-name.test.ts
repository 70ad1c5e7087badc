import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isTenancyError } from "../base/errors.ts";
import { parseDomain } from "./domain-name.ts";

describe("parseDomain", () => {
  const accepted: [string, string, string][] = [
    ["studio-xyz.example.com", "studio-xyz.example.com", "studio-xyz.example.com"],
    [" EXAMPLE.COM. ", "example.com", "example.com"],
    ["Bücher.example", "bücher.example", "xn--bcher-kva.example"],
    ["xn--bcher-kva.example", "bücher.example", "xn--bcher-kva.example"],
    ["faß.de", "faß.de", "xn--fa-hia.de"],
    ["bu\u0308cher.example", "bücher.example", "xn--bcher-kva.example"],
    ["example。com", "example.com", "example.com"],
    ["ＦＵＬＬ.com", "full.com", "full.com"],
    ["acme.localhost", "acme.localhost", "acme.localhost"],
    ["例え.jp", "例え.jp", "xn--r8jz45g.jp"],
    ["東京tower.jp", "東京tower.jp", "xn--tower-w91hq39l.jp"],
    ["ラーメンbar.com", "ラーメンbar.com", "xn--bar-pp4bob9c1c.com"],
    ["한국.kr", "한국.kr", "xn--3e0b707e.kr"],
    ["пример.com", "пример.com", "xn--e1afmkfd.com"],
    ["сахар.рф", "сахар.рф", "xn--80aa2cbv.xn--p1ai"],
    ["ελλάδα.gr", "ελλάδα.gr", "xn--hxakic4aa.gr"],
    ["שלום.co.il", "שלום.co.il", "xn--9dbne9b.co.il"],
    ["नमस्ते.भारत", "नमस्ते.भारत", "xn--h2bhs4b8d8a.xn--h2brj9c"],
    ["col·legi.cat", "col·legi.cat", "xn--collegi-xma.cat"],
    ["ışık.com.tr", "ışık.com.tr", "xn--k-ekaa7p.com.tr"],
  ];
  for (const [input, domain, ascii] of accepted) {
    it(`accepts ${input}`, () => assert.deepEqual(parseDomain(input), { domain, ascii }));
  }

  const long = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(59)}.com`;
  const refused: [unknown, string, string?][] = [
    ["", "an empty text: it is empty"],
    [42, "a value of type number: a domain is a text"],
    [
      "https://a.example.com/x?y",
      "`https://a.example.com/x?y`: it is a URL; leave out the scheme",
      "a.example.com",
    ],
    ["a.example.com:8080", "`a.example.com:8080`: it has a port", "a.example.com"],
    ["a.example.com/path", "`a.example.com/path`: it has a path", "a.example.com"],
    ["user@example.com", "`user@example.com`: it has an `@`, as a user or an e-mail address", "example.com"],
    ["*.example.com", "`*.example.com`: it is a wildcard", "example.com"],
    ["a b.com", "`a b.com`: it has a space"],
    ["a_b.com", "`a_b.com`: it has an underscore, which host names cannot have", "a-b.com"],
    ["a..com", "`a..com`: it has an empty label"],
    [".a.com", "`.a.com`: it has an empty label"],
    ["-a.com", "`-a.com`: the label `-a` begins or ends with a hyphen"],
    ["a-.com", "`a-.com`: the label `a-` begins or ends with a hyphen"],
    ["ab--cd.com", "`ab--cd.com`: the label `ab--cd` has two hyphens in the third and fourth place"],
    ["%61.com", "`%61.com`: it has `%`"],
    ["a<b>.com", "`a<b>.com`: it has `<`"],
    ["127.0.0.1", "`127.0.0.1`: it is an IP address"],
    ["0x7f.1", "`0x7f.1`: it is an IP address"],
    ["[::1]", "`[::1]`: it is an IP address"],
    ["fe80::1", "`fe80::1`: it is an IP address"],
    ["localhost", "`localhost`: it is a single label"],
    ["com", "`com`: it is a single label"],
    ["co.uk", "`co.uk`: anybody can register names below it, so nobody owns it"],
    ["github.io", "`github.io`: anybody can register names below it, so nobody owns it"],
    [
      `${"x".repeat(64)}.com`,
      `\`${"x".repeat(64)}.com\`: the label \`${"x".repeat(20)}…\` has 64 characters`,
    ],
    [long, `\`${long.slice(0, 80)}…\`: it has 255 characters in DNS`],
    ["a\u200bb.com", "`a\\u{200B}b.com`: U+200B cannot be seen"],
    ["a\u202eb.com", "`a\\u{202E}b.com`: U+202E changes the direction of writing"],
    ["a\u0000.com", "`a\\u{0000}.com`: U+0000 is a control character"],
    ["a\ud800.com", "`a\\u{D800}.com`: it holds half a character (a lone surrogate)"],
    ["google.com／login", "`google.com／login`: it has characters that international names cannot have"],
    ["xn--abc.com", "`xn--abc.com`: it is not a well-formed international name"],
    ["☃.com", "`☃.com`: the label `☃` has the symbol `☃`, which registries do not allow"],
    ["a·b.com", "`a·b.com`: the label `a·b` has a dot in its middle"],
    ["pаypal.com", "`pаypal.com`: the label `pаypal` mixes Latin and Cyrillic letters"],
    ["gοοgle.com", "`gοοgle.com`: the label `gοοgle` mixes Latin and Greek letters"],
    ["東京б.jp", "`東京б.jp`: the label `東京б` mixes Cyrillic and Han letters"],
    ["аррӏе.com", "`аррӏе.com`: the label `аррӏе` is Cyrillic but passes for the Latin `apple`", "apple.com"],
    [
      "xn--80ak6aa92e.com",
      "`xn--80ak6aa92e.com`: the label `аррӏе` is Cyrillic but passes for the Latin `apple`",
      "apple.com",
    ],
    ["сахар.com", "`сахар.com`: the label `сахар` is Cyrillic but passes for the Latin `caxap`", "caxap.com"],
    ["ορα.com", "`ορα.com`: the label `ορα` is Greek but passes for the Latin `opa`", "opa.com"],
    ["ᏟᏫ.com", "`ᏟᏫ.com`: the label `ᏟᏫ` is in a script that is not in everyday use"],
    ["ɡoogle.com", "`ɡoogle.com`: the label `ɡoogle` has `ɡ`, which passes for another letter"],
    [
      "i\u0307stanbul.com",
      "`i\u0307stanbul.com`: the label `i\u0307stanbul` has `i\u0307`, which passes for another letter",
    ],
    [
      "bankノlogin.jp",
      "`bankノlogin.jp`: the label `bankノlogin` has a character that passes for a punctuation mark",
    ],
  ];
  for (const [input, text, suggestion] of refused) {
    it(`refuses ${JSON.stringify(input).slice(0, 40)}`, () => {
      assert.throws(
        () => parseDomain(input),
        (error) => {
          assert.ok(isTenancyError(error, "tenant.domain_invalid"), String(error));
          const hint = suggestion === undefined ? "" : ` Did you mean \`${suggestion}\`?`;
          assert.equal(
            `${error.message} ${error.cure}`,
            `Expected \`domain\` to be a host name such as studio.example.com, got ${text}. Send another domain.${hint}`,
          );
          assert.equal(error.details["field"], "domain");
          return true;
        },
      );
    });
  }

  it("refuses the platform's own domains and what is below them", () => {
    const rules = { platformDomains: ["tenancy.app"] };
    for (const domain of ["tenancy.app", "x.tenancy.app", "X.Y.TENANCY.APP."]) {
      assert.throws(() => parseDomain(domain, rules), { message: /`tenancy\.app` belongs to the platform/ });
    }
    assert.equal(parseDomain("mytenancy.app", rules).ascii, "mytenancy.app");
  });

  it("is idempotent in both forms, and its ASCII form is always a host name", () => {
    const label = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.stringMatching(/^[a-z0-9-]{1,20}$/),
      fc.string(),
    );
    const host = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join("."));
    fc.assert(
      fc.property(fc.oneof(host, fc.domain(), fc.string({ unit: "binary" })), (text) => {
        try {
          const parsed = parseDomain(text);
          assert.deepEqual(parseDomain(parsed.ascii), parsed);
          assert.deepEqual(parseDomain(parsed.domain), parsed);
          assert.match(
            parsed.ascii,
            /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
          );
          assert.ok(parsed.ascii.length <= 253);
        } catch (error) {
          assert.ok(isTenancyError(error, "tenant.domain_invalid"), String(error));
        }
      }),
      { numRuns: 5_000 },
    );
  });
});
