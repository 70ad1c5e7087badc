import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import { askForPasskey } from "../../api/passkeys.ts";
import type { InvitationAccept, SignInStep } from "../../api/types.ts";
import { localPath } from "../../url/search.ts";
import { openSession } from "../session/queries.ts";
import { keepWaitingStep } from "../session/waiting-step.ts";
import * as api from "./queries.ts";
import type { SecondFactor } from "./SecondFactorStep.tsx";
import { discover, leaveForProvider, type SsoChoice } from "./sso.ts";

/** Where the sign-in stands. The token of a half-done one lives here only: leaving the page forgets it. */
export type Stage =
  | { readonly name: "email" }
  | { readonly name: "password" }
  | { readonly name: "sso"; readonly choices: readonly SsoChoice[] }
  | { readonly name: "link_sent" }
  | ({ readonly name: "second" } & Half)
  | ({ readonly name: "lost" } & Half)
  | ({ readonly name: "enrol"; readonly link: string } & Half);

/** The first factor is proved. */
interface Half {
  readonly token: string;
  readonly factors: readonly SecondFactor[];
}

export interface SignInOptions {
  readonly to: string | undefined;
  readonly first: Stage;
  /** Of the mail that lets the person come back: with it a new second factor takes the place of the old. */
  readonly link?: string | undefined;
}

export type SignInFlowState = ReturnType<typeof useSignIn>;

export function useSignIn(options: SignInOptions) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [stage, setStage] = useState(options.first);

  async function take(step: SignInStep): Promise<void> {
    if (step.status === "second_factor" && step.token !== null) {
      const half = { token: step.token, factors: step.methods };
      const { link } = options;
      setStage(link === undefined ? { name: "second", ...half } : { name: "enrol", link, ...half });
      return;
    }
    keepWaitingStep(null);
    // Whatever was read before was read as nobody, or as somebody else.
    client.clear();
    const home = step.isStaff ? "/tenants" : "/account";
    await navigate({ href: localPath(options.to) ?? home, replace: true });
  }

  const step = useMutation({
    mutationFn: (ask: () => Promise<SignInStep>) => ask(),
    onSuccess: take,
    onError: (error) => {
      // A half-done sign-in that took too long begins again.
      if (!("token" in stage) || !isApiError(error, "sign_in.expired")) return;
      keepWaitingStep(null);
      setStage({ name: "email" });
    },
  });
  const link = useMutation({
    mutationFn: (email: string) => api.askForLink(email),
    onSuccess: () => setStage({ name: "link_sent" }),
  });

  const leave = useMutation({
    mutationFn: ({ choice, email }: { choice: SsoChoice; email: string }) =>
      leaveForProvider({
        connectionId: choice.connectionId,
        loginHint: email,
        returnTo: localPath(options.to) ?? "/account",
      }),
  });
  const find = useMutation({
    mutationFn: (email: string) => discover(email),
    onSuccess: (choices, email) => {
      const [only] = choices;
      setStage(only ? { name: "sso", choices } : { name: "password" });
      // Nothing to choose: a press less.
      if (only?.isRequired && choices.length === 1) leave.mutate({ choice: only, email });
    },
  });

  return {
    stage,
    isBusy: step.isPending || link.isPending || find.isPending || leave.isPending,
    error: step.error ?? link.error ?? find.error ?? leave.error,
    goTo: (next: Stage) => {
      step.reset();
      link.reset();
      find.reset();
      leave.reset();
      setStage(next);
    },
    withPassword: (email: string, password: string) =>
      step.mutate(() => api.signInWithPassword(email, password)),
    withAddress: (email: string) => find.mutate(email),
    withSso: (choice: SsoChoice, email: string) => leave.mutate({ choice, email }),
    withLink: (token: string) => step.mutate(() => api.signInWithLink(token)),
    withOperatorLink: (token: string) => step.mutate(() => openSession(token)),
    withInvitation: (body: InvitationAccept) => step.mutate(() => api.acceptInvitation(body)),
    withPasskey: () =>
      step.mutate(async () => {
        const { token, options } = await api.beginPasskey();
        return api.signInWithPasskey(token, await askForPasskey(options));
      }),
    sendLink: (email: string) => link.mutate(email),
    secondByCode: (kind: "totp" | "recovery_code", code: string) => {
      if (stage.name === "second") step.mutate(() => api.secondFactor(stage.token, byCode(kind, code)));
    },
    secondByPasskey: () => {
      if (stage.name !== "second") return;
      step.mutate(async () => {
        const options = await api.challengeSecondFactor(stage.token);
        return api.secondFactor(stage.token, { passkey: await askForPasskey(options) });
      });
    },
  };
}

export function byCode(kind: "totp" | "recovery_code", code: string): api.FactorAnswer {
  return kind === "totp" ? { totp: code } : { recoveryCode: code };
}
