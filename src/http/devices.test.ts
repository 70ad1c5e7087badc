import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { call } from "../../test/support/api.ts";
import { type Platform, startPlatform } from "../../test/support/platform.ts";
import { signedUser } from "../../test/support/users.ts";
import { readEvents } from "../audit/record.ts";
import { addMember } from "../identity/members.ts";
import { endSessions } from "../identity/sessions.ts";

const PASSWORD = "four words unrelated here";
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
let platform: Platform;
before(async () => {
  platform = await startPlatform({ sql: null, background: false, consoleDir: null });
});
after(() => platform[Symbol.asyncDispose]());

const identity = () => platform.tenancy.internals.identity.parts;

async function newPerson(locale: "en" | "fr" = "en") {
  const { user, headers } = await signedUser(platform.tenancy, { locale });
  const set = { key: null, headers, body: { password: PASSWORD } };
  assert.equal((await call(platform, "PUT", "/v1/me/password", set)).status, 204);
  return user;
}

/** Signs in from a browser with this mark, or with none; tells its mark from then on. */
async function signIn(email: string, mark?: string): Promise<string> {
  return (await signInFully(email, mark)).mark;
}

async function signInFully(email: string, mark?: string): Promise<{ mark: string; session: string }> {
  const answer = await call(platform, "POST", "/v1/sign-in/password", {
    key: null,
    headers: {
      "sec-fetch-site": "same-origin",
      "user-agent": FIREFOX,
      ...(mark === undefined ? {} : { cookie: `tenancy_device=${mark}` }),
    },
    body: { email, password: PASSWORD },
  });
  assert.equal(answer.status, 200, answer.text);
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("tenancy_device=")) ?? "";
  assert.match(cookie, /; HttpOnly; SameSite=Strict; Expires=/);
  const session = answer.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return { mark: /^tenancy_device=([\w-]{20,})/.exec(cookie)?.[1] ?? "", session };
}

async function noticesTo(email: string) {
  const { mail } = platform.tenancy.internals;
  const notices = (await mail.list(email)).filter(({ kind }) => kind === "new_device");
  return Promise.all(notices.map(async ({ id }) => (await mail.read(id)).text ?? ""));
}

test("a sign-in from a new device is told by mail in the person's language; the first device and known ones are not", async () => {
  const [ada, boris] = [await newPerson(), await newPerson("fr")];

  const mine = await signIn(ada.email);
  const his = await signIn(boris.email);
  const again = await signIn(ada.email, mine);
  assert.deepEqual([await noticesTo(ada.email), await noticesTo(boris.email)], [[], []]);
  await signIn(ada.email);
  await signIn(boris.email, again);

  const [english] = await noticesTo(ada.email);
  assert.match(
    english ?? "",
    /a device that we did not know: Firefox, Linux, at the address 127\.0\.0\.1, on/,
  );
  const [french] = await noticesTo(boris.email);
  assert.match(french ?? "", /un appareil que nous ne connaissions pas : Firefox, Linux/, "another's device");
  await signIn(boris.email, his);
  assert.equal((await noticesTo(boris.email)).length, 1);
  const signedIn = await readEvents(identity().pool, {
    action: "user.signed_in",
    actor: `user:${ada.id}`,
    limit: 9,
  });
  assert.deepEqual(
    signedIn.map(({ detail }) => detail.isNewDevice),
    [true, false, true],
  );
});

test("a device's mark is worth nothing once its owner signed in again: neither copied nor planted", async () => {
  const person = await newPerson();
  const copied = await signIn(person.email);
  await signIn(person.email, copied);

  await signIn(person.email, copied);
  assert.equal((await noticesTo(person.email)).length, 1);
  await signIn(person.email, "planted-by-somebody-else-who-knows-it");
  await signIn(person.email, "planted-by-somebody-else-who-knows-it");

  assert.equal((await noticesTo(person.email)).length, 3);
});

test("whoever is signed out everywhere has no known device, and is told of the next sign-in; others keep theirs", async () => {
  const [person, other] = [await newPerson(), await newPerson()];
  const [mark, others] = [await signIn(person.email), await signIn(other.email)];

  await endSessions(identity(), person.id, { actor: "test" });
  await signIn(person.email, mark);
  await signIn(other.email, others);

  assert.equal((await noticesTo(person.email)).length, 1);
  assert.equal((await noticesTo(other.email)).length, 0);
});

test("a role can ask for a browser that is known for days: a password taken today opens nothing from elsewhere", async () => {
  const person = await newPerson();
  const { id } = await platform.tenancy.tenants.create({ name: "Known devices" });
  const devices = ["desktop"];
  const grants = [
    { permissions: ["members.read"], conditions: [{ kind: "device", devices, knownForDays: 7 }] },
  ];
  const role = { key: "careful", name: "Careful", grants };
  const made = await call(platform, "POST", `/v1/tenants/${id}/roles`, { body: role });
  assert.equal(made.status, 201, made.text);
  const member = { tenantId: id, userId: person.id, roles: ["careful"] };
  await addMember(identity(), member, { actor: "test", principal: null });
  const reads = async (session: string) => {
    const headers = { cookie: session, "sec-fetch-site": "same-origin", "user-agent": FIREFOX };
    return (await call(platform, "GET", `/v1/tenants/${id}/members`, { key: null, headers })).status;
  };
  const first = await signInFully(person.email);
  assert.equal(await reads(first.session), 403, "known since just now");
  await identity().pool.query(
    "update tenancy.known_devices set created_at = created_at - interval '8 days' where user_id = $1",
    [person.id],
  );

  const own = await signInFully(person.email, first.mark);
  const thief = await signInFully(person.email);

  assert.equal(await reads(own.session), 200);
  assert.equal(await reads(thief.session), 403);
});

test("a day has no more notices than a person reads", async () => {
  const person = await newPerson();

  for (let i = 0; i < 13; i += 1) await signIn(person.email);

  assert.equal((await noticesTo(person.email)).length, 9, "ten devices, the first of which is no news");
});
