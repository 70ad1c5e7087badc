import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { isTenancyError } from "../base/errors.ts";
import { parseStoragePath } from "./storage-path.ts";

describe("parseStoragePath", () => {
  const refused: [unknown, string][] = [
    [7, "a path is a text"],
    ["", "it is empty"],
    ["/a", "it is absolute"],
    ["a\\b", "it has a backslash"],
    ["c:a", "it begins with a drive"],
    ["a//b", "it has an empty segment"],
    ["a/", "it has an empty segment"],
    ["a/../b", "it has the segment `..`"],
    ["./a", "it has the segment `.`"],
    ["a./b", "the segment `a.` ends in a dot or a space"],
    ["a /b", "the segment `a ` ends in a dot or a space"],
    ["a/COM1.txt", "`COM1.txt` is a device on Windows"],
    ["aux", "`aux` is a device on Windows"],
    ["a\u0000", "U+0000 is a control character"],
    ["a\u202eb", "U+202E changes the direction of writing"],
    ["a\u200bb", "U+200B cannot be seen"],
    ["e\u0301", "it is not in Unicode normal form C"],
    ["a\ud800", "it holds half a character (a lone surrogate)"],
    ["x".repeat(256), "a segment has 256 bytes"],
    ["é".repeat(451), "it has 902 bytes"],
    [`${"a/".repeat(65)}b`, "it has 66 segments"],
  ];
  for (const [path, reason] of refused) {
    it(`refuses ${JSON.stringify(path).slice(0, 30)}`, () => {
      assert.throws(
        () => parseStoragePath(path),
        (error) => {
          assert.ok(isTenancyError(error, "storage.bad_path"), String(error));
          assert.equal(error.message, `Storage path ${error.details["path"]} is not acceptable: ${reason}.`);
          return true;
        },
      );
    });
  }

  it("what it accepts stays below any root, in one spelling", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.stringMatching(/^[a./\\ ]{1,12}$/)),
        (text) => {
          try {
            const path = parseStoragePath(text);
            assert.equal(join("/root", path), `/root/${path}`);
            assert.equal(path.normalize("NFC"), path);
          } catch (error) {
            assert.ok(isTenancyError(error, "storage.bad_path"), String(error));
          }
        },
      ),
      { numRuns: 10_000 },
    );
  });
});
