import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseAttempts } from "../features/isolation/attempts.ts";
import { tokenFrom } from "../features/session/link.ts";
import { changeTenantsSearch, isFiltered, parseTenantsSearch } from "../features/tenants/tenants-search.ts";
import { matchEntries } from "../shell/palette-entries.ts";
import { rememberWayBack, wayBackFrom } from "./paging.ts";
import { localPath, parseSearch, stringifySearch } from "./search.ts";

test("the address of a list holds its whole state and reads back the same", () => {
  const state = parseTenantsSearch({ q: "café & co", status: "active", sort: "-name", cursor: "abc" });

  const address = stringifySearch(state);

  assert.equal(address, "?q=caf%C3%A9+%26+co&status=active&sort=-name&cursor=abc");
  assert.deepEqual(parseTenantsSearch(parseSearch(address)), state);
});

test("a mistyped address shows the plain list", () => {
  const state = parseTenantsSearch({ status: "activ", level: "row", sort: "size", q: 7 });

  assert.equal(isFiltered(state), false);
  assert.equal(stringifySearch(state), "");
});

test("another filter starts at the first page", () => {
  const state = changeTenantsSearch({ q: "a", cursor: "abc" }, { status: "suspended" });

  assert.deepEqual(state, { q: "a", status: "suspended", cursor: undefined });
});

test("after signing in, the way leads to this console only", () => {
  assert.equal(localPath("/tenants?q=a"), "/tenants?q=a");
  for (const elsewhere of ["https://evil.example", "//evil.example", "/\\evil.example", "tenants", "", 7]) {
    assert.equal(localPath(elsewhere), undefined, String(elsewhere));
  }
});

test("the way back is the page before, or the first where that is unknown", () => {
  rememberWayBack("c2", undefined);
  rememberWayBack("c3", "c2");

  assert.deepEqual(wayBackFrom(undefined), { kind: "none" });
  assert.deepEqual(wayBackFrom("c2"), { kind: "first" });
  assert.deepEqual(wayBackFrom("c3"), { kind: "page", cursor: "c2" });
  assert.deepEqual(wayBackFrom("sent-by-a-colleague"), { kind: "first" });
});

test("a sign-in token is found in a link, a hash or alone, and nowhere else", () => {
  assert.equal(tokenFrom("http://127.0.0.1:7007/#link=abcDEF-123_456"), "abcDEF-123_456");
  assert.equal(tokenFrom("#link=abcDEF-123_456"), "abcDEF-123_456");
  assert.equal(tokenFrom("  abcDEF-123_456 "), "abcDEF-123_456");
  assert.equal(tokenFrom("http://127.0.0.1:7007/"), null);
  assert.equal(tokenFrom(""), null);
});

test("the palette finds words in any order, whatever case or accents", () => {
  const entries = [{ label: "Aller à : Clés d’API" }, { label: "Thème : Sombre" }];

  assert.deepEqual(matchEntries(entries, "CLES aller"), [entries[0]]);
  assert.deepEqual(matchEntries(entries, "theme"), [entries[1]]);
  assert.deepEqual(matchEntries(entries, ""), entries);
});

test("crossings stand first among attempts", () => {
  const attempt = {
    way: "view",
    target: "t",
    level: "table",
    attackerId: "a",
    victimId: "b",
    detail: "",
  } as const;
  const held = { ...attempt, outcome: "refused" } as const;
  const crossed = { ...attempt, outcome: "crossed" } as const;

  assert.deepEqual(chooseAttempts([held, crossed], {}), [crossed, held]);
  assert.deepEqual(chooseAttempts([held, crossed], { outcome: "refused" }), [held]);
});
