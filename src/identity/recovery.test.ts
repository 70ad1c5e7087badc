import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Authenticator } from "../../test/support/authenticator.ts";
import { HOUR_MS, Recoveries } from "../../test/support/recoveries.ts";
import { BY, from, PASSWORD, refused, Signers } from "../../test/support/signers.ts";
import { one } from "../db/sql.ts";
import { withTx } from "../db/tx.ts";
import { Credentials } from "./credentials.ts";
import { readFactors } from "./factors.ts";
import { changeMember, removeMember } from "./members.ts";
import {
  askRecovery,
  cancelRecoveryByLink,
  cancelRecoveryOf,
  readOwnRecovery,
  readRecoveries,
  refuseRecovery,
} from "./recovery.ts";
import { beginRecoveryPasskey, beginRecoveryTotp, completeRecovery } from "./recovery-completion.ts";
import { completeSecondFactor } from "./second-factor.ts";
import { proveFirst } from "./sign-in.ts";
import { findSigner } from "./sign-in-store.ts";
import { setUserEnabled } from "./users.ts";

let signers: Signers;
let recoveries: Recoveries;

before(async () => {
  signers = await Signers.open();
  recoveries = new Recoveries(signers);
});
after(async () => {
  await signers[Symbol.asyncDispose]();
});
beforeEach(() => recoveries.goFarAhead());

test("a person comes back: two approve, a day passes, and with the new app everything old ends", async () => {
  const { person, link } = await recoveries.ready();
  const step = await signers.halfWay(person.email);
  const code = await recoveries.newApp(link, step.token);

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
  const kinds = await recoveries.mailsOf(person.email);
  for (const kind of ["asked", "approved", "ready", "completed"])
    assert.ok(kinds.includes(`recovery_${kind}`), kind);
  assert.equal(await readOwnRecovery(signers.parts, person.user.id), null);
});

test("a passkey serves as well, and the codes that come with it are new", async () => {
  const { person, link } = await recoveries.ready();
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

test("the passkeys of before are no hindrance: the device that is left may hold one of them", async () => {
  const { person, link } = await recoveries.ready();
  const { token } = await signers.halfWay(person.email);
  await signers.parts.pool.query(
    `insert into tenancy.passkeys (id, user_id, public_key, counter, transports, name, is_backed_up, created_at)
     select 'old' || n, $1, '\\x00', 0, '{}', 'Old', false, now() from generate_series(1, 20) n`,
    [person.user.id],
  );

  const begun = await beginRecoveryPasskey(signers.parts, { link, token });

  assert.deepEqual(begun.options.excludeCredentials, []);
});

test("the delay cannot be skipped, the link works once, and of two who complete it at once one does", async () => {
  const early = await recoveries.asked();
  await recoveries.approve(early.id, early.tenantId, early.owner.principal);
  await recoveries.approve(early.id, early.tenantId, early.admin.principal);
  signers.nowMs += 24 * HOUR_MS - 1;
  await recoveries.sweep();
  assert.equal(await signers.mailed(early.person.email, "recovery"), undefined, "no link before its time");

  const { person, link } = await recoveries.ready();
  const steps = await Promise.all([1, 2, 3].map(() => signers.halfWay(person.email)));
  const code = await recoveries.newApp(link, steps[0]?.token ?? "");
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
  const [mine, other] = [await recoveries.ready(), await signers.personWithTotp()];
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
  const { person, link } = await recoveries.ready();
  const { token } = await signers.halfWay(person.email);
  await recoveries.newApp(link, token);

  await assert.rejects(
    completeRecovery(signers.parts, { link, token }, { kind: "totp", code: person.code() }, from()),
    refused("sign_in.wrong_code"),
  );

  assert.ok((await readFactors(signers.parts, person.user.id)).totpSince);
  const code = await recoveries.newApp(link, token);
  await completeRecovery(signers.parts, { link, token }, { kind: "totp", code }, from());
});

test("it is cancelled by a session, by any mail's link, by whoever may approve, and by using a factor", async () => {
  const ways: readonly ((all: Awaited<ReturnType<Recoveries["asked"]>>) => Promise<unknown>)[] = [
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
    const all = await recoveries.asked();
    await recoveries.approve(all.id, all.tenantId, all.owner.principal);

    await way(all);

    assert.equal(await readOwnRecovery(signers.parts, all.person.user.id), null);
    await assert.rejects(
      recoveries.approve(all.id, all.tenantId, all.admin.principal),
      refused("recovery.not_found"),
    );
    assert.equal((await recoveries.mailsOf(all.person.email))[0], "recovery_cancelled");
  }
});

test("an approval ends with its giver: removed, demoted or disabled, they have approved nothing", async () => {
  for (const fall of ["removed", "demoted", "disabled"]) {
    const { person, link, admin, tenantId } = await recoveries.ready();
    if (fall === "disabled") await setUserEnabled(signers.parts, admin.user.id, false, BY);
    else if (fall === "demoted") {
      const lesser = { tenantId, userId: admin.user.id, roles: ["viewer"] };
      await changeMember(signers.parts, lesser, { ...BY, principal: null });
    } else {
      const leaver = { tenantId, userId: admin.user.id };
      await removeMember(signers.parts, leaver, { ...BY, principal: null });
    }
    const { token } = await signers.halfWay(person.email);
    const code = await recoveries.newApp(link, token);

    await assert.rejects(
      completeRecovery(signers.parts, { link, token }, { kind: "totp", code }, from()),
      refused("recovery.not_approved"),
    );

    assert.ok((await readFactors(signers.parts, person.user.id)).totpSince, "the old factor stays");
    assert.equal(await readOwnRecovery(signers.parts, person.user.id), null, "and another can be asked for");
  }
});

test("asking needs the first factor; asking again sends nothing more", async () => {
  const { person } = await recoveries.asked();
  const sent = (await recoveries.mailsOf(person.email)).length;

  await askRecovery(signers.parts, (await signers.halfWay(person.email)).token, from());

  assert.equal((await recoveries.mailsOf(person.email)).length, sent);
  await assert.rejects(askRecovery(signers.parts, "x".repeat(43), from()), refused("sign_in.expired"));
});

test("what nobody approves in a week, or completes in four days, is over, and can be asked for anew", async () => {
  const { person, id, tenantId, owner } = await recoveries.asked();
  signers.nowMs += 7 * 24 * HOUR_MS;
  await assert.rejects(
    recoveries.approve(id, tenantId, { ...owner.principal, mfaAt: signers.parts.clock.now() }),
    refused("recovery.not_found"),
  );
  const again = await askRecovery(signers.parts, (await signers.halfWay(person.email)).token, from());
  assert.equal(again.status, "asked");

  const late = await recoveries.ready();
  signers.nowMs += 4 * 24 * HOUR_MS;
  const { token } = await signers.halfWay(late.person.email);
  await assert.rejects(
    beginRecoveryTotp(signers.parts, { link: late.link, token }),
    refused("recovery.link_invalid"),
  );
  await recoveries.sweep();
  const [listed] = await readRecoveries(signers.parts, late.tenantId);
  assert.equal(listed?.status, "expired");
});

test("no link, seed or code stands in a table, and a tenant's erasure takes its approvals", async () => {
  const { person, link, tenantId } = await recoveries.ready();
  const { token } = await signers.halfWay(person.email);
  await recoveries.newApp(link, token);
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

test("a provider's word is no first factor for a recovery: neither to ask nor to come back", async () => {
  const { person, link } = await recoveries.ready();
  const user = await withTx(signers.parts.pool, (tx) => one(tx, findSigner, [person.user.id]));
  const proof = { amr: ["sso", "sso:01980000-0000-7000-8000-000000000001"], isMfa: false };
  const step = await withTx(signers.parts.pool, (tx) => proveFirst(tx, signers.parts, user, proof, from()));
  assert.ok(step.status === "second_factor");

  await assert.rejects(askRecovery(signers.parts, step.token, from()), refused("recovery.of_provider"));
  await assert.rejects(
    beginRecoveryTotp(signers.parts, { link, token: step.token }),
    refused("recovery.of_provider"),
  );
});
