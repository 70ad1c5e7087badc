import { Type } from "typebox";
import { DAYS } from "../../access/conditions.ts";
import { VISIT_MINUTES_MAX } from "../../visits/limits.ts";
import { Id, Timestamp } from "./common.ts";
import { Reason } from "./grants.ts";

const closed = { additionalProperties: false } as const;
const Null = Type.Null();
const Scope = Type.Union([Type.Literal("read"), Type.Literal("write")], {
  description: "read: changes nothing. write: works with the app's data as well.",
});
const Minutes = Type.Integer({ minimum: 1, maximum: VISIT_MINUTES_MAX });
const Time = Type.String({
  pattern: "^([01]\\d|2[0-3]):[0-5]\\d$",
  description: "HH:MM in the tenant's zone.",
});

export const SupportVisit = Type.Object(
  {
    id: Id,
    tenantId: Id,
    operatorId: Id,
    operatorName: Type.String(),
    userId: Type.Union([Id, Null], {
      description: "The member in whose place they act; null: with the rights of support.",
    }),
    scope: Scope,
    reason: Type.String(),
    durationMinutes: Type.Integer(),
    state: Type.Union([
      Type.Literal("requested"),
      Type.Literal("expired"),
      Type.Literal("declined"),
      Type.Literal("active"),
      Type.Literal("over"),
      Type.Literal("ended"),
    ]),
    requestedAt: Timestamp,
    decidedAt: Type.Union([Timestamp, Null]),
    decidedBy: Type.Union([Type.String(), Null]),
    isStanding: Type.Boolean({ description: "Carried by the standing consent." }),
    endsAt: Type.Union([Timestamp, Null]),
    endedAt: Type.Union([Timestamp, Null]),
    endedBy: Type.Union([Type.String(), Null]),
  },
  { title: "SupportVisit" },
);
export const SupportVisitList = Type.Object(
  { items: Type.Array(SupportVisit) },
  { title: "SupportVisitList" },
);
export const SupportVisitQuery = Type.Object({
  mine: Type.Optional(Type.Boolean({ description: "Your own alone." })),
});
export const SupportVisitRequest = Type.Object(
  {
    tenant: Type.String({ minLength: 1, maxLength: 253, description: "Id, slug or domain." }),
    userId: Type.Optional(Id),
    scope: Type.Optional(Scope),
    reason: Reason,
    durationMinutes: Minutes,
  },
  { title: "SupportVisitRequest", ...closed },
);

export const StandingConsent = Type.Object(
  {
    scope: Scope,
    durationMinutesMax: Minutes,
    days: Type.Array(Type.Unsafe<(typeof DAYS)[number]>(Type.Union(DAYS.map((day) => Type.Literal(day)))), {
      minItems: 1,
      maxItems: 7,
      uniqueItems: true,
    }),
    from: Time,
    to: Time,
    until: Type.Union([Timestamp, Null], { description: "Null: until it is taken back." }),
  },
  { title: "StandingConsent", ...closed },
);
export const SupportSettings = Type.Object(
  { standingConsent: Type.Union([StandingConsent, Null], { description: "Null: asked each time." }) },
  { title: "SupportSettings", ...closed },
);
