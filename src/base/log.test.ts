import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { createLog, type Log, type LogLevel } from "./log.ts";
import { Secret } from "./secret.ts";

const clock = { now: () => new Date("2030-01-02T03:04:05.678Z") };

function capture(json: boolean, level?: LogLevel): { log: Log; lines: string[] } {
  const lines: string[] = [];
  const log = createLog({ write: (line) => lines.push(line), json, clock, ...(level ? { level } : {}) });
  return { log, lines };
}

function fieldsOf(lines: string[]): Record<string, unknown> {
  return JSON.parse(lines[0] ?? "{}") as Record<string, unknown>;
}

test("for programs each line is one JSON object, with the fields of its parents", () => {
  const { log, lines } = capture(true);

  log.child({ requestId: "r1" }).info("tenant created", { slug: "acme", count: 2n });

  assert.deepEqual(lines, [
    '{"time":"2030-01-02T03:04:05.678Z","level":"info","message":"tenant created","requestId":"r1","slug":"acme","count":"2"}\n',
  ]);
});

test("for people each line is short, and an error follows with its stack", () => {
  const { log, lines } = capture(false);

  log.warn("slow query", { ms: 120, text: "select 1" });
  log.error("failed", { error: new Error("broken") });

  assert.equal(lines[0], '03:04:05.678 warn  slow query ms=120 text="select 1"\n');
  assert.match(lines[1] ?? "", /^03:04:05\.678 error failed\n {4}Error: broken\n {8}at /);
});

test("lines below the level are dropped", () => {
  const { log, lines } = capture(true, "warn");

  log.debug("a");
  log.info("b");
  log.warn("c");

  assert.equal(lines.length, 1);
});

test("a secret is never printed, whatever holds it", () => {
  const { log, lines } = capture(true);
  const secret = new Secret("hunter2");
  const error = new Error("connect to postgresql://me:hunter2@db/app failed", { cause: { secret } });

  log.info(`login at redis://:hunter2@cache or pg://db?password=hunter2 with ${secret}`, {
    secret,
    nested: [{ secret }],
    password: "hunter2",
    headers: { Authorization: "Bearer hunter2", "set-cookie": ["hunter2"] },
    error,
  });

  assert.doesNotMatch(lines.join(""), /hunter2/);
  assert.match(lines.join(""), /postgresql:\/\/me:\[secret\]@db\/app/);
  assert.doesNotMatch(
    `${secret}${String(secret)}${JSON.stringify({ secret })}${inspect({ secret })}`,
    /hunter2/,
  );
  assert.equal(secret.reveal(), "hunter2");
});

test("a number of tokens is no secret", () => {
  const { log, lines } = capture(true);

  log.info("used", { tokensUsed: 12 });

  assert.equal(fieldsOf(lines)["tokensUsed"], 12);
});

test("a field or a text cannot fake a line", () => {
  const json = capture(true);
  const text = capture(false);

  json.log.info("real", { level: "error", message: "fake", time: "never" });
  text.log.info("real\n03:04:05.678 error fake", { name: "a\nb" });

  assert.equal(fieldsOf(json.lines)["message"], "real");
  assert.equal(fieldsOf(json.lines)["level"], "info");
  assert.equal(text.lines.join("").split("\n").length, 2);
});

test("what cannot be printed is named instead", () => {
  const { log, lines } = capture(true);
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;

  log.info("odd", {
    circle,
    bytes: Buffer.from("abc"),
    run: () => 1,
    when: new Date(Number.NaN),
    set: new Set([1]),
  });

  const { circle: printed, bytes, run, when, set } = fieldsOf(lines);
  assert.deepEqual(
    { printed, bytes, run, when, set },
    { printed: { self: "[circular]" }, bytes: "[3 bytes]", run: "[function]", when: "[no date]", set: [1] },
  );
});
