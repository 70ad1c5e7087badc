import { Type } from "typebox";
import { Id, Timestamp } from "./common.ts";

export const ScimToken = Type.Object(
  {
    id: Id,
    name: Type.String(),
    createdAt: Timestamp,
    createdBy: Type.String({ description: "Actor who made it." }),
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
export const ScimDirectory = Type.Object(
  {
    userCount: Type.Integer(),
    activeCount: Type.Integer({ description: "Users that the directory has not deactivated." }),
    groupCount: Type.Integer(),
    lastChanged: Type.Array(
      Type.Object({
        id: Id,
        userId: Id,
        userName: Type.String(),
        isActive: Type.Boolean(),
        groups: Type.Array(Type.String()),
        updatedAt: Timestamp,
      }),
      { description: "The users that the directory wrote last, at most 20." },
    ),
    groups: Type.Array(
      Type.Object({
        id: Id,
        name: Type.String(),
        userCount: Type.Integer(),
        roles: Type.Array(Type.String(), { description: "What the group gives here." }),
        updatedAt: Timestamp,
      }),
      { description: "By name, at most 200." },
    ),
  },
  { title: "ScimDirectory" },
);
