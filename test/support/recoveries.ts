import assert from "node:assert/strict";
import { Secret, TOTP } from "otpauth";
import { createOperatorLink } from "../../src/identity/operators.ts";
import type { OperatorPrincipal, Principal } from "../../src/identity/principal.ts";
import { askRecovery, readRecoveries } from "../../src/identity/recovery.ts";
import { approveRecovery } from "../../src/identity/recovery-approval.ts";
import { beginRecoveryTotp } from "../../src/identity/recovery-completion.ts";
import { BY, from, type Signers } from "./signers.ts";
import { type SignedUserOptions, signedUser } from "./users.ts";

export const HOUR_MS = 3_600_000;
let count = 0;

/** People who lost their factors, and those who approve. */
export class Recoveries {
  readonly #signers: Signers;

  constructor(signers: Signers) {
    this.#signers = signers;
  }

  /** A time that no recovery of another test reaches. */
  goFarAhead(): void {
    this.#signers.nowMs = Date.now() + ++count * 100 * 24 * HOUR_MS;
  }

  async sweep(): Promise<void> {
    await this.#signers.house.tenancy.internals.identity.sweep();
  }

  async makeTenant(): Promise<string> {
    return (await this.#signers.house.tenancy.tenants.create({ name: `Studio ${++count}` })).id;
  }

  /** Somebody who used a second factor just now, unless told otherwise. */
  async member(tenantId: string, role: string, options: SignedUserOptions = {}) {
    const signed = await signedUser(this.#signers.house.tenancy, {
      tenants: { [tenantId]: [role] },
      isMfa: true,
      ...options,
    });
    return { ...signed, principal: await this.#signers.principalOf(signed.token) };
  }

  async operator(name: string, mfaAt: Date | null = this.#signers.parts.clock.now()) {
    const { clock } = this.#signers.parts;
    const made = await createOperatorLink(this.#signers.parts, BY, name);
    const principal: OperatorPrincipal = {
      kind: "operator",
      id: made.operator.id,
      name,
      actor: `operator:${made.operator.id}`,
      sessionId: "01980000-0000-7000-8000-000000000001",
      amr: ["link"],
      authenticatedAt: clock.now(),
      mfaAt,
      expiresAt: new Date(this.#signers.nowMs + HOUR_MS),
    };
    return principal;
  }

  /** A tenant with two who may approve, and a member who asked. */
  async asked(role = "member") {
    const tenantId = await this.makeTenant();
    const person = await this.#signers.personWithTotp({ tenants: { [tenantId]: [role] } });
    const step = await this.#signers.halfWay(person.email);
    await askRecovery(this.#signers.parts, step.token, from());
    const [owner, admin] = [await this.member(tenantId, "owner"), await this.member(tenantId, "admin")];
    const [recovery] = await readRecoveries(this.#signers.parts, tenantId);
    assert.ok(recovery);
    return { tenantId, person, owner, admin, id: recovery.id };
  }

  approve(id: string, tenantId: string | null, principal: Principal) {
    return approveRecovery(this.#signers.parts, { id, tenantId }, principal, { actor: principal.actor });
  }

  /** Approved by both, and the delay is over. */
  async ready(role = "member") {
    const all = await this.asked(role);
    await this.approve(all.id, all.tenantId, all.owner.principal);
    const { readyAt } = await this.approve(all.id, all.tenantId, all.admin.principal);
    assert.equal(readyAt?.getTime(), this.#signers.nowMs + 24 * HOUR_MS);
    this.#signers.nowMs += 24 * HOUR_MS;
    await this.sweep();
    return { ...all, link: (await this.#signers.mailed(all.person.email, "recovery")) ?? "" };
  }

  /** The first code of an app that is set up with both proofs. */
  async newApp(link: string, token: string): Promise<string> {
    const { secret } = await beginRecoveryTotp(this.#signers.parts, { link, token });
    return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: this.#signers.nowMs });
  }

  async mailsOf(email: string): Promise<string[]> {
    return (await this.#signers.parts.mail.list(email)).map(({ kind }) => kind);
  }
}
