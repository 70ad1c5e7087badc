import { Type } from "typebox";
import { RECOVERY_HOURS_MAX, RECOVERY_HOURS_MIN } from "../../identity/limits.ts";
import { Id, Timestamp } from "./common.ts";
import { HeldGrant } from "./grants.ts";
import { Email, Locale } from "./identity.ts";

const Roles = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
  minItems: 1,
  maxItems: 20,
  uniqueItems: true,
  description: "Keys of roles of the tenant, such as `admin`.",
});

export const Member = Type.Object(
  {
    userId: Id,
    email: Type.String(),
    name: Type.String(),
    status: Type.Union([Type.Literal("active"), Type.Literal("suspended"), Type.Literal("disabled")], {
      description: "suspended: no access to this tenant. disabled: no access to any.",
    }),
    roles: Type.Array(Type.String()),
    joinedAt: Timestamp,
    grants: Type.Array(HeldGrant, { description: "What they hold for a time, now or soon." }),
  },
  { title: "Member" },
);
export const MemberQuery = Type.Object({
  search: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: "Part of address or name." }),
  ),
  role: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: "Key of a role: only who holds it." }),
  ),
  after: Type.Optional(
    Type.String({ minLength: 1, maxLength: 320, description: "`next` of the page before: an address." }),
  ),
});
export const MemberList = Type.Object(
  {
    items: Type.Array(Member),
    next: Type.Union([Type.String(), Type.Null()], {
      description: "Ask for the next page with it as `after`; null on the last page.",
    }),
  },
  { title: "MemberList" },
);
export const MemberChange = Type.Object(
  {
    roles: Type.Optional(Roles),
    status: Type.Optional(Type.Union([Type.Literal("active"), Type.Literal("suspended")])),
  },
  { title: "MemberChange", additionalProperties: false },
);
export const Invitation = Type.Object(
  {
    id: Id,
    email: Type.String(),
    roles: Type.Array(Type.String()),
    locale: Locale,
    invitedBy: Type.String({ description: "Actor, such as user:<id>." }),
    sentAt: Timestamp,
    expiresAt: Timestamp,
  },
  { title: "Invitation" },
);
export const InvitationList = Type.Object({ items: Type.Array(Invitation) }, { title: "InvitationList" });
export const InvitationCreate = Type.Object(
  { email: Email, roles: Roles, locale: Type.Optional(Locale) },
  { title: "InvitationCreate", additionalProperties: false },
);
const Token = Type.String({
  minLength: 10,
  maxLength: 200,
  description: "From behind `#invitation=` of the mailed link.",
});
export const InvitationToken = Type.Object(
  { token: Token },
  { title: "InvitationToken", additionalProperties: false },
);
export const OpenInvitation = Type.Object(
  {
    tenantName: Type.String(),
    email: Type.String(),
    hasAccount: Type.Boolean({ description: "Nothing has to be filled in." }),
  },
  { title: "OpenInvitation" },
);
export const InvitationAccept = Type.Object(
  {
    token: Token,
    name: Type.Optional(Type.String({ maxLength: 200, description: "Of a new account." })),
    password: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 1_024,
        description: "Of a new account; without one, links and passkeys sign in.",
      }),
    ),
  },
  { title: "InvitationAccept", additionalProperties: false },
);
const MfaRequired = Type.Boolean({
  description:
    "A second factor must have been used in the session, however it was opened. Without it members get `session.mfa_required` here.",
});
const RecoveryHours = Type.Integer({
  minimum: RECOVERY_HOURS_MIN,
  maximum: RECOVERY_HOURS_MAX,
  description: "So long an approved recovery waits before the member can come back. Default: 24.",
});
const RecoveryByOperators = Type.Boolean({
  description: "The platform's staff may give one of its two approvals. Default: true.",
});
export const SignInRules = Type.Object(
  { mfaRequired: MfaRequired, recoveryHours: RecoveryHours, recoveryByOperators: RecoveryByOperators },
  { title: "SignInRules" },
);
export const SignInRulesChange = Type.Object(
  {
    mfaRequired: MfaRequired,
    recoveryHours: Type.Optional(RecoveryHours),
    recoveryByOperators: Type.Optional(RecoveryByOperators),
  },
  {
    title: "SignInRulesChange",
    additionalProperties: false,
    description: "What is left out stays as it is.",
  },
);
export const ServiceAccount = Type.Object(
  {
    id: Id,
    name: Type.String(),
    roles: Type.Array(Type.String()),
    status: Type.Union([Type.Literal("active"), Type.Literal("disabled")]),
    createdAt: Timestamp,
  },
  { title: "ServiceAccount" },
);
export const ServiceAccountList = Type.Object(
  { items: Type.Array(ServiceAccount) },
  { title: "ServiceAccountList" },
);
export const ServiceAccountCreate = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 100 }), roles: Roles },
  { title: "ServiceAccountCreate", additionalProperties: false },
);
export const ServiceAccountChange = Type.Object(
  {
    roles: Type.Optional(Roles),
    status: Type.Optional(Type.Union([Type.Literal("active"), Type.Literal("disabled")])),
  },
  { title: "ServiceAccountChange", additionalProperties: false },
);
export const TenantKey = Type.Object(
  {
    id: Id,
    name: Type.String(),
    prefix: Type.String({ description: "First characters of the key, to recognise it by." }),
    serviceAccountId: Type.Union([Id, Type.Null()]),
    scopes: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: "Permissions that it has at most; null: all that its service account has.",
    }),
    replaces: Type.Union([Id, Type.Null()], { description: "The key that it was rotated from." }),
    createdAt: Timestamp,
    lastUsedAt: Type.Union([Timestamp, Type.Null()]),
    expiresAt: Type.Union([Timestamp, Type.Null()]),
  },
  { title: "TenantKey" },
);
export const TenantKeyList = Type.Object({ items: Type.Array(TenantKey) }, { title: "TenantKeyList" });
export const TenantKeyCreate = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    serviceAccountId: Type.Optional(Id),
    scopes: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
        maxItems: 100,
        uniqueItems: true,
        description: "Permissions of the tenant, such as `members.read`; only those that you have yourself.",
      }),
    ),
    expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650 })),
  },
  { title: "TenantKeyCreate", additionalProperties: false },
);
export const TenantKeyRotate = Type.Object(
  {
    overlapHours: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 720, default: 24, description: "So long the old key works on." }),
    ),
  },
  { title: "TenantKeyRotate", additionalProperties: false },
);
export const TenantKeyCreated = Type.Intersect(
  [TenantKey, Type.Object({ key: Type.String({ description: "Shown this once." }) })],
  { title: "TenantKeyCreated" },
);
