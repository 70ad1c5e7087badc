import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { runCli } from "../../test/support/cli.ts";
import { parseCommandLine, readWords } from "./arguments.ts";
import { allCommands, findCommand } from "./nouns.ts";

const here = { cwd: tmpdir() };

test("the help names every command, and each has a help of its own with an example", async () => {
  const top = await runCli(["--help"], here);
  assert.equal(top.code, 0);
  for (const command of await allCommands()) {
    const words = command.path.join(" ");
    assert.ok(top.stdout.includes(`  ${words}`), `${words} is not in the help`);
    assert.match(command.summary, /^[A-Z].*[^.]$/);
    assert.ok(command.examples.length > 0, `${words} has no example`);
    const found = await findCommand(command.path);
    assert.equal(found.kind, "command");
  }
  assert.ok(
    top.stdout.split("\n").every((line) => line.length <= 120),
    "the help is too wide",
  );
});

test("every example is a command line that is accepted", async () => {
  for (const command of await allCommands()) {
    for (const example of command.examples) {
      const line = example.replace(/^.*\| /, "").replace(/ > .*$/, "");
      const argv = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "").slice(1);
      const { words, without } = readWords(argv);
      const found = await findCommand(words);
      assert.ok(found.kind === "command", example);
      assert.equal(found.command, command, example);
      parseCommandLine(found.command, without(found.command.path.length));
    }
  }
});

test("help is had in each place that people ask for it", async () => {
  const ways = [
    ["tenant", "create", "--help"],
    ["help", "tenant", "create"],
    ["tenant", "create", "--name", "x", "-h"],
    ["--json", "tenant", "create", "--help"],
  ];
  const shown = await Promise.all(ways.map((args) => runCli(args, here)));
  const noun = await runCli(["tenant", "--help"], here);
  const bare = await runCli(["tenant"], here);
  const nothing = await runCli([], here);

  assert.equal(new Set(shown.map(({ stdout }) => stdout)).size, 1);
  assert.match(
    shown[0]?.stdout ?? "",
    /^Usage: tenancy tenant create --name NAME \[options\]\n\nCreate a tenant/,
  );
  assert.ok(shown.every(({ code, stderr }) => code === 0 && stderr === ""));
  assert.match(noun.stdout, /^Usage: tenancy tenant VERB \[options\]\n/);
  assert.deepEqual([bare.code, bare.stdout], [2, ""]);
  assert.equal(bare.stderr, noun.stdout);
  assert.equal(nothing.code, 0);
});

test("the version is told to people and to programs", async () => {
  const plain = await runCli(["--version"], here);
  const json = await runCli(["--version", "--json"], here);

  assert.match(plain.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.deepEqual(Object.keys(JSON.parse(json.stdout)), ["version", "node"]);
});

test("./manage runs from anywhere, with nothing of Node on the PATH", async () => {
  const manage = join(import.meta.dirname, "../../manage");
  const child = spawn(manage, ["--version"], {
    cwd: tmpdir(),
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const texts: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => texts.push(text));

  const [code] = await once(child, "close");

  assert.equal(code, 0);
  assert.match(texts.join(""), /^\d+\.\d+\.\d+\n$/);
});
