import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { en } from "./en.ts";
import { fr } from "./fr.ts";
import { chooseLocale, regionalLocale } from "./locale.ts";

/** Texts that are looked up by a server's code: each language may know others. */
const openTables = ["errors.byCode", "errors.local", "access.roleMeanings", "posture.checks", "sso.checks"];

test("English and French have the same texts, of the same kind", () => {
  assert.deepEqual(shapeOf(fr), shapeOf(en));
});

test("no text is empty", () => {
  for (const [path, text] of textsOf({ en, fr })) assert.notEqual(text.trim(), "", path);
});

test("French signs of two parts follow a space that does not break", () => {
  for (const [path, text] of textsOf(fr)) {
    const withoutCode = text.replaceAll(/`[^`]*`|operator:…/g, "");
    assert.doesNotMatch(withoutCode, /[^\u00a0\u202f]:/, `${path}: no-break space before the colon`);
    assert.doesNotMatch(withoutCode, /[^\u202f][;!?%]/, `${path}: narrow no-break space before ; ! ? %`);
    assert.doesNotMatch(withoutCode, /«[^\u00a0]|[^\u00a0]»/, `${path}: no-break space inside the quotes`);
    assert.doesNotMatch(withoutCode, /\w'\w/, `${path}: typographic apostrophe`);
  }
});

test("apostrophes are typographic in English, too", () => {
  for (const [path, text] of textsOf(en)) assert.doesNotMatch(text.replaceAll(/`[^`]*`/g, ""), /\w'\w/, path);
});

test("sentences of the interface never shout", () => {
  for (const [path, text] of textsOf({ en, fr })) assert.doesNotMatch(text, /!/, path);
});

test("the reader's language is the stored one, else the first that is spoken here, else English", () => {
  assert.equal(chooseLocale("fr", ["en-GB"]), "fr");
  assert.equal(chooseLocale(null, ["de-DE", "fr-CA", "en"]), "fr");
  assert.equal(chooseLocale("xx", ["de-DE"]), "en");
  assert.equal(regionalLocale("en", ["fr-FR", "en-GB"]), "en-GB");
  assert.equal(regionalLocale("fr", ["en-GB"]), "fr");
});

test("every kind of actor that the server records has a name in both languages", () => {
  const source = join(import.meta.dirname, "../../../src");
  const kinds = globSync("**/*.ts", { cwd: source })
    .filter((path) => !path.includes(".test."))
    .flatMap((path) => [
      ...readFileSync(join(source, path), "utf8").matchAll(
        /\bactor: ?["`]([a-z_]+)(?=[:"`])|\bactor: `\$\{kind\}/g,
      ),
    ])
    .flatMap(([, kind]) => kind ?? ["user", "operator"]);
  for (const { audit } of [en, fr]) {
    assert.deepEqual(
      [...new Set(kinds)].filter((kind) => audit.actors[kind] === undefined),
      [],
    );
  }
});

function shapeOf(value: unknown, path = ""): unknown {
  if (typeof value !== "object" || value === null) return typeof value;
  if (openTables.includes(path)) return "table";
  const entries = Object.entries(value).map(
    ([name, child]) => [name, shapeOf(child, path ? `${path}.${name}` : name)] as const,
  );
  return Object.fromEntries(entries.sort(([one], [other]) => one.localeCompare(other)));
}

/** Functions are called with numbers, which stand for text as well. */
function* textsOf(value: unknown, path = ""): Generator<[string, string]> {
  if (typeof value === "string") yield [path, value];
  else if (typeof value === "function") yield [path, String(value(2, 3, 4, 5))];
  else if (typeof value === "object" && value !== null) {
    for (const [name, child] of Object.entries(value)) yield* textsOf(child, path ? `${path}.${name}` : name);
  }
}
