export const portal = {
  rooms: {
    members: "Members",
    overview: "Overview",
    access: "Roles",
    keys: "Encryption",
    audit: "Audit log",
    sso: "Single sign-on",
    scim: "Provisioning",
    integrations: "Integrations",
  },
  in: (tenant: string) => `In ${tenant}`,
  switch: "Switch tenant",
  switchFrom: (tenant: string) => `${tenant}, switch tenant`,
  about: "About this tenant",
  domains: "Domains",
  users: "Users at most",
  storage: "Storage at most (GB)",
  mine: "What you may do here",
  mineHint: "Asked of the tenant's policies just now; it may change with time, place and second factor.",
  roles: "Your roles",
  door: {
    mfaTitle: (tenant: string) => `${tenant} asks for a second factor`,
    mfaNone:
      "You have none yet. Add a passkey or an authenticator app to your account, then come back. If your organisation signed you in, have a link mailed to you first: how you sign in belongs to you.",
    mfaAdd: "Add a second factor",
    ssoTitle: (tenant: string) => `${tenant} signs you in itself`,
    ssoBody: "It opens to those who sign in through its identity provider.",
    ssoOther:
      "Your session comes from the identity provider of another tenant, whose word does not count here. Sign in through this one’s, or sign out and sign in without.",
    ssoNone: "Your address leads to no identity provider. Ask an owner of the tenant.",
    account: "Go to your account",
  },
  notMember: {
    title: "Nothing here for you",
    body: "There is no such tenant, or you are no member of it. Ask one of its owners for an invitation.",
    action: "Go to your account",
  },
};
