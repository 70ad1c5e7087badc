import { pluralizer } from "../plural.ts";

const n = pluralizer("en");

export const general = {
  retry: "Try again",
  cancel: "Cancel",
  close: "Close",
  save: "Save",
  remove: "Remove",
  showPassword: "Show password",
  download: "Download",
  forbidden: (permission: string) => `You may not do this here: it takes the permission \`${permission}\`.`,
  ownersOnly: "Only an owner may do this: it decides how owners, too, come in and go.",
  forbiddenToStaff: (permission: string) =>
    `Your role on the platform lacks the permission \`${permission}\`.`,
  copied: "Copied",
  copyNamed: (what: string) => `Copy ${what}`,
  id: "ID",
  loading: "Loading",
  none: "None",
  unlimited: "No limit",
  clearFilters: "Clear filters",
  previousPage: "Previous",
  firstPage: "First page",
  nextPage: "Next",
  pages: "Pages",
  lastPage: "This is the last page.",
  alreadyFirst: "This is the first page.",
  rowsShown: (count: number) => n(count, "row", "rows"),
  moreRows: (count: number) => `${n(count, "row", "rows")}, more on the next page`,
  scrollable: (name: string) => `${name}, scrolls sideways`,
  actions: "Actions",
  requestId: "Request ID",
  noMatch: "Nothing matches these filters.",
  never: "Never",
  expired: "Expired",
  created: "Created",
  madeBy: "Made by",
  updated: "Updated",
  started: "Started",
  finished: "Finished",
  duration: "Duration",
  status: "Status",
  apiAndCli: {
    button: "API and CLI",
    title: "The same from a terminal or a program",
    cli: "Command",
    api: "API call",
  },
};

export const errors = {
  /** Codes of the console itself; the server's own codes come with a sentence in English. */
  local: {
    "console.unreachable": {
      title: "The server cannot be reached.",
      cure: "Check that it runs and that your network reaches it, then try again.",
    },
    "console.unexpected_answer": {
      title: "The server gave an answer that the console does not understand.",
      cure: "Try again. If it stays so, a proxy between you and the server may be at fault.",
    },
    "console.passkey_unsupported": {
      title: "This browser cannot use passkeys here.",
      cure: "Use another way to sign in, or another browser.",
    },
    "console.passkey_known": {
      title: "This device has a passkey for the account already.",
      cure: "Use it as it is, or add one on another device.",
    },
    "console.passkey_unused": {
      title: "No passkey was used: it was cancelled, took too long, or none fits.",
      cure: "Try again, or use another way.",
    },
  } as Record<string, { title: string; cure: string }>,
  /** By server code. Empty in English: the server's sentence names the object, so it is the better text. */
  byCode: {} as Record<string, { title: string; cure: string }>,
};
