import { Type } from "typebox";
import { Id, Timestamp } from "./common.ts";
import { Locale, MyTenant } from "./identity.ts";

const USER = {
  id: Id,
  email: Type.String(),
  name: Type.String(),
  locale: Locale,
  status: Type.Union([Type.Literal("active"), Type.Literal("disabled")], {
    description: "disabled: signs in nowhere.",
  }),
  emailVerifiedAt: Type.Union([Timestamp, Type.Null()], {
    description: "When a link sent to the address came back; null: never.",
  }),
  createdAt: Timestamp,
};

export const User = Type.Object(USER, { title: "User" });
export const UserDetail = Type.Object(
  {
    ...USER,
    tenants: Type.Array(MyTenant, { description: "Where the person is an active member, by name." }),
  },
  { title: "UserDetail" },
);
export const UserQuery = Type.Object({
  search: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: "Part of address or name." }),
  ),
  after: Type.Optional(
    Type.String({ minLength: 1, maxLength: 320, description: "`next` of the page before: an address." }),
  ),
});
export const UserList = Type.Object(
  {
    items: Type.Array(User),
    next: Type.Union([Type.String(), Type.Null()], {
      description: "Ask for the next page with it as `after`; null on the last page.",
    }),
  },
  { title: "UserList" },
);
/** A session of somebody else: which one is the reader's own is not asked here. */
export const PersonSession = Type.Object(
  {
    id: Id,
    device: Type.String({ description: "Browser and system, as far as the browser tells." }),
    ip: Type.String({ description: "Address that signed in." }),
    amr: Type.Array(Type.String(), { description: "How the person proved who they are (RFC 8176)." }),
    mfaAt: Type.Union([Timestamp, Type.Null()], {
      description: "When a second factor was last used in it; null: never.",
    }),
    createdAt: Timestamp,
    lastUsedAt: Timestamp,
    expiresAt: Timestamp,
  },
  { title: "PersonSession" },
);
export const PersonSessionList = Type.Object(
  { items: Type.Array(PersonSession) },
  { title: "PersonSessionList" },
);
