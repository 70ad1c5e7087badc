import { defineErrors } from "../base/errors.ts";

export const { table: tenantErrors, error: tenantError } = defineErrors({
  "tenant.not_found": {
    status: 404,
    sentence: "There is no tenant {tenant}.",
    cure: "Check the id, slug or domain; `tenancy tenant list` shows what exists.",
  },
  "tenant.suspended": {
    status: 403,
    sentence: "Tenant {tenant} is suspended.",
    cure: "Resume it with `tenancy tenant resume {tenant}`.",
  },
  "tenant.not_ready": {
    status: 503,
    sentence: "Tenant {tenant} is still being provisioned.",
    cure: "Wait for its workflow to end; `tenancy tenant show {tenant}` shows the step.",
  },
  "tenant.closed": {
    status: 410,
    sentence: "Tenant {tenant} is {status}.",
    cure: "During the grace period `tenancy tenant restore {tenant}` brings it back.",
  },
  "tenant.wrong_state": {
    status: 409,
    sentence: "Tenant {tenant} is {status}; it cannot be {verb} now.",
    cure: "{cure}",
  },
  "tenant.slug_taken": {
    status: 409,
    sentence: "The slug `{slug}` belongs to another tenant.",
    cure: "Choose another slug, such as `{suggestion}`.",
  },
  "tenant.domain_taken": {
    status: 409,
    sentence: "The domain `{domain}` belongs to another tenant.",
    cure: "Choose another domain, or remove it there first.",
  },
  "tenant.domain_unproven": {
    status: 403,
    sentence: "The tenant has not proven that `{domain}` is its own.",
    cure: "Prove it, or a domain above it, by `POST /v1/tenants/{id}/sso-domains` and its TXT record; or ask the people who run the platform to add it.",
  },
  "tenant.domain_not_found": {
    status: 404,
    sentence: "Tenant {tenant} has no domain `{domain}`.",
    cure: "`tenancy tenant show {tenant}` lists its domains.",
  },
  "tenant.name_invalid": {
    status: 422,
    sentence: "Expected `name` to be 1 to 100 readable characters, got {shown}: {reason}.",
    cure: "Send another name.{hint}",
  },
  "tenant.slug_invalid": {
    status: 422,
    sentence:
      "Expected `slug` to be 1 to 63 lower-case letters, digits and inner hyphens, got {shown}: {reason}.",
    cure: "Send another slug, or none to have one made from the name.{hint}",
  },
  "tenant.slug_reserved": {
    status: 422,
    sentence: "The slug {shown} is reserved for the platform.",
    cure: "Choose another slug.{hint}",
  },
  "tenant.domain_invalid": {
    status: 422,
    sentence: "Expected `domain` to be a host name such as studio.example.com, got {shown}: {reason}.",
    cure: "Send another domain.{hint}",
  },
  "tenant.input_invalid": {
    status: 422,
    sentence: "The tenant's data is not acceptable.",
    cure: "Mend the fields that `errors` lists.",
  },
  "tenant.confirm_mismatch": {
    status: 422,
    sentence: "Expected `confirm` to be the slug `{slug}`, got `{confirm}`.",
    cure: "Type the slug of the tenant that you mean to delete.",
  },
  "cell.not_found": {
    status: 404,
    sentence: "There is no cell `{cell}`.",
    cure: "Name one of: {cells}.",
  },
  "cell.none_open": {
    status: 503,
    sentence: "No open cell of region `{region}` can take the tenant.",
    cure: "Open a cell or name another region; `tenancy cell list` shows them.",
  },
  "installation.wrong_key": {
    status: 500,
    sentence: "TENANT_ENCRYPTION_KEY is not the key that this database was set up with.",
    cure: "Use the same key on every process; without it no tenant can be opened.",
  },
  "installation.key_change_unfinished": {
    status: 500,
    sentence: "A change of TENANT_ENCRYPTION_KEY began and has not been finished.",
    cure: "Run `tenancy encryption change-key` again, with the new key and the former one; it goes on where it stopped.",
  },
  "installation.keys_missing": {
    status: 400,
    sentence: "TENANT_ENCRYPTION_KEY and TENANT_FORMER_ENCRYPTION_KEY are both needed to change the key.",
    cure: "Draw the new one with `openssl rand -base64 32`; the former one is that of today, in embedded mode the content of root.key in the data folder.",
  },
  "installation.in_use": {
    status: 409,
    sentence: "{connections} connections of other processes of this installation are open.",
    cure: "Stop every server, worker and command that uses the database, then run it again.",
  },
  "installation.key_missing": {
    status: 500,
    sentence: "TENANT_DATABASE_URL is set, but TENANT_ENCRYPTION_KEY is not.",
    cure: "Draw one with `openssl rand -base64 32`, keep it safe, and give it to every process.",
  },
});
