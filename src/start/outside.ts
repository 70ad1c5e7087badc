import type pg from "pg";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../base/config.ts";
import { guardedFetch } from "../base/guarded-fetch.ts";
import type { Identity } from "../identity/identity.ts";
import { configuredProviders } from "../integrations/configured.ts";
import { Integrations } from "../integrations/integrations.ts";
import type { Keyring } from "../keys/keyring.ts";
import { Scim } from "../scim/scim.ts";
import { RelyingParty } from "../sso/oidc/relying-party.ts";
import { Sso } from "../sso/sso.ts";
import { dnsTxt } from "../sso/txt.ts";

/** Those outside whose word counts here: identity providers, directories, services that tenants connect. */
export function openOutside(ground: {
  readonly config: Config;
  readonly control: pg.Pool;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly identity: Identity;
  readonly dnsServers: readonly string[] | undefined;
}): { readonly sso: Sso; readonly scim: Scim; readonly integrations: Integrations } {
  const { config, control, clock, keyring, identity, dnsServers } = ground;
  const outbound = guardedFetch({ allow: config.security.outboundAllow });
  const sso = new Sso({
    pool: control,
    clock,
    keyring,
    identity,
    fetch: outbound,
    relyingParty: new RelyingParty({ fetch: outbound, clock }),
    resolveTxt: dnsTxt(dnsServers),
  });
  const scim = new Scim({ pool: control, clock, roles: identity.parts.roles });
  const integrations = new Integrations({
    pool: control,
    clock,
    keyring,
    fetch: outbound,
    providers: configuredProviders(config.integrations),
  });
  return { sso, scim, integrations };
}
