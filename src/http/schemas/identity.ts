import { Type } from "typebox";
import { Id, Timestamp } from "./common.ts";

export const Token = Type.String({ minLength: 10, maxLength: 200 });
export const Code = Type.String({
  minLength: 4,
  maxLength: 40,
  description: "Spaces and dashes are ignored.",
});
export const Email = Type.String({ minLength: 3, maxLength: 320, description: "E-mail address." });
export const Locale = Type.Union([Type.Literal("en"), Type.Literal("fr")], {
  description: "Language of messages to the person.",
});
const Name = Type.String({ maxLength: 200, description: "For people; may be empty." });

/** WebAuthn data is the browser's own and the library's to check; here it is any JSON object. */
export const WebAuthnOptions = Type.Object(
  {},
  {
    title: "WebAuthnOptions",
    additionalProperties: true,
    description:
      "For `startRegistration` or `startAuthentication` of @simplewebauthn/browser (`optionsJSON`).",
  },
);
export const WebAuthnResponse = Type.Object(
  {},
  {
    title: "WebAuthnResponse",
    additionalProperties: true,
    description: "What `startRegistration` or `startAuthentication` of @simplewebauthn/browser answered.",
  },
);

export const PasswordSignIn = Type.Object(
  { email: Email, password: Type.String({ minLength: 1, maxLength: 1_024 }) },
  { title: "PasswordSignIn", additionalProperties: false },
);
export const LinkRequest = Type.Object(
  { email: Email },
  { title: "LinkRequest", additionalProperties: false },
);
export const LinkSignIn = Type.Object(
  {
    token: Type.String({
      minLength: 10,
      maxLength: 200,
      description: "From behind `#sign-in=` of the mailed link.",
    }),
  },
  { title: "LinkSignIn", additionalProperties: false },
);
export const SignInStep = Type.Object(
  {
    status: Type.Union([Type.Literal("signed_in"), Type.Literal("second_factor")], {
      description:
        "signed_in: the session cookie is set. second_factor: send one of `methods` with `token` to /v1/sign-in/second-factor.",
    }),
    isStaff: Type.Boolean({ description: "Whose session it is or will be: an operator's, or a user's." }),
    token: Type.Union([Type.String(), Type.Null()], {
      description: "Names this sign-in until the second factor comes.",
    }),
    methods: Type.Array(
      Type.Union([Type.Literal("passkey"), Type.Literal("totp"), Type.Literal("recovery_code")]),
      { description: "The second factors that the person has, best first." },
    ),
    expiresAt: Timestamp,
  },
  { title: "SignInStep" },
);
export const PasskeyChallenge = Type.Object(
  { token: Type.String({ description: "Send it back with the answer." }), options: WebAuthnOptions },
  { title: "PasskeyChallenge" },
);
export const PasskeyAnswer = Type.Object(
  { token: Token, response: WebAuthnResponse },
  { title: "PasskeyAnswer", additionalProperties: false },
);
export const SecondFactorChallenge = Type.Object(
  { token: Token },
  { title: "SecondFactorChallenge", additionalProperties: false },
);
export const WebAuthnChallenge = Type.Object({ options: WebAuthnOptions }, { title: "WebAuthnChallenge" });
export const SecondFactorAnswer = Type.Object(
  {
    token: Token,
    totp: Type.Optional(Code),
    recoveryCode: Type.Optional(Code),
    passkey: Type.Optional(WebAuthnResponse),
  },
  {
    title: "SecondFactorAnswer",
    additionalProperties: false,
    description: "Exactly one of `totp`, `recoveryCode` and `passkey`.",
  },
);
export const StepUpAnswer = Type.Object(
  {
    token: Type.Optional(Token),
    totp: Type.Optional(Code),
    recoveryCode: Type.Optional(Code),
    passkey: Type.Optional(WebAuthnResponse),
    password: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })),
  },
  {
    title: "StepUpAnswer",
    additionalProperties: false,
    description:
      "Exactly one of `totp`, `recoveryCode`, `passkey` (with `token` of its challenge) and `password`. The password renews the sign-in, but is no second factor.",
  },
);
export const SessionState = Type.Object(
  {
    id: Id,
    amr: Type.Array(Type.String(), { description: "How the person proved who they are (RFC 8176)." }),
    authenticatedAt: Timestamp,
    mfaAt: Type.Union([Timestamp, Type.Null()], {
      description: "When a second factor was last used in this session; null: never.",
    }),
    expiresAt: Timestamp,
  },
  { title: "SessionState" },
);
export const MyTenant = Type.Object(
  {
    id: Id,
    slug: Type.String(),
    name: Type.String(),
    status: Type.String(),
    roles: Type.Array(Type.String()),
  },
  { title: "MyTenant" },
);
export const Me = Type.Object(
  {
    id: Id,
    email: Type.String(),
    name: Type.String(),
    locale: Locale,
    session: SessionState,
    tenants: Type.Array(MyTenant, { description: "Where the person is a member, by name." }),
    isMfaEnabled: Type.Boolean({ description: "Whether second factors can be added on this platform." }),
    version: Type.String({ description: "Version of the server." }),
  },
  { title: "Me" },
);
export const MeChange = Type.Object(
  { name: Type.Optional(Name), locale: Type.Optional(Locale) },
  { title: "MeChange", additionalProperties: false },
);
export const Device = Type.Object(
  {
    id: Id,
    device: Type.String({ description: "Browser and system, as far as the browser tells." }),
    ip: Type.String({ description: "Address that signed in." }),
    isCurrent: Type.Boolean({ description: "The session of this request." }),
    amr: Type.Array(Type.String()),
    mfaAt: Type.Union([Timestamp, Type.Null()]),
    createdAt: Timestamp,
    lastUsedAt: Timestamp,
    expiresAt: Timestamp,
  },
  { title: "Device" },
);
export const DeviceList = Type.Object({ items: Type.Array(Device) }, { title: "DeviceList" });
export const Ended = Type.Object({ ended: Type.Integer() }, { title: "Ended" });
export const Factors = Type.Object(
  {
    hasPassword: Type.Boolean(),
    totpSince: Type.Union([Timestamp, Type.Null()], {
      description: "When the authenticator app was added; null: none.",
    }),
    passkeys: Type.Array(
      Type.Object({
        id: Type.String(),
        name: Type.String(),
        isBackedUp: Type.Boolean({
          description: "Kept by a passkey provider: a lost device does not lose it.",
        }),
        createdAt: Timestamp,
        lastUsedAt: Type.Union([Timestamp, Type.Null()]),
      }),
    ),
    recoveryCodesLeft: Type.Integer(),
  },
  { title: "Factors" },
);
export const TotpEnrolment = Type.Object(
  {
    uri: Type.String({ description: "`otpauth://totp/…`: show it as a QR code." }),
    secret: Type.String({ description: "The same seed in base 32, to type in." }),
  },
  { title: "TotpEnrolment" },
);
export const TotpConfirmation = Type.Object(
  { code: Code },
  { title: "TotpConfirmation", additionalProperties: false },
);
export const PasskeyEnrolment = Type.Object(
  {
    token: Token,
    response: WebAuthnResponse,
    name: Type.String({ minLength: 1, maxLength: 100, description: "Such as the device." }),
  },
  { title: "PasskeyEnrolment", additionalProperties: false },
);
export const Enrolled = Type.Object(
  {
    recoveryCodes: Type.Union([Type.Array(Type.String()), Type.Null()], {
      description: "With the first factor: ten codes, shown this once. Null: it is not the first.",
    }),
  },
  { title: "Enrolled" },
);
export const RecoveryCodes = Type.Object(
  { recoveryCodes: Type.Array(Type.String(), { description: "Shown this once; each works once." }) },
  { title: "RecoveryCodes" },
);
export const NewPassword = Type.Object(
  {
    password: Type.String({
      minLength: 1,
      maxLength: 1_024,
      description: "At least 12 characters; common and leaked ones are refused, other rules there are none.",
    }),
  },
  { title: "NewPassword", additionalProperties: false },
);
