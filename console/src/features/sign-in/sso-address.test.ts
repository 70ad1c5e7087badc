import assert from "node:assert/strict";
import { test } from "node:test";
import { readArrival } from "./sso-address.ts";

const ID = "0190a1b2-0000-7000-8000-000000000001";

test("an answer of a provider is read with all of its query, whatever stands in it", () => {
  const answer = "code=a%26b&state=x&iss=https%3A%2F%2Fidp.example.com";
  const hash = new URLSearchParams({ connection: ID, answer }).toString();

  assert.deepEqual(readArrival(hash), { kind: "answer", connectionId: ID, answer });
});

test("a start names a connection alone; anything else is nothing", () => {
  assert.deepEqual(readArrival(`start=${ID}`), { kind: "start", connectionId: ID });
  for (const hash of [
    "",
    "start=../x",
    `connection=${ID}`,
    "connection=1&answer=x",
    `connection=${ID}&answer=`,
  ])
    assert.equal(readArrival(hash), null, hash);
});
