import assert from "node:assert/strict";
import { Secret, TOTP } from "otpauth";
import { isTenancyError } from "../../src/base/errors.ts";
import { Credentials } from "../../src/identity/credentials.ts";
import { confirmTotp, enrolTotp } from "../../src/identity/factors.ts";
import type { IdentityParts } from "../../src/identity/identity.ts";
import { changePassword } from "../../src/identity/passwords.ts";
import type { UserPrincipal } from "../../src/identity/principal.ts";
import { mailSignInLink, type SignInStep, signInWithPassword } from "../../src/identity/sign-in.ts";
import { type House, openHouse } from "./house.ts";
import { type SignedUserOptions, signedUser } from "./users.ts";

export const BY = { actor: "test" };
export const PASSWORD = "four words unrelated here";

export const refused = (code: string) => (error: unknown) => isTenancyError(error, code);

export function waiting(step: SignInStep) {
  assert.ok(step.status === "second_factor", step.status);
  return step;
}

export function opened(step: SignInStep) {
  assert.ok(step.status === "signed_in", step.status);
  return step.session;
}

let ip = 0;
/** Each call from an address of its own, unless a test says otherwise. */
export const from = (address = `10.0.${Math.floor(++ip / 250)}.${ip % 250}`) => ({
  origin: { device: "Test", ip: address },
});

/** A house without an app, a clock that tests turn, and people who sign in. */
export class Signers implements AsyncDisposable {
  readonly house: House;
  readonly parts: IdentityParts;
  readonly #clock: { nowMs: number };

  private constructor(house: House, clock: { nowMs: number }) {
    this.house = house;
    this.parts = house.tenancy.internals.identity.parts;
    this.#clock = clock;
  }

  static async open(): Promise<Signers> {
    const clock = { nowMs: Date.now() };
    const house = await openHouse({ sql: null, clock: { now: () => new Date(clock.nowMs) } });
    return new Signers(house, clock);
  }

  get nowMs(): number {
    return this.#clock.nowMs;
  }

  set nowMs(value: number) {
    this.#clock.nowMs = value;
  }

  async principalOf(token: string): Promise<UserPrincipal> {
    const principal = await new Credentials(this.parts).session(token);
    assert.ok(principal?.kind === "user");
    return principal;
  }

  async person(options: SignedUserOptions = {}) {
    const signed = await signedUser(this.house.tenancy, options);
    const principal = await this.principalOf(signed.token);
    await changePassword(this.parts, principal, PASSWORD, BY);
    return { ...signed, principal, email: signed.user.email };
  }

  /** A person with an authenticator app; `code(n)` is the code of n steps from now. */
  async personWithTotp(options: SignedUserOptions = {}) {
    const signed = await this.person(options);
    const { secret } = await enrolTotp(this.parts, signed.principal);
    const totp = new TOTP({ secret: Secret.fromBase32(secret) });
    const code = (steps = 0) => totp.generate({ timestamp: this.nowMs + steps * 30_000 });
    const { recoveryCodes, token } = await confirmTotp(this.parts, signed.principal, code(), BY);
    this.nowMs += 60_000;
    const principal = await this.principalOf(token);
    return { ...signed, token, code, recoveryCodes: recoveryCodes ?? [], principal };
  }

  /** A sign-in that waits for its second factor. */
  async halfWay(email: string) {
    return waiting(await signInWithPassword(this.parts, { email, password: PASSWORD }, from()));
  }

  async linkFor(email: string): Promise<string> {
    await mailSignInLink(this.parts, email);
    return (await this.mailed(email, "sign-in")) ?? "";
  }

  /** The token behind `#kind=` of the newest mail to somebody that has one. */
  async mailed(email: string, kind: string): Promise<string | undefined> {
    for (const { id } of await this.parts.mail.list(email)) {
      const { text } = await this.parts.mail.read(id);
      const token = new RegExp(`#${kind}=([\\w-]+)`).exec(text ?? "")?.[1];
      if (token !== undefined) return token;
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.house[Symbol.asyncDispose]();
  }
}
