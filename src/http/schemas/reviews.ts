import { Type } from "typebox";
import { Id, ListQuery, Page, Timestamp } from "./common.ts";
import { Reason } from "./grants.ts";

const closed = { additionalProperties: false } as const;
const Null = Type.Null();
const Text = Type.String();
const Overdue = Type.Union([Type.Literal("keep"), Type.Literal("withdraw")], {
  description: "What becomes of items that nobody decided until the end.",
});
const Decision = Type.Union([Type.Literal("confirm"), Type.Literal("withdraw")]);

export const AccessReview = Type.Object(
  {
    id: Id,
    name: Text,
    reviewers: Type.Array(Id, { description: "Users who decide; empty: whoever has reviews.manage." }),
    overdue: Overdue,
    startedBy: Text,
    createdAt: Timestamp,
    dueAt: Timestamp,
    closedAt: Type.Union([Timestamp, Null]),
    closedBy: Type.Union([Text, Null]),
    items: Type.Integer(),
    openItems: Type.Integer(),
    withdrawn: Type.Integer(),
  },
  { title: "AccessReview" },
);
export const AccessReviewList = Type.Object(
  { items: Type.Array(AccessReview) },
  { title: "AccessReviewList" },
);
export const AccessReviewStart = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    dueAt: Timestamp,
    overdue: Type.Optional(Overdue),
    reviewers: Type.Optional(Type.Array(Id, { maxItems: 50, uniqueItems: true })),
  },
  { title: "AccessReviewStart", ...closed },
);
export const AccessReviewItem = Type.Object(
  {
    id: Id,
    kind: Type.Union(
      [Type.Literal("role"), Type.Literal("grant"), Type.Literal("service_account"), Type.Literal("api_key")],
      { description: "role: of a member. grant: for a time. api_key: a key by itself." },
    ),
    subjectId: Id,
    subject: Type.String({ description: "Address of the member, or name of the program." }),
    holds: Type.Array(Text, { description: "Roles and permissions." }),
    via: Type.Array(Text, { description: "How it came, such as group:<name>." }),
    lastUsedAt: Type.Union([Timestamp, Null], { description: "Null: not within 90 days before the start." }),
    decision: Type.Union([Decision, Null]),
    isOverdue: Type.Boolean({ description: "Nobody decided; the default did." }),
    reason: Type.Union([Text, Null]),
    decidedBy: Type.Union([Text, Null]),
    decidedAt: Type.Union([Timestamp, Null]),
    fault: Type.Union([Text, Null], { description: "Why it could not be withdrawn at the end." }),
  },
  { title: "AccessReviewItem" },
);
export const AccessReviewItemPage = Page(AccessReviewItem, "AccessReviewItemPage");
export const AccessReviewItemQuery = Type.Object({
  ...ListQuery.properties,
  open: Type.Optional(Type.Boolean({ description: "Undecided ones alone; false: decided ones." })),
});
export const AccessReviewDecide = Type.Object(
  { decision: Decision, reason: Reason },
  { title: "AccessReviewDecide", ...closed },
);
export const AccessReviewEvidenceQuery = Type.Object({
  format: Type.Optional(Type.Union([Type.Literal("csv"), Type.Literal("json")])),
});
