import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isApiError } from "./api/api-error.ts";
import { takeIntegrationFromAddress } from "./features/integrations/arrival.ts";
import { takeLinkFromAddress } from "./features/session/link.ts";
import { openSession } from "./features/session/queries.ts";
import { keepWaitingStep } from "./features/session/waiting-step.ts";
import { type TokenKind, takeTokenFromAddress } from "./features/sign-in/address-token.ts";
import { takeSsoFromAddress } from "./features/sign-in/sso-address.ts";
import { LocaleProvider, loadMessages } from "./messages/LocaleProvider.tsx";
import { chooseLocale } from "./messages/locale.ts";
import { createConsoleRouter } from "./routes.ts";
import { createConsoleQueryClient } from "./shell/query-client.ts";
import { UiProvider } from "./ui/UiProvider.tsx";

/** Where the links in mails lead. */
const pages: Readonly<Record<TokenKind, string>> = {
  "sign-in": "/sign-in/link",
  invitation: "/invitation",
  recovery: "/recovery",
  "cancel-recovery": "/recovery/cancel",
};

void start();

async function start() {
  const mailed = takeTokenFromAddress(location, history);
  takeSsoFromAddress(location, history);
  takeIntegrationFromAddress(location, history);
  const locale = chooseLocale(localStorage.getItem("tenancy.locale"), navigator.languages);
  document.documentElement.lang = locale;
  const [messages, signIn] = await Promise.all([loadMessages(locale), signInByLink()]);

  const client = createConsoleQueryClient(() => {
    const { pathname, href } = router.state.location;
    if (pathname.endsWith("/sign-in")) return;
    const to = /^\/(account|t)(\/|$)/.test(pathname) ? "/sign-in" : "/operator/sign-in";
    void router.navigate({ to, search: { to: href, because: "ended" }, replace: true });
  });
  const router = createConsoleRouter(client);
  if (signIn === "waiting") router.history.replace("/operator/sign-in");
  if (signIn === "refused") router.history.replace("/operator/sign-in?because=link");
  if (mailed) router.history.replace(pages[mailed]);

  const root = document.getElementById("root")!; // index.html has it
  createRoot(root).render(
    <StrictMode>
      <LocaleProvider initial={{ locale, messages }}>
        <UiProvider>
          <QueryClientProvider client={client}>
            <RouterProvider router={router} />
          </QueryClientProvider>
        </UiProvider>
      </LocaleProvider>
    </StrictMode>,
  );
}

async function signInByLink(): Promise<"none" | "done" | "waiting" | "refused"> {
  const token = takeLinkFromAddress(location, history);
  if (token === null) return "none";
  try {
    const step = await openSession(token);
    if (step.status === "signed_in") return "done";
    keepWaitingStep(step);
    return "waiting";
  } catch (error) {
    if (isApiError(error)) return "refused";
    throw error;
  }
}
