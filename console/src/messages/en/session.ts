export const session = {
  title: "Sign in",
  intro: "Get a one-time link from the machine that runs the server, and open it:",
  orManage: "or, in the project's own folder:",
  field: "Paste the link here instead",
  fieldHint: "The whole link, or what stands after #link=.",
  submit: "Sign in",
  empty: "Paste a link first.",
  linkFailed: "The link did not work. Links open one session, once, and expire soon. Get another one.",
  ended: "Your session has ended. Sign in again to go on where you were.",
};
