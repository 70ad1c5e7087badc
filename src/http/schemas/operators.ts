import { Type } from "typebox";
import { Id, Timestamp } from "./common.ts";

export const SessionCreate = Type.Object(
  { token: Type.String({ minLength: 10, maxLength: 200, description: "From the one-time operator link." }) },
  { title: "SessionCreate", additionalProperties: false },
);
export const Session = Type.Object(
  {
    operator: Type.Object({ id: Id, name: Type.String() }),
    expiresAt: Timestamp,
    mfaAt: Type.Union([Timestamp, Type.Null()], {
      description: "When a second factor was last used in this session; null: never.",
    }),
    isMfaMissing: Type.Boolean({
      description:
        "The platform demands a second factor of its staff, and none was used: only one's own factors can be reached.",
    }),
    permissions: Type.Array(Type.String(), {
      description: "What you may do on the platform now, by the same policies.",
    }),
    isMfaEnabled: Type.Boolean({ description: "Whether second factors can be added on this platform." }),
    version: Type.String({ description: "Version of the server." }),
  },
  { title: "Session" },
);
export const ApiKey = Type.Object(
  {
    id: Id,
    name: Type.String(),
    prefix: Type.String({ description: "First characters of the key, to recognise it by." }),
    createdAt: Timestamp,
    lastUsedAt: Type.Union([Timestamp, Type.Null()]),
    expiresAt: Type.Union([Timestamp, Type.Null()]),
  },
  { title: "ApiKey" },
);
export const ApiKeyList = Type.Object({ items: Type.Array(ApiKey) }, { title: "ApiKeyList" });
export const ApiKeyCreate = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
  },
  { title: "ApiKeyCreate", additionalProperties: false },
);
export const ApiKeyCreated = Type.Intersect(
  [ApiKey, Type.Object({ key: Type.String({ description: "Shown this once." }) })],
  { title: "ApiKeyCreated" },
);
