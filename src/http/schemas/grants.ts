import { Type } from "typebox";
import { GRANT_MINUTES_MAX } from "../../identity/limits.ts";
import { PermissionName } from "./access.ts";
import { Id, ListQuery, Page, Timestamp } from "./common.ts";

const closed = { additionalProperties: false } as const;
const Null = Type.Null();
export const Reason = Type.String({ minLength: 1, maxLength: 500, description: "Why, for people." });

const GrantState = Type.Union(
  [Type.Literal("scheduled"), Type.Literal("active"), Type.Literal("over"), Type.Literal("ended")],
  { description: "ended: before its time." },
);

export const TimedGrant = Type.Object(
  {
    id: Id,
    userId: Id,
    email: Type.String(),
    roles: Type.Array(Type.String()),
    permissions: Type.Array(Type.String(), { description: "Given by themselves, beside the roles." }),
    reason: Type.String(),
    state: GrantState,
    grantedBy: Type.String({ description: "Actor, such as user:<id>." }),
    createdAt: Timestamp,
    startsAt: Timestamp,
    endsAt: Timestamp,
    endedAt: Type.Union([Timestamp, Null]),
    endedBy: Type.Union([Type.String(), Null]),
    endReason: Type.Union([Type.String(), Null]),
  },
  { title: "TimedGrant" },
);
export const TimedGrantPage = Page(TimedGrant, "TimedGrantPage");
export const GrantQuery = Type.Object({
  ...ListQuery.properties,
  user: Type.Optional(Id),
  live: Type.Optional(Type.Boolean({ description: "Those alone that hold now or will." })),
});
export const GrantGive = Type.Object(
  {
    userId: Id,
    roles: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 63 }), { maxItems: 20 })),
    permissions: Type.Optional(Type.Array(PermissionName, { maxItems: 30 })),
    reason: Reason,
    startsAt: Type.Optional(Type.String({ format: "date-time", description: "Default: now." })),
    durationMinutes: Type.Integer({ minimum: 1, maximum: GRANT_MINUTES_MAX }),
  },
  { title: "GrantGive", ...closed },
);
export const GrantEnd = Type.Object({ reason: Type.Optional(Reason) }, { title: "GrantEnd", ...closed });

/** What is shown of a grant beside its member. */
export const HeldGrant = Type.Object({
  id: Id,
  roles: Type.Array(Type.String()),
  permissions: Type.Array(Type.String()),
  startsAt: Timestamp,
  endsAt: Timestamp,
});
