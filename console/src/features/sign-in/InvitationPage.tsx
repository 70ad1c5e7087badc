import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Entrance } from "../../shell/Entrance.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { useFieldErrors } from "../../shell/use-field-errors.ts";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { PasswordField, TextField } from "../../ui/fields.tsx";
import { takeToken } from "./address-token.ts";
import { showInvitation } from "./queries.ts";
import { isSecond, SecondSteps, secondTitle } from "./SecondSteps.tsx";
import { useSignIn } from "./use-sign-in.ts";

/** Where an invitation's mail leads: who invites, what is needed, one press. */
export function InvitationPage() {
  const messages = useMessages();
  const { signIn: text } = messages;
  const [token] = useState(() => takeToken("invitation"));
  const shown = useQuery({
    queryKey: ["invitation"],
    queryFn: () => showInvitation(token ?? ""),
    enabled: token !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [draft, setDraft] = useState({ name: "", password: "" });
  const flow = useSignIn({ to: undefined, first: { name: "email" } });
  const { stage, isBusy, error } = flow;
  const errors = useFieldErrors(error);
  function submit(event: FormEvent) {
    event.preventDefault();
    if (token === null) return;
    const name = draft.name.trim();
    flow.withInvitation({
      token,
      ...(name === "" ? {} : { name }),
      ...(draft.password === "" ? {} : { password: draft.password }),
    });
  }
  if (isSecond(stage)) {
    return (
      <Entrance title={secondTitle(stage, messages)} step={stage.name}>
        <SecondSteps stage={stage} flow={flow} />
      </Entrance>
    );
  }
  const invitation = shown.data;
  return (
    <Entrance title={invitation ? text.invitation.title(invitation.tenantName) : text.invitation.loading}>
      {token === null && <p>{text.invitation.missing}</p>}
      {shown.isError && <ProblemNote error={shown.error} />}
      {shown.isLoading && <Bone width="160px" />}
      {invitation && (
        <form className="stack" onSubmit={submit} noValidate>
          <p>{text.invitation.body(invitation.email)}</p>
          {!invitation.hasAccount && (
            <>
              <TextField
                label={text.invitation.name}
                value={draft.name}
                onChange={(name) => setDraft({ ...draft, name })}
                error={errors["name"]}
                autoComplete="name"
                maxLength={200}
              />
              <PasswordField
                label={text.invitation.password}
                hint={text.invitation.passwordHint}
                autoComplete="new-password"
                value={draft.password}
                onChange={(password) => setDraft({ ...draft, password })}
                error={errors["password"]}
              />
            </>
          )}
          {error !== null && <ProblemNote error={error} shownFields={["name", "password"]} />}
          <Button type="submit" look="primary" isBusy={isBusy}>
            {text.invitation.accept}
          </Button>
        </form>
      )}
    </Entrance>
  );
}
