import { type TSchema, Type } from "typebox";
import { DAYS } from "../../access/conditions.ts";
import { DEVICES } from "../../access/device.ts";
import { POLICY_CHARACTERS_MAX } from "../../access/limits.ts";
import { permissionNames } from "../../access/permissions.ts";
import { Id, Timestamp } from "./common.ts";

const closed = { additionalProperties: false } as const;
const Text = (max: number) => Type.String({ minLength: 1, maxLength: max });
const Texts = (max = 50) => Type.Array(Text(100), { minItems: 1, maxItems: max });

export const PermissionName = oneOf(permissionNames, { title: "Permission" });

function oneOf<const T extends string>(names: readonly T[], options: { title?: string } = {}) {
  return Type.Unsafe<T>(
    Type.Union(
      names.map((name) => Type.Literal(name)),
      options,
    ),
  );
}

function condition<K extends string, P extends Record<string, TSchema>>(kind: K, properties: P) {
  return Type.Object({ kind: Type.Literal(kind), ...properties }, closed);
}

export const Condition = Type.Union(
  [
    condition("time", {
      days: Type.Array(oneOf(DAYS), { minItems: 1, maxItems: 7 }),
      from: Type.String({ maxLength: 5, description: "HH:MM in the tenant's zone." }),
      to: Type.String({ maxLength: 5, description: "HH:MM; one that is not later goes past midnight." }),
    }),
    condition("address", { ranges: Texts() }),
    condition("mfa", {
      maxAgeMinutes: Type.Integer({ minimum: 1, maximum: 1440 }),
      methods: Type.Optional(Texts(10)),
    }),
    condition("device", {
      devices: Type.Array(oneOf(DEVICES), { minItems: 1, maxItems: 4 }),
      isPasskeyBound: Type.Optional(
        Type.Boolean({ description: "Signed in, or confirmed, with a passkey." }),
      ),
      knownForDays: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 365,
          description: "First signed in with this browser so many days ago or earlier.",
        }),
      ),
    }),
    condition("feature", { feature: Text(100) }),
    condition("plan", { plans: Texts(20) }),
    condition("purpose", { purposes: Texts(20) }),
    condition("attribute", { name: Text(100), values: Texts() }),
  ],
  { title: "Condition", description: "All conditions of a grant must hold." },
);

export const Grant = Type.Object(
  {
    permissions: Type.Array(PermissionName, { minItems: 1, maxItems: 100 }),
    conditions: Type.Array(Condition, { maxItems: 20 }),
  },
  { title: "Grant", ...closed },
);

const Grants = Type.Array(Grant, { minItems: 1, maxItems: 20 });
const Description = Type.String({ maxLength: 500 });

export const Role = Type.Object(
  {
    key: Type.String(),
    name: Type.String(),
    description: Type.String(),
    isBuiltIn: Type.Boolean(),
    grants: Type.Array(Grant),
    policy: Type.String({ description: "The same as Cedar text." }),
    createdAt: Type.Union([Timestamp, Type.Null()]),
    updatedAt: Type.Union([Timestamp, Type.Null()]),
  },
  { title: "Role" },
);
export const RoleList = Type.Object({ items: Type.Array(Role) }, { title: "RoleList" });
export const RoleCreate = Type.Object(
  {
    key: Type.String({ minLength: 1, maxLength: 63, description: "Lower-case letters, digits, _ and -." }),
    name: Text(100),
    description: Type.Optional(Description),
    grants: Grants,
  },
  { title: "RoleCreate", ...closed },
);
export const RoleUpdate = Type.Object(
  {
    name: Type.Optional(Text(100)),
    description: Type.Optional(Description),
    grants: Type.Optional(Grants),
  },
  { title: "RoleUpdate", ...closed },
);

const PolicyText = Type.String({
  minLength: 1,
  maxLength: POLICY_CHARACTERS_MAX,
  description: "One Cedar policy.",
});

export const Policy = Type.Object(
  {
    id: Id,
    name: Type.String(),
    text: Type.String(),
    isEnabled: Type.Boolean(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  { title: "Policy" },
);
export const PolicyList = Type.Object({ items: Type.Array(Policy) }, { title: "PolicyList" });
export const PolicyCreate = Type.Object(
  { name: Text(100), text: PolicyText, isEnabled: Type.Optional(Type.Boolean()) },
  { title: "PolicyCreate", ...closed },
);
export const PolicyUpdate = Type.Object(
  { text: Type.Optional(PolicyText), isEnabled: Type.Optional(Type.Boolean()) },
  { title: "PolicyUpdate", ...closed },
);

export const PolicyQuestion = Type.Object(
  {
    roles: Type.Array(Text(63), { maxItems: 20 }),
    permission: PermissionName,
    at: Type.Optional(Type.String({ format: "date-time", description: "Default: now." })),
    ip: Type.Optional(Text(45)),
    mfaAgeMinutes: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 525_600, description: "Absent: never." }),
    ),
    amr: Type.Optional(Texts(10)),
    purpose: Type.Optional(Text(100)),
    device: Type.Optional(oneOf(DEVICES)),
    deviceAgeDays: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 3_650,
        description: "Days since the first sign-in with this browser. Absent: not known.",
      }),
    ),
    resource: Type.Optional(
      Type.Object(
        {
          id: Text(200),
          attributes: Type.Optional(
            Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 200 })),
          ),
        },
        closed,
      ),
    ),
  },
  { title: "PolicyQuestion", ...closed },
);

export const PolicyTest = Type.Object(
  { id: Id, name: Type.String(), question: PolicyQuestion, isAllowed: Type.Boolean() },
  { title: "PolicyTest" },
);
export const PolicyTestList = Type.Object({ items: Type.Array(PolicyTest) }, { title: "PolicyTestList" });
export const PolicyTestSave = Type.Object(
  { name: Text(100), question: PolicyQuestion, isAllowed: Type.Boolean() },
  { title: "PolicyTestSave", ...closed },
);

export const PolicyDraft = Type.Object(
  {
    policies: Type.Optional(
      Type.Array(PolicyText, { maxItems: 20, description: "Added to those in force." }),
    ),
    roles: Type.Optional(
      Type.Array(RoleCreate, { maxItems: 5, description: "Instead of those of their keys." }),
    ),
    without: Type.Optional(
      Type.Array(Id, { maxItems: 100, description: "Policies in force that are left out, by id." }),
    ),
  },
  { description: "What is not in force yet.", ...closed },
);
export const PolicyTry = Type.Object(
  { question: PolicyQuestion, draft: Type.Optional(PolicyDraft) },
  { title: "PolicyTry", ...closed },
);
export const PolicyAnswer = Type.Object(
  {
    allowed: Type.Boolean(),
    policies: Type.Array(Type.String(), { description: "The policies that decided." }),
    reasons: Type.Array(Type.String(), { description: "Why, in words." }),
    stepUpMaxAgeS: Type.Union([Type.Integer(), Type.Null()], {
      description: "A second factor at most so many seconds old would change the answer; null: it would not.",
    }),
  },
  { title: "PolicyAnswer" },
);

export const PermissionList = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        name: PermissionName,
        scope: Type.Union([Type.Literal("tenant"), Type.Literal("platform")]),
        sentence: Type.String(),
      }),
    ),
  },
  { title: "PermissionList" },
);
export const AccessMine = Type.Object(
  {
    roles: Type.Array(Type.String(), { description: "Those held for a time among them." }),
    temporary: Type.Array(Type.String(), {
      description: "Roles, and single permissions, that you hold for a time.",
    }),
    permissions: Type.Array(PermissionName, {
      description: "What you may do here now, by the same policies.",
    }),
    stepUp: Type.Array(PermissionName, { description: "What you may do after a fresh second factor." }),
    hasAllOfOwner: Type.Boolean({
      description:
        "Whether you hold whatever an owner holds. Only who does switches SSO connections on and makes a directory's tokens: both speak for owners, too.",
    }),
  },
  { title: "AccessMine" },
);
export const AccessSettings = Type.Object(
  { timeZone: Type.String(), allowedRanges: Type.Array(Type.String()) },
  { title: "AccessSettings" },
);
export const AccessSettingsUpdate = Type.Object(
  {
    timeZone: Type.Optional(Text(64)),
    allowedRanges: Type.Optional(Type.Array(Text(49), { maxItems: 200 })),
  },
  { title: "AccessSettingsUpdate", ...closed },
);
export const Operator = Type.Object(
  { id: Id, name: Type.String(), role: Type.String(), createdAt: Timestamp },
  { title: "Operator" },
);
export const OperatorList = Type.Object({ items: Type.Array(Operator) }, { title: "OperatorList" });
export const OperatorUpdate = Type.Object(
  {
    role: oneOf(["administrator", "support", "billing", "read_only"]),
  },
  { title: "OperatorUpdate", ...closed },
);
