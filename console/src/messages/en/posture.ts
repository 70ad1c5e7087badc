export const posture = {
  title: "Security",
  intro:
    "What was found in the state as it is now: what it means, and where it is cured. There is no score, since no number says how safe you are.",
  open: (count: number) => (count === 1 ? "1 finding needs attention" : `${count} findings need attention`),
  nothingOpen: "Nothing needs attention",
  finding: "Finding",
  states: { attention: "Needs attention", choice: "Your choice", fine: "In order" },
  goTo: (room: string) => `Go to ${room}`,
  rooms: {
    security: "Sign-in rules",
    members: "Members",
    sso: "Single sign-on",
    scim: "Provisioning",
    keys: "Encryption",
    audit: "Audit log",
    api_keys: "API keys",
    tenants: "Tenants",
  } as Record<string, string>,
  /** By name of a check. Empty in English: the server's own sentences say it. */
  checks: {} as Record<
    string,
    { sentence: (state: string, count: number) => string; why: string; cure: string }
  >,
};
