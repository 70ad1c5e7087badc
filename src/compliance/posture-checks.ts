/** Where in the console a finding is cured. */
export type Room =
  | "security"
  | "members"
  | "sso"
  | "scim"
  | "keys"
  | "audit"
  | "api_keys"
  | "operators"
  | "tenants";

interface Check {
  /** Why it matters. */
  readonly why: string;
  /** What to do. */
  readonly cure: string;
  /** Null: there is no screen for it. */
  readonly room: Room | null;
}

/** Everything that the overview looks at. Console messages repeat these texts in other languages, by name. */
export const CHECKS = {
  factors: {
    why: "A password or a mailbox alone is enough to come in as somebody who has no second factor.",
    cure: "Demand a second factor of everyone: `PUT /v1/tenants/{tenant}/sign-in-rules`.",
    room: "security",
  },
  owners: {
    why: "With one owner nobody is left when that one is ill, gone or locked out; with none nobody can give rights back.",
    cure: "Make a second member an owner.",
    room: "members",
  },
  sso: {
    why: "Where single sign-on is set up and not required, other ways in stay open to those whom the directory removed.",
    cure: "Require it, with one owner who may come in without for the day when the provider is away.",
    room: "sso",
  },
  domains: {
    why: "People of a domain that is not proven are not led to your identity provider.",
    cure: "Put the TXT record into its DNS and prove it, or remove it.",
    room: "sso",
  },
  key_expiry: {
    why: "A key without an end that leaks is of use until somebody notices.",
    cure: "Rotate it to one that ends.",
    room: "api_keys",
  },
  key_use: {
    why: "Nobody would miss a key that has not been used for 90 days, nor notice who else uses it.",
    cure: "Revoke it.",
    room: "api_keys",
  },
  invitations: {
    why: "An invitation that ran out was for somebody who still has no access, or should have none.",
    cure: "Take it back, or invite them anew.",
    room: "members",
  },
  token_makers: {
    why: "Whoever made a SCIM token has seen it: access is given and taken by it after they left.",
    cure: "Make a new token, enter it in your directory, and revoke the old one.",
    room: "scim",
  },
  provider_makers: {
    why: "Whoever connected an identity provider may hold it: access is given by it after they left.",
    cure: "See whose the provider is; connect it anew if it is your own.",
    room: "sso",
  },
  key_rotation: {
    why: "The older a key, the more lies under it; rotation should have replaced it by itself.",
    cure: "Rotate now, and look why the rotation does not run: `tenancy encryption keys`.",
    room: "keys",
  },
  custodian: {
    why: "With a key of your own you can take the platform's access to your data away.",
    cure: "Hand one in if you need that: `tenancy encryption custodian`.",
    room: "keys",
  },
  addresses: {
    why: "A stolen session or key is of use from everywhere unless addresses are limited.",
    cure: "List your networks, if your people come from known ones: `PATCH …/access-settings`.",
    room: null,
  },
  reads: {
    why: "A crash may lose the last records of reads; the loss is visible as a gap.",
    cure: "Choose strict reads, unless waiting for the disk is too slow: `PATCH …/audit/settings`.",
    room: null,
  },
  engines: {
    why: "The compiled policies and the official engine decided differently, so access was refused.",
    cure: "Find the record `access.engines_disagreed`, and report it; the runbook says how.",
    room: "audit",
  },
  witnesses: {
    why: "Only somebody else who remembers what they saw can tell that the whole log was rewritten.",
    cure: "Add a witness, or keep checkpoints where the log cannot change them.",
    room: "audit",
  },
  verification: {
    why: "An edit in the database is found when the log is verified, and not before.",
    cure: "Run `tenancy audit verify --live` each day, with a checkpoint that you kept.",
    room: "audit",
  },
  administrators: {
    why: "With one administrator nobody is left when that one is ill, gone or locked out.",
    cure: "Make a second operator an administrator: `PATCH /v1/operators/{id}`.",
    room: "operators",
  },
  tenant_factors: {
    why: "In these tenants a password or a mailbox alone is enough to come in.",
    cure: "Ask their owners to demand a second factor.",
    room: "tenants",
  },
  tenant_sso: {
    why: "In these tenants other ways in stay open beside single sign-on.",
    cure: "Ask their owners to require it.",
    room: "tenants",
  },
} as const satisfies Record<string, Check>;

export type CheckName = keyof typeof CHECKS;
