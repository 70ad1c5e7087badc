import { Type } from "typebox";
import { Id, Timestamp } from "./common.ts";

const Nullable = <T extends ReturnType<typeof Type.String> | typeof Timestamp>(schema: T) =>
  Type.Union([schema, Type.Null()]);
const Url = Type.String({ minLength: 8, maxLength: 2_000 });
const Name = Type.String({ minLength: 1, maxLength: 100 });
const ClaimName = Type.String({ minLength: 1, maxLength: 200 });
const Roles = Type.Array(Type.String({ minLength: 1, maxLength: 63 }), { minItems: 1, maxItems: 20 });

export const Mapping = Type.Object(
  {
    email: Nullable(ClaimName),
    name: Nullable(ClaimName),
    groups: Nullable(ClaimName),
    isJitEnabled: Type.Boolean({ description: "Brings in people who are no members yet." }),
    trustsMfa: Type.Boolean({
      description: "A second factor at the provider counts here, when the provider says that there was one.",
    }),
  },
  { title: "SsoMapping", description: "Names of claims or attributes; null: the usual ones." },
);
const MappingInput = Type.Object(
  {
    email: Type.Optional(Nullable(ClaimName)),
    name: Type.Optional(Nullable(ClaimName)),
    groups: Type.Optional(Nullable(ClaimName)),
    isJitEnabled: Type.Optional(Type.Boolean()),
    trustsMfa: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
const ClientAuth = Type.Union([
  Type.Literal("client_secret_basic"),
  Type.Literal("client_secret_post"),
  Type.Literal("none"),
]);
const Scopes = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 20 });
const Secret = Type.Union([Type.String({ minLength: 1, maxLength: 500 }), Type.Null()]);
const OidcInput = Type.Object(
  {
    issuer: Type.Optional(Url),
    clientId: Type.Optional(Type.String({ minLength: 1, maxLength: 300 })),
    clientSecret: Type.Optional(Secret),
    clientAuth: Type.Optional(ClientAuth),
    scopes: Type.Optional(Scopes),
  },
  { additionalProperties: false },
);
const SamlInput = Type.Object(
  {
    metadataUrl: Type.Optional(Type.Union([Url, Type.Null()])),
    metadataXml: Type.Optional(Type.String({ minLength: 1, maxLength: 200_000 })),
    entityId: Type.Optional(Type.String({ minLength: 1, maxLength: 1_024 })),
    ssoUrl: Type.Optional(Url),
    certificates: Type.Optional(Type.Array(Type.String({ maxLength: 10_000 }), { maxItems: 4 })),
    allowsIdpInitiated: Type.Optional(Type.Boolean()),
    keepsCertificates: Type.Optional(
      Type.Boolean({ description: "Those that it has stay beside the new ones, for a rotation." }),
    ),
  },
  { additionalProperties: false },
);
const Provider = Type.Union(
  [
    Type.Literal("entra"),
    Type.Literal("okta"),
    Type.Literal("google"),
    Type.Literal("keycloak"),
    Type.Null(),
  ],
  { description: "Whose words the set-up uses; null: those of no product." },
);
const Status = Type.Union([Type.Literal("draft"), Type.Literal("active"), Type.Literal("disabled")]);

export const SsoConnectionCreate = Type.Object(
  {
    name: Name,
    provider: Type.Optional(Provider),
    oidc: Type.Optional(OidcInput),
    saml: Type.Optional(SamlInput),
    mapping: Type.Optional(MappingInput),
  },
  {
    title: "SsoConnectionCreate",
    additionalProperties: false,
    description:
      "An empty `oidc` or `saml` makes a draft that has our addresses and waits for the provider's.",
  },
);
export const SsoConnectionChange = Type.Object(
  {
    name: Type.Optional(Name),
    status: Type.Optional(Status),
    oidc: Type.Optional(OidcInput),
    saml: Type.Optional(SamlInput),
    mapping: Type.Optional(MappingInput),
  },
  { title: "SsoConnectionChange", additionalProperties: false },
);
export const SsoConnection = Type.Object(
  {
    id: Id,
    kind: Type.Union([Type.Literal("oidc"), Type.Literal("saml")]),
    name: Type.String(),
    provider: Provider,
    status: Status,
    isDescribed: Type.Boolean({
      description: "The provider's side is known; before, nothing can be tested.",
    }),
    oidc: Type.Union([
      Type.Object({
        issuer: Type.String(),
        clientId: Type.String(),
        clientAuth: ClientAuth,
        scopes: Type.Array(Type.String()),
        hasSecret: Type.Boolean(),
      }),
      Type.Null(),
    ]),
    saml: Type.Union([
      Type.Object({
        entityId: Type.String(),
        ssoUrl: Type.String(),
        certificates: Type.Array(
          Type.Object({
            sha256: Type.String({ description: "Fingerprint." }),
            notBefore: Timestamp,
            notAfter: Timestamp,
          }),
        ),
        metadataUrl: Type.Union([Type.String(), Type.Null()]),
        allowsIdpInitiated: Type.Boolean(),
        refreshedAt: Type.Union([Timestamp, Type.Null()]),
      }),
      Type.Null(),
    ]),
    mapping: Mapping,
    addresses: Type.Object(
      {
        callbackUrl: Type.String({ description: "Redirect URI, for OpenID Connect." }),
        acsUrl: Type.String({ description: "Assertion consumer service (reply URL), for SAML." }),
        entityId: Type.String({ description: "Entity id (audience), for SAML; our metadata is there." }),
      },
      { description: "What the provider is told about us." },
    ),
    createdAt: Timestamp,
    createdBy: Type.Union([Type.String(), Type.Null()], {
      description: "Actor who made it; null: made before this was kept.",
    }),
    updatedAt: Timestamp,
  },
  { title: "SsoConnection" },
);
export const SsoConnectionList = Type.Object(
  { items: Type.Array(SsoConnection) },
  { title: "SsoConnectionList" },
);
export const SsoChecks = Type.Object(
  {
    isReady: Type.Boolean({ description: "No check failed." }),
    checks: Type.Array(
      Type.Object({
        name: Type.String({ description: "Such as `discovery`, `client`, `certificates`." }),
        status: Type.Union([Type.Literal("ok"), Type.Literal("warning"), Type.Literal("failed")]),
        detail: Type.String(),
        subject: Type.Union([Type.String(), Type.Null()], {
          description: "What was found, in no language; or the reason in the provider's words.",
        }),
      }),
    ),
  },
  { title: "SsoChecks" },
);

export const SsoDomain = Type.Object(
  {
    domain: Type.String(),
    record: Type.Object(
      { name: Type.String(), value: Type.String() },
      { description: "The TXT record that proves it." },
    ),
    verifiedAt: Type.Union([Timestamp, Type.Null()]),
    createdAt: Timestamp,
  },
  { title: "SsoDomain" },
);
export const SsoDomainList = Type.Object({ items: Type.Array(SsoDomain) }, { title: "SsoDomainList" });
export const SsoDomainAdd = Type.Object(
  { domain: Type.String({ minLength: 1, maxLength: 253 }) },
  { title: "SsoDomainAdd", additionalProperties: false },
);

const GroupRoles = Type.Object(
  { group: Type.String({ minLength: 1, maxLength: 256 }), roles: Roles },
  { additionalProperties: false },
);
export const SsoRules = Type.Object(
  {
    isRequired: Type.Boolean({ description: "Only sessions from a connection of the tenant count in it." }),
    breakGlassUserId: Type.Union([Id, Type.Null()], {
      description: "The owner who may sign in without SSO.",
    }),
    defaultRoles: Roles,
    groupRoles: Type.Array(GroupRoles, { description: "Roles that groups of the directory give." }),
  },
  { title: "SsoRules" },
);
export const SsoRulesChange = Type.Object(
  {
    isRequired: Type.Optional(Type.Boolean()),
    breakGlassUserId: Type.Optional(Type.Union([Id, Type.Null()])),
    defaultRoles: Type.Optional(Roles),
    groupRoles: Type.Optional(Type.Array(GroupRoles, { maxItems: 500 })),
  },
  { title: "SsoRulesChange", additionalProperties: false },
);

export const SsoDiscover = Type.Object(
  { email: Type.String({ minLength: 3, maxLength: 254 }) },
  { title: "SsoDiscover", additionalProperties: false },
);
export const SsoDiscovered = Type.Object(
  {
    connections: Type.Array(
      Type.Object({
        connectionId: Id,
        name: Type.String(),
        tenant: Type.String({ description: "Name of the tenant, since several may share a domain." }),
        slug: Type.String({ description: "Its slug, which no other tenant has." }),
        isRequired: Type.Boolean(),
      }),
      { description: "Where people with addresses of this domain sign in; empty: as everybody does." },
    ),
  },
  { title: "SsoDiscovered" },
);
export const SsoStart = Type.Object(
  {
    connectionId: Id,
    returnTo: Type.Optional(
      Type.String({ maxLength: 500, description: "Path of the console to go to afterwards." }),
    ),
    loginHint: Type.Optional(Type.String({ minLength: 1, maxLength: 254 })),
    isFresh: Type.Optional(
      Type.Boolean({ description: "Ask for a new sign-in at the provider, for a step-up." }),
    ),
  },
  { title: "SsoStart", additionalProperties: false },
);
export const SsoTestStart = Type.Object(
  { returnTo: Type.Optional(Type.String({ maxLength: 500 })) },
  { title: "SsoTestStart", additionalProperties: false },
);
export const SsoStarted = Type.Object(
  { url: Type.String({ description: "Where the browser goes." }) },
  { title: "SsoStarted" },
);
export const SsoFinish = Type.Object(
  {
    connectionId: Id,
    answer: Type.String({
      minLength: 1,
      maxLength: 8_000,
      description: "The query that the provider added to our address.",
    }),
  },
  { title: "SsoFinish", additionalProperties: false },
);
export const SsoFinished = Type.Object(
  {
    returnTo: Type.String(),
    expiresAt: Type.Union([Timestamp, Type.Null()], {
      description: "End of the session; null after a test.",
    }),
    test: Type.Union(
      [
        Type.Object({
          subject: Type.Union([Type.String(), Type.Null()]),
          email: Type.Union([Type.String(), Type.Null()]),
          name: Type.String(),
          groups: Type.Union([Type.Array(Type.String()), Type.Null()]),
          isMfa: Type.Boolean(),
          authenticatedAt: Type.Union([Timestamp, Type.Null()]),
        }),
        Type.Null(),
      ],
      { description: "What the provider said about whoever signed in, after a test; null after a sign-in." },
    ),
  },
  { title: "SsoFinished" },
);
