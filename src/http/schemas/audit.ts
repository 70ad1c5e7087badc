import { Type } from "typebox";
import { Id, Page, PageQuery, Timestamp } from "./common.ts";

const Text = (description: string) => Type.Optional(Type.String({ maxLength: 500, description }));
const Nullable = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

const Filters = {
  action: Text("Such as tenant.suspended or tenant.read."),
  actor: Text("Such as operator:… or user:…"),
  onBehalfOf: Text("Whose place the actor took."),
  outcome: Type.Optional(
    Type.Union([Type.Literal("allowed"), Type.Literal("denied"), Type.Literal("failed")]),
  ),
  kind: Type.Optional(Type.Union([Type.Literal("change"), Type.Literal("read"), Type.Literal("request")])),
  resource: Text("Such as tenant:…"),
  requestId: Text("`X-Request-Id` of the answer."),
  ip: Text("Address that the request came from."),
  session: Text("Id of the session."),
  from: Type.Optional(Type.String({ format: "date-time", description: "From this time on." })),
  to: Type.Optional(Type.String({ format: "date-time", description: "Before this time." })),
};

export const AuditQuery = Type.Object({ ...PageQuery, ...Filters });

const OfTenant = {
  tenantId: Type.Optional({ ...Id, description: "Only this tenant's, also an erased one's." }),
};
export const PlatformAuditQuery = Type.Object({ ...PageQuery, ...OfTenant, ...Filters });

export const AuditExportQuery = Type.Object({
  format: Type.Optional(
    Type.Union([Type.Literal("proof"), Type.Literal("jsonl"), Type.Literal("csv"), Type.Literal("ocsf")], {
      default: "proof",
      description:
        "`proof`: JSON lines that `tenancy audit verify` proves offline; filters but `from` and `to` do not apply. The others: plain records for other tools.",
    }),
  ),
  ...Filters,
});
export const PlatformAuditExportQuery = Type.Object({ ...OfTenant, ...AuditExportQuery.properties });

export const AuditRecord = Type.Object(
  {
    id: Id,
    at: Timestamp,
    kind: Type.String({ description: "change, read or request" }),
    action: Type.String(),
    outcome: Type.String({ description: "allowed, denied or failed" }),
    actor: Type.String(),
    onBehalfOf: Nullable("Whose place the actor took."),
    tenantId: Type.Union([Id, Type.Null()]),
    resource: Nullable("What it was done to."),
    requestId: Nullable("The request that caused it."),
    ip: Nullable("Where the request came from."),
    session: Nullable("Its session."),
    policies: Type.Optional(Type.Array(Type.String(), { description: "Policies that decided." })),
    asked: Type.Optional(
      Type.Object(
        {
          permission: Type.String(),
          kind: Type.String({ description: "Of who asked, such as user or api_key." }),
          id: Type.String(),
          roles: Type.Array(Type.String()),
          scopes: Type.Optional(Type.Array(Type.String())),
          amr: Type.Optional(Type.Array(Type.String(), { description: "How the session was proved." })),
          mfaAgeS: Type.Optional(Type.Integer({ description: "Seconds since a second factor was used." })),
          purpose: Type.Optional(Type.String()),
          device: Type.Optional(Type.String()),
          deviceAgeS: Type.Optional(
            Type.Integer({ description: "Seconds since the first sign-in with this browser." }),
          ),
          resource: Type.Optional(
            Type.Object({
              id: Type.String(),
              type: Type.Optional(Type.String()),
              hasAttributes: Type.Optional(Type.Boolean()),
            }),
          ),
        },
        { description: "What the tenant's policies were asked." },
      ),
    ),
    of: Type.Optional(Type.String({ description: "What was changed, such as `member:…`." })),
    before: Type.Optional(Type.String({ description: "Keyed digest of its state before (see the guide)." })),
    after: Type.Optional(Type.String({ description: "Keyed digest of its state after." })),
    personal: Type.Optional(
      Type.Object(
        {
          subject: Type.String({ description: "Whom it is about, such as `user:…`." }),
          data: Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()], {
            description: "Null: the person's key was destroyed, or is away.",
          }),
        },
        { description: "Of a person: sealed in the log, opened for this answer." },
      ),
    ),
    detail: Type.Record(Type.String(), Type.Unknown()),
  },
  { title: "AuditRecord" },
);
export const AuditRecordPage = Page(AuditRecord, "AuditRecordPage");

const Hash = Type.String({ description: "SHA-256, base64." });

export const AuditProof = Type.Object(
  {
    id: Id,
    body: Type.Union([Type.String(), Type.Null()], {
      description: "The record's bytes as they are hashed; null when retention removed it.",
    }),
    chain: Id,
    seq: Type.Integer({ description: "Number in the tenant's chain, from 1." }),
    previous: Hash,
    bodyHash: Hash,
    index: Type.Integer({ description: "Index in the tree, from 0." }),
    leaf: Hash,
    path: Type.Array(Hash, { description: "Inclusion proof (RFC 6962, section 2.1.1)." }),
    checkpoint: Type.String({ description: "Signed note that the proof leads to." }),
    signedAt: { ...Timestamp, description: "When the checkpoint was signed, by the log's clock." },
    key: Type.String({ description: "The log's verifier key." }),
    proof: Type.String({ description: "The same as c2sp.org/tlog-proof." }),
  },
  { title: "AuditProof" },
);

export const Witness = Type.Object({ name: Type.String(), key: Type.String(), addedAt: Timestamp });

export const AuditState = Type.Object(
  {
    size: Type.Integer({ description: "Leaves under the newest checkpoint." }),
    root: Hash,
    signedAt: Timestamp,
    checkpoint: Type.String({ description: "Signed note with its cosignatures." }),
    key: Type.String({ description: "The log's verifier key; keep it where the log cannot change it." }),
    records: Type.Integer({ description: "Records in this chain." }),
    witnesses: Type.Array(Witness, { description: "Who may cosign checkpoints." }),
    retentionDays: Type.Integer({ description: "After so many days a record goes; its hash stays." }),
    prunedBefore: Type.Union([Timestamp, Type.Null()], {
      description: "Records from before this time are gone; null: none is.",
    }),
  },
  { title: "AuditState" },
);

export const ConsistencyQuery = Type.Object({
  from: Type.Integer({ minimum: 1, description: "Size of the older checkpoint." }),
  to: Type.Integer({ minimum: 1, description: "Size of the newer one." }),
});
export const ConsistencyProof = Type.Object(
  { from: Type.Integer(), to: Type.Integer(), path: Type.Array(Hash) },
  { title: "ConsistencyProof" },
);

export const DigestKey = Type.Object(
  { key: Type.String({ description: "HMAC-SHA256 key of this chain's digests, base64url." }) },
  { title: "DigestKey" },
);

export const AuditSettings = Type.Object(
  {
    reads: Type.Union([Type.Literal("strict"), Type.Literal("relaxed")], {
      description: "strict: an answer waits until its record is durable.",
    }),
    hold: Type.Union([Type.Object({ since: Timestamp, reason: Type.String() }), Type.Null()], {
      description: "Legal hold: retention removes nothing.",
    }),
  },
  { title: "AuditSettings" },
);
export const AuditSettingsUpdate = Type.Object(
  {
    reads: Type.Optional(Type.Union([Type.Literal("strict"), Type.Literal("relaxed")])),
    holdReason: Type.Optional(
      Type.Union([Type.String({ minLength: 1, maxLength: 500 }), Type.Null()], {
        description: "Text: puts a legal hold; null: lifts it.",
      }),
    ),
  },
  { additionalProperties: false },
);

export const WitnessList = Type.Object({ items: Type.Array(Witness) }, { title: "WitnessList" });
export const WitnessCreate = Type.Object(
  { key: Type.String({ maxLength: 300, description: "C2SP vkey of type 0x04." }) },
  { title: "WitnessCreate", additionalProperties: false },
);
export const CosignatureCreate = Type.Object(
  {
    note: Type.String({ maxLength: 16_384, description: "The checkpoint with the witness' signature line." }),
  },
  { title: "CosignatureCreate", additionalProperties: false },
);
export const Cosigned = Type.Object(
  { size: Type.Integer(), witnesses: Type.Array(Type.String()) },
  { title: "Cosigned" },
);
