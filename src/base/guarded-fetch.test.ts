import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { after, before, test } from "node:test";
import { guardedFetch, isPublic, type OutboundFault, OutboundRefusal } from "./guarded-fetch.ts";

let server: Server;
let port: number;
let handler: RequestListener = (_, response) => response.end("hello");
let requests = 0;
before(async () => {
  server = createServer((request, response) => {
    requests += 1;
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const closed = guardedFetch({ allow: [] });
const open = guardedFetch({ allow: ["127.0.0.0/8"] });

async function faultOf(work: Promise<unknown>): Promise<OutboundFault> {
  const failure = await work.then(
    () => assert.fail("nothing was refused"),
    (error: unknown) => error,
  );
  assert.ok(failure instanceof OutboundRefusal, String(failure));
  return failure.fault;
}

test("addresses of private and special networks are refused in every spelling", async () => {
  const before = requests;
  for (const host of [
    "127.0.0.1",
    "localhost",
    "127.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "[fe80::1]",
    "[fd00::1]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
  ]) {
    assert.equal(await faultOf(closed(`https://${host}:${port}/`)), "private_address", host);
  }
  assert.equal(requests, before);
});

test("public addresses are told from others", () => {
  for (const address of ["8.8.8.8", "2606:4700::1111"]) assert.ok(isPublic(address), address);
  for (const address of ["127.0.0.1", "::1", "::ffff:10.0.0.1", "nonsense", ""])
    assert.ok(!isPublic(address), address);
});

test("only https is spoken to the public, and never with a name in the address", async () => {
  const resolve = async () => [{ address: "8.8.8.8" }];
  const fetchPublic = guardedFetch({ allow: [], resolve });

  assert.equal(await faultOf(fetchPublic("http://idp.example.com/")), "not_https");
  assert.equal(await faultOf(fetchPublic("https://user:pw@idp.example.com/")), "not_https");
  assert.equal(await faultOf(fetchPublic("file:///etc/passwd")), "not_https");
  assert.equal(await faultOf(fetchPublic("gopher://x")), "not_https");
  assert.equal(await faultOf(fetchPublic("no url")), "not_https");
});

test("a name that leads to a private address is refused, also when others of its addresses are public", async () => {
  const mixed = guardedFetch({
    allow: [],
    resolve: async () => [{ address: "8.8.8.8" }, { address: "10.0.0.1" }],
  });

  assert.equal(await faultOf(mixed("https://idp.example.com/")), "private_address");
});

test("DNS is asked once and the connection goes to the address that was checked", async () => {
  let asked = 0;
  const rebinding = guardedFetch({
    allow: ["127.0.0.1/32"],
    resolve: async () => {
      asked += 1;
      return [{ address: asked === 1 ? "127.0.0.1" : "127.0.0.2" }];
    },
  });
  handler = (request, response) => response.end(`${request.headers.host} ${request.socket.localAddress}`);

  const response = await rebinding(`http://idp.example.com:${port}/`);

  assert.equal(await response.text(), `idp.example.com:${port} 127.0.0.1`);
  assert.equal(asked, 1);
});

test("each redirect is checked like the first address", async () => {
  handler = (request, response) => {
    if (request.url === "/out")
      response.writeHead(302, { location: "https://169.254.169.254/latest/" }).end();
    else if (request.url === "/loop") response.writeHead(302, { location: "/loop" }).end();
    else if (request.url === "/once") response.writeHead(302, { location: "/there" }).end();
    else response.end("there");
  };
  const at = (path: string) => `http://127.0.0.1:${port}${path}`;

  assert.equal(await faultOf(open(at("/out"))), "private_address");
  assert.equal(await faultOf(open(at("/loop"))), "too_many_redirects");
  assert.equal(await (await open(at("/once"))).text(), "there");
  assert.equal((await open(at("/once"), { redirect: "manual" })).status, 302);
  assert.equal(await faultOf(open(at("/once"), { method: "POST", body: "secret" })), "too_many_redirects");
  assert.equal(await faultOf(open(at("/once"), { headers: { Authorization: "x" } })), "too_many_redirects");
});

test("size and time are bounded, and what is not there is told", async () => {
  const small = guardedFetch({ allow: ["127.0.0.0/8"], bytesMax: 1_000, timeoutMs: 200 });
  handler = (request, response) => {
    if (request.url === "/large") response.end("x".repeat(100_000));
    // "/slow" is never answered.
  };

  assert.equal(await faultOf(small(`http://127.0.0.1:${port}/large`)), "too_large");
  assert.equal(await faultOf(small(`http://127.0.0.1:${port}/slow`)), "timeout");
  assert.equal(await faultOf(small("http://127.0.0.1:1/")), "unreachable");
  assert.equal(await faultOf(closed("https://no-such-host.invalid/")), "unknown_host");
});

test("methods, headers, bodies and statuses pass", async () => {
  handler = (request, response) => {
    request.setEncoding("utf8");
    let body = "";
    request.on("data", (chunk: string) => {
      body += chunk;
    });
    request.on("end", () =>
      response
        .writeHead(418, { "x-seen": String(request.headers["x-given"]) })
        .end(`${request.method} ${body}`),
    );
  };

  const response = await open(`http://127.0.0.1:${port}/`, {
    method: "POST",
    headers: { "x-given": "1" },
    body: new URLSearchParams({ a: "b c" }),
  });

  assert.equal(response.status, 418);
  assert.equal(response.headers.get("x-seen"), "1");
  assert.equal(await response.text(), "POST a=b+c");
});

test("a server that answers with a status that does not exist is a bad gateway, and ends no process", async () => {
  for (const status of ["999", "600", "099"]) {
    const strange = createSocketServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(`HTTP/1.1 ${status} Strange\r\ncontent-length: 2\r\n\r\nhi`));
    });
    await new Promise<void>((resolve) => strange.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(strange.address() as AddressInfo).port}/`;

    const answer = await open(url).then(
      (response) => response.status,
      (failure: unknown) => failure,
    );

    strange.close();
    assert.ok(answer === 502 || answer instanceof OutboundRefusal, `${status}: ${String(answer)}`);
  }
});
