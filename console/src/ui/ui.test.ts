import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { nextMenuIndex } from "./menu-keys.ts";

const source = join(import.meta.dirname, "..");

test("only ui/ imports Mantine", async () => {
  const offenders: string[] = [];
  for await (const file of glob("**/*.{ts,tsx,css}", { cwd: source })) {
    if (file.startsWith("ui/")) continue;
    if (/["'@]@?mantine\/(core|hooks)/.test(await readFile(join(source, file), "utf8"))) offenders.push(file);
  }
  assert.deepEqual(offenders, []);
});

test("ui/ knows no router, no query library and no feature", async () => {
  for await (const file of glob("ui/**/*.{ts,tsx}", { cwd: source })) {
    const text = await readFile(join(source, file), "utf8");
    assert.doesNotMatch(text, /@tanstack\/|from "\.\.\/(api|features|shell)\//, file);
  }
});

test("colours are written in tokens.css and nowhere else", async () => {
  for await (const file of glob("**/*.{css,tsx}", { cwd: source })) {
    if (file === "ui/tokens.css") continue;
    const text = await readFile(join(source, file), "utf8");
    assert.doesNotMatch(text, /#[0-9a-f]{3,8}\b(?!=)|rgba?\(|hsla?\(|oklch\(/i, file);
  }
});

test("a menu goes round by arrows and finds items by their first letter", () => {
  const labels = ["System", "Light", "Dark", "Sign out"];

  assert.equal(nextMenuIndex("ArrowDown", 3, labels), 0);
  assert.equal(nextMenuIndex("ArrowUp", 0, labels), 3);
  assert.equal(nextMenuIndex("ArrowUp", -1, labels), 3);
  assert.equal(nextMenuIndex("End", 0, labels), 3);
  assert.equal(nextMenuIndex("s", 0, labels), 3);
  assert.equal(nextMenuIndex("s", 3, labels), 0);
  assert.equal(nextMenuIndex("x", 0, labels), null);
  assert.equal(nextMenuIndex("Enter", 0, labels), null);
});
