import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Answer, call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { UrlSigner } from "../isolation/storage-url.ts";
import { RootKey } from "../keys/derive.ts";
import { parseRange } from "./file-answer.ts";
import type { Problem } from "./problem.ts";

let platform: Platform;
let aheadMs = 0;
const clock = { now: () => new Date(Date.now() + aheadMs) };
before(async () => {
  platform = await startPlatform({ background: false, consoleDir: null, clock });
});
after(async () => {
  await platform?.[Symbol.asyncDispose]();
});

test("a signed URL gives the file as an attachment, not sniffed, not kept beyond its expiry, and no other site's page", async () => {
  const { path } = await filed("Mixtape", "mixes/été “1”.html", "<script>steal()</script>", "text/html");

  const { status, text, headers } = await fetchFile(path);

  assert.deepEqual([status, text], [200, "<script>steal()</script>"]);
  assert.equal(headers.get("content-type"), "text/html");
  assert.equal(
    headers.get("content-disposition"),
    `attachment; filename="_t_ _1_.html"; filename*=UTF-8''%C3%A9t%C3%A9%20%E2%80%9C1%E2%80%9D.html`,
  );
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("content-security-policy"), "default-src 'none'; sandbox");
  const [, maxAge] =
    /^private, max-age=(\d+), must-revalidate$/.exec(headers.get("cache-control") ?? "") ?? [];
  assert.ok(Number(maxAge) > 50 && Number(maxAge) <= 60, `max-age ${maxAge}`);
  assert.equal(headers.get("content-length"), "24");
  const head = await fetchFile(path, {}, "HEAD");
  assert.deepEqual([head.status, head.text, head.headers.get("content-length")], [200, "", "24"]);
});

test("a download that is under way ends when its tenant is suspended", async () => {
  const sizeBytes = 60_000_000;
  const { path, tenant } = await filed("Long", "long.wav", "x".repeat(sizeBytes), "audio/wav");
  const { body } = await fetch(`${platform.url}${path}`);
  const reader = body?.getReader();
  await reader?.read();

  await platform.tenancy.tenants.suspend(tenant.id, "overdue");
  let received = 0;
  const reading = async () => {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true };
      if (done) return;
      received += value?.length ?? 0;
    }
  };

  await assert.rejects(reading);
  assert.ok(received < sizeBytes);
});

test("a context reads a part of a file as it reads the whole", async () => {
  const { tenant } = await filed("Slices", "a.txt", "0123456789", "text/plain");

  const read = await platform.tenancy.data.run(tenant.id, async (ctx) => {
    const part = await ctx.storage.get("a.txt", { first: 2, last: 4 });
    return Buffer.concat(await part.toArray()).toString();
  });

  assert.equal(read, "234");
});

test("a part of a file is served, of the version that the caller has", async () => {
  const { path } = await filed("Parts", "a.txt", "0123456789", "text/plain");
  const ask = async (range: string, more: Record<string, string> = {}) => {
    const { status, text, headers } = await fetchFile(path, { range, ...more });
    return [status, text, headers.get("content-range")];
  };
  const tag = (await fetchFile(path)).headers.get("etag") ?? "";

  assert.deepEqual(await ask("bytes=2-4"), [206, "234", "bytes 2-4/10"]);
  assert.deepEqual(await ask("bytes=7-"), [206, "789", "bytes 7-9/10"]);
  assert.deepEqual(await ask("bytes=-3"), [206, "789", "bytes 7-9/10"]);
  assert.deepEqual(await ask("bytes=0-99"), [206, "0123456789", "bytes 0-9/10"]);
  assert.deepEqual(await ask("bytes=10-"), [416, "", "bytes */10"]);
  assert.deepEqual(await ask("bytes=0-1,4-5"), [200, "0123456789", null]);
  assert.deepEqual(await ask("bytes=2-4", { "if-range": tag }), [206, "234", "bytes 2-4/10"]);
  assert.deepEqual(await ask("bytes=2-4", { "if-range": '"older"' }), [200, "0123456789", null]);
  assert.equal((await fetchFile(path, { "if-none-match": tag })).status, 304);
});

test("ranges are read as RFC 9110 says, and never reach beyond the file", () => {
  assert.deepEqual(parseRange("bytes=0-0", 1), { first: 0, last: 0 });
  assert.equal(parseRange("bytes=0-", 0), null);
  assert.equal(parseRange("bytes=-0", 5), null);
  assert.equal(parseRange("bytes=-5", 0), null);
  for (const ignored of [undefined, "", "bytes=-", "bytes=4-2", "items=0-1", "bytes=x-1", "bytes=0-1, 2-3"]) {
    assert.equal(parseRange(ignored, 10), undefined, ignored);
  }
});

test("a forged, expired or foreign link, one to a removed file and one of a suspended tenant answer the same bytes", async () => {
  const { rootKey } = platform.tenancy.internals;
  const mine = await filed("Mine", "song.txt", "mine", "text/plain");
  const theirs = await filed("Theirs", "secret.txt", "theirs", "text/plain");
  const gone = await filed("Gone", "gone.txt", "gone", "text/plain");
  const closed = await filed("Closed", "closed.txt", "closed", "text/plain");
  const expired = await filed("Expired", "old.txt", "old", "text/plain", 1);
  await platform.tenancy.data.run(gone.tenant.id, (ctx) => ctx.storage.remove("gone.txt"));
  await platform.tenancy.tenants.suspend(closed.tenant.id, "overdue");
  aheadMs += 1_500;

  const [body = "", mac = ""] = mine.token.split(".");
  const [, theirMac = ""] = theirs.token.split(".");
  const renamed = (facts: unknown) => Buffer.from(JSON.stringify(facts)).toString("base64url");
  const stranger = new UrlSigner(new RootKey(Buffer.alloc(32, 9)), clock);
  const ours = new UrlSigner(rootKey, clock);
  const farAhead = Math.floor(clock.now().getTime() / 1000) + 60;
  const refused: Readonly<Record<string, string>> = {
    "another tenant's file under my signature": `${renamed([theirs.tenant.id, farAhead, "secret.txt"])}.${mac}`,
    "my file under another's signature": `${body}.${theirMac}`,
    "a later expiry": `${renamed([mine.tenant.id, farAhead + 9_999, "song.txt"])}.${mac}`,
    "signed by another installation": stranger.sign(mine.tenant.id, "song.txt", 60),
    "my path in another tenant": ours.sign(theirs.tenant.id, "song.txt", 60),
    "a tenant that never was": ours.sign("01980000-0000-7000-8000-000000000001", "song.txt", 60),
    "a path with a way out": ours.sign(mine.tenant.id, `../${theirs.tenant.id}/secret.txt`, 60),
    expired: expired.token,
    removed: gone.token,
    suspended: closed.token,
    nonsense: "nonsense",
    "no signature": `${body}.`,
  };
  const answers = new Set<string>();
  for (const [what, token] of Object.entries(refused)) {
    const { status, text, headers } = await fetchFile(`/v1/files/${token}`);
    assert.equal(status, 404, what);
    assert.equal(headers.get("cache-control"), "no-store", what);
    answers.add(text.replace(headers.get("x-request-id") ?? "", "id"));
  }

  assert.equal(answers.size, 1, [...answers].join("\n"));
  assert.equal((JSON.parse([...answers][0] ?? "") as Problem).code, "file.link_invalid");
  assert.equal((await fetchFile(mine.path)).text, "mine");
  assert.equal((await fetchFile(theirs.path)).text, "theirs");
});

interface Filed {
  readonly tenant: { readonly id: string };
  readonly path: string;
  readonly token: string;
}

async function filed(
  name: string,
  file: string,
  content: string,
  contentType: string,
  expiresIn = 60,
): Promise<Filed> {
  const tenant = await platform.tenancy.tenants.create({ name });
  const url = await platform.tenancy.data.run(tenant.id, async (ctx) => {
    await ctx.storage.put(file, content, { contentType });
    return ctx.storage.signedUrl(file, { expiresIn });
  });
  const { pathname } = new URL(url);
  return { tenant, path: pathname, token: pathname.slice("/v1/files/".length) };
}

function fetchFile(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Answer> {
  return call(platform, method, path, { key: null, headers });
}
