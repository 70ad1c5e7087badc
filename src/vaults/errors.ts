import { defineErrors } from "../base/errors.ts";

export const { table: vaultErrors, error: vaultError } = defineErrors({
  "vault.members_only": {
    status: 403,
    sentence: "Vaults are for people who are members of the tenant; staff and programs have no key to one.",
    cure: "Sign in as a member.",
  },
  "vault.not_found": {
    status: 404,
    sentence: "There is no vault {id}.",
    cure: "`GET /v1/tenants/{tenant}/vaults` lists the vaults that your key opens.",
  },
  "vault.revision_passed": {
    status: 409,
    sentence: "The vault was changed meanwhile: it is at revision {revision}.",
    cure: "Read it again, and make the change on that.",
  },
  "vault.foreign_holder": {
    status: 422,
    sentence: "These keys belong to nobody who may hold this vault's key: {keys}.",
    cure: "Seal it to keys of active members (`GET /v1/tenants/{tenant}/vault-keys`) and the tenant's recovery key.",
  },
  "vault.malformed": {
    status: 422,
    sentence: "The vault is not well formed: {fault}.",
    cure: "Make it with `tenancy/client`, which keeps the rules.",
  },
  "vault.exists": {
    status: 409,
    sentence: "There is a vault {id} already.",
    cure: "Draw another id.",
  },
  "vault.full": {
    status: 422,
    sentence: "There is no room for more: {what}.",
    cure: "Delete what is no longer needed.",
  },
  "vault.stale_epoch": {
    status: 409,
    sentence: "The value is sealed under a key of epoch {epoch}; the vault is at epoch {current}.",
    cure: "Read the vault again, and seal the value under its newest key.",
  },
  "vault_item.not_found": {
    status: 404,
    sentence: "The vault has no value {item}.",
    cure: "`GET /v1/tenants/{tenant}/vaults/{vault}/items` lists them.",
  },
  "vault_item.version_passed": {
    status: 409,
    sentence: "The value was written meanwhile: it is at version {version}.",
    cure: "Read it again, and write on top of that.",
  },
  "vault_key.none": {
    status: 404,
    sentence: "You have no key for vaults yet.",
    cure: "Make one with `tenancy/client` and register it with `PUT /v1/me/vault-key`.",
  },
  "vault_key.exists": {
    status: 409,
    sentence: "You have another key for vaults already.",
    cure: "Name it in `replaces`. Vaults that are sealed to it alone can then only be opened by recovery.",
  },
  "vault_key.malformed": {
    status: 422,
    sentence: "The key id is not the SHA-256 of the public key.",
    cure: "Make the key with `tenancy/client`.",
  },
  "vault_recovery.none": {
    status: 404,
    sentence: "The tenant has no recovery key for its vaults.",
    cure: "Set one up with `PUT /v1/tenants/{tenant}/vault-recovery`, while members can still open their vaults.",
  },
  "vault_recovery.request_not_found": {
    status: 404,
    sentence: "There is no open recovery request {id}.",
    cure: "`GET /v1/tenants/{tenant}/vault-recovery` lists them; one ends after seven days.",
  },
  "vault_recovery.no_share": {
    status: 403,
    sentence: "Your key holds no share of the recovery key, or it is you who asks.",
    cure: "Ask the holders that `GET /v1/tenants/{tenant}/vault-recovery` names.",
  },
});
