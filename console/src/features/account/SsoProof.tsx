import { useQuery } from "@tanstack/react-query";
import { useLocation } from "@tanstack/react-router";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { SsoChoices } from "../sign-in/SsoStep.tsx";
import { useDiscovered, useLeave } from "../sign-in/sso.ts";
import { meQuery } from "./queries.ts";

/** Whose organisation signs them in proves themselves there anew, and comes back to this page. */
export function SsoProof() {
  const { stepUp: text } = useMessages().account;
  const email = useQuery(meQuery).data?.email;
  const choices = useDiscovered(email).data ?? [];
  const returnTo = useLocation().pathname;
  const leave = useLeave();
  return (
    <>
      <p>{choices.length > 0 ? text.atProvider : text.signInAgain}</p>
      <SsoChoices
        choices={choices}
        isBusy={leave.isPending}
        onChoose={({ connectionId }) => leave.mutate({ connectionId, returnTo, isFresh: true })}
      />
      {leave.isError && <ProblemNote error={leave.error} />}
    </>
  );
}
