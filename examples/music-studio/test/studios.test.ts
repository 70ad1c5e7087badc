import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { STUDIOS } from "../studios.ts";
import { type OpenApp, openApp } from "./app.ts";

interface Row {
  id: string;
  title: string;
}

let open: OpenApp;
before(async () => {
  open = await openApp();
});
after(() => open[Symbol.asyncDispose]());

const rows = async (slug: string, url = "/tracks?limit=100") => (await open.ask(slug, url)).body as Row[];

test("each studio lists its own tracks, and no other's", async () => {
  const titles = new Map<string, Set<string>>();
  for (const { slug, tracks } of STUDIOS) {
    const own = await rows(slug);
    assert.equal(own.length, tracks, slug);
    titles.set(slug, new Set(own.map(({ title }) => title)));
  }

  const marker = "Only in the basement 7f3a";
  const made = await open.ask("basement", "/tracks", { title: marker, genreId: 5, durationMs: 60_000 });

  assert.equal(made.status, 201);
  assert.notDeepEqual(titles.get("aurora"), titles.get("basement"));
  for (const slug of ["aurora", "meridian"]) {
    for (const url of ["/tracks?limit=100", "/", "/people", "/collaborators"]) {
      assert.ok(!(await open.ask(slug, url)).text.includes(marker), `${slug} ${url}`);
    }
  }
  assert.ok((await open.ask("basement", "/")).text.includes(marker));
});

test("the number of another studio's track leads nowhere", async () => {
  const own = (await open.ask("meridian", "/tracks", { title: "Mine", genreId: 1, durationMs: 1 }))
    .body as Row;
  const known = new Set((await rows("aurora")).map(({ id }) => id));

  // Numbers are drawn from one sequence where tables are shared, so a stranger's is not among one's own.
  const stranger = known.has(own.id) ? "999999" : own.id;

  assert.equal((await open.ask("aurora", `/tracks/${stranger}`)).status, 404);
  assert.equal((await open.ask("aurora", `/track/${stranger}`)).status, 404);
  assert.deepEqual((await open.ask("aurora", `/tracks/${stranger}/mixes`)).body, []);
  assert.equal((await open.ask("aurora", "/mixes", { trackId: stranger, loudnessLufs: -14 })).status, 404);
  assert.equal((await open.ask("meridian", `/tracks/${own.id}`)).status, 200);
});

test("a collaborator's address is found by those who know it, in their own studio", async () => {
  const person = { name: "Iris", craft: "Harp", email: "iris@example.org" };
  const made = await open.ask("aurora", "/collaborators", person);

  assert.equal(made.status, 201);
  const found = (await open.ask("aurora", "/collaborators?email=iris@example.org")).body as {
    name: string;
    email: string;
  }[];
  assert.deepEqual(
    found.map(({ name, email }) => [name, email]),
    [["Iris", "iris@example.org"]],
  );
  assert.deepEqual((await open.ask("basement", "/collaborators?email=iris@example.org")).body, []);
  assert.deepEqual((await open.ask("aurora", "/collaborators?email=iris")).body, []);
});

test("mixes are numbered one after the other, however many come at once", async () => {
  const track = (await open.ask("aurora", "/tracks", { title: "Busy", genreId: 2, durationMs: 1 }))
    .body as Row;

  const made = await Promise.all(
    [1, 2, 3].map(() => open.ask("aurora", "/mixes", { trackId: track.id, loudnessLufs: -14.2, notes: "x" })),
  );

  assert.deepEqual(
    made.map(({ status }) => status),
    [201, 201, 201],
  );
  const mixes = (await open.ask("aurora", `/tracks/${track.id}/mixes`)).body as { version: number }[];
  assert.deepEqual(
    mixes.map(({ version }) => version),
    [1, 2, 3],
  );
});

test("wrong input is refused with what is wrong, and changes nothing", async () => {
  const before = (await rows("aurora")).length;
  const bad: [string, object | undefined, number][] = [
    ["/tracks", { title: "", genreId: 1, durationMs: 1 }, 400],
    ["/tracks", { title: "x", genreId: 1, durationMs: 1, tenantId: "x" }, 400],
    ["/tracks", { title: "x", genreId: 999, durationMs: 1 }, 422],
    ["/mixes", { trackId: "1; drop table mixes", loudnessLufs: -14 }, 400],
    ["/tracks/x", undefined, 400],
    ["/tracks?limit=100000", undefined, 400],
    ["/nowhere", undefined, 404],
  ];

  for (const [url, body, status] of bad) {
    assert.equal((await open.ask("aurora", url, body)).status, status, `${url} ${JSON.stringify(body)}`);
  }

  assert.equal((await rows("aurora")).length, before);
});

test("a text that is HTML stays text", async () => {
  const title = `<script>alert("x")</script>`;
  const { body } = await open.ask("aurora", "/tracks", { title, genreId: 2, durationMs: 1 });

  for (const url of ["/", `/track/${(body as Row).id}`]) {
    const { text } = await open.ask("aurora", url);
    assert.ok(!text.includes(title) && text.includes("&#60;script&#62;"), url);
  }
});

test("each page says which studio, which level and what protects it", async () => {
  for (const { slug, name, isolation } of STUDIOS) {
    for (const url of ["/", "/people"]) {
      const { text, status } = await open.ask(slug, url);
      assert.equal(status, 200);
      assert.ok(text.includes(`What protects ${name}`), slug);
      assert.ok(text.includes(`<dd>${isolation}</dd>`), slug);
      assert.ok(text.includes("A seat that cannot be forged"), slug);
    }
  }
});

test("an unknown host is a 404, for programs and for people", async () => {
  assert.equal((await open.ask("nobody", "/tracks")).status, 404);
  const page = await open.app.inject({
    url: "/",
    headers: { host: "nobody.localhost", accept: "text/html" },
  });
  assert.equal(page.statusCode, 404);
  assert.match(page.body, /No studio here/);
  assert.equal((await open.app.inject({ url: "/health", headers: { host: "10.0.0.1" } })).statusCode, 200);
});

test("people get pages where programs get problems", async () => {
  const headers = { host: "aurora.localhost", accept: "text/html" };
  const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
  const bad = (payload: string) => open.app.inject({ method: "POST", url: "/track", headers: form, payload });

  const made = await bad("title=From+a+form&genreId=2&minutes=3.5");
  const statuses = [
    (await open.app.inject({ url: "/nowhere", headers })).statusCode,
    (await bad("title=&genreId=2&minutes=3")).statusCode,
    (await bad("title=x&genreId=999&minutes=3")).statusCode,
  ];

  assert.equal(made.statusCode, 303);
  assert.match((await open.ask("aurora", String(made.headers.location))).text, /From a form/);
  assert.deepEqual(statuses, [404, 400, 422]);
});

test("a suspended studio answers 403 within a second, and its neighbours go on", async () => {
  const [aurora] = open.studios;
  const startedMs = performance.now();

  await aurora.suspend("unpaid");

  assert.equal((await open.ask("aurora", "/tracks")).status, 403);
  assert.ok(performance.now() - startedMs < 1_000);
  const page = await open.app.inject({
    url: "/",
    headers: { host: "aurora.localhost", accept: "text/html" },
  });
  assert.match(page.body, /This studio is suspended/);
  assert.equal((await open.ask("basement", "/tracks")).status, 200);
  await aurora.resume();
  assert.equal((await open.ask("aurora", "/tracks")).status, 200);
});
