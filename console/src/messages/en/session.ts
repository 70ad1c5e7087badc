export const session = {
  title: "Sign in",
  intro: "Get a one-time link from the machine that runs the server, and open it:",
  orManage: "or, in the project’s own folder:",
  field: "Paste the link here instead",
  fieldHint: "The whole link, or what stands after #link=.",
  submit: "Sign in",
  empty: "Paste a link first.",
  linkFailed: "The link did not work. Links open one session, once, and expire soon. Get another one.",
  ended: "Your session has ended. Sign in again to go on where you were.",
  lost: "If you lost them all: whoever runs the platform takes them away, and makes you a new link.",
  demanded: {
    title: "Staff use a second factor here",
    add: "You have none yet. Add a passkey or an authenticator app, and the other rooms open.",
    prove: "You have one, and have not used it in this session.",
  },
};
