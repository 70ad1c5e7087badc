import { Type } from "typebox";
import { Id, Timestamp } from "./common.ts";
import { Email, Locale } from "./identity.ts";

export const MailQuery = Type.Object({ to: Type.Optional(Email) });
export const MailEntry = Type.Object(
  {
    id: Id,
    to: Type.String(),
    kind: Type.String({ description: "Which message it is, such as sign_in_link." }),
    locale: Locale,
    subject: Type.String(),
    status: Type.Union([Type.Literal("waiting"), Type.Literal("sent"), Type.Literal("failed")]),
    attempts: Type.Integer(),
    error: Type.Union([Type.String(), Type.Null()], { description: "What the mail server last said." }),
    createdAt: Timestamp,
    sentAt: Type.Union([Timestamp, Type.Null()]),
    text: Type.Union([Type.String(), Type.Null()]),
    html: Type.Union([Type.String(), Type.Null()]),
  },
  { title: "MailEntry" },
);
export const MailList = Type.Object(
  {
    isSending: Type.Boolean({ description: "Whether a mail server is configured." }),
    items: Type.Array(MailEntry),
  },
  { title: "MailList" },
);
