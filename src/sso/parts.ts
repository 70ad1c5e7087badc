import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import type { GuardedFetch } from "../base/guarded-fetch.ts";
import type { Identity } from "../identity/identity.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { RelyingParty } from "./oidc/relying-party.ts";
import type { ResolveTxt } from "./txt.ts";

export interface SsoParts {
  readonly pool: pg.Pool;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly identity: Identity;
  readonly fetch: GuardedFetch;
  readonly relyingParty: RelyingParty;
  readonly resolveTxt: ResolveTxt;
}
