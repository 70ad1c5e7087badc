import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { floors, LINES_MAX, longFiles, outside, roof } from "../src/floors.ts";

const SRC = fileURLToPath(new URL("../src/", import.meta.url));
const IMPORT = /(?:^|\n)\s*(?:import|export)\b[^;]*?from\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/g;

async function sources(): Promise<string[]> {
  const entries = await readdir(SRC, { recursive: true });
  return entries.filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts")).sort();
}

function moduleOf(file: string): string {
  const [first] = file.split("/");
  return file.includes("/") ? (first as string) : "";
}

test("every module imports only from floors below its own", async () => {
  const offences: string[] = [];
  for (const file of await sources()) {
    const from = moduleOf(file);
    if (from === "") continue;
    const text = await readFile(join(SRC, file), "utf8");
    for (const match of text.matchAll(IMPORT)) {
      const specifier = (match[1] ?? match[2]) as string;
      const target = relative(SRC, resolve(SRC, dirname(file), specifier));
      // Tests may use test support; surfaces may start the whole house.
      if (target.startsWith("..")) continue;
      const to = moduleOf(target);
      const line = text.slice(0, match.index).split("\n").length + (match[0].startsWith("\n") ? 1 : 0);
      if (to === from) continue;
      const isTest = /\.test(-d)?\.ts$|\/testing\//.test(file);
      if (to === "") {
        if (!isTest && !(floors[from] === 9))
          offences.push(`src/${file}:${line} imports ${target}: only surfaces may`);
        continue;
      }
      if (outside.includes(from))
        offences.push(`src/${file}:${line} imports ${target}: ${from} stands outside`);
      const [own, other] = [floors[from], floors[to]];
      if (own === undefined || other === undefined)
        offences.push(`src/${file}:${line}: ${from} or ${to} has no floor`);
      else if (other >= own && !isTest)
        offences.push(`src/${file}:${line} (floor ${own}) imports ${target} (floor ${other})`);
    }
  }
  assert.deepEqual(offences, []);
});

test("each folder of src has a floor, and each file at its top is named", async () => {
  const entries = await readdir(SRC, { withFileTypes: true });
  const unknown = entries
    .map((entry) => entry.name)
    .filter((name, i) =>
      entries[i]?.isDirectory()
        ? floors[name] === undefined && !outside.includes(name)
        : !roof.includes(name),
    );
  assert.deepEqual(unknown, []);
});

test("no file is longer than its reason", async () => {
  const long: string[] = [];
  for (const file of await sources()) {
    if (file.endsWith(".gen.ts") || longFiles[file]) continue;
    const lines = (await readFile(join(SRC, file), "utf8")).split("\n").length;
    if (lines > LINES_MAX) long.push(`src/${file}: ${lines} lines`);
  }
  assert.deepEqual(long, []);
});
