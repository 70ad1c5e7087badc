export const support = {
  title: "Support in this tenant",
  operator: "Who",
  reason: "Reason",
  scope: "May",
  state: "State",
  asked: "Asked",
  until: "Until",
  scopes: { read: "read only", write: "read and write data" },
  states: {
    requested: "Asks",
    expired: "Unanswered",
    declined: "Declined",
    active: "Acts now",
    over: "Over",
    ended: "Ended",
  },
  verbs: { consent: "Consent", decline: "Decline", end: "End the visit" },
  acting: (name: string, until: string) => `${name} of support acts in this tenant until ${until}`,
  asks: (name: string, minutes: number) =>
    `${name} of support asks to act in this tenant for ${minutes} minutes`,
  why: (scope: string, reason: string) => `${scope}; the reason given: ${reason}`,
  none: {
    title: "Support asked for nothing yet",
    body: "Without the consent of a member nobody of support reads your data.",
  },
};
