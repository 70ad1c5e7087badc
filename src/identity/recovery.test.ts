import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Secret, TOTP } from "otpauth";
import { Authenticator } from "../../test/support/authenticator.ts";
import { BY, from, PASSWORD, refused, Signers } from "../../test/support/signers.ts";
import { type SignedUserOptions, signedUser } from "../../test/support/users.ts";
import { withTx } from "../db/tx.ts";
import { Credentials } from "./credentials.ts";
import { readFactors } from "./factors.ts";
import { joinTenant, removeMember } from "./members.ts";
import { createOperatorLink } from "./operators.ts";
import type { OperatorPrincipal, Principal } from "./principal.ts";
import {
  askRecovery,
  cancelRecoveryByLink,
  cancelRecoveryOf,
  readOwnRecovery,
  readRecoveries,
  refuseRecovery,
} from "./recovery.ts";
import { approveRecovery } from "./recovery-approval.ts";
import { beginRecoveryPasskey, beginRecoveryTotp, completeRecovery } from "./recovery-completion.ts";
import { completeSecondFactor } from "./second-factor.ts";
import { changeSignInRules } from "./sign-in-rules.ts";
import { setUserEnabled } from "./users.ts";

const HOUR_MS = 3_600_000;
let signers: Signers;
let count = 0;

before(async () => {
  signers = await Signers.open();
});
after(async () => {
  await signers[Symbol.asyncDispose]();
});
beforeEach(() => {
  signers.nowMs = Date.now() + ++count * 100 * 24 * HOUR_MS;
});

const sweep = () => signers.house.tenancy.internals.identity.sweep();
const makeTenant = async () => (await signers.house.tenancy.tenants.create({ name: `Studio ${++count}` })).id;

/** Somebody who used a second factor just now, unless told otherwise. */
async function member(tenantId: string, role: string, options: SignedUserOptions = {}) {
  const signed = await signedUser(signers.house.tenancy, {
    tenants: { [tenantId]: [role] },
    isMfa: true,
    ...options,
  });
  return { ...signed, principal: await signers.principalOf(signed.token) };
}

async function operator(name: string, mfaAt: Date | null = signers.parts.clock.now()) {
  const { pool, clock } = signers.parts;
  const made = await createOperatorLink({ pool, clock }, BY, name);
  const principal: OperatorPrincipal = {
    kind: "operator",
    id: made.operator.id,
    name,
    actor: `operator:${made.operator.id}`,
    sessionId: "01980000-0000-7000-8000-000000000001",
    amr: ["link"],
    authenticatedAt: clock.now(),
    mfaAt,
    expiresAt: new Date(signers.nowMs + HOUR_MS),
  };
  return principal;
}

/** A tenant with two who may approve, and a member who asked. */
async function asked(role = "member") {
  const tenantId = await makeTenant();
  const person = await signers.personWithTotp({ tenants: { [tenantId]: [role] } });
  const step = await signers.halfWay(person.email);
  await askRecovery(signers.parts, step.token, from());
  const [owner, admin] = [await member(tenantId, "owner"), await member(tenantId, "admin")];
  const [recovery] = await readRecoveries(signers.parts, tenantId);
  assert.ok(recovery);
  return { tenantId, person, owner, admin, id: recovery.id };
}

const approve = (id: string, tenantId: string | null, principal: Principal) =>
  approveRecovery(signers.parts, { id, tenantId }, principal, { actor: principal.actor });

/** Approved by both, and the delay is over. */
async function ready(role = "member") {
  const all = await asked(role);
  await approve(all.id, all.tenantId, all.owner.principal);
  const { readyAt } = await approve(all.id, all.tenantId, all.admin.principal);
  assert.equal(readyAt?.getTime(), signers.nowMs + 24 * HOUR_MS);
  signers.nowMs += 24 * HOUR_MS;
  await sweep();
  return { ...all, link: (await signers.mailed(all.person.email, "recovery")) ?? "" };
}

async function newApp(link: string, token: string) {
  const { secret } = await beginRecoveryTotp(signers.parts, { link, token });
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: signers.nowMs });
}

const mailsOf = async (email: string) => (await signers.parts.mail.list(email)).map(({ kind }) => kind);

test("a person comes back: two approve, a day passes, and with the new app everything old ends", async () => {
  const { person, link } = await ready();
  const step = await signers.halfWay(person.email);
  const code = await newApp(link, step.token);

  const { step: done, recoveryCodes } = await completeRecovery(
    signers.parts,
    { link, token: step.token },
    { kind: "totp", code },
    from(),
  );

  assert.equal(recoveryCodes.length, 10);
  assert.ok(done.status === "signed_in");
  const principal = await signers.principalOf(done.session.token);
  assert.deepEqual([...principal.amr].sort(), ["mfa", "otp", "pwd"]);
  assert.equal(principal.mfaAt?.getTime(), signers.nowMs);
  assert.equal(await new Credentials(signers.parts).session(person.token), undefined, "old sessions ended");
  signers.nowMs += 60_000;
  const next = await signers.halfWay(person.email);
  for (const answer of [
    { kind: "totp", code: person.code() },
    { kind: "recovery_code", code: person.recoveryCodes[0] ?? "" },
  ] as const)
    await assert.rejects(
      completeSecondFactor(signers.parts, next.token, answer, from()),
      refused("sign_in.wrong_code"),
    );
  const kinds = await mailsOf(person.email);
  for (const kind of ["asked", "approved", "ready", "completed"])
    assert.ok(kinds.includes(`recovery_${kind}`), kind);
  assert.equal(await readOwnRecovery(signers.parts, person.user.id), null);
});

test("a passkey serves as well, and the codes that come with it are new", async () => {
  const { person, link } = await ready();
  const { token } = await signers.halfWay(person.email);
  const begun = await beginRecoveryPasskey(signers.parts, { link, token });
  const device = new Authenticator(signers.parts.site.origin());
  const response = device.create(begun.options);

  await completeRecovery(
    signers.parts,
    { link, token },
    { kind: "passkey", token: begun.token, response, name: "New phone" },
    from(),
  );

  const factors = await readFactors(signers.parts, person.user.id);
  assert.equal(factors.totpSince, null);
  assert.deepEqual(
    [factors.passkeys.map(({ name }) => name), factors.recoveryCodesLeft],
    [["New phone"], 10],
  );
});

test("nobody approves for themselves, nor twice, nor without a second factor used minutes ago", async () => {
  const { id, tenantId, person, owner } = await asked("owner");

  const self = await signers.principalOf(person.token);
  await assert.rejects(
    approve(id, tenantId, { ...self, mfaAt: signers.parts.clock.now() }),
    refused("recovery.own"),
  );
  await approve(id, tenantId, owner.principal);
  await assert.rejects(approve(id, tenantId, owner.principal), refused("recovery.approved_already"));
  const stale = await member(tenantId, "owner");
  const never = await member(tenantId, "owner", { isMfa: false });
  signers.nowMs += 10 * 60_000 + 1;
  for (const { principal } of [stale, never])
    await assert.rejects(approve(id, tenantId, principal), refused("session.step_up"));
  const [listed] = await readRecoveries(signers.parts, tenantId);
  assert.deepEqual([listed?.status, listed?.approvals.length], ["asked", 1]);
});

test("a program approves nothing, and an admin nothing for an owner", async () => {
  const { id, tenantId, admin } = await asked("owner");
  const key: Principal = {
    kind: "key",
    id: "01980000-0000-7000-8000-000000000002",
    name: "robot",
    actor: "key:01980000-0000-7000-8000-000000000002",
    tenantId,
    scopes: null,
    serviceAccountId: null,
    roles: ["owner"],
    expiresAt: null,
  };

  await assert.rejects(approve(id, tenantId, key), refused("recovery.people_only"));
  await assert.rejects(approve(id, tenantId, admin.principal), refused("role.not_grantable"));
});

test("to another tenant's admins a recovery is one that never was", async () => {
  const { id } = await asked();
  const foreign = await makeTenant();
  const stranger = await member(foreign, "owner");
  const nowhere = "01980000-0000-7000-8000-00000000dead";

  for (const each of [id, nowhere, "nonsense"]) {
    await assert.rejects(approve(each, foreign, stranger.principal), refused("recovery.not_found"), each);
    await assert.rejects(
      refuseRecovery(signers.parts, each, foreign, BY),
      refused("recovery.not_found"),
      each,
    );
  }
  assert.deepEqual(await readRecoveries(signers.parts, foreign), []);
});

test("a member of two tenants needs staff, and neither tenant learns of the other", async () => {
  const { id, tenantId, person, owner, admin } = await asked();
  const other = await makeTenant();
  const joining = { tenantId: other, userId: person.user.id, roles: ["viewer"] };
  await withTx(signers.parts.pool, (tx) => joinTenant(tx, signers.parts.clock, joining, BY));
  const theirs = await member(other, "owner");

  await approve(id, tenantId, owner.principal);
  await approve(id, tenantId, admin.principal);
  assert.equal((await approve(id, other, theirs.principal)).readyAt, null, "two tenants, no staff");
  const [seen] = await readRecoveries(signers.parts, other);
  assert.deepEqual(
    seen?.approvals.filter(({ name }) => name !== null).map(({ name }) => name),
    [theirs.user.name],
  );
  assert.ok((await approve(id, null, await operator("Staff of two"))).readyAt);
});

test("where nobody else could approve, two operators do, after three days; one alone does not", async () => {
  const tenantId = await makeTenant();
  const person = await signers.personWithTotp({ tenants: { [tenantId]: ["owner"] } });
  await askRecovery(signers.parts, (await signers.halfWay(person.email)).token, from());
  const [recovery] = await readRecoveries(signers.parts, tenantId);
  const id = recovery?.id ?? "";
  const [one, two] = [await operator("First"), await operator("Second")];

  await assert.rejects(approve(id, null, await operator("Third", null)), refused("session.step_up"));
  assert.equal((await approve(id, null, one)).readyAt, null);
  await assert.rejects(approve(id, null, one), refused("recovery.approved_already"));
  assert.equal((await approve(id, null, two)).readyAt?.getTime(), signers.nowMs + 72 * HOUR_MS);
});

test("a tenant that keeps recovery to its own people refuses staff, and its delay holds", async () => {
  const { id, tenantId, owner, admin } = await asked();
  const rules = { mfaRequired: false, recoveryHours: 48, recoveryByOperators: false };
  await changeSignInRules(signers.parts, tenantId, rules, BY);

  await assert.rejects(approve(id, null, await operator("Refused")), refused("recovery.not_admitted"));
  await approve(id, tenantId, owner.principal);
  const { readyAt } = await approve(id, tenantId, admin.principal);
  assert.equal(readyAt?.getTime(), signers.nowMs + 48 * HOUR_MS);
});

test("the delay cannot be skipped, the link works once, and of two who complete it at once one does", async () => {
  const early = await asked();
  await approve(early.id, early.tenantId, early.owner.principal);
  await approve(early.id, early.tenantId, early.admin.principal);
  signers.nowMs += 24 * HOUR_MS - 1;
  await sweep();
  assert.equal(await signers.mailed(early.person.email, "recovery"), undefined, "no link before its time");

  const { person, link } = await ready();
  const steps = await Promise.all([1, 2, 3].map(() => signers.halfWay(person.email)));
  const code = await newApp(link, steps[0]?.token ?? "");
  const outcomes = await Promise.allSettled(
    steps.map(({ token }) =>
      completeRecovery(signers.parts, { link, token }, { kind: "totp", code }, from()),
    ),
  );
  assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
  const again = await signers.halfWay(person.email);
  await assert.rejects(
    completeRecovery(signers.parts, { link, token: again.token }, { kind: "totp", code }, from()),
    refused("recovery.link_invalid"),
  );
});

test("one person's link and another's sign-in do nothing together, and neither does one alone", async () => {
  const [mine, other] = [await ready(), await signers.personWithTotp()];
  const theirs = await signers.halfWay(other.email);
  const made = "x".repeat(43);

  for (const [proofs, code] of [
    [{ link: mine.link, token: theirs.token }, "recovery.link_invalid"],
    [{ link: made, token: theirs.token }, "recovery.link_invalid"],
    [{ link: mine.link, token: made }, "sign_in.expired"],
  ] as const) {
    await assert.rejects(beginRecoveryTotp(signers.parts, proofs), refused(code));
    await assert.rejects(
      completeRecovery(signers.parts, proofs, { kind: "totp", code: "000000" }, from()),
      refused(code),
    );
  }
  const cancel = (await signers.mailed(mine.person.email, "cancel-recovery")) ?? "";
  const own = await signers.halfWay(mine.person.email);
  await assert.rejects(
    beginRecoveryTotp(signers.parts, { link: cancel, token: own.token }),
    refused("recovery.link_invalid"),
    "a link to cancel does not complete",
  );
});

test("a wrong first code changes nothing: the link, the old factors and the sessions stay", async () => {
  const { person, link } = await ready();
  const { token } = await signers.halfWay(person.email);
  await newApp(link, token);

  await assert.rejects(
    completeRecovery(signers.parts, { link, token }, { kind: "totp", code: person.code() }, from()),
    refused("sign_in.wrong_code"),
  );

  assert.ok((await readFactors(signers.parts, person.user.id)).totpSince);
  const code = await newApp(link, token);
  await completeRecovery(signers.parts, { link, token }, { kind: "totp", code }, from());
});

test("it is cancelled by a session, by any mail's link, by whoever may approve, and by using a factor", async () => {
  const ways: readonly ((all: Awaited<ReturnType<typeof asked>>) => Promise<unknown>)[] = [
    ({ person }) =>
      cancelRecoveryOf(signers.parts, person.user.id, { actor: person.principal.actor }, "session"),
    async ({ person }) => {
      const token = (await signers.mailed(person.email, "cancel-recovery")) ?? "";
      await cancelRecoveryByLink(signers.parts, token, {});
      await assert.rejects(cancelRecoveryByLink(signers.parts, token, {}), refused("recovery.link_invalid"));
    },
    ({ id, tenantId }) => refuseRecovery(signers.parts, id, tenantId, BY),
    async ({ person }) => {
      const { token } = await signers.halfWay(person.email);
      await completeSecondFactor(signers.parts, token, { kind: "totp", code: person.code() }, from());
    },
  ];
  for (const way of ways) {
    const all = await asked();
    await approve(all.id, all.tenantId, all.owner.principal);

    await way(all);

    assert.equal(await readOwnRecovery(signers.parts, all.person.user.id), null);
    await assert.rejects(approve(all.id, all.tenantId, all.admin.principal), refused("recovery.not_found"));
    assert.equal((await mailsOf(all.person.email))[0], "recovery_cancelled");
  }
});

test("an approval ends with its giver: removed or disabled, they have approved nothing", async () => {
  for (const fall of ["removed", "disabled"]) {
    const { person, link, admin, tenantId } = await ready();
    if (fall === "disabled") await setUserEnabled(signers.parts, admin.user.id, false, BY);
    else {
      const leaver = { tenantId, userId: admin.user.id };
      await removeMember(signers.parts, leaver, { ...BY, principal: null });
    }
    const { token } = await signers.halfWay(person.email);
    const code = await newApp(link, token);

    await assert.rejects(
      completeRecovery(signers.parts, { link, token }, { kind: "totp", code }, from()),
      refused("recovery.not_approved"),
    );

    assert.ok((await readFactors(signers.parts, person.user.id)).totpSince, "the old factor stays");
    assert.equal(await readOwnRecovery(signers.parts, person.user.id), null, "and another can be asked for");
  }
});

test("asking needs the first factor; asking again sends nothing more", async () => {
  const { person } = await asked();
  const sent = (await mailsOf(person.email)).length;

  await askRecovery(signers.parts, (await signers.halfWay(person.email)).token, from());

  assert.equal((await mailsOf(person.email)).length, sent);
  await assert.rejects(askRecovery(signers.parts, "x".repeat(43), from()), refused("sign_in.expired"));
});

test("what nobody approves in a week, or completes in four days, is over, and can be asked for anew", async () => {
  const { person, id, tenantId, owner } = await asked();
  signers.nowMs += 7 * 24 * HOUR_MS;
  await assert.rejects(
    approve(id, tenantId, { ...owner.principal, mfaAt: signers.parts.clock.now() }),
    refused("recovery.not_found"),
  );
  const again = await askRecovery(signers.parts, (await signers.halfWay(person.email)).token, from());
  assert.equal(again.status, "asked");

  const late = await ready();
  signers.nowMs += 4 * 24 * HOUR_MS;
  const { token } = await signers.halfWay(late.person.email);
  await assert.rejects(
    beginRecoveryTotp(signers.parts, { link: late.link, token }),
    refused("recovery.link_invalid"),
  );
  await sweep();
  const [listed] = await readRecoveries(signers.parts, late.tenantId);
  assert.equal(listed?.status, "expired");
});

test("no link, seed or code stands in a table, and a tenant's erasure takes its approvals", async () => {
  const { person, link, tenantId } = await ready();
  const { token } = await signers.halfWay(person.email);
  await newApp(link, token);
  const cancel = (await signers.mailed(person.email, "cancel-recovery")) ?? "";
  let all = "";
  for (const table of ["recoveries", "recovery_links", "recovery_approvals", "audit_records", "mails"]) {
    const { rows } = await signers.parts.pool.query(
      `select row_to_json(t)::text as text from tenancy.${table} t`,
    );
    all += rows.map((row: { text: string }) => row.text).join("\n");
  }
  for (const secret of [link, cancel, token, PASSWORD]) assert.ok(secret !== "" && !all.includes(secret));

  const { identity } = signers.house.tenancy.internals;
  const standing = await identity.countTenant(tenantId);
  await identity.eraseTenant(tenantId);
  assert.ok(standing >= 5);
  assert.equal(await identity.countTenant(tenantId), 0);
});
