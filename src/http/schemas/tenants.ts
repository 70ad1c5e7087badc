import { Type } from "typebox";
import { Id, Page, PageQuery, Timestamp } from "./common.ts";

export const IsolationLevel = Type.Union(
  [Type.Literal("table"), Type.Literal("schema"), Type.Literal("database")],
  {
    description: "table: shared tables with row-level security; schema: own schema; database: own database.",
  },
);

export const TenantStatus = Type.Union([
  Type.Literal("provisioning"),
  Type.Literal("active"),
  Type.Literal("suspended"),
  Type.Literal("moving"),
  Type.Literal("deleting"),
  Type.Literal("erasing"),
  Type.Literal("erased"),
]);

export const Domain = Type.Object({
  domain: Type.String({ description: "As people write it; IDN in Unicode." }),
  ascii: Type.String({ description: "As DNS has it (A-labels)." }),
  isPrimary: Type.Boolean(),
  createdAt: Timestamp,
});

export const Limits = Type.Object({
  maxApiCallsPerHour: Type.Optional(Type.Integer({ minimum: 0 })),
  maxStorageGb: Type.Optional(Type.Number({ minimum: 0 })),
  maxConcurrentUsers: Type.Optional(Type.Integer({ minimum: 0 })),
  maxConcurrentRequests: Type.Optional(
    Type.Integer({ minimum: 1, description: "Requests, event streams and sockets under way at one time." }),
  ),
  maxUsers: Type.Optional(Type.Integer({ minimum: 1 })),
});

export const Tenant = Type.Object(
  {
    id: Id,
    slug: Type.String(),
    name: Type.String(),
    status: TenantStatus,
    plan: Type.String(),
    level: IsolationLevel,
    region: Type.String(),
    cell: Type.String(),
    epoch: Type.Integer({
      description: "Grows at each change of placement or status; old epochs are refused.",
    }),
    place: Type.Object({ database: Type.String(), schema: Type.String() }),
    domains: Type.Array(Domain),
    features: Type.Array(Type.String(), { description: "Plan features plus those added to this tenant." }),
    limits: Limits,
    createdAt: Timestamp,
    updatedAt: Timestamp,
    suspension: Type.Union([Type.Object({ reason: Type.String(), at: Timestamp }), Type.Null()]),
    deletion: Type.Union([Type.Object({ requestedAt: Timestamp, eraseAfter: Timestamp }), Type.Null()]),
    workflowId: Type.Union([Id, Type.Null()], { description: "The workflow at work on this tenant." }),
  },
  { title: "Tenant" },
);

export const TenantPage = Page(Tenant, "TenantPage");

export const TenantQuery = Type.Object({
  ...PageQuery,
  q: Type.Optional(Type.String({ maxLength: 200, description: "Part of name, slug, domain, or an id." })),
  status: Type.Optional(TenantStatus),
  plan: Type.Optional(Type.String({ maxLength: 60 })),
  level: Type.Optional(IsolationLevel),
  cell: Type.Optional(Type.String({ maxLength: 60 })),
  sort: Type.Optional(
    Type.Union(
      [Type.Literal("-createdAt"), Type.Literal("createdAt"), Type.Literal("name"), Type.Literal("-name")],
      { default: "-createdAt" },
    ),
  ),
});

export const TenantCreate = Type.Object(
  {
    name: Type.String({ description: "Display name, 1 to 100 characters." }),
    slug: Type.Optional(Type.String({ description: "Default: made from the name." })),
    domain: Type.Optional(Type.String()),
    plan: Type.Optional(Type.String({ description: "Default: freemium." })),
    isolation: Type.Optional(IsolationLevel),
    region: Type.Optional(Type.String()),
    cell: Type.Optional(Type.String()),
    maxUsers: Type.Optional(Type.Integer()),
    features: Type.Optional(Type.Array(Type.String())),
  },
  { title: "TenantCreate", additionalProperties: false },
);

export const TenantUpdate = Type.Object(
  {
    name: Type.Optional(Type.String()),
    plan: Type.Optional(Type.String()),
    features: Type.Optional(Type.Array(Type.String())),
    limits: Type.Optional(Limits),
  },
  { title: "TenantUpdate", additionalProperties: false },
);

export const TenantSuspend = Type.Object(
  { reason: Type.String({ minLength: 1, maxLength: 500 }) },
  { title: "TenantSuspend", additionalProperties: false },
);

export const TenantDelete = Type.Object(
  {
    confirm: Type.String({ description: "The tenant's slug, to show that you mean this one." }),
    graceDays: Type.Optional(
      Type.Number({ minimum: 0, maximum: 365, description: "Default 30; 0 erases at once." }),
    ),
  },
  { title: "TenantDelete", additionalProperties: false },
);

export const DomainAdd = Type.Object(
  { domain: Type.String(), isPrimary: Type.Optional(Type.Boolean()) },
  { title: "DomainAdd", additionalProperties: false },
);

export const TenantUsage = Type.Object(
  {
    tables: Type.Array(
      Type.Object({
        name: Type.String(),
        rows: Type.Integer(),
        isEstimate: Type.Boolean({ description: "True above a million rows." }),
        bytes: Type.Union([Type.Integer(), Type.Null()]),
      }),
      { description: "bytes is null where the table is shared with other tenants." },
    ),
    totalRows: Type.Integer(),
    databaseBytes: Type.Union([Type.Integer(), Type.Null()]),
    storageBytes: Type.Integer(),
    storageObjects: Type.Integer(),
  },
  { title: "TenantUsage" },
);

export const AuditEvent = Type.Object({
  id: Id,
  at: Timestamp,
  actor: Type.String({ description: "operator:…, key:…, cli:…, system:…" }),
  action: Type.String({ description: "Such as tenant.suspended." }),
  tenantId: Type.Union([Id, Type.Null()]),
  detail: Type.Record(Type.String(), Type.Unknown()),
  requestId: Type.Union([Type.String(), Type.Null()]),
});
export const AuditEventPage = Page(AuditEvent, "AuditEventPage");

export const AuditEventQuery = Type.Object({
  ...PageQuery,
  tenantId: Type.Optional(Id),
  action: Type.Optional(Type.String({ maxLength: 100, description: "Such as tenant.suspended." })),
  actor: Type.Optional(Type.String({ maxLength: 200, description: "Such as operator:… or cli:…" })),
});

export const WorkflowStep = Type.Object({
  name: Type.String(),
  status: Type.Union([
    Type.Literal("waiting"),
    Type.Literal("running"),
    Type.Literal("done"),
    Type.Literal("undone"),
    Type.Literal("failed"),
  ]),
  finishedAt: Type.Union([Timestamp, Type.Null()]),
});
export const Workflow = Type.Object(
  {
    id: Id,
    kind: Type.String({ description: "provision, delete, erase" }),
    tenantId: Id,
    status: Type.Union([
      Type.Literal("running"),
      Type.Literal("done"),
      Type.Literal("failed"),
      Type.Literal("undone"),
    ]),
    steps: Type.Array(WorkflowStep),
    attempts: Type.Integer(),
    error: Type.Union([Type.String(), Type.Null()]),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  { title: "Workflow" },
);
