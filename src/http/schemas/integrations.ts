import { Type } from "typebox";
import { Id, Timestamp } from "./common.ts";

export const Integration = Type.Object(
  {
    id: Id,
    provider: Type.String({ description: "Key of the service, such as `spotify`." }),
    account: Type.Object({ id: Type.String(), name: Type.String() }),
    scopes: Type.Array(Type.String()),
    status: Type.Union([Type.Literal("connected"), Type.Literal("expired")], {
      description: "`expired`: the service no longer renews it; connect the account again.",
    }),
    createdBy: Type.String(),
    createdAt: Timestamp,
    refreshedAt: Timestamp,
    expiresAt: Type.Union([Timestamp, Type.Null()], {
      description: "End of the access token; it is renewed before. null: the service does not say.",
    }),
    failure: Type.Union([Type.String(), Type.Null()], {
      description: "Why the last renewal failed, in the service's words; null: it did not.",
    }),
  },
  { title: "Integration" },
);
export const IntegrationList = Type.Object(
  {
    items: Type.Array(Integration),
    available: Type.Array(Type.Object({ provider: Type.String(), name: Type.String() }), {
      description: "Services that can be connected here.",
    }),
  },
  { title: "IntegrationList" },
);
export const IntegrationStart = Type.Object(
  { provider: Type.String({ minLength: 1, maxLength: 63 }) },
  { title: "IntegrationStart", additionalProperties: false },
);
export const IntegrationStarted = Type.Object(
  { url: Type.String({ description: "Where the browser goes." }) },
  { title: "IntegrationStarted" },
);
export const IntegrationFinish = Type.Object(
  {
    answer: Type.String({
      minLength: 1,
      maxLength: 8_000,
      description: "The query that the service added to our address.",
    }),
  },
  { title: "IntegrationFinish", additionalProperties: false },
);
