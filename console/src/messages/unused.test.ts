import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { en } from "./en.ts";

const source = join(import.meta.dirname, "..");
const files = globSync("**/*.{ts,tsx}", { cwd: source })
  .filter((path) => !path.startsWith("messages/") && !path.endsWith(".test.ts"))
  .map((path) => readFileSync(join(source, path), "utf8"));

test("every text of the catalogue is read by a page", () => {
  const unread = [...leavesOf(en)].filter((path) => !isRead(path)).map((path) => path.join("."));
  assert.deepEqual(unread, []);
});

/** A text is read where a file that knows its area or its group names it, or looks its group up by a value. */
function isRead(path: readonly string[]): boolean {
  const groups = path.slice(0, -1);
  const name = path.at(-1) ?? "";
  return (
    groups.some((group) => files.some((text) => isLookedUp(group, text))) ||
    files.some((text) => groups.some((group) => hasWord(group, text)) && isNamed(name, text))
  );
}

/** `messages.sso[…]`, `Object.keys(text.sso)`, or `text[…]` where a file takes `sso` out as `text`. */
const isLookedUp = (group: string, text: string) => {
  const aliases = [...text.matchAll(new RegExp(`\\b${group}: (\\w+)\\b[^{}]*\\} =`, "g"))].map(
    ([, name]) => name,
  );
  const names = [group, ...aliases].join("|");
  return new RegExp(
    `\\b(${names})\\)?\\??\\.?\\[|Object\\.(entries|keys|values)\\([\\w.]*\\b(${names})\\)`,
  ).test(text);
};
const hasWord = (word: string, text: string) => new RegExp(`\\b${word}\\b`).test(text);
const isNamed = (name: string, text: string) =>
  new RegExp(`\\.${name}\\b|\\{[^{}]*\\b${name}\\b[^{}]*\\} =`).test(text);

function* leavesOf(value: object, path: readonly string[] = []): Generator<readonly string[]> {
  for (const [name, child] of Object.entries(value)) {
    if (typeof child === "object" && child !== null && !Array.isArray(child))
      yield* leavesOf(child, [...path, name]);
    else yield [...path, name];
  }
}
