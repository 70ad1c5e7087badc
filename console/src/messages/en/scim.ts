import { pluralizer } from "../plural.ts";

const n = pluralizer("en");

export const scim = {
  title: "Provisioning",
  intro:
    "Your directory creates, changes and deactivates members by SCIM: nobody waits for a first sign-in, and whoever leaves is out at once. It speaks for your proven mail domains, and for those who are members already.",
  setUp: "Connect your directory",
  directory: "Directory",
  directories: { entra: "Microsoft Entra ID", okta: "Okta", other: "Another directory" },
  baseUrl: "SCIM address",
  guides: {
    entra: [
      "Open *Enterprise applications*, your application, *Provisioning*, and choose *Automatic*. As *Tenant URL* enter {baseUrl}",
      "As *Secret Token* enter a token that you make below, then *Test Connection* and save.",
      "Under *Users and groups* assign whom it shall bring, and switch *Provisioning Status* on. Entra writes changes every 40 minutes.",
    ],
    okta: [
      "In your app’s tab *General* enable *SCIM provisioning*. In the tab *Provisioning*, *Integration*, enter as *SCIM connector base URL* {baseUrl}",
      "As *Unique identifier field for users* enter `userName`. Tick import, push of new users, of profile updates and of groups.",
      "Choose *HTTP Header* and enter as *Authorization* a token that you make below. Under *To App* enable creating, updating and deactivating.",
      "Push groups under *Push Groups*: their names are those that give roles here.",
    ],
    other: [
      "It speaks SCIM 2.0 (RFC 7643 and 7644): Users, Groups, PATCH, filters, paging and ETags. Its address is {baseUrl}",
      "It sends a token that you make below as `Authorization: Bearer`.",
    ],
  } as Record<"entra" | "okta" | "other", string[]>,
  tokens: "Tokens",
  tokensIntro:
    "Each works for this tenant alone. To rotate, make a second one, enter it, and revoke the first.",
  noTokens: { title: "No token yet", body: "Make one, and enter it in your directory." },
  make: "Make a token",
  name: "Name",
  nameHint: "Which directory holds it.",
  nameMissing: "Give it a name first.",
  days: "Days until it ends",
  daysHint: "Empty: until it is revoked.",
  shownOnce: "This is the only time that the token is shown. Enter it in your directory now.",
  token: "Token",
  done: "I have entered it",
  lastUsed: "Last used",
  neverUsed: "Never",
  ends: "Ends",
  endsNever: "When revoked",
  revoke: "Revoke",
  revokeNamed: (name: string) => `Revoke the token ${name}`,
  revokeEffect: "The directory is refused from its next request on. What it brought stays as it is.",
  revoked: (name: string) => `The token ${name} is revoked.`,
  events: "What it did",
  eventsNamed: (name: string) => `What it did: ${name}`,
  brought: "What the directory brought",
  counts: (users: number, active: number, groups: number) =>
    `${n(users, "user", "users")}, ${n(active, "active", "active")} · ${n(groups, "group", "groups")}`,
  nothing: {
    title: "Nothing yet",
    body: "What your directory brings shows here: its groups, what they give, and the last changes.",
  },
  groups: "Groups",
  group: "Group",
  users: "Users",
  roles: "Gives here",
  noRoles: "No role",
  noGroups: "It brought no group.",
  rolesHint: "Say what groups give under single sign-on.",
  lastChanged: "Last changes",
  user: "User",
  active: "Active",
  inactive: "Deactivated",
  changed: "Changed",
};
