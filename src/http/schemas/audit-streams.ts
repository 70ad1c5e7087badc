import { Type } from "typebox";
import { OVERLAP_HOURS_MAX, RECORDS_MAX, URL_CHARACTERS_MAX } from "../../streams/limits.ts";
import { Id, Timestamp } from "./common.ts";

const MaybeTime = (description: string) => Type.Union([Timestamp, Type.Null()], { description });

const Format = Type.Union([Type.Literal("json"), Type.Literal("ocsf")], {
  description: "`json`: records as the API shows them. `ocsf`: Open Cybersecurity Schema Framework 1.6.",
});
const Actions = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
  maxItems: 50,
  description: "Only these, such as `tenant.created` or `user.*`; empty: all.",
});
const Url = Type.String({
  minLength: 1,
  maxLength: URL_CHARACTERS_MAX,
  description:
    "An https:// address. It is only reached in a public network, or one of `security.outboundAllow`.",
});
const Name = Type.String({ minLength: 1, maxLength: 100 });
const RecordsInMessage = Type.Integer({
  minimum: 1,
  maximum: RECORDS_MAX,
  description: "Most records in one message.",
});

export const AuditStream = Type.Object(
  {
    id: Id,
    name: Type.String(),
    url: Type.String({ description: "Without its query, which may hold a token of the receiver." }),
    sends: Type.Union([Type.Literal("records"), Type.Literal("checkpoints")], {
      description:
        "`checkpoints`: the signed states of the tree, each with the proof that it grew from the last.",
    }),
    format: Format,
    actions: Type.Array(Type.String()),
    recordsMax: Type.Integer(),
    status: Type.Union([Type.Literal("active"), Type.Literal("paused"), Type.Literal("disabled")], {
      description: "`disabled`: by itself; activate it again, and it goes on where it stopped.",
    }),
    disabledBecause: Type.Union(
      [Type.Literal("gone"), Type.Literal("failing"), Type.Literal("too_many_failures"), Type.Null()],
      { description: "`gone`: it answered 410. `failing`: nothing arrived for five days." },
    ),
    position: Type.Integer({
      description:
        "What comes next: number in the tenant's chain; of the whole log, index in the tree; of checkpoints, the size sent last.",
    }),
    failingSince: MaybeTime("First failure since the last success."),
    lastError: Type.Union([Type.String(), Type.Null()], { description: "Of the last failure since then." }),
    deliveredAt: MaybeTime("Last success."),
    formerSecretUntil: MaybeTime("Until then messages carry two signatures."),
    createdBy: Type.String(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  },
  { title: "AuditStream" },
);
export const AuditStreamList = Type.Object({ items: Type.Array(AuditStream) }, { title: "AuditStreamList" });

export const AuditStreamCreate = Type.Object(
  {
    name: Name,
    url: Url,
    sends: Type.Optional(Type.Union([Type.Literal("records"), Type.Literal("checkpoints")])),
    format: Type.Optional(Format),
    actions: Type.Optional(Actions),
    recordsMax: Type.Optional(RecordsInMessage),
    from: Type.Optional(
      Type.Union([Type.Literal("now"), Type.Literal("start")], {
        default: "now",
        description: "`start`: everything that the log still holds comes first.",
      }),
    ),
  },
  { title: "AuditStreamCreate", additionalProperties: false },
);
export const AuditStreamUpdate = Type.Object(
  {
    name: Type.Optional(Name),
    url: Type.Optional(Url),
    format: Type.Optional(Format),
    actions: Type.Optional(Actions),
    recordsMax: Type.Optional(RecordsInMessage),
    status: Type.Optional(Type.Union([Type.Literal("active"), Type.Literal("paused")])),
  },
  { title: "AuditStreamUpdate", additionalProperties: false },
);

/** With the secret, this once. */
export const AuditStreamWithSecret = Type.Object(
  {
    stream: AuditStream,
    secret: Type.String({ description: "`whsec_…` (Standard Webhooks), shown this once." }),
  },
  { title: "AuditStreamWithSecret" },
);
export const AuditStreamRotate = Type.Object(
  {
    overlapHours: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: OVERLAP_HOURS_MAX,
        default: 24,
        description: "So long the secret before signs too.",
      }),
    ),
  },
  { title: "AuditStreamRotate", additionalProperties: false },
);

export const AuditStreamTest = Type.Object(
  {
    isDelivered: Type.Boolean(),
    status: Type.Union([Type.Integer(), Type.Null()], { description: "Null: nothing came back." }),
    error: Type.Union([Type.String(), Type.Null()]),
    durationMs: Type.Integer(),
  },
  { title: "AuditStreamTest" },
);

const FailedMessage = Type.Object({
  id: Id,
  first: Type.Integer({ description: "First number of the log in it." }),
  last: Type.Integer(),
  attempts: Type.Integer(),
  error: Type.Union([Type.String(), Type.Null()]),
  createdAt: Timestamp,
  failedAt: Timestamp,
});
export const FailedMessageList = Type.Object(
  { items: Type.Array(FailedMessage) },
  { title: "FailedMessageList" },
);
export const AuditStreamReplay = Type.Object(
  {
    messages: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 200, description: "Default: all." })),
  },
  { title: "AuditStreamReplay", additionalProperties: false },
);
export const AuditStreamReplayed = Type.Object(
  { messages: Type.Integer({ description: "How many are sent again." }) },
  { title: "AuditStreamReplayed" },
);
