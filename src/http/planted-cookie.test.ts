import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { FastifyInstance } from "fastify";
import { type House, openHouse } from "../../test/support/house.ts";
import { type SignedUser, signedUser } from "../../test/support/users.ts";
import { createServer } from "./server.ts";
import { readSsoCookie } from "./sso-cookie.ts";

let house: House;
let app: FastifyInstance;
let attacker: SignedUser;
before(async () => {
  house = await openHouse({
    sql: null,
    configFile: 'export default { server: { publicUrl: "https://app.example.com" } };\n',
  });
  app = await createServer({ tenancy: house.tenancy, host: "0.0.0.0", consoleDir: null });
  attacker = await signedUser(house.tenancy);
});
after(async () => {
  await app.close();
  await house[Symbol.asyncDispose]();
});

const me = async (cookie: string, headers: Record<string, string>) =>
  (await app.inject({ method: "GET", url: "/v1/me", headers: { cookie, ...headers } })).statusCode;

test("by HTTPS a session that another host of the domain planted under the plain name signs nobody in", async () => {
  const planted = `tenancy_session=${attacker.token}`;

  assert.equal(await me(planted, { host: "app.example.com" }), 401);
  assert.equal(await me(planted, { host: "app.example.com:8443" }), 401);
  assert.equal(await me(`__Host-tenancy_session=gone; ${planted}`, { host: "app.example.com" }), 401);
  assert.equal(await me(`__Host-${planted}`, { host: "app.example.com" }), 200);
  assert.equal(await me(planted, { host: "localhost:3000" }), 200);
});

test("a planted sign-in at a provider is not finished in the browser that it was planted in", () => {
  assert.equal(readSsoCookie("tenancy_sso=planted", true), "");
  assert.equal(readSsoCookie("tenancy_sso=planted; __Host-tenancy_sso=own", true), "own");
  assert.equal(readSsoCookie("tenancy_sso=own", false), "own");
});
