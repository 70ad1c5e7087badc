import { Type } from "typebox";
import { Id, Timestamp } from "./common.ts";
import { Code, Token, WebAuthnOptions, WebAuthnResponse } from "./identity.ts";

const Link = Type.String({
  minLength: 10,
  maxLength: 200,
  description: "From behind `#recovery=` of the mailed link.",
});
const SignInToken = Type.String({
  minLength: 10,
  maxLength: 200,
  description: "`token` of a sign-in of the same person that waits for the second factor.",
});
const RecoveryStatus = Type.Union(
  [
    Type.Literal("asked"),
    Type.Literal("approved"),
    Type.Literal("ready"),
    Type.Literal("completed"),
    Type.Literal("cancelled"),
    Type.Literal("expired"),
  ],
  {
    description:
      "asked: waits for approvals. approved: for its delay. ready: for the person, who has a link by mail.",
  },
);
const OWN = {
  status: RecoveryStatus,
  askedAt: Timestamp,
  device: Type.String({ description: "Browser and system that asked." }),
  ip: Type.String({ description: "Address that asked." }),
  readyAt: Type.Union([Timestamp, Type.Null()], {
    description: "When it can be completed; null: it is not approved yet.",
  }),
  expiresAt: Timestamp,
};

export const OwnRecovery = Type.Object(OWN, { title: "OwnRecovery" });
export const MyRecovery = Type.Object(
  {
    recovery: Type.Union([OwnRecovery, Type.Null()], { description: "The open one; null: none is." }),
  },
  { title: "MyRecovery" },
);
export const RecoveryAsk = Type.Object(
  { token: SignInToken },
  { title: "RecoveryAsk", additionalProperties: false },
);
export const RecoveryCancel = Type.Object(
  {
    token: Type.String({
      minLength: 10,
      maxLength: 200,
      description: "From behind `#cancel-recovery=` of the mailed link.",
    }),
  },
  { title: "RecoveryCancel", additionalProperties: false },
);
export const RecoveryProofs = Type.Object(
  { link: Link, token: SignInToken },
  { title: "RecoveryProofs", additionalProperties: false },
);
export const RecoveryPasskey = Type.Object(
  { token: Type.String({ description: "Send it back with the answer." }), options: WebAuthnOptions },
  { title: "RecoveryPasskey" },
);
export const RecoveryCompletion = Type.Object(
  {
    link: Link,
    token: SignInToken,
    totp: Type.Optional(Code),
    passkey: Type.Optional(
      Type.Object(
        {
          token: Token,
          response: WebAuthnResponse,
          name: Type.String({ minLength: 1, maxLength: 100, description: "Such as the device." }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  {
    title: "RecoveryCompletion",
    additionalProperties: false,
    description: "Exactly one of `totp`, the first code of the new app, and `passkey`.",
  },
);
export const Recovered = Type.Object(
  {
    recoveryCodes: Type.Array(Type.String(), { description: "Shown this once; each works once." }),
    expiresAt: Timestamp,
  },
  { title: "Recovered" },
);
export const Recovery = Type.Object(
  {
    id: Id,
    userId: Id,
    email: Type.String(),
    name: Type.String(),
    ...OWN,
    approvals: Type.Array(
      Type.Object({
        name: Type.Union([Type.String(), Type.Null()], {
          description: "Null: somebody who is not of this tenant.",
        }),
        isOperator: Type.Boolean(),
        at: Timestamp,
      }),
    ),
    endedAt: Type.Union([Timestamp, Type.Null()]),
  },
  { title: "Recovery" },
);
export const RecoveryList = Type.Object({ items: Type.Array(Recovery) }, { title: "RecoveryList" });
export const RecoveryApproved = Type.Object(
  {
    status: RecoveryStatus,
    readyAt: Type.Union([Timestamp, Type.Null()], {
      description: "When it can be completed; null: another approval is needed.",
    }),
  },
  { title: "RecoveryApproved" },
);
