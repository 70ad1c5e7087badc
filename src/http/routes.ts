import type { Route } from "./route.ts";
import { accessRoutes } from "./routes/access.ts";
import { apiKeyRoutes } from "./routes/api-keys.ts";
import { auditRoutes } from "./routes/audit.ts";
import { auditStreamRoutes } from "./routes/audit-streams.ts";
import { authzenRoutes } from "./routes/authzen.ts";
import { encryptionRoutes } from "./routes/encryption.ts";
import { eventRoutes } from "./routes/events.ts";
import { fileRoutes } from "./routes/files.ts";
import { grantRoutes } from "./routes/grants.ts";
import { integrationRoutes } from "./routes/integrations.ts";
import { mailRoutes } from "./routes/mails.ts";
import { meRoutes } from "./routes/me.ts";
import { meFactorRoutes } from "./routes/me-factors.ts";
import { memberRoutes } from "./routes/members.ts";
import { migrationRoutes } from "./routes/migrations.ts";
import { placeRoutes } from "./routes/places.ts";
import { policyRoutes } from "./routes/policies.ts";
import { policyDraftRoutes } from "./routes/policy-drafts.ts";
import { postureRoutes } from "./routes/posture.ts";
import { proofRoutes } from "./routes/proofs.ts";
import { recoveryRoutes } from "./routes/recoveries.ts";
import { reviewRoutes } from "./routes/reviews.ts";
import { roleRoutes } from "./routes/roles.ts";
import { scimTokenRoutes } from "./routes/scim-tokens.ts";
import { serverRoutes } from "./routes/server.ts";
import { serviceAccountRoutes } from "./routes/service-accounts.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { signInRoutes } from "./routes/sign-in.ts";
import { signInRecoveryRoutes } from "./routes/sign-in-recovery.ts";
import { signInSsoRoutes } from "./routes/sign-in-sso.ts";
import { ssoConnectionRoutes } from "./routes/sso-connections.ts";
import { ssoRuleRoutes } from "./routes/sso-rules.ts";
import { supportRoutes } from "./routes/support.ts";
import { tenantDomainRoutes } from "./routes/tenant-domains.ts";
import { tenantStateRoutes } from "./routes/tenant-state.ts";
import { tenantRoutes } from "./routes/tenants.ts";
import { userRoutes } from "./routes/users.ts";
import { vaultRecoveryRoutes } from "./routes/vault-recovery.ts";
import { vaultRoutes } from "./routes/vaults.ts";
import { workflowRoutes } from "./routes/workflows.ts";

/** Every route of the API, in the order of the OpenAPI document. */
export const routes: readonly Route[] = [
  ...sessionRoutes,
  ...signInRoutes,
  ...meRoutes,
  ...meFactorRoutes,
  ...signInRecoveryRoutes,
  ...tenantRoutes,
  ...tenantStateRoutes,
  ...tenantDomainRoutes,
  ...memberRoutes,
  ...recoveryRoutes,
  ...userRoutes,
  ...serviceAccountRoutes,
  ...workflowRoutes,
  ...placeRoutes,
  ...migrationRoutes,
  ...proofRoutes,
  ...fileRoutes,
  ...encryptionRoutes,
  ...eventRoutes,
  ...auditRoutes,
  ...auditStreamRoutes,
  ...apiKeyRoutes,
  ...roleRoutes,
  ...policyRoutes,
  ...policyDraftRoutes,
  ...accessRoutes,
  ...postureRoutes,
  ...authzenRoutes,
  ...grantRoutes,
  ...reviewRoutes,
  ...supportRoutes,
  ...vaultRoutes,
  ...vaultRecoveryRoutes,
  ...mailRoutes,
  ...signInSsoRoutes,
  ...ssoConnectionRoutes,
  ...ssoRuleRoutes,
  ...scimTokenRoutes,
  ...integrationRoutes,
  ...serverRoutes,
];
