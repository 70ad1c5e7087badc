export const portal = {
  rooms: { members: "Members", overview: "Overview", access: "Roles", keys: "Encryption" },
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
  notMember: {
    title: "Nothing here for you",
    body: "There is no such tenant, or you are no member of it. Ask one of its owners for an invitation.",
    action: "Go to your account",
  },
};
