import { Type } from "typebox";
import { Id, Timestamp } from "./common.ts";

const MaybeTime = Type.Union([Timestamp, Type.Null()]);

export const EncryptionKey = Type.Object(
  {
    id: Id,
    purpose: Type.Union([Type.String(), Type.Null()], {
      description: "What it seals, such as storage; null: it wraps the other keys.",
    }),
    number: Type.Integer({ description: "Its epoch; for the wrapping key its generation." }),
    custodian: Type.Union([Type.String(), Type.Null()], {
      description:
        "Who keeps it: the root key by its fingerprint, or a key outside. Null below the wrapping key.",
    }),
    status: Type.Union(
      [
        Type.Literal("current"),
        Type.Literal("superseded"),
        Type.Literal("retired"),
        Type.Literal("destroyed"),
      ],
      { description: "current seals; superseded still opens; retired holds no value; destroyed is gone." },
    ),
    values: Type.Union([Type.Integer(), Type.Null()], {
      description: "Values sealed under it, counted now; null where they are not counted.",
    }),
    createdAt: Timestamp,
    supersededAt: MaybeTime,
    endedAt: { ...MaybeTime, description: "When it was retired or destroyed." },
  },
  { title: "EncryptionKey" },
);

export const EncryptionKeyList = Type.Object(
  {
    items: Type.Array(EncryptionKey),
    nextRotationAt: { ...MaybeTime, description: "When the keys are replaced by themselves." },
  },
  { title: "EncryptionKeyList" },
);

export const KeyRotation = Type.Object(
  {
    generation: Type.Integer({ description: "Of the new wrapping key." }),
    epochs: Type.Array(Type.Object({ purpose: Type.String(), epoch: Type.Integer() }), {
      description: "The new keys below it.",
    }),
  },
  { title: "KeyRotation" },
);

export const Encryption = Type.Object(
  {
    algorithm: Type.String({ description: "The cipher of sealed values." }),
    custodian: Type.String({
      description: "Who keeps the keys of tenants without a custodian of their own.",
    }),
    rotationDays: Type.Integer({ description: "Keys are replaced after so many days." }),
    tenants: Type.Integer({ description: "Tenants that have keys." }),
    shredded: Type.Integer({ description: "Tenants whose keys are destroyed." }),
    dataKeys: Type.Integer({ description: "Keys that values are or were sealed under." }),
    superseded: Type.Integer({ description: "Old keys that may still hold values." }),
    due: Type.Integer({ description: "Tenants whose keys are overdue; the background replaces them." }),
    keptElsewhere: Type.Integer({ description: "Keys that another custodian than the root keeps." }),
    oldestAt: { ...MaybeTime, description: "When the oldest current wrapping key was drawn." },
  },
  { title: "Encryption" },
);

const SealedColumnStage = Type.Union(
  [Type.Literal("declared"), Type.Literal("readable"), Type.Literal("sealing"), Type.Literal("sealed")],
  {
    description:
      "declared: all is plain; readable: values are read plain or sealed; sealing: and written sealed, those from before are sealed in the background; sealed: no plain value is left, nor admitted.",
  },
);

export const SealedColumnList = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          table: Type.String(),
          column: Type.String(),
          search: Type.Boolean({ description: "Equal values are found by a blind index." }),
          subject: Type.Union([Type.String(), Type.Null()], {
            description:
              "The column that names the person whose key seals the value; null: the tenant's key does.",
          }),
          stage: SealedColumnStage,
          since: {
            ...MaybeTime,
            description: "When it came to this stage; null: it was sealed when it was made.",
          },
          placesSealed: Type.Integer({ description: "Places where no plain value is left, nor admitted." }),
          places: Type.Integer({ description: "Places in all: shared tables, schemas, databases." }),
        },
        { title: "SealedColumn" },
      ),
    ),
  },
  { title: "SealedColumnList" },
);

export const TenantColumnList = Type.Object(
  {
    items: Type.Array(
      Type.Object(
        {
          table: Type.String(),
          column: Type.String(),
          stage: SealedColumnStage,
          sealed: Type.Integer({ description: "Values that lie sealed, counted now." }),
          plain: Type.Integer({ description: "Values that still lie plain, counted now." }),
        },
        { title: "TenantColumn" },
      ),
    ),
  },
  { title: "TenantColumnList" },
);

export const CustodianChange = Type.Object(
  {
    url: Type.String({
      maxLength: 2048,
      description: "aws-kms://region/key or vault+https://host/mount/key; no credentials in it.",
    }),
    credentials: Type.Optional(
      Type.Record(Type.String({ pattern: "^(AWS|VAULT)_[A-Z_]{1,40}$" }), Type.String({ maxLength: 4096 }), {
        description:
          "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or VAULT_TOKEN; kept sealed. Default: those of the server.",
      }),
    ),
  },
  { title: "CustodianChange", additionalProperties: false },
);
