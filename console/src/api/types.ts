import type { Static } from "typebox";
import type * as access from "../../../src/http/schemas/access.ts";
import type * as audit from "../../../src/http/schemas/audit.ts";
import type * as common from "../../../src/http/schemas/common.ts";
import type * as encryption from "../../../src/http/schemas/encryption.ts";
import type * as fleet from "../../../src/http/schemas/fleet.ts";
import type * as grants from "../../../src/http/schemas/grants.ts";
import type * as identity from "../../../src/http/schemas/identity.ts";
import type * as integrationsSchemas from "../../../src/http/schemas/integrations.ts";
import type * as membersSchemas from "../../../src/http/schemas/members.ts";
import type * as operators from "../../../src/http/schemas/operators.ts";
import type * as drafts from "../../../src/http/schemas/policy-drafts.ts";
import type * as postures from "../../../src/http/schemas/posture.ts";
import type * as recoveries from "../../../src/http/schemas/recoveries.ts";
import type * as reviews from "../../../src/http/schemas/reviews.ts";
import type * as scim from "../../../src/http/schemas/scim.ts";
import type * as sso from "../../../src/http/schemas/sso.ts";
import type * as support from "../../../src/http/schemas/support.ts";
import type * as tenants from "../../../src/http/schemas/tenants.ts";
import type * as users from "../../../src/http/schemas/users.ts";
import type * as vaultSchemas from "../../../src/http/schemas/vaults.ts";

export type Problem = Static<typeof common.Problem>;

export type Tenant = Static<typeof tenants.Tenant>;
export type TenantStatus = Static<typeof tenants.TenantStatus>;
export type TenantPage = Static<typeof tenants.TenantPage>;
export type TenantQuery = Static<typeof tenants.TenantQuery>;
export type TenantCreate = Static<typeof tenants.TenantCreate>;
export type TenantUpdate = Static<typeof tenants.TenantUpdate>;
export type TenantDelete = Static<typeof tenants.TenantDelete>;
export type TenantUsage = Static<typeof tenants.TenantUsage>;
export type Limits = Static<typeof tenants.Limits>;
export type Domain = Static<typeof tenants.Domain>;
export type DomainAdd = Static<typeof tenants.DomainAdd>;
export type IsolationLevel = Static<typeof tenants.IsolationLevel>;
export type AuditEvent = Static<typeof tenants.AuditEvent>;
export type AuditEventPage = Static<typeof tenants.AuditEventPage>;
export type Workflow = Static<typeof tenants.Workflow>;
export type WorkflowStep = Static<typeof tenants.WorkflowStep>;

export type Plan = Static<typeof fleet.Plan>;
export type Region = Static<typeof fleet.Region>;
export type Cell = Static<typeof fleet.Cell>;
export type MigrationStatus = Static<typeof fleet.MigrationStatus>;
export type MigrationList = Static<typeof fleet.MigrationList>;
export type MigrationRun = Static<typeof fleet.MigrationRun>;
export type MigrationRunPage = Static<typeof fleet.MigrationRunPage>;
export type MigrationRunCreate = Static<typeof fleet.MigrationRunCreate>;
export type Drift = Static<typeof fleet.Drift>;
export type Protection = Static<typeof fleet.Protection>;
export type Proof = Static<typeof fleet.Proof>;
export type ProofAttempt = Static<typeof fleet.ProofAttempt>;
export type ProofDetail = Static<typeof fleet.ProofDetail>;
export type ProofPage = Static<typeof fleet.ProofPage>;
export type ProofCreate = Static<typeof fleet.ProofCreate>;

export type AuditRecord = Static<typeof audit.AuditRecord>;
export type AuditRecordPage = Static<typeof audit.AuditRecordPage>;
export type AuditState = Static<typeof audit.AuditState>;
export type AuditSettings = Static<typeof audit.AuditSettings>;
export type AuditSettingsUpdate = Static<typeof audit.AuditSettingsUpdate>;

export type TimedGrant = Static<typeof grants.TimedGrant>;
export type TimedGrantPage = Static<typeof grants.TimedGrantPage>;
export type GrantGive = Static<typeof grants.GrantGive>;
export type SupportVisit = Static<typeof support.SupportVisit>;
export type SupportVisitList = Static<typeof support.SupportVisitList>;
export type AccessReview = Static<typeof reviews.AccessReview>;
export type AccessReviewList = Static<typeof reviews.AccessReviewList>;
export type AccessReviewStart = Static<typeof reviews.AccessReviewStart>;
export type AccessReviewItem = Static<typeof reviews.AccessReviewItem>;
export type AccessReviewItemPage = Static<typeof reviews.AccessReviewItemPage>;
export type AccessReviewDecide = Static<typeof reviews.AccessReviewDecide>;

export type AccessMine = Static<typeof access.AccessMine>;
export type PermissionName = Static<typeof access.PermissionName>;
export type PermissionList = Static<typeof access.PermissionList>;
export type Role = Static<typeof access.Role>;
export type RoleList = Static<typeof access.RoleList>;
export type RoleCreate = Static<typeof access.RoleCreate>;
export type Policy = Static<typeof access.Policy>;
export type PolicyList = Static<typeof access.PolicyList>;
export type PolicyCreate = Static<typeof access.PolicyCreate>;
export type PolicyUpdate = Static<typeof access.PolicyUpdate>;
export type PolicyDraft = Static<typeof access.PolicyDraft>;
export type PolicyTest = Static<typeof access.PolicyTest>;
export type PolicyTestSave = Static<typeof access.PolicyTestSave>;
export type PolicyChecked = Static<typeof drafts.PolicyChecked>;
export type PolicyReplayed = Static<typeof drafts.PolicyReplayed>;
export type Posture = Static<typeof postures.Posture>;
export type Finding = Posture["items"][number];
export type PolicyQuestion = Static<typeof access.PolicyQuestion>;
export type PolicyAnswer = Static<typeof access.PolicyAnswer>;

export type Member = Static<typeof membersSchemas.Member>;
export type MemberList = Static<typeof membersSchemas.MemberList>;
export type MemberChange = Static<typeof membersSchemas.MemberChange>;
export type Invitation = Static<typeof membersSchemas.Invitation>;
export type InvitationList = Static<typeof membersSchemas.InvitationList>;
export type InvitationCreate = Static<typeof membersSchemas.InvitationCreate>;
export type InvitationAccept = Static<typeof membersSchemas.InvitationAccept>;
export type OpenInvitation = Static<typeof membersSchemas.OpenInvitation>;

export type ServiceAccount = Static<typeof membersSchemas.ServiceAccount>;
export type ServiceAccountList = Static<typeof membersSchemas.ServiceAccountList>;
export type ServiceAccountCreate = Static<typeof membersSchemas.ServiceAccountCreate>;
export type ServiceAccountChange = Static<typeof membersSchemas.ServiceAccountChange>;
export type TenantKey = Static<typeof membersSchemas.TenantKey>;
export type TenantKeyList = Static<typeof membersSchemas.TenantKeyList>;
export type TenantKeyCreate = Static<typeof membersSchemas.TenantKeyCreate>;
export type TenantKeyCreated = Static<typeof membersSchemas.TenantKeyCreated>;

export type User = Static<typeof users.User>;
export type UserDetail = Static<typeof users.UserDetail>;
export type UserList = Static<typeof users.UserList>;
export type PersonSession = Static<typeof users.PersonSession>;
export type PersonSessionList = Static<typeof users.PersonSessionList>;

export type SignInRules = Static<typeof membersSchemas.SignInRules>;
export type MyRecovery = Static<typeof recoveries.MyRecovery>;
export type OwnRecovery = Static<typeof recoveries.OwnRecovery>;
export type Recovered = Static<typeof recoveries.Recovered>;
export type Recovery = Static<typeof recoveries.Recovery>;
export type RecoveryList = Static<typeof recoveries.RecoveryList>;
export type RecoveryApproved = Static<typeof recoveries.RecoveryApproved>;

export type Me = Static<typeof identity.Me>;
export type MyTenant = Static<typeof identity.MyTenant>;
export type Device = Static<typeof identity.Device>;
export type Factors = Static<typeof identity.Factors>;
export type Passkey = Factors["passkeys"][number];
export type Enrolled = Static<typeof identity.Enrolled>;
export type RecoveryCodes = Static<typeof identity.RecoveryCodes>;
export type TotpEnrolment = Static<typeof identity.TotpEnrolment>;
export type SignInStep = Static<typeof identity.SignInStep>;

export type Integration = Static<typeof integrationsSchemas.Integration>;
export type IntegrationList = Static<typeof integrationsSchemas.IntegrationList>;

export type ScimDirectory = Static<typeof scim.ScimDirectory>;
export type ScimTokenList = Static<typeof scim.ScimTokenList>;
export type ScimTokenCreate = Static<typeof scim.ScimTokenCreate>;
export type ScimTokenCreated = Static<typeof scim.ScimTokenCreated>;

export type SsoConnection = Static<typeof sso.SsoConnection>;
export type SsoConnectionList = Static<typeof sso.SsoConnectionList>;
export type SsoConnectionCreate = Static<typeof sso.SsoConnectionCreate>;
export type SsoConnectionChange = Static<typeof sso.SsoConnectionChange>;
export type SsoChecks = Static<typeof sso.SsoChecks>;
export type SsoDomain = Static<typeof sso.SsoDomain>;
export type SsoDomainList = Static<typeof sso.SsoDomainList>;
export type SsoRules = Static<typeof sso.SsoRules>;
export type SsoRulesChange = Static<typeof sso.SsoRulesChange>;
export type SsoDiscovered = Static<typeof sso.SsoDiscovered>;
export type SsoFinished = Static<typeof sso.SsoFinished>;

export type Encryption = Static<typeof encryption.Encryption>;
export type EncryptionKey = Static<typeof encryption.EncryptionKey>;
export type EncryptionKeyList = Static<typeof encryption.EncryptionKeyList>;
export type KeyRotation = Static<typeof encryption.KeyRotation>;

export type OperatorList = Static<typeof access.OperatorList>;
export type Session = Static<typeof operators.Session>;
export type ApiKey = Static<typeof operators.ApiKey>;
export type ApiKeyList = Static<typeof operators.ApiKeyList>;
export type ApiKeyCreate = Static<typeof operators.ApiKeyCreate>;
export type ApiKeyCreated = Static<typeof operators.ApiKeyCreated>;

export interface Items<T> {
  readonly items: T[];
}

export type VaultOverviews = Static<typeof vaultSchemas.VaultOverviews>;
export type VaultOverview = VaultOverviews["items"][number];
export type VaultHolders = Static<typeof vaultSchemas.VaultHolders>;
export type VaultRecovery = Static<typeof vaultSchemas.VaultRecovery>;

export type SealedColumnList = Static<typeof encryption.SealedColumnList>;
export type SealedColumn = SealedColumnList["items"][number];
export type TenantColumnList = Static<typeof encryption.TenantColumnList>;
export type TenantColumn = TenantColumnList["items"][number];
