import assert from "node:assert/strict";
import { test } from "node:test";
import { cutTo, displayWidth } from "./display-width.ts";
import { Output } from "./output.ts";
import { Progress } from "./progress.ts";

function terminal(
  options: {
    isTTY?: boolean;
    columns?: number;
    isJson?: boolean;
    isQuiet?: boolean;
    env?: Record<string, string>;
  } = {},
) {
  const written = { stdout: "", stderr: "" };
  const stream = (name: "stdout" | "stderr") => ({
    isTTY: options.isTTY ?? false,
    columns: options.columns ?? 80,
    write: (text: string) => {
      written[name] += text;
    },
  });
  const { isJson = false, isQuiet = false, env = {} } = options;
  return {
    written,
    out: new Output({ stdout: stream("stdout"), stderr: stream("stderr"), env, isJson, isQuiet }),
  };
}

const COLUMNS = [
  { title: "Name", cell: (row: { name: string; n: number }) => row.name, cutTo: 6 },
  { title: "Count", cell: (row: { n: number }) => row.n, align: "right" as const },
  { title: "Id", cell: () => "0123456789", leaves: 1 },
];

test("columns are aligned, also where letters are wide", () => {
  const { out } = terminal();

  const text = out.table(
    COLUMNS,
    [
      { name: "Ada", n: 5 },
      { name: "音楽", n: 1234 },
    ],
    "none",
  );

  assert.equal(text, "Name  Count  Id\nAda       5  0123456789\n音楽   1234  0123456789\n");
  assert.equal(displayWidth("音楽 é 👍"), 9);
  assert.equal(cutTo("音楽スタジオ", 5), "音楽…");
});

test("a narrow terminal drops what may leave and cuts no more than needed; a pipe gets everything", () => {
  const rows = [{ name: "A rather long name", n: 1 }];
  const narrow = terminal({ isTTY: true, columns: 16, env: { NO_COLOR: "1" } }).out;
  const piped = terminal({ isTTY: false, columns: 16 }).out;

  assert.equal(narrow.table(COLUMNS, rows, ""), "Name       Count\nA rather…      1\n");
  assert.match(piped.table(COLUMNS, rows, ""), /A rather long name {6}1 {2}0123456789/);
});

test("colours are for a terminal that wants them", () => {
  const paint = (options: Parameters<typeof terminal>[0]) => terminal(options).out.paint("red", "x");

  assert.equal(paint({ isTTY: true }), "\u001B[31mx\u001B[39m");
  assert.equal(paint({ isTTY: false }), "x");
  assert.equal(paint({ isTTY: true, env: { NO_COLOR: "1" } }), "x");
  assert.equal(paint({ isTTY: true, env: { TERM: "dumb" } }), "x");
});

test("data go to stdout and talk to stderr; --quiet and --json keep the talk back", () => {
  for (const options of [{}, { isQuiet: true }, { isJson: true }]) {
    const { out, written } = terminal(options);
    out.say("remark");
    out.answer({ a: 1 }, () => "text\n");

    assert.equal(written.stdout, "isJson" in options ? '{\n  "a": 1\n}\n' : "text\n");
    assert.equal(written.stderr, Object.keys(options).length === 0 ? "remark\n" : "");
  }
});

test("progress is one line that is redrawn on a terminal, and a few lines elsewhere", () => {
  const live = terminal({ isTTY: true, columns: 60, env: { NO_COLOR: "1" } });
  const piped = terminal();
  for (const { out } of [live, piped]) {
    const progress = new Progress(out, "Migrating");
    for (let done = 1; done <= 100; done++)
      progress.update({ done, total: 100, failed: 0, current: `place ${done}` });
    progress.end();
  }

  assert.ok(live.written.stderr.endsWith(`\r\u001B[2KMigrating ${"█".repeat(24)} 100 of 100\n`));
  assert.ok(live.written.stderr.split("\r").every((line) => line.length <= 66));
  assert.equal(piped.written.stderr, "Migrating: 100 of 100\n");
});
