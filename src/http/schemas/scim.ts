import { Type } from "typebox";
import { Id, Timestamp } from "./common.ts";

export const ScimToken = Type.Object(
  {
    id: Id,
    name: Type.String(),
    createdAt: Timestamp,
    lastUsedAt: Type.Union([Timestamp, Type.Null()]),
    expiresAt: Type.Union([Timestamp, Type.Null()]),
  },
  { title: "ScimToken" },
);
const BaseUrl = Type.String({ description: "The SCIM address of the tenant, for its directory." });
export const ScimTokenList = Type.Object(
  { items: Type.Array(ScimToken), baseUrl: BaseUrl },
  { title: "ScimTokenList" },
);
export const ScimTokenCreate = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    expiresInDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3650 })),
  },
  { title: "ScimTokenCreate", additionalProperties: false },
);
export const ScimTokenCreated = Type.Intersect(
  [ScimToken, Type.Object({ token: Type.String({ description: "Shown this once." }), baseUrl: BaseUrl })],
  { title: "ScimTokenCreated" },
);
